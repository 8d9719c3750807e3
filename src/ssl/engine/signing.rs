//! Signing the handshake: between two steps of the engine, which has no
//! private key.
//!
//! A server's engine stops where it wants a signature. A client's is stopped
//! before it would make one, at CertificateVerify. In both cases the key is
//! asked here, may take its time, and the handshake goes on with what it
//! returns.

use alloc::vec::Vec;
use core::task::{Poll, Waker};

use super::{Engine, Phase};
use crate::error::{Alert, Error, Result};
use crate::ffi;
use crate::pk::signer::Pending;
use crate::pk::{KeyKind, PrivateKey, SignatureScheme};
use crate::ssl::wire::certificate_request::CertificateRequest;

/// A signature that the handshake waits for.
#[derive(Debug)]
pub(super) struct Awaited {
    scheme: SignatureScheme,
    pending: Pending,
}

impl Engine {
    /// On a server, with the ClientHello at hand: which identities can serve
    /// this client, and with what they sign.
    pub(super) fn offer_identities(&mut self) -> Result<()> {
        let Some(hello) = &self.offered else {
            return Ok(());
        };
        let config = self.config.clone();
        let accepted = &hello.signature_schemes;
        // With static RSA a key signs nothing: such clients may know no signature of ours.
        let may_decrypt = config.common.cipher_suites.iter().any(|suite| {
            suite.is_static_rsa() && hello.cipher_suites.contains(&suite.iana_number())
        });
        let usable = config.identities().iter().filter_map(|identity| {
            let scheme = common_scheme(&identity.key, accepted);
            let decrypts = may_decrypt && identity.key.kind() == KeyKind::Rsa;
            (scheme.is_some() || decrypts).then_some((identity, scheme))
        });
        let usable: Vec<_> = usable.collect();
        if usable.is_empty() {
            self.raw.withdraw_certificate();
        }
        // From the last to the first: for each kind of key, the first counts.
        for (_, scheme) in usable.iter().rev() {
            if let Some(scheme) = scheme {
                self.raw.sign_with(*scheme);
            }
        }
        if usable.len() < config.identities().len() {
            for (identity, _) in &usable {
                // SAFETY: the configuration outlives the session.
                unsafe { self.raw.may_show(&identity.chain) }
                    .map_err(|code| self.engine_refused(code))?;
            }
        }
        Ok(())
    }

    /// Whether a signature is waited for, after having asked for one where it
    /// is time.
    pub(super) fn needs_signature(&mut self) -> Result<bool> {
        if self.awaited_signature.is_none()
            && self.is_client()
            && self.raw.owes_certificate_verify()
        {
            let (key, scheme) = match (self.config.identities().first(), self.client_scheme) {
                (Some(identity), Some(scheme)) => (identity.key.clone(), scheme),
                _ => return Err(self.refuse(Alert::InternalError, "there is no key to sign with")),
            };
            let digest = self
                .raw
                .transcript(scheme)
                .map_err(|code| self.engine_refused(code))?;
            self.ask_for_signature(&key, scheme, &digest)?;
        }
        Ok(self.awaited_signature.is_some())
    }

    /// On a server: the step that is next may sign.
    pub(super) fn choose_scheme(&mut self) {
        if let Some((_, scheme)) = self.own_key() {
            self.raw.sign_with(scheme);
        }
    }

    /// On a server: the engine has stopped for what it has no key for.
    pub(super) fn private_key_wanted(&mut self) -> Result<()> {
        match self.raw.state() {
            ffi::MBEDTLS_SSL_CLIENT_KEY_EXCHANGE => self.decryption_wanted(),
            _ => self.signature_wanted(),
        }
    }

    /// The premaster secret is decrypted at once: only keys that were loaded
    /// here do that.
    fn decryption_wanted(&mut self) -> Result<()> {
        let identity = self
            .own_identity
            .and_then(|own| self.config.identities().get(own));
        let key = identity.map(|identity| identity.key.clone());
        let version = self.offered.as_ref().map(|hello| hello.legacy_version);
        let decrypted = key.zip(version);
        match decrypted.map(|(key, version)| self.raw.decrypt_premaster(&key, version)) {
            Some(Ok(())) => Ok(()),
            Some(Err(code)) => Err(self.engine_refused(code)),
            None => Err(self.refuse(Alert::InternalError, "there is no key to decrypt with")),
        }
    }

