//! What the peer sent: read and limited.

use alloc::string::String;
use alloc::vec::Vec;

use rustls_pki_types::CertificateDer;

use super::remedy::remedy;
use super::report::{self, Finding};
use super::{explain, sections};
use crate::error::{VerifyError, VerifyFlag, VerifyProblem};
use crate::x509::Certificate;
use crate::x509::certificate::hex;
use crate::x509::der::{PublicKey, oid};
use crate::x509::raw;
use crate::x509::unusable::{self, describe_key};

/// The peer's certificate and those of its others that can be read.
#[derive(Debug)]
pub(super) struct Presented {
    pub(super) leaf: Certificate,
    /// In the order in which they came.
    pub(super) others: Vec<Certificate>,
    /// Why the rest cannot be used: one text for each.
    pub(super) unusable: Vec<String>,
}

impl Presented {
    /// Reads everything and judges its size, before any signature is checked.
    pub(super) fn read(chain: &[CertificateDer<'_>]) -> Result<Self, VerifyError> {
        let Some((leaf, others)) = chain.split_first() else {
            return Err(missing());
        };
        let size = chain.iter().map(|der| der.len()).sum::<usize>();
        if chain.len() > MAX_CERTIFICATES || size > MAX_SIZE {
            let explanation = format!(
                "the peer sent {} certificates of {size} bytes together; at most {MAX_CERTIFICATES} of {MAX_SIZE} bytes are read",
                chain.len()
            );
            return Err(unreadable(leaf, "", explanation));
        }
        let leaf = Certificate::parse(leaf).map_err(|reason| {
            let explanation = format!("the certificate cannot be read: {reason}");
            unreadable(leaf, sections::READING, explanation)
        })?;
        check_leaf(&leaf)?;

        let mut presented = Self {
            leaf,
            others: Vec::with_capacity(others.len()),
            unusable: Vec::new(),
        };
        for (index, der) in others.iter().enumerate() {
            match Certificate::parse(der) {
                Ok(certificate) => presented.others.push(certificate),
                Err(reason) => presented
                    .unusable
                    .push(format!("certificate {} of the peer: {reason}", index + 2)),
            }
        }
        Ok(presented)
    }
}

/// Checking one signature with a huge RSA key takes long, and a peer may have
/// many checked before it is refused.
pub(super) fn too_costly(certificate: &Certificate) -> Option<String> {
    let key = &certificate.fields().key;
    match *key {
        PublicKey::Rsa {
            modulus_bits,
            exponent_bits,
        } if modulus_bits > MAX_MODULUS_BITS || exponent_bits > MAX_EXPONENT_BITS => Some(format!(
            "its key is {}; RSA keys of up to {MAX_MODULUS_BITS} bits with exponents of up to {MAX_EXPONENT_BITS} are used",
            describe_key(key)
        )),
        _ => None,
    }
}

/// The engine gets the leaf for its key, so it must be able to use it. Where
/// it is the algorithm that it cannot, there is a flag that says so.
fn check_leaf(leaf: &Certificate) -> Result<(), VerifyError> {
    if let Some(why) = too_costly(leaf) {
        return Err(refusal(leaf, VerifyFlag::BadKey, "", why));
    }
    let fields = leaf.fields();
    if fields.scheme.is_none() {
        let algorithm = &fields.signature_algorithm;
        return Err(match oid::is_broken_hash(algorithm) {
            true => refusal(
                leaf,
                VerifyFlag::BadMd,
                sections::HASH,
                explain::weak_signature(algorithm),
            ),
            false => refusal(
                leaf,
                VerifyFlag::BadPk,
                sections::SIGNATURE_ALGORITHM,
                explain::unsupported_signature(algorithm),
            ),
        });
    }
    if unusable::is_other_key(leaf) {
        let why = format!(
            "its key is {}, which is not supported; RSA or EC is needed",
            describe_key(&fields.key)
        );
        return Err(refusal(leaf, VerifyFlag::BadPk, sections::PUBLIC_KEY, why));
    }
    leaf.key().map(|_| ()).map_err(|code| {
        let flag = match code.is_out_of_memory() {
            true => VerifyFlag::Other,
            false => VerifyFlag::BadKey,
        };
        let why = match code {
            code if code.is_out_of_memory() => "out of memory".into(),
            code => unusable::why(leaf, code),
        };
        refusal(leaf, flag, sections::PUBLIC_KEY, format!("{why} [{code}]"))
    })
}

fn refusal(
    leaf: &Certificate,
    flag: VerifyFlag,
    rule: &'static str,
    explanation: String,
) -> VerifyError {
    let finding = Finding {
        depth: 0,
        flag,
        rule,
        explanation,
    };
    VerifyError::new(vec![report::problem(leaf, Some(0), finding)])
}

/// Nobody knows whether the certificate is valid now.
pub(super) fn without_clock(leaf: &Certificate) -> VerifyError {
    let why = "nobody knows the time: the platform that is installed must have a clock, or the \
               verifier a time of its own";
    refusal(leaf, VerifyFlag::Other, sections::VALIDITY, why.into())
}

/// There is nothing to judge.
pub(super) fn missing() -> VerifyError {
    VerifyError::new(vec![VerifyProblem {
        depth: 0,
        position: None,
        subject: "(no certificate)".into(),
        issuer: "(unknown)".into(),
        serial: String::new(),
        fingerprint_sha256: raw::sha256(&[]),
        flag: VerifyFlag::Missing,
        rule: "RFC 5246, 7.4.2 and 7.4.6",
        explanation: "the peer sent no certificate".into(),
        remedy: VerifyFlag::Missing.remedy(),
    }])
}

/// A problem of a leaf of which nothing is known.
fn unreadable(leaf: &[u8], rule: &'static str, explanation: String) -> VerifyError {
    let fingerprint_sha256 = raw::sha256(leaf);
    VerifyError::new(vec![VerifyProblem {
        depth: 0,
        position: Some(0),
        subject: format!("(unreadable, SHA-256 {})", hex(&fingerprint_sha256)),
        issuer: "(unknown)".into(),
        serial: String::new(),
        fingerprint_sha256,
        flag: VerifyFlag::Other,
        rule,
        explanation,
        remedy: remedy(VerifyFlag::Other, rule),
    }])
}

const MAX_CERTIFICATES: usize = 16;
const MAX_SIZE: usize = 128 * 1024;
const MAX_MODULUS_BITS: usize = 8192;
const MAX_EXPONENT_BITS: usize = 33;
