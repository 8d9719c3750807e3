//! The rules for single certificates and for two that follow each other.

use alloc::vec::Vec;

use super::report::Report;
use super::{Case, KeyUse, Purpose, explain, sections};
use crate::error::VerifyFlag;
use crate::x509::der::{self, PublicKey, key_usage, oid};
use crate::x509::signature::Hash;
use crate::x509::{Certificate, names, raw};

/// What the peer's own certificate must be for.
pub(super) fn leaf(case: &Case<'_>, leaf: &Certificate, report: &mut Report) {
    let extensions = &leaf.fields().extensions;
    if let Purpose::Server(name) = case.purpose {
        let is_for = names::is_for(extensions.alt_names.as_ref(), name)
            || (case.counts_common_name(leaf)
                && der::common_names(leaf.subject_der())
                    .iter()
                    .any(|common| names::is_match(common, name)));
        if !is_for {
            report.add(0, VerifyFlag::CnMismatch, "RFC 9525, 6", || {
                explain::wrong_name(leaf, name)
            });
        }
    }
    let (needed, name) = match case.key_use {
        KeyUse::Signs => (key_usage::DIGITAL_SIGNATURE, "digitalSignature"),
        KeyUse::Decrypts => (key_usage::KEY_ENCIPHERMENT, "keyEncipherment"),
    };
    let allowed = |bits: u16| {
        bits & needed != 0 && bits & (key_usage::ENCIPHER_ONLY | key_usage::DECIPHER_ONLY) == 0
    };
    if !extensions.key_usage.is_none_or(allowed) {
        report.add(0, VerifyFlag::KeyUsage, "RFC 5280, 4.2.1.3", || {
            format!(
                "its keyUsage allows {}; a TLS {} needs {name}",
                key_usage::describe(extensions.key_usage.unwrap_or(0)),
                case.purpose.who()
            )
        });
    }
    purposes(case, leaf, 0, report);
    if extensions
        .ns_cert_type
        .is_some_and(|bits| bits & case.purpose.ns_cert_type() == 0)
    {
        report.add(0, VerifyFlag::NsCertType, "nsCertType of Netscape", || {
            format!(
                "its nsCertType does not allow it to be a TLS {}; have it issued without",
                case.purpose.who()
            )
        });
    }
    if is_short(leaf) {
        report.add(0, VerifyFlag::BadKey, sections::KEY_SIZE, || {
            explain::short_key(leaf)
        });
    }
}

/// What every certificate of a path must be.
pub(super) fn certificate(
    case: &Case<'_>,
    certificate: &Certificate,
    depth: usize,
    report: &mut Report,
) {
    let fields = certificate.fields();
    if fields.not_after.unix_duration() < case.now {
        report.add(depth, VerifyFlag::Expired, sections::VALIDITY, || {
            format!(
                "expired on {}, now is {}; renew it or check this machine's clock",
                fields.not_after,
                case.show_now()
            )
        });
    }
    if fields.not_before.unix_duration() > case.now {
        report.add(depth, VerifyFlag::Future, sections::VALIDITY, || {
            format!(
                "valid from {}, now is {}; check this machine's clock",
                fields.not_before,
                case.show_now()
            )
        });
    }
    let extensions = &fields.extensions;
    for id in &extensions.unknown_critical {
        report.add(depth, VerifyFlag::Other, sections::EXTENSION, || {
            format!(
                "the critical extension {} is not understood",
                oid::describe(id)
            )
        });
    }
    if extensions.must_staple {
        report.add(depth, VerifyFlag::Other, sections::MUST_STAPLE, || {
            "it may only be used with a stapled OCSP response (tlsFeature, must-staple), which this library cannot check; have it issued without".into()
        });
    }
}

/// A certificate whose own signature counts, because it is not trusted for
/// itself. One by an algorithm that is not understood can never be checked.
pub(super) fn signature(certificate: &Certificate, depth: usize, report: &mut Report) {
    let fields = certificate.fields();
    if fields.scheme.is_some() {
        return;
    }
    let algorithm = &fields.signature_algorithm;
    match oid::is_broken_hash(algorithm) {
        true => report.add(depth, VerifyFlag::BadMd, sections::HASH, || {
            explain::weak_signature(algorithm)
        }),
        false => report.add(
            depth,
            VerifyFlag::BadPk,
            sections::SIGNATURE_ALGORITHM,
            || explain::unsupported_signature(algorithm),
        ),
    }
}

/// The last certificate of the path, which issued the one before it.
pub(super) fn link(case: &Case<'_>, path: &[&Certificate], report: &mut Report) {
    let [.., child, issuer] = path else {
        return;
    };
    let depth = path.len() - 2;
    let fields = child.fields();
    if fields
        .scheme
        .is_some_and(|scheme| scheme.hash == Hash::Sha1)
    {
        report.add(depth, VerifyFlag::BadMd, sections::HASH, || {
            explain::weak_signature(&fields.signature_algorithm)
        });
    }
    if is_short(issuer) {
        report.add(depth, VerifyFlag::BadKey, sections::KEY_SIZE, || {
            explain::short_key_of_issuer(issuer)
        });
    }
    purposes(case, issuer, depth + 1, report);
}

/// The purposes that an authority is for are those that its certificates may
/// be for. RFC 5280 does not say so, but browsers and OpenSSL do.
fn purposes(case: &Case<'_>, certificate: &Certificate, depth: usize, report: &mut Report) {
    let Some(purposes) = &certificate.fields().extensions.purposes else {
        return;
    };
    let wanted = [case.purpose.id(), &oid::ANY_PURPOSE];
    let is_wanted = |purpose: &Vec<u8>| wanted.iter().any(|wanted| wanted.as_bytes() == purpose);
    if !purposes.iter().any(is_wanted) {
        report.add(depth, VerifyFlag::ExtKeyUsage, "RFC 5280, 4.2.1.12", || {
            explain::wrong_purpose(case, purposes, depth)
        });
    }
}

/// One of the pinned keys and one of the pinned certificates must be in the
/// path.
pub(super) fn pins(case: &Case<'_>, path: &[&Certificate], report: &mut Report) {
    let keys = &case.verifier.pinned_keys;
    let key_of = |certificate: &&Certificate| raw::sha256(certificate.key_info());
    if !keys.is_empty() && !path.iter().any(|c| keys.contains(&key_of(c))) {
        report.add(0, VerifyFlag::Other, sections::PINS, || {
            explain::no_pin(path, keys.len(), "keys", key_of)
        });
    }
    let certificates = &case.verifier.pinned_certificates;
    let hash_of = |certificate: &&Certificate| certificate.fingerprint_sha256();
    if !certificates.is_empty() && !path.iter().any(|c| certificates.contains(&hash_of(c))) {
        report.add(0, VerifyFlag::Other, "", || {
            explain::no_pin(path, certificates.len(), "certificates", hash_of)
        });
    }
}

/// The engine rounds the size of RSA keys up to whole bytes: 2041 bits pass
/// for 2048 there.
fn is_short(certificate: &Certificate) -> bool {
    matches!(
        certificate.fields().key,
        PublicKey::Rsa { modulus_bits, .. } if modulus_bits < MIN_RSA_BITS
    )
}

const MIN_RSA_BITS: usize = 2048;