    fn signature_wanted(&mut self) -> Result<()> {
        let Some((key, scheme)) = self.own_key() else {
            return Err(self.refuse(Alert::InternalError, "there is no key to sign with"));
        };
        let digest = self.raw.digest_to_sign().to_vec();
        self.ask_for_signature(&key, scheme, &digest)
    }

    /// Whether the signature is there; if so, the handshake goes on with it.
    pub(crate) fn poll_signature(&mut self, waker: &Waker) -> Poll<Result<()>> {
        let Some(mut awaited) = self.awaited_signature.take() else {
            return Poll::Ready(Ok(()));
        };
        let signature = match self.outside(|_| awaited.pending.poll(waker)) {
            Poll::Pending => {
                self.awaited_signature = Some(awaited);
                return Poll::Pending;
            }
            Poll::Ready(Ok(signature)) => signature,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(self.cannot_sign(error))),
        };
        let taken = match self.is_client() {
            true => self
                .raw
                .write_certificate_verify(awaited.scheme, &signature),
            false => self.raw.put_signature(&signature),
        };
        Poll::Ready(taken.map_err(|code| self.engine_refused(code)))
    }

    /// On a client: which scheme the server lets our key sign with. Without
    /// one it gets an empty list.
    pub(super) fn choose_client_scheme(&mut self, request: &CertificateRequest) {
        let Some(identity) = self.config.identities().first() else {
            self.certificate_withheld = Some("none is configured");
            return;
        };
        let withheld = if request.takes(identity.key.kind()) {
            self.client_scheme = common_scheme(&identity.key, &request.signature_schemes);
            "it accepts no signature that the private key can make"
        } else {
            "it takes no certificate with a key of this kind"
        };
        if self.client_scheme.is_none() {
            self.raw.withdraw_certificate();
            self.certificate_withheld = Some(withheld);
        }
    }

    /// On a client that may have to sign.
    pub(super) fn keep_transcripts(&mut self) -> Result<()> {
        if self.config.identities().is_empty() {
            return Ok(());
        }
        let kept = self.raw.keep_transcripts();
        kept.map_err(|code| self.engine_refused(code))
    }

    fn own_key(&self) -> Option<(PrivateKey, SignatureScheme)> {
        let own = self.config.identities().get(self.own_identity?)?;
        let accepted = &self.offered.as_ref()?.signature_schemes;
        Some((own.key.clone(), common_scheme(&own.key, accepted)?))
    }

    fn ask_for_signature(
        &mut self,
        key: &PrivateKey,
        scheme: SignatureScheme,
        digest: &[u8],
    ) -> Result<()> {
        let rng = self.rng();
        let pending = self.outside(|_| Pending::start(key, scheme, digest, &rng));
        let pending = pending.map_err(|error| self.cannot_sign(error))?;
        self.awaited_signature = Some(Awaited { scheme, pending });
        Ok(())
    }

    /// Calls what the application wrote. Where that panics, the session stays
    /// dead.
    pub(super) fn outside<R>(&mut self, call: impl FnOnce(&mut Self) -> R) -> R {
        let phase = core::mem::replace(&mut self.phase, Phase::Dead);
        let result = call(self);
        self.phase = phase;
        result
    }

    fn cannot_sign(&mut self, error: Error) -> Error {
        self.send_fatal(Alert::InternalError);
        self.kill();
        error
    }
}

/// The first scheme in the peer's list, the most wanted one, that the key can
/// make.
fn common_scheme(key: &PrivateKey, accepted: &[u16]) -> Option<SignatureScheme> {
    let mut known = accepted
        .iter()
        .filter_map(|number| SignatureScheme::from_iana_number(*number));
    known.find(|scheme| key.schemes().contains(scheme))
}

/// Whether the engine has stopped because it wants a signature.
pub(super) fn is_wanted(code: crate::error::ErrorCode) -> bool {
    code.raw() == ffi::MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS
}
