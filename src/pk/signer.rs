//! What signs for a private key.
//!
//! The engine holds no private key. It says what is to be signed, and gets the
//! signature from here between two of its steps.

use alloc::borrow::ToOwned;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::task::{Poll, Waker};

#[cfg(feature = "accel")]
use super::fast::FastKey;
use super::raw::RawKey;
use super::signing_key::{Signing, SigningError, SigningKey};
use super::{PrivateKey, SignatureScheme};
use crate::error::{Error, Result};
use crate::rng::Rng;

pub(super) enum Signer {
    /// The engine's own arithmetic, with a key that was loaded here.
    Own(RawKey),
    /// The arithmetic of aws-lc, with a key that was loaded here.
    #[cfg(feature = "accel")]
    Fast(FastKey),
    /// Somebody else, and the public key to check what comes.
    Foreign {
        key: Arc<dyn SigningKey>,
        public: RawKey,
    },
}

/// A signature under way.
#[derive(Debug)]
pub(crate) struct Pending {
    key: PrivateKey,
    scheme: SignatureScheme,
    digest: Vec<u8>,
    signing: Signing,
}

impl Pending {
    /// Asks `key` to sign. Signers of the application run here, and may panic.
    pub(crate) fn start(
        key: &PrivateKey,
        scheme: SignatureScheme,
        digest: &[u8],
        rng: &Rng,
    ) -> Result<Self> {
        let signing = match key.signer() {
            Signer::Own(own) => Signing::done(own.sign(scheme, digest, rng)?),
            #[cfg(feature = "accel")]
            Signer::Fast(fast) => Signing::done(fast.sign(scheme, digest)?),
            Signer::Foreign { key, .. } => key.sign(scheme, digest),
        };
        Ok(Self {
            key: key.clone(),
            scheme,
            digest: digest.to_vec(),
            signing,
        })
    }

    /// Whether the signature is there: checked, and of the right length.
    pub(crate) fn poll(&mut self, waker: &Waker) -> Poll<Result<Vec<u8>>> {
        self.signing
            .poll(waker)
            .map(|signed| signed.and_then(|signature| self.check(signature)))
            .map_err(|source| Error::Signing {
                action: format!(
                    "signing the handshake with {} by the private key ({})",
                    self.scheme, self.key
                ),
                source,
            })
    }

    /// A foreign signer may be broken, or hold another key than it says.
    fn check(&self, signature: Vec<u8>) -> Result<Vec<u8>, SigningError> {
        let Signer::Foreign { public, .. } = self.key.signer() else {
            return Ok(signature);
        };
        if public.verifies(self.scheme, &self.digest, &signature) {
            return Ok(signature);
        }
        let expected = match self.scheme.key_kind() {
            super::KeyKind::Rsa => format!("one of {} bytes", self.key.bits().div_ceil(8)),
            super::KeyKind::Ecdsa => "one in DER".to_owned(),
        };
        Err(format!(
            "the signer returned {} bytes that are no signature under its public key (expected {expected})",
            signature.len()
        )
        .into())
    }
}
