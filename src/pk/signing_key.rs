//! Keys that stay elsewhere: in a token, a service, another process.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::error::Error as StdError;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::SignatureScheme;
use crate::sync::Mutex;

/// A private key that this crate never sees: it asks for signatures.
///
/// [`PrivateKey::from_signing_key`](crate::PrivateKey::from_signing_key) makes
/// it a key for servers and clients. Each full handshake asks for one
/// signature. It is called between the steps of the handshake and never from
/// C: a panic in it unwinds to the caller of the handshake, which is then over.
///
/// What it returns is verified under the public key before it is sent. A
/// signature that went wrong in a faulty device can give an RSA key away, and
/// the peer would only refuse it without a reason.
///
/// A signer that is ready at once returns [`Signing::done`]. One that has to
/// ask somebody returns [`Signing::later`] with a future; see [`Signing`].
///
/// Mbed TLS has `mbedtls_pk_setup_rsa_alt` and
/// `mbedtls_ssl_conf_async_private_cb` for this.
///
/// ```
/// use embertls::{SignatureScheme, Signing, SigningKey};
///
/// /// A service that signs digests for us.
/// struct Service;
/// # impl Service {
/// #     fn sign(&self, _: &[u8]) -> std::io::Result<Vec<u8>> { Ok(vec![]) }
/// # }
///
/// struct RemoteKey {
///     service: Service,
///     public_key: Vec<u8>,
/// }
///
/// impl SigningKey for RemoteKey {
///     fn public_key_der(&self) -> &[u8] {
///         &self.public_key
///     }
///
///     fn schemes(&self) -> &[SignatureScheme] {
///         &[SignatureScheme::EcdsaSha256]
///     }
///
///     fn sign(&self, _scheme: SignatureScheme, digest: &[u8]) -> Signing {
///         self.service.sign(digest).into()
///     }
/// }
/// ```
pub trait SigningKey: Send + Sync {
    /// The public key: a `SubjectPublicKeyInfo` in DER (RFC 5280, section
    /// 4.1.2.7), as a certificate for this key holds it.
    fn public_key_der(&self) -> &[u8];

    /// What the key can sign with, each of the kind of the public key. Which
    /// is used depends on what the peer accepts, and wants most.
    fn schemes(&self) -> &[SignatureScheme];

    /// Signs `digest`, whose length is
    /// [`scheme.digest_len()`](SignatureScheme::digest_len).
    ///
    /// An RSA signature is as long as the modulus. An ECDSA signature is an
    /// `Ecdsa-Sig-Value` in DER (RFC 3279, section 2.2.3);
    /// [`ecdsa_signature_der`] makes one of the two bare numbers.
    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Signing;
}

/// What a signer may fail with: any error.
///
/// ```
/// let error: embertls::pk::SigningError = "the token has been pulled".into();
/// # let _ = error;
/// ```
pub type SigningError = Box<dyn StdError + Send + Sync>;

/// A signature, or the promise of one: what [`SigningKey::sign`] returns.
///
/// A promise is a future. [`Handshake::complete`](crate::Handshake::complete)
/// polls it and sleeps until its waker is called.
/// [`Handshake::advance`](crate::Handshake::advance) polls it once and returns
/// [`Error::SigningPending`](crate::Error::SigningPending), and
/// [`Handshake::advance_with`](crate::Handshake::advance_with) lets the caller
/// choose the waker, so that an event loop or an async task is woken. The
/// future is dropped with the handshake.
///
/// ```
/// use embertls::Signing;
///
/// let at_once = Signing::done(vec![1, 2, 3]);
/// let failed = Signing::failed("the token has been pulled");
/// let later = Signing::later(async { Err("the service does not answer".into()) });
/// # let _ = (at_once, failed, later);
/// ```
#[must_use = "nothing is signed until this is returned from `sign`"]
pub struct Signing(State);

