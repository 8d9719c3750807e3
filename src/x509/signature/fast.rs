//! Signatures as aws-lc checks them.

use core::fmt;

use super::{Hash, Kind, Scheme};
use crate::provider::digest;
use crate::provider::public_key::{Algorithm, PublicKey};
use crate::provider::rsa::Padding;

/// A public key that aws-lc takes.
pub(super) struct FastKey(PublicKey);

impl FastKey {
    /// `None` for a key that the engine must judge.
    pub(super) fn parse(key_info: &[u8]) -> Option<Self> {
        PublicKey::parse(key_info).map(Self)
    }

    pub(super) fn verifies(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = match scheme.kind {
            Kind::RsaPkcs1 => Algorithm::Rsa(Padding::Pkcs1),
            Kind::RsaPss { salt_len } => Algorithm::Rsa(Padding::Pss { salt_len }),
            Kind::Ecdsa => Algorithm::Ecdsa,
        };
        let hash = match scheme.hash {
            Hash::Sha1 => digest::Hash::Sha1,
            Hash::Sha224 => digest::Hash::Sha224,
            Hash::Sha256 => digest::Hash::Sha256,
            Hash::Sha384 => digest::Hash::Sha384,
            Hash::Sha512 => digest::Hash::Sha512,
        };
        let digest = hash.digest(message);
        self.0
            .verifies(algorithm, hash, digest.as_bytes(), signature)
    }
}

impl fmt::Debug for FastKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FastKey")
    }
}
