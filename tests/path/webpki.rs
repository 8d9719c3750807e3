//! The same chains judged by `rustls-webpki`.
//!
//! Where the two disagree, [`known`] says why; anything else fails.

use rustls_pki_types::{ServerName, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::compare::{self, Ours};
use crate::generated::Made;
use crate::pki::HOST;

fn theirs(made: &Made, time: UnixTime) -> Result<(), webpki::Error> {
    let leaf = EndEntityCert::try_from(&made.chain[0])?;
    let anchors = [anchor_from_trusted_cert(&made.root)?];
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &made.chain[1..],
        time,
        KeyUsage::server_auth(),
        None,
        None,
    )?;
    let name = ServerName::try_from(HOST).unwrap();
    leaf.verify_is_valid_for_subject_name(&name)
}

/// Why the two may disagree about a chain.
fn known(made: &Made, ours: &Ours, theirs: &Result<(), webpki::Error>) -> Option<&'static str> {
    let was_changed = |what: &[&str]| what.iter().any(|what| made.changes.contains(what));
    let error = match (ours, theirs) {
        (Err(text), _) => return compare::why_we_refuse(text, STRICTER),
        (Ok(_), Err(error)) => error,
        (Ok(_), Ok(())) => return None,
    };
    match error {
        webpki::Error::CaUsedAsEndEntity => Some("RFC 5280 lets an authority be a leaf"),
        webpki::Error::UnknownIssuer if was_changed(&["issuer", "subject", "any byte"]) => {
            Some("it compares names byte by byte, against RFC 5280, 7.1")
        }
        // With an empty base in the tests: all directory names.
        webpki::Error::NameConstraintViolation if made.has_bytes(&[0xa4, 2, 0x30, 0]) => {
            Some("of directory names in nameConstraints it knows nothing")
        }
        webpki::Error::MalformedDnsIdentifier if made.has_bytes(b"server.example.") => {
            Some("a dot at the end of a name changes nothing for constraints")
        }
        webpki::Error::UnsupportedCriticalExtension => Some("it understands fewer extensions"),
        webpki::Error::TrailingData(_) if was_changed(&["unique identifiers"]) => {
            Some("unique identifiers are allowed, if out of use")
        }
        webpki::Error::RequiredEkuNotFoundContext(_) => {
            Some("anyExtendedKeyUsage includes servers (RFC 5280, 4.2.1.12)")
        }
        _ => None,
    }
}

const STRICTER: &[(&str, &str)] = &[
    ("KEY_USAGE", "of keyUsage it knows nothing"),
    ("keyCertSign", "of keyUsage it knows nothing"),
    (
        "field ",
        "DER, and each extension that matters, is read strictly",
    ),
    ("RSA or EC is needed", "the engine knows RSA and EC only"),
    ("BAD_KEY", "the leaf's key it does not look at"),
    ("NS_CERT_TYPE", "of nsCertType it knows nothing"),
    ("must-staple", "must-staple cannot be checked"),
    ("olicy", "of policies it knows nothing"),
    (
        "CN=Root",
        "of a root it knows name, key and name constraints alone",
    ),
];

#[test]
fn webpki_finds_the_same_chains_good() {
    let all = compare::chains(0x000d_1ff5, 300, 6_000);
    let time = UnixTime::now();
    let theirs: Vec<_> = all.iter().map(|made| theirs(made, time)).collect();
    compare::compare(&all, &theirs, Result::is_ok, known);
}
