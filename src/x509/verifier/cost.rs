//! What one verification costs, and what the engine's own costs, for
//! `scripts/verify-cost` to count.

use std::process::Command;

use rcgen::KeyPair;
use rustls_pki_types::CertificateDer;

use super::Verifier;
use super::tests::pki::{Authority, authority, host, server};
use crate::x509::TrustStore;
use crate::x509::der::Fields;
use crate::x509::raw::{self, CertificateList};

/// A root, and a server's chain below it, as most are.
struct Usual {
    trust: TrustStore,
    chain: [CertificateDer<'static>; 2],
}

impl Usual {
    fn new() -> Self {
        let key = || match wanted("EMBERTLS_COST_KEY").as_str() {
            "rsa" => rsa_key(),
            _ => KeyPair::generate().unwrap(),
        };
        let root = Authority::root_with(authority("Root"), key());
        let middle = root.intermediate_with(authority("Middle"), key());
        let mut params = server("server.example");
        params.use_authority_key_identifier_extension = true;
        let leaf = middle.sign_key(&params, &key());
        Self {
            trust: root.store(),
            chain: [leaf, middle.der.clone()],
        }
    }
}

fn rsa_key() -> KeyPair {
    let output = Command::new("openssl")
        .args([
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ])
        .output()
        .unwrap();
    KeyPair::from_pem(std::str::from_utf8(&output.stdout).unwrap()).unwrap()
}

fn wanted(variable: &str) -> String {
    std::env::var(variable).unwrap_or_default()
}

/// Does it so often as the script says: what the setup costs is the
/// difference.
fn repeat(mut what: impl FnMut()) {
    let rounds = wanted("EMBERTLS_COST_ROUNDS").parse().unwrap_or(1);
    for _ in 0..rounds {
        what();
    }
}

#[test]
#[ignore = "scripts/verify-cost counts its instructions"]
fn cost_of_ours() {
    let usual = Usual::new();
    let verifier = Verifier::new(usual.trust);
    let name = host();
    repeat(|| assert!(verifier.verify(&usual.chain, &name).is_ok()));
}

/// Parsing what was presented, and `mbedtls_x509_crt_verify_with_profile`.
#[test]
#[ignore = "scripts/verify-cost counts its instructions"]
fn cost_of_the_engine() {
    let usual = Usual::new();
    let mut trusted = CertificateList::new().unwrap();
    trusted
        .push(usual.trust.certificates()[0].as_der())
        .unwrap();
    repeat(|| {
        let mut presented = CertificateList::new().unwrap();
        for der in &usual.chain {
            presented.push(der).unwrap();
        }
        assert_eq!(raw::verify(&presented, &trusted), Ok(vec![0, 0, 0]));
    });
}

#[test]
#[ignore = "scripts/verify-cost counts its instructions"]
fn cost_of_reading_der() {
    let usual = Usual::new();
    repeat(|| {
        for der in &usual.chain {
            assert!(Fields::parse(der).is_ok());
        }
    });
}
