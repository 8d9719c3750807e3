//! Keys that sign with aws-lc: the engine's own arithmetic never sees them.

use alloc::vec::Vec;

use super::numbers::{EcNumbers, RsaNumbers};
use super::raw::RawKey;
use super::refusal::Refusal;
use super::{SignatureScheme, spki};
use crate::error::Error;
use crate::provider::curve::Curve;
use crate::provider::digest::Hash;
use crate::provider::rsa::Padding;
use crate::provider::{ecdsa, rsa};

/// A private key, and the public one as the engine knows it.
pub(super) struct FastKey {
    private: Private,
    public: RawKey,
}

enum Private {
    Rsa(rsa::Private),
    Ec(ecdsa::Private),
}

/// Whether RSA keys of this size are for aws-lc; the others stay with the
/// engine.
pub(super) fn takes_rsa(bits: u32) -> bool {
    (2048..=4096).contains(&bits)
}

impl FastKey {
    /// An RSA key; its numbers must belong together.
    pub(super) fn rsa(numbers: &RsaNumbers<'_>, spki: &[u8]) -> Result<Self, Refusal> {
        let private = rsa::Private::new(&numbers.all).ok_or_else(|| {
            Refusal::new(
                "the numbers of the RSA key do not belong together: the file is damaged, or was \
                 put together from two keys",
            )
        })?;
        Self::new(Private::Rsa(private), spki)
    }

    /// An EC key, whose public key must be that of its secret; and that public
    /// key.
    pub(super) fn ec(numbers: &EcNumbers<'_>) -> Result<(Self, Vec<u8>), Refusal> {
        let curve = match numbers.curve.bits {
            256 => Curve::P256,
            384 => Curve::P384,
            _ => Curve::P521,
        };
        let mut secret = zeroize::Zeroizing::new(vec![0; curve.len()]);
        let start = curve.len().saturating_sub(numbers.secret.len());
        if let Some(end) = secret.get_mut(start..) {
            for (to, from) in end.iter_mut().zip(numbers.secret) {
                *to = *from;
            }
        }
        let private = ecdsa::Private::new(curve, &secret).ok_or_else(|| {
            Refusal::new(
                "the secret of the EC key is 0 or too large for its curve: the file is damaged",
            )
        })?;
        numbers.check_public(private.point())?;
        let spki = spki::ec(numbers.curve, private.point())?;
        Ok((Self::new(Private::Ec(private), &spki)?, spki))
    }

    /// Signs; an error is not the caller's fault.
    pub(super) fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, Error> {
        let hash = match scheme.digest_len() {
            32 => Hash::Sha256,
            48 => Hash::Sha384,
            _ => Hash::Sha512,
        };
        let padding = match scheme.is_pss() {
            true => Padding::Pss {
                salt_len: scheme.digest_len() as u16,
            },
            false => Padding::Pkcs1,
        };
        let signature = match &self.private {
            Private::Rsa(key) => key.sign(padding, hash, digest),
            Private::Ec(key) => key.sign(digest),
        };
        signature.ok_or(Error::OutOfMemory {
            action: "signing the handshake",
        })
    }

    /// The RSA key, if it is one.
    pub(super) fn as_rsa(&self) -> Option<&rsa::Private> {
        match &self.private {
            Private::Rsa(key) => Some(key),
            Private::Ec(_) => None,
        }
    }

    /// The public key, in the engine's form.
    pub(super) fn public(&self) -> &RawKey {
        &self.public
    }

    fn new(private: Private, spki: &[u8]) -> Result<Self, Refusal> {
        let public = RawKey::public(spki).map_err(|code| match code.is_out_of_memory() {
            true => Refusal::Other(Error::OutOfMemory {
                action: "loading a private key",
            }),
            false => Refusal::Key {
                reason: "the engine cannot use its public key".into(),
                code: Some(code),
            },
        })?;
        Ok(Self { private, public })
    }
}
