//! Many chains at once: the JSON of the x509-limbo suite
//! (<https://x509-limbo.com>).

use std::time::Duration;

use embertls::{Crl, Profile, Revocation, ServerName, TrustStore, Uncovered, Verifier};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A file of cases.
#[derive(Deserialize)]
pub struct Suite {
    pub testcases: Vec<Case>,
}

/// One chain, and what is known about it.
#[derive(Deserialize)]
pub struct Case {
    id: String,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_kind: String,
    validation_time: Option<String>,
    expected_peer_name: Option<PeerName>,
    max_chain_depth: Option<usize>,
    #[serde(default)]
    crls: Vec<String>,
}

#[derive(Deserialize)]
struct PeerName {
    value: String,
}

/// What was found out about one chain.
#[derive(Serialize)]
pub struct Answer {
    pub id: String,
    /// `SUCCESS` or `FAILURE`.
    pub actual_result: &'static str,
    /// Why it is refused.
    pub context: Option<String>,
}

/// Judges one case.
pub fn answer(case: &Case, profile: Profile) -> Answer {
    let result = judge(case, profile);
    Answer {
        id: case.id.clone(),
        actual_result: match result {
            Ok(()) => "SUCCESS",
            Err(_) => "FAILURE",
        },
        context: result.err(),
    }
}

/// The seconds in a time such as `2026-01-02T03:04:05Z`.
pub fn parse_time(text: &str) -> Result<UnixTime, String> {
    let time = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|error| format!("{text} is not a time like 2026-01-02T03:04:05Z: {error}"))?;
    let seconds =
        u64::try_from(time.unix_timestamp()).map_err(|_| format!("{text} is before 1970"))?;
    Ok(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}

fn judge(case: &Case, profile: Profile) -> Result<(), String> {
    let verifier = verifier(case, profile)?;
    let presented = [&case.peer_certificate]
        .into_iter()
        .chain(&case.untrusted_intermediates);
    let chain = presented
        .map(|pem| der(pem))
        .collect::<Result<Vec<_>, _>>()?;
    let result = match (case.validation_kind.as_str(), &case.expected_peer_name) {
        ("SERVER", Some(name)) => {
            let name = ServerName::try_from(name.value.as_str()).map_err(text)?;
            verifier.verify(&chain, &name)
        }
        ("SERVER", None) => verifier.danger_verify_any_server(&chain),
        _ => verifier.verify_client(&chain),
    };
    result.map(|_| ()).map_err(text)
}

fn verifier(case: &Case, profile: Profile) -> Result<Verifier, String> {
    let trust = TrustStore::from_pem(case.trusted_certs.join("\n")).map_err(text)?;
    let mut verifier = Verifier::new(trust).profile(profile);
    if let Some(depth) = case.max_chain_depth {
        verifier = verifier.max_depth(depth);
    }
    if let Some(time) = &case.validation_time {
        verifier = verifier.verification_time(parse_time(time)?);
    }
    if !case.crls.is_empty() {
        let lists = case.crls.iter().map(Crl::from_pem);
        verifier = verifier
            .with_crls(lists.collect::<Result<Vec<_>, _>>().map_err(text)?)
            .revocation(Revocation::Leaf)
            .uncovered(Uncovered::Refuse);
    }
    Ok(verifier)
}

/// The bytes of a certificate in PEM, whether they can be read or not.
fn der(pem: &str) -> Result<CertificateDer<'static>, String> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
