//! What to say when the engine refuses a certificate that can be read.

use super::Certificate;
use super::der::{PublicKey, oid};
use crate::error::ErrorCode;
use crate::ffi;

/// Why the engine cannot use this certificate, given what it returned.
pub(super) fn why(certificate: &Certificate, code: ErrorCode) -> String {
    let fields = certificate.fields();
    if code.is(UNKNOWN_SIG_ALG) {
        let algorithm = oid::describe(&fields.signature_algorithm);
        return format!("it is signed with {algorithm}, which is not supported");
    }
    if code.is(UNKNOWN_KEY) || code.is(UNKNOWN_CURVE) {
        return format!(
            "its key is {}, which is not supported",
            describe_key(&fields.key)
        );
    }
    let field = FIELDS_BY_CODE
        .iter()
        .find(|(known, _)| code.is(ErrorCode::from_raw(*known)));
    match field {
        Some((_, field)) => format!("field {field} cannot be used"),
        None => "it cannot be used".into(),
    }
}

/// The kind of a key and its size, for people.
pub(super) fn describe_key(key: &PublicKey) -> String {
    match key {
        PublicKey::Rsa {
            modulus_bits,
            exponent_bits: ..=33,
        } => format!("RSA of {modulus_bits} bits"),
        PublicKey::Rsa {
            modulus_bits,
            exponent_bits,
        } => format!("RSA of {modulus_bits} bits with an exponent of {exponent_bits} bits"),
        PublicKey::Ec { curve: Some(curve) } => format!("EC on {}", oid::describe(curve)),
        PublicKey::Ec { curve: None } => "EC on a curve without a name".into(),
        PublicKey::Other(id) => oid::describe(id),
    }
}

pub(super) const UNKNOWN_SIG_ALG: ErrorCode =
    ErrorCode::from_raw(ffi::MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG);
pub(super) const UNKNOWN_KEY: ErrorCode = ErrorCode::from_raw(ffi::MBEDTLS_ERR_PK_UNKNOWN_PK_ALG);
pub(super) const UNKNOWN_CURVE: ErrorCode =
    ErrorCode::from_raw(ffi::MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE);

const FIELDS_BY_CODE: [(i32, &str); 13] = [
    (ffi::MBEDTLS_ERR_X509_INVALID_VERSION, "version"),
    (ffi::MBEDTLS_ERR_X509_UNKNOWN_VERSION, "version"),
    (ffi::MBEDTLS_ERR_X509_INVALID_SERIAL, "serialNumber"),
    (ffi::MBEDTLS_ERR_X509_INVALID_ALG, "signatureAlgorithm"),
    (ffi::MBEDTLS_ERR_X509_SIG_MISMATCH, "signatureAlgorithm"),
    (ffi::MBEDTLS_ERR_X509_INVALID_SIGNATURE, "signatureValue"),
    (ffi::MBEDTLS_ERR_X509_INVALID_NAME, "issuer or subject"),
    (ffi::MBEDTLS_ERR_X509_INVALID_DATE, "validity"),
    (ffi::MBEDTLS_ERR_X509_INVALID_EXTENSIONS, "extensions"),
    (ffi::MBEDTLS_ERR_PK_INVALID_PUBKEY, "subjectPublicKeyInfo"),
    (ffi::MBEDTLS_ERR_PK_INVALID_ALG, "subjectPublicKeyInfo"),
    (
        ffi::MBEDTLS_ERR_PK_KEY_INVALID_FORMAT,
        "subjectPublicKeyInfo",
    ),
    (ffi::MBEDTLS_ERR_X509_INVALID_FORMAT, "tbsCertificate"),
];
