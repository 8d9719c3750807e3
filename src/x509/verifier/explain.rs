//! Sentences about problems: what the certificate says, what it should say,
//! and what usually helps.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Case;
use super::rejected::{DEAD_END, Fault, Rejected, TOO_DEEP, is_too_deep};
use super::report::Finding;
use super::sections;
use super::work::MAX_SIGNATURES;
use crate::error::VerifyFlag;
use crate::x509::certificate::hex;
use crate::x509::crl::List;
use crate::x509::der::{key_usage, oid};
use crate::x509::unusable::{self, describe_key};
use crate::x509::{Certificate, ServerName};

/// Why no path leads on from the last certificate.
pub(super) fn dead_end(
    case: &Case<'_>,
    path: &[&Certificate],
    rejected: &[Rejected<'_>],
    unusable: &[String],
) -> Finding {
    if is_too_deep(rejected) && rejected.iter().all(|rejected| rejected.why == TOO_DEEP) {
        return Finding {
            depth: 0,
            flag: VerifyFlag::Other,
            rule: sections::DEPTH,
            explanation: format!(
                "no path was built: it has more than {} intermediate certificates (`max_depth`)",
                case.verifier.max_depth
            ),
        };
    }
    let depth = path.len() - 1;
    let explanation = match path.last() {
        Some(certificate) => not_trusted(case, certificate, depth, rejected, unusable),
        None => String::new(),
    };
    Finding {
        depth,
        flag: DEAD_END,
        rule: "RFC 5280, 6.1.3",
        explanation,
    }
}

fn not_trusted(
    case: &Case<'_>,
    certificate: &Certificate,
    depth: usize,
    rejected: &[Rejected<'_>],
    unusable: &[String],
) -> String {
    let issuer = certificate.issuer();
    let find = |is_it: &dyn Fn(&Rejected<'_>) -> bool| rejected.iter().find(|r| is_it(r));
    let real = find(&|r| r.fault == Fault::IssuerUnable);
    let other_key = find(&|r| r.fault == Fault::WrongKey && !r.is_trusted);
    let trusted = find(&|r| r.is_trusted);
    let mut sentence = if let Some(rejected) = real {
        unable(rejected, &issuer)
    } else if certificate.fields().scheme.is_none() {
        let algorithm = oid::describe(&certificate.fields().signature_algorithm);
        format!("nobody can tell who issued it, because {algorithm} is not supported")
    } else if let Some(rejected) = other_key {
        format!(
            "its signature was not made with the key of {}",
            rejected.certificate.subject()
        )
    } else if case.trust().contains(certificate) {
        "it is in the trust store itself, but it is neither an authority nor self-signed; add the authority that issued it".into()
    } else if let Some(rejected) = trusted.or(rejected.first()) {
        unable(rejected, &issuer)
    } else if certificate.fields().is_self_issued() {
        let what = match depth {
            0 => "it is self-signed",
            _ => "the chain ends in this self-signed certificate",
        };
        format!(
            "{what} and not in the trust store; add it there if you know it (--ca, `TrustStore`)"
        )
    } else {
        format!(
            "no certificate in the trust store issued it, and the peer did not send its issuer {issuer}; add that authority to the trust store (--ca, `TrustStore`) or have the server send its intermediate certificates"
        )
    };
    if !unusable.is_empty() {
        sentence.push_str("; not usable: ");
        sentence.push_str(&unusable.join("; "));
    }
    sentence
}

fn unable(rejected: &Rejected<'_>, issuer: &str) -> String {
    let why = &rejected.why;
    match rejected.is_trusted {
        true => format!("the trust store holds {issuer}, but {why}"),
        false => format!("the peer sent its issuer {issuer}, but {why}"),
    }
}

pub(super) fn gave_up() -> Finding {
    Finding {
        depth: 0,
        flag: VerifyFlag::Other,
        rule: "",
        explanation: format!(
            "the search for a path was given up (after {MAX_SIGNATURES} signatures, or fewer that cost as much, or too many steps): the peer sent too many certificates or names"
        ),
    }
}

pub(super) fn wrong_key() -> &'static str {
    "its key did not sign this certificate"
}

pub(super) fn weak_signature(algorithm: &[u8]) -> String {
    format!(
        "signed with {}; SHA-256 or stronger is needed, so have it issued anew",
        oid::describe(algorithm)
    )
}

pub(super) fn unsupported_signature(algorithm: &[u8]) -> String {
    format!(
        "{}; have it issued with RSA or ECDSA and SHA-256",
        unusable::unsupported_signature(algorithm)
    )
}

pub(super) fn wrong_name(certificate: &Certificate, wanted: &ServerName) -> String {
    let dns = certificate.dns_names().iter().map(|name| escape(name));
    let ip = certificate.ip_addresses().iter().map(ToString::to_string);
    let names: Vec<_> = dns.chain(ip).collect();
    let alt_names = &certificate.fields().extensions.alt_names;
    match (names.is_empty(), alt_names) {
        (false, _) => format!(
            "the certificate is for {}; you asked for {wanted}",
            list(&names)
        ),
        (true, Some(_)) => format!(
            "the certificate's subjectAltName holds no DNS name and no IP address; you asked for {wanted}"
        ),
        (true, None) => format!(
            "the certificate has no subjectAltName, and its common name does not count; you asked for {wanted}"
        ),
    }
}

pub(super) fn wrong_purpose(case: &Case<'_>, purposes: &[Vec<u8>], depth: usize) -> String {
    let purposes: Vec<_> = purposes.iter().map(|id| oid::describe(id)).collect();
    let (who, needed) = (
        case.purpose.who(),
        oid::describe(case.purpose.id().as_bytes()),
    );
    let purposes = list(&purposes);
    match depth {
        0 => format!("its extendedKeyUsage allows {purposes}; a TLS {who} needs {needed}"),
        _ => format!(
            "its extendedKeyUsage allows only certificates for {purposes}; a TLS {who} needs {needed}"
        ),
    }
}

pub(super) fn short_key(certificate: &Certificate) -> String {
    format!(
        "its key is {}; {NEEDED_KEY}",
        describe_key(&certificate.fields().key)
    )
}

/// The engine holds a key against what it signed.
pub(super) fn short_key_of_issuer(issuer: &Certificate) -> String {
    format!(
        "signed by {}, whose key is {}; {NEEDED_KEY}",
        issuer.subject(),
        describe_key(&issuer.fields().key)
    )
}

/// `what` is pinned, by the hash that `hash_of` gives.
pub(super) fn no_pin(
    path: &[&Certificate],
    pins: usize,
    what: &str,
    hash_of: impl Fn(&&Certificate) -> [u8; 32],
) -> String {
    let hashes = path.iter().map(|certificate| {
        let hash = hex(&hash_of(certificate));
        format!("{hash} ({})", certificate.subject())
    });
    let hashes: Vec<_> = hashes.collect();
    format!(
        "none of the {pins} pinned {what} is in the chain; SHA-256 of its {what}: {}",
        hashes.join(", ")
    )
}

pub(super) fn revoked(certificate: &Certificate, list: &List) -> String {
    let date = list.revocation_date(certificate.serial_der());
    let since = date.map_or_else(String::new, |date| format!(" since {date}"));
    format!(
        "its serial number {} is on the revocation list of {}{since}; the server needs a new certificate",
        certificate.serial(),
        certificate.issuer()
    )
}

/// `partial` lists are about other certificates, and others cover only these
/// reasons.
pub(super) fn uncovered(certificate: &Certificate, partial: usize, covered: u16) -> String {
    let issuer = certificate.issuer();
    if covered != 0 {
        return format!(
            "the revocation lists of {issuer} that were given are about some reasons of revocation only (onlySomeReasons), and the verifier was told to refuse without the rest; fetch the other lists and load them"
        );
    }
    match partial {
        0 => format!(
            "no revocation list of {issuer} was given, and the verifier was told to refuse without; fetch the list and load it"
        ),
        n => format!(
            "{n} revocation lists of {issuer} were given, all for other certificates (issuingDistributionPoint), and the verifier was told to refuse without; fetch the list that the certificate names and load it"
        ),
    }
}

pub(super) fn bad_list(
    case: &Case<'_>,
    certificate: &Certificate,
    issuer: &Certificate,
    list: &List,
    flag: VerifyFlag,
) -> String {
    let name = certificate.issuer();
    let fields = &list.fields;
    match flag {
        VerifyFlag::CrlExpired => match fields.next_update {
            Some(due) => format!(
                "the revocation list of {name} was to be replaced on {due}, now is {}; fetch the current one",
                case.show_now()
            ),
            None => format!(
                "the revocation list of {name} does not say until when it counts (nextUpdate)"
            ),
        },
        VerifyFlag::CrlFuture => format!(
            "the revocation list of {name} is from {}, now is {}; check this machine's clock",
            fields.this_update,
            case.show_now()
        ),
        VerifyFlag::CrlNotTrusted => match issuer.fields().extensions.key_usage {
            Some(bits) if bits & key_usage::CRL_SIGN == 0 => {
                format!("{name} may not sign revocation lists (its keyUsage lacks cRLSign)")
            }
            _ => format!(
                "the revocation list that claims to be of {name} is not signed with its key"
            ),
        },
        VerifyFlag::CrlBadKey => format!(
            "the revocation list of {name} is signed with a key that is {}; {NEEDED_KEY}",
            describe_key(&issuer.fields().key)
        ),
        VerifyFlag::Other => format!(
            "the revocation list of {name} is not written as it must be: version 2, with cRLNumber and authorityKeyIdentifier, and exact parameters of its signature algorithm"
        ),
        _ => format!(
            "the revocation list of {name} is signed with {}; it needs SHA-256 or stronger with RSA or ECDSA",
            oid::describe(&fields.signature_algorithm)
        ),
    }
}

/// Names in one sentence; a certificate may hold thousands.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 10;
    match names.len() {
        0..=SHOWN => names.join(", "),
        n => format!("{} and {} more", names[..SHOWN].join(", "), n - SHOWN),
    }
}

/// A name from a subjectAltName is printable already; commas would make it
/// two.
fn escape(name: &str) -> String {
    name.replace('\\', "\\\\")
        .replace(',', "\\,")
        .replace(';', "\\;")
}

const NEEDED_KEY: &str = "RSA of at least 2048 bits, P-256, P-384 or P-521 is needed";
