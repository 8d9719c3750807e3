//! Signatures of certificates and revocation lists: which algorithms there
//! are, and the one place where a signature is checked.

mod engine;
#[cfg(feature = "accel")]
mod fast;
#[cfg(all(test, feature = "accel", feature = "full"))]
mod tests;

use core::ffi::c_int;

use ::der::asn1::{AnyRef, UintRef};
use ::der::{Decode, Reader, SliceReader, Tag, Tagged};

use self::engine::EngineKey;
#[cfg(feature = "accel")]
use self::fast::FastKey;
use super::der::oid::{self, ObjectIdentifier};
use crate::error::ErrorCode;
use crate::ffi;

/// A signature algorithm that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scheme {
    pub(super) kind: Kind,
    pub(super) hash: Hash,
    /// Whether the parameters are written as RFC 4055 and RFC 5758 say.
    pub(super) is_exact: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    RsaPkcs1,
    RsaPss { salt_len: u16 },
    Ecdsa,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// A public key that checks signatures.
#[derive(Debug)]
pub(super) struct VerifyingKey {
    checker: Checker,
}

#[derive(Debug)]
enum Checker {
    /// aws-lc, for the keys that it takes.
    #[cfg(feature = "accel")]
    Fast(FastKey),
    Engine(EngineKey),
}

impl Scheme {
    /// The algorithm of an `AlgorithmIdentifier`; none if it is not known here.
    pub(super) fn read(id: &[u8], parameters: Option<AnyRef<'_>>) -> Option<Self> {
        let scheme = Self::parse(id, parameters)?;
        missing_feature(scheme.kind, scheme.hash)
            .is_none()
            .then_some(scheme)
    }

    fn parse(id: &[u8], parameters: Option<AnyRef<'_>>) -> Option<Self> {
        if id == oid::RSASSA_PSS.as_bytes() {
            return pss(parameters?);
        }
        let (_, kind, hash) = *KNOWN.iter().find(|(known, ..)| known.as_bytes() == id)?;
        let is_null = parameters.map(|parameters| parameters.tag() == Tag::Null);
        let is_exact = match kind {
            Kind::Ecdsa => is_null.is_none(),
            _ => is_null == Some(true),
        };
        // The engine takes NULL and nothing for the same.
        (is_null != Some(false)).then_some(Self {
            kind,
            hash,
            is_exact,
        })
    }
}

impl Hash {
    fn by_id(id: &ObjectIdentifier) -> Option<Self> {
        let mut known = HASHES.iter();
        known.find(|(known, ..)| known == id).map(|found| found.1)
    }

    /// Bytes of a digest.
    pub(super) fn len(self) -> u16 {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn engine_number(self) -> c_int {
        let number = match self {
            Self::Sha1 => ffi::MBEDTLS_MD_SHA1,
            Self::Sha224 => ffi::MBEDTLS_MD_SHA224,
            Self::Sha256 => ffi::MBEDTLS_MD_SHA256,
            Self::Sha384 => ffi::MBEDTLS_MD_SHA384,
            Self::Sha512 => ffi::MBEDTLS_MD_SHA512,
        };
        number as c_int
    }
}

/// The feature that brings signatures of this kind, where this build is without
/// it.
fn missing_feature(kind: Kind, hash: Hash) -> Option<&'static str> {
    match (kind, hash) {
        (Kind::RsaPkcs1 | Kind::RsaPss { .. }, _) if !cfg!(feature = "rsa") => Some("rsa"),
        (_, Hash::Sha384 | Hash::Sha512) if !cfg!(feature = "sha384") => Some("sha384"),
        _ => None,
    }
}

/// The same, for the identifier of an algorithm that could not be read.
pub(super) fn feature_for(id: &[u8]) -> Option<&'static str> {
    if id == oid::RSASSA_PSS.as_bytes() {
        return missing_feature(Kind::RsaPss { salt_len: 0 }, Hash::Sha256);
    }
    let mut known = KNOWN.iter();
    let (_, kind, hash) = known.find(|(known, ..)| known.as_bytes() == id)?;
    missing_feature(*kind, *hash)
}

/// RFC 4055, section 3.1. What is left out stands for SHA-1.
fn pss(parameters: AnyRef<'_>) -> Option<Scheme> {
    let read = || -> ::der::Result<Option<Scheme>> {
        if parameters.tag() != Tag::Sequence {
            return Ok(None);
        }
        let mut r = SliceReader::new(parameters.value())?;
        let mut hash = Some(Hash::Sha1);
        let mut mask_hash = Some(Hash::Sha1);
        let mut salt_len = 20;
        let mut trailer = 1;
        let mut last = None;
        while let Some(tag) = r.peek_byte() {
            if last >= Some(tag) {
                return Ok(None);
            }
            last = Some(tag);
            let part = AnyRef::decode(&mut r)?;
            match tag {
                0xa0 => hash = hash_algorithm(part.value())?,
                0xa1 => mask_hash = mask_algorithm(part.value())?,
                0xa2 => salt_len = u16::from_der(part.value())?,
                0xa3 => trailer = u8::from_der(part.value())?,
                _ => return Ok(None),
            }
        }
        // The engine could take two hashes, but nobody signs with two.
        Ok(hash
            .filter(|_| hash == mask_hash && trailer == 1)
            .map(|hash| Scheme {
                kind: Kind::RsaPss { salt_len },
                hash,
                is_exact: salt_len == hash.len(),
            }))
    };
    read().ok().flatten()
}

