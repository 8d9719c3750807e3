//! Writes public keys as certificates hold them.

use alloc::vec::Vec;

use pkcs8::der::asn1::{AnyRef, BitStringRef, UintRef};
use pkcs8::der::{self, Encode};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::curve::{self, Curve};
use super::numbers::RsaNumbers;
use super::refusal::Refusal;

/// `SubjectPublicKeyInfo` of an RSA key (RFC 3279, section 2.3.1).
pub(super) fn rsa(numbers: &RsaNumbers<'_>) -> Result<Vec<u8>, Refusal> {
    let encode = || -> der::Result<Vec<u8>> {
        let mut key = Vec::new();
        UintRef::new(numbers.modulus())?.encode_to_vec(&mut key)?;
        UintRef::new(numbers.exponent())?.encode_to_vec(&mut key)?;
        let key = AnyRef::new(der::Tag::Sequence, &key)?.to_der()?;
        info(curve::RSA, AnyRef::NULL, &key)
    };
    encode().map_err(unencodable)
}

/// `SubjectPublicKeyInfo` of an EC key (RFC 5480, section 2).
pub(super) fn ec(curve: &Curve, point: &[u8]) -> Result<Vec<u8>, Refusal> {
    info(curve::EC, AnyRef::from(&curve.oid), point).map_err(unencodable)
}

fn info(oid: pkcs8::ObjectIdentifier, parameters: AnyRef<'_>, key: &[u8]) -> der::Result<Vec<u8>> {
    SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef {
            oid,
            parameters: Some(parameters),
        },
        subject_public_key: BitStringRef::from_bytes(key)?,
    }
    .to_der()
}

fn unencodable(error: der::Error) -> Refusal {
    Refusal::new(format!("its public key cannot be written: {error}"))
}
