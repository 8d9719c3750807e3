//! What to say when the engine refuses a certificate that can be read.

use alloc::string::String;

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
    let Some((_, field)) = field else {
        return "it cannot be used".into();
    };
    let at = match *field {
        SERIAL => &fields.serial,
        NAME => &fields.issuer,
        KEY => &fields.key_info,
        SIGNATURE => &fields.signature,
        _ => &fields.signed,
    };
    format!("field {field} cannot be used (at byte {})", at.start)
}

/// Whether the engine takes a key with which nobody can sign: one that is said
/// to be for ECDH or RSASSA-PSS alone.
pub(super) fn is_other_key(certificate: &Certificate) -> bool {
    matches!(certificate.fields().key, PublicKey::Other(_))
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

const SERIAL: &str = "serialNumber";
const NAME: &str = "issuer or subject";
const KEY: &str = "subjectPublicKeyInfo";
const SIGNATURE: &str = "signatureValue";

const FIELDS_BY_CODE: [(i32, &str); 16] = [
    (ffi::MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE, KEY),
    (ffi::MBEDTLS_ERR_ECP_INVALID_KEY, KEY),
    (ffi::MBEDTLS_ERR_ECP_BAD_INPUT_DATA, KEY),
    (ffi::MBEDTLS_ERR_X509_INVALID_VERSION, "version"),
    (ffi::MBEDTLS_ERR_X509_UNKNOWN_VERSION, "version"),
    (ffi::MBEDTLS_ERR_X509_INVALID_SERIAL, SERIAL),
    (ffi::MBEDTLS_ERR_X509_INVALID_ALG, "signatureAlgorithm"),
    (ffi::MBEDTLS_ERR_X509_SIG_MISMATCH, "signatureAlgorithm"),
    (ffi::MBEDTLS_ERR_X509_INVALID_SIGNATURE, SIGNATURE),
    (ffi::MBEDTLS_ERR_X509_INVALID_NAME, NAME),
    (ffi::MBEDTLS_ERR_X509_INVALID_DATE, "validity"),
    (ffi::MBEDTLS_ERR_X509_INVALID_EXTENSIONS, "extensions"),
    (ffi::MBEDTLS_ERR_PK_INVALID_PUBKEY, KEY),
    (ffi::MBEDTLS_ERR_PK_INVALID_ALG, KEY),
    (ffi::MBEDTLS_ERR_PK_KEY_INVALID_FORMAT, KEY),
    (ffi::MBEDTLS_ERR_X509_INVALID_FORMAT, "tbsCertificate"),
];
