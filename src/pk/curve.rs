//! Curves and algorithms by their object identifiers.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::ffi::c_int;

use pkcs8::ObjectIdentifier;

use crate::ffi;

/// A curve that this library is compiled with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Curve {
    pub(super) oid: ObjectIdentifier,
    pub(super) name: &'static str,
    pub(super) bits: u32,
    /// The engine's number for it.
    pub(super) group: c_int,
}

impl Curve {
    pub(super) fn by_oid(oid: ObjectIdentifier) -> Option<&'static Self> {
        CURVES.iter().find(|curve| curve.oid == oid)
    }

    /// Bytes of a coordinate, and of a secret.
    pub(super) fn bytes(&self) -> usize {
        self.bits.div_ceil(8) as usize
    }
}

/// Bytes of the largest point: a mark and two coordinates.
#[cfg(not(feature = "accel"))]
pub(super) const MAX_POINT: usize = 1 + 2 * 66;

const CURVES: [Curve; 3] = [
    Curve {
        oid: ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        name: "P-256",
        bits: 256,
        group: ffi::MBEDTLS_ECP_DP_SECP256R1 as c_int,
    },
    Curve {
        oid: ObjectIdentifier::new_unwrap("1.3.132.0.34"),
        name: "P-384",
        bits: 384,
        group: ffi::MBEDTLS_ECP_DP_SECP384R1 as c_int,
    },
    Curve {
        oid: ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        name: "P-521",
        bits: 521,
        group: ffi::MBEDTLS_ECP_DP_SECP521R1 as c_int,
    },
];

pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(super) const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// What people call an algorithm or curve that is not in this library.
pub(super) fn name(oid: ObjectIdentifier) -> String {
    let text = oid.to_string();
    let known = OTHERS.iter().find(|(number, _)| *number == text);
    match known {
        Some((_, name)) => (*name).to_owned(),
        None => format!("the object identifier {text}"),
    }
}

const OTHERS: [(&str, &str); 37] = [
    ("1.2.840.10045.3.1.1", "P-192"),
    ("1.3.132.0.33", "P-224"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.132.0.31", "secp192k1"),
    ("1.3.132.0.32", "secp224k1"),
    ("1.3.36.3.3.2.8.1.1.1", "brainpoolP160r1"),
    ("1.3.36.3.3.2.8.1.1.3", "brainpoolP192r1"),
    ("1.3.36.3.3.2.8.1.1.5", "brainpoolP224r1"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.9", "brainpoolP320r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
    ("1.2.156.10197.1.301", "SM2"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10046.2.1", "Diffie-Hellman"),
    ("1.2.840.113549.1.3.1", "Diffie-Hellman"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("1.2.840.113549.3.2", "RC2"),
    ("1.2.840.113549.3.4", "RC4"),
    ("1.2.840.113549.3.7", "3DES"),
    ("1.3.14.3.2.7", "DES"),
    ("1.2.840.113549.1.5.3", "PBES1 (MD5 and DES)"),
    ("1.2.840.113549.1.5.6", "PBES1 (MD5 and RC2)"),
    ("1.2.840.113549.1.5.10", "PBES1 (SHA-1 and DES)"),
    ("1.2.840.113549.1.5.11", "PBES1 (SHA-1 and RC2)"),
    ("1.2.840.113549.1.12.1.1", "PKCS#12 (SHA-1 and RC4)"),
    ("1.2.840.113549.1.12.1.2", "PKCS#12 (SHA-1 and RC4)"),
    ("1.2.840.113549.1.12.1.3", "PKCS#12 (SHA-1 and 3DES)"),
    ("1.2.840.113549.1.12.1.4", "PKCS#12 (SHA-1 and 3DES)"),
    ("1.2.840.113549.1.12.1.5", "PKCS#12 (SHA-1 and RC2)"),
    ("1.2.840.113549.1.12.1.6", "PKCS#12 (SHA-1 and RC2)"),
];
