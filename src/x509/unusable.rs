//! What to say when the engine refuses a certificate that can be read.

use alloc::string::String;

use super::Certificate;
use super::der::PublicKey;
use super::der::oid::{self, ObjectIdentifier};
use super::signature;
use crate::compiled;
use crate::error::ErrorCode;
use crate::ffi;

/// Why the engine cannot use this certificate, given what it returned.
pub(super) fn why(certificate: &Certificate, code: ErrorCode) -> String {
    let fields = certificate.fields();
    if code.is(NO_CERTIFICATES) {
        return compiled::left_out("the use of certificates", "certificates");
    }
    if code.is(UNKNOWN_SIG_ALG) {
        return unsupported_signature(&fields.signature_algorithm);
    }
    if code.is(UNKNOWN_KEY) || code.is(UNKNOWN_CURVE) {
        return unsupported_key(&fields.key);
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

/// What is said of a signature that is not understood.
pub(super) fn unsupported_signature(algorithm: &[u8]) -> String {
    let what = format!("it is signed with {}, which", oid::describe(algorithm));
    match signature::feature_for(algorithm) {
        Some(feature) => compiled::left_out(what, feature),
        None => format!("{what} is not supported"),
    }
}

/// What is said of a key that cannot be used.
pub(super) fn unsupported_key(key: &PublicKey) -> String {
    let feature = match key {
        PublicKey::Rsa { .. } if !cfg!(feature = "rsa") => Some("rsa"),
        PublicKey::Ec { curve: Some(curve) }
            if !cfg!(feature = "curves")
                && OTHER_CURVES.iter().any(|id| id.as_bytes() == curve) =>
        {
            Some("curves")
        }
        _ => None,
    };
    let what = format!("its key is {}, which", describe_key(key));
    match feature {
        Some(feature) => compiled::left_out(what, feature),
        None => format!("{what} is not supported"),
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

/// P-384 and P-521.
const OTHER_CURVES: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.3.132.0.34"),
    ObjectIdentifier::new_unwrap("1.3.132.0.35"),
];

pub(super) const NO_CERTIFICATES: ErrorCode =
    ErrorCode::from_raw(ffi::MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE);
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