/// The identifier in an `AlgorithmIdentifier`, and its parameters.
fn algorithm(der: &[u8]) -> ::der::Result<(ObjectIdentifier, Option<AnyRef<'_>>)> {
    let any = AnyRef::from_der(der)?;
    any.tag().assert_eq(Tag::Sequence)?;
    let mut r = SliceReader::new(any.value())?;
    let id = ObjectIdentifier::decode(&mut r)?;
    let parameters = match r.is_finished() {
        true => None,
        false => Some(AnyRef::decode(&mut r)?),
    };
    r.finish()?;
    Ok((id, parameters))
}

fn hash_algorithm(der: &[u8]) -> ::der::Result<Option<Hash>> {
    let (id, parameters) = algorithm(der)?;
    let is_good = parameters.is_none_or(|parameters| parameters.tag() == Tag::Null);
    Ok(Hash::by_id(&id).filter(|_| is_good))
}

fn mask_algorithm(der: &[u8]) -> ::der::Result<Option<Hash>> {
    let (id, parameters) = algorithm(der)?;
    match parameters {
        Some(hash) if id == oid::MGF1 => {
            use ::der::Encode;
            hash_algorithm(&hash.to_der()?)
        }
        _ => Ok(None),
    }
}

impl VerifyingKey {
    /// Takes a whole `SubjectPublicKeyInfo`.
    pub(super) fn parse(key_info: &[u8]) -> Result<Self, ErrorCode> {
        #[cfg(feature = "accel")]
        if let Some(key) = FastKey::parse(key_info) {
            return Ok(Self {
                checker: Checker::Fast(key),
            });
        }
        EngineKey::parse(key_info).map(|key| Self {
            checker: Checker::Engine(key),
        })
    }

    /// Whether the signature of this message was made with this key.
    pub(super) fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        if scheme.kind == Kind::Ecdsa && !is_ecdsa_signature(signature) {
            return false;
        }
        match &self.checker {
            #[cfg(feature = "accel")]
            Checker::Fast(key) => key.verifies(scheme, message, signature),
            Checker::Engine(key) => key.verifies(scheme, message, signature),
        }
    }
}

/// Two positive numbers in DER (RFC 3279, section 2.2.3). The engine would take
/// other encodings of the same, which makes one signature into many.
fn is_ecdsa_signature(der: &[u8]) -> bool {
    let read = || -> ::der::Result<()> {
        let mut r = SliceReader::new(der)?;
        r.sequence(|r| -> ::der::Result<()> {
            UintRef::decode(r)?;
            UintRef::decode(r)?;
            Ok(())
        })?;
        r.finish()
    };
    read().is_ok()
}

const KNOWN: [(ObjectIdentifier, Kind, Hash); 11] = [
    (
        oid_of("1.2.840.113549.1.1.11"),
        Kind::RsaPkcs1,
        Hash::Sha256,
    ),
    (oid_of("1.2.840.10045.4.3.2"), Kind::Ecdsa, Hash::Sha256),
    (oid_of("1.2.840.10045.4.3.3"), Kind::Ecdsa, Hash::Sha384),
    (
        oid_of("1.2.840.113549.1.1.12"),
        Kind::RsaPkcs1,
        Hash::Sha384,
    ),
    (
        oid_of("1.2.840.113549.1.1.13"),
        Kind::RsaPkcs1,
        Hash::Sha512,
    ),
    (oid_of("1.2.840.10045.4.3.4"), Kind::Ecdsa, Hash::Sha512),
    (
        oid_of("1.2.840.113549.1.1.14"),
        Kind::RsaPkcs1,
        Hash::Sha224,
    ),
    (oid_of("1.2.840.10045.4.3.1"), Kind::Ecdsa, Hash::Sha224),
    (oid_of("1.2.840.113549.1.1.5"), Kind::RsaPkcs1, Hash::Sha1),
    (oid_of("1.3.14.3.2.29"), Kind::RsaPkcs1, Hash::Sha1),
    (oid_of("1.2.840.10045.4.1"), Kind::Ecdsa, Hash::Sha1),
];

const HASHES: [(ObjectIdentifier, Hash); 5] = [
    (oid_of("1.3.14.3.2.26"), Hash::Sha1),
    (oid_of("2.16.840.1.101.3.4.2.4"), Hash::Sha224),
    (oid_of("2.16.840.1.101.3.4.2.1"), Hash::Sha256),
    (oid_of("2.16.840.1.101.3.4.2.2"), Hash::Sha384),
    (oid_of("2.16.840.1.101.3.4.2.3"), Hash::Sha512),
];

const fn oid_of(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}
