//! The engine's side of a signature that is made in Rust.

use alloc::vec::Vec;
use core::ptr::null_mut;

use super::{RawSession, slice};
use crate::error::{ErrorCode, check};
use crate::ffi;
use crate::pk::{KeyKind, PrivateKey, SignatureScheme};
use crate::x509::CertificateChain;

/// Bytes of the longest digest.
const MAX_DIGEST: usize = 64;

impl RawSession {
    /// On a server, before the ClientHello: these may be chosen, and no other
    /// of the configuration.
    ///
    /// # Safety
    ///
    /// The chain outlives the session.
    pub(crate) unsafe fn may_show(&mut self, chain: &CertificateChain) -> Result<(), ErrorCode> {
        // SAFETY: the context is in its handshake; it keeps the pointer, to a list that outlives it.
        check(unsafe {
            ffi::mbedtls_ssl_set_hs_own_cert(self.ssl.as_ptr(), chain.as_ptr(), null_mut())
        })
    }

    /// On a server: what it signs with, if it shows a key of this kind.
    pub(crate) fn sign_with(&mut self, scheme: SignatureScheme) {
        let is_rsa = scheme.key_kind() == KeyKind::Rsa;
        // SAFETY: sets fields of a context that is set up.
        unsafe {
            ffi::ember_ssl_sign_with(
                self.ssl.as_ptr(),
                is_rsa.into(),
                scheme.hash(),
                scheme.iana_number(),
            );
        }
    }

    /// On a server, after a step that has asked for a signature.
    pub(crate) fn digest_to_sign(&self) -> &[u8] {
        let mut len = 0;
        // SAFETY: the callee gives a pointer into the session and how much is there; nothing writes there while
        // `self` is borrowed.
        unsafe {
            let digest = ffi::ember_ssl_digest_to_sign(self.ssl.as_ptr(), &mut len);
            slice(digest, len)
        }
    }

    /// On a server: the next step takes this signature.
    pub(crate) fn put_signature(&mut self, signature: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the callee checks the length, and copies.
        check(unsafe {
            ffi::ember_ssl_put_signature(self.ssl.as_ptr(), signature.as_ptr(), signature.len())
        })
    }

    /// On a server that has stopped at ClientKeyExchange: decrypts for it a
    /// secret of a client whose hello had this version. Where that fails, the
    /// engine alone knows.
    pub(crate) fn decrypt_premaster(
        &mut self,
        key: &PrivateKey,
        version: u16,
    ) -> Result<(), ErrorCode> {
        let ssl = self.ssl.as_ptr();
        // SAFETY: sets fields of the handshake, if there is one.
        unsafe { ffi::ember_ssl_expect_premaster_version(ssl, version) };
        #[cfg(feature = "accel")]
        if let Some(key) = key.fast_rsa() {
            let mut len = 0;
            // SAFETY: the callee gives a pointer into the session and how much is there; nothing writes there meanwhile.
            let encrypted = unsafe {
                let encrypted = ffi::ember_ssl_encrypted_premaster(ssl, &mut len);
                super::slice(encrypted, len)
            };
            let (premaster, wrong) = key.decrypt_premaster(encrypted);
            // SAFETY: the callee reads 48 bytes, and checks the state.
            return check(unsafe {
                ffi::ember_ssl_put_premaster(ssl, premaster.as_ptr(), wrong.into())
            });
        }
        // SAFETY: the callee checks the state, and the key is locked for the call. The session's generator is alive.
        key.with_rsa(|key| check(unsafe { ffi::ember_ssl_decrypt_premaster(ssl, key) }))
            .unwrap_or(Err(ErrorCode::from_raw(
                ffi::MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED,
            )))
    }

    /// Whether the suite under negotiation has the client encrypt a secret to
    /// the server's key.
    pub(crate) fn encrypts_premaster(&self) -> bool {
        // SAFETY: reads fields of a context that is set up.
        unsafe { ffi::ember_ssl_encrypts_premaster(self.ssl.as_ptr()) != 0 }
    }

    /// Whether the suite under negotiation pads its records.
    pub(crate) fn pads_records(&self) -> bool {
        // SAFETY: reads fields of a context that is set up.
        unsafe { ffi::ember_ssl_pads_records(self.ssl.as_ptr()) != 0 }
    }

    /// On a client: whether the next message is a CertificateVerify.
    pub(crate) fn owes_certificate_verify(&self) -> bool {
        // SAFETY: reads fields of a context that is set up.
        unsafe { ffi::ember_ssl_owes_certificate_verify(self.ssl.as_ptr()) != 0 }
    }

    /// On a client that has a certificate: at its start and after ServerHello.
    pub(crate) fn keep_transcripts(&mut self) -> Result<(), ErrorCode> {
        // SAFETY: sets fields of a context that is set up.
        check(unsafe { ffi::ember_ssl_keep_transcripts(self.ssl.as_ptr()) })
    }

    /// On a client: the digest of the handshake so far.
    pub(crate) fn transcript(&self, scheme: SignatureScheme) -> Result<Vec<u8>, ErrorCode> {
        let mut digest = vec![0; MAX_DIGEST];
        // SAFETY: the longest digest has room.
        check(unsafe {
            ffi::ember_ssl_transcript(self.ssl.as_ptr(), scheme.hash(), digest.as_mut_ptr())
        })?;
        digest.truncate(scheme.digest_len());
        Ok(digest)
    }

    /// On a client: takes the step that writes CertificateVerify.
    pub(crate) fn write_certificate_verify(
        &mut self,
        scheme: SignatureScheme,
        signature: &[u8],
    ) -> Result<(), ErrorCode> {
        // SAFETY: the callee checks state and length, and copies.
        check(unsafe {
            ffi::ember_ssl_write_certificate_verify(
                self.ssl.as_ptr(),
                scheme.iana_number(),
                signature.as_ptr(),
                signature.len(),
            )
        })
    }
}