enum State {
    Done(Option<Result<Vec<u8>, SigningError>>),
    /// The lock is never waited for: it makes the future `Sync`.
    Later(Mutex<Promise>),
}

type Promise = Pin<Box<dyn Future<Output = Result<Vec<u8>, SigningError>> + Send>>;

impl Signing {
    /// The signature is here.
    ///
    /// ```
    /// let signing = embertls::Signing::done(vec![0; 256]);
    /// # let _ = signing;
    /// ```
    pub fn done(signature: Vec<u8>) -> Self {
        Self(State::Done(Some(Ok(signature))))
    }

    /// There will be none. The error becomes the source of
    /// [`Error::Signing`](crate::Error::Signing).
    ///
    /// ```
    /// let signing = embertls::Signing::failed("the token has been pulled");
    /// # let _ = signing;
    /// ```
    pub fn failed(error: impl Into<SigningError>) -> Self {
        Self(State::Done(Some(Err(error.into()))))
    }

    /// The signature comes later. The future owns what it needs; it starts
    /// when it is first polled, which is soon.
    ///
    /// ```
    /// use std::future::poll_fn;
    /// use embertls::Signing;
    ///
    /// # fn ask(_: &mut std::task::Context<'_>) -> std::task::Poll<std::io::Result<Vec<u8>>> { todo!() }
    /// let signing = Signing::later(async { Ok(poll_fn(ask).await?) });
    /// # let _ = signing;
    /// ```
    pub fn later(
        signature: impl Future<Output = Result<Vec<u8>, SigningError>> + Send + 'static,
    ) -> Self {
        Self(State::Later(Mutex::new(Box::pin(signature))))
    }

    /// Whether the signature is there. Must not be called again once it was.
    pub(crate) fn poll(&mut self, waker: &Waker) -> Poll<Result<Vec<u8>, SigningError>> {
        match &mut self.0 {
            State::Done(signature) => Poll::Ready(
                signature
                    .take()
                    .unwrap_or_else(|| Err("the signature has been taken".into())),
            ),
            State::Later(promise) => {
                let promise = promise.get_mut();
                promise.as_mut().poll(&mut Context::from_waker(waker))
            }
        }
    }
}

impl<E: Into<SigningError>> From<Result<Vec<u8>, E>> for Signing {
    fn from(result: Result<Vec<u8>, E>) -> Self {
        match result {
            Ok(signature) => Self::done(signature),
            Err(error) => Self::failed(error),
        }
    }
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            State::Done(_) => "Signing::Done",
            State::Later(_) => "Signing::Later",
        })
    }
}

/// An ECDSA signature as TLS wants it, from its two numbers side by side, each
/// half of `numbers`: the form that PKCS#11 and IEEE P1363 use.
///
/// `None` where there are no two halves of 1 to 66 bytes.
///
/// ```
/// use embertls::pk::ecdsa_signature_der;
///
/// assert_eq!(
///     ecdsa_signature_der(&[0x00, 0x7f, 0x80, 0x01]),
///     Some(vec![0x30, 8, 2, 1, 0x7f, 2, 3, 0, 0x80, 0x01])
/// );
/// assert_eq!(ecdsa_signature_der(&[1, 2, 3]), None);
/// ```
pub fn ecdsa_signature_der(numbers: &[u8]) -> Option<Vec<u8>> {
    use pkcs8::der::Encode;
    use pkcs8::der::asn1::UintRef;

    let half = numbers.len() / 2;
    if numbers.len() % 2 != 0 || !(1..=66).contains(&half) {
        return None;
    }
    let (r, s) = numbers.split_at(half);
    let mut body = Vec::with_capacity(numbers.len() + 8);
    UintRef::new(r).ok()?.encode_to_vec(&mut body).ok()?;
    UintRef::new(s).ok()?.encode_to_vec(&mut body).ok()?;
    let sequence = pkcs8::der::asn1::AnyRef::new(pkcs8::der::Tag::Sequence, &body);
    sequence.ok()?.to_der().ok()
}
