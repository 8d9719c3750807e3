//! Public keys as certificates hold them.

use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::{AnyRef, UintRef};
use pkcs8::der::{self, Decode, Reader, SliceReader};
use pkcs8::spki::SubjectPublicKeyInfoRef;

use super::curve::Curve;
use super::digest::Hash;
use super::rsa::Padding;
use super::{ecdsa, rsa};

/// A key that checks signatures.
pub(crate) enum PublicKey {
    Rsa(rsa::Public),
    Ec(ecdsa::Public),
}

/// How a signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rsa(Padding),
    Ecdsa,
}

impl PublicKey {
    /// Takes a `SubjectPublicKeyInfo` (RFC 5280, section 4.1.2.7) of an RSA key
    /// of 2,048 to 4,096 bits, or of an EC key on P-256, P-384 or P-521 with
    /// its point uncompressed.
    ///
    /// `None` for all others: whether they are good is for somebody else to
    /// say.
    pub(crate) fn parse(key_info: &[u8]) -> Option<Self> {
        let info = SubjectPublicKeyInfoRef::from_der(key_info).ok()?;
        let key = info.subject_public_key.as_bytes()?;
        match info.algorithm.oid {
            RSA if info.algorithm.parameters == Some(AnyRef::NULL) => {
                let (modulus, exponent) = rsa_numbers(key).ok()?;
                let key = rsa::Public::new(modulus, exponent)?;
                (2048..=4096)
                    .contains(&key.bits())
                    .then_some(Self::Rsa(key))
            }
            EC => {
                let curve = info.algorithm.parameters?.decode_as::<ObjectIdentifier>();
                let curve = match curve.ok()? {
                    P256 => Curve::P256,
                    P384 => Curve::P384,
                    P521 => Curve::P521,
                    _ => return None,
                };
                ecdsa::Public::new(curve, key).map(Self::Ec)
            }
            _ => None,
        }
    }

    /// Whether `signature` is one of `digest` under this key.
    pub(crate) fn verifies(
        &self,
        algorithm: Algorithm,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        match (self, algorithm) {
            _ if digest.len() != hash.len() => false,
            (Self::Rsa(key), Algorithm::Rsa(padding)) => {
                key.verifies(padding, hash, digest, signature)
            }
            (Self::Ec(key), Algorithm::Ecdsa) => key.verifies(digest, signature),
            _ => false,
        }
    }
}

/// `RSAPublicKey`, RFC 8017, appendix A.1.1.
fn rsa_numbers(der: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let mut reader = SliceReader::new(der)?;
    let numbers = reader.sequence(|reader| -> der::Result<_> {
        let modulus = reader.decode::<UintRef<'_>>()?;
        let exponent = reader.decode::<UintRef<'_>>()?;
        Ok((modulus.as_bytes(), exponent.as_bytes()))
    })?;
    reader.finish()?;
    Ok(numbers)
}

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
