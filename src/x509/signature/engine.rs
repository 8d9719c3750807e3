//! Signatures as the engine checks them: `mbedtls_pk_verify_ext`.

use core::ffi::c_int;
use core::ptr::NonNull;

use super::{Kind, Scheme};
use crate::error::{ErrorCode, check};
use crate::ffi;
use crate::x509::raw;

/// A public key of the engine's. Shared between threads: checking writes to an
/// RSA key (the helper value of its Montgomery form, computed on first use),
/// but under the key's own lock; EC keys are copied first.
#[derive(Debug)]
pub(super) struct EngineKey {
    pk: NonNull<ffi::mbedtls_pk_context>,
}

// SAFETY: the key owns everything that it points to.
unsafe impl Send for EngineKey {}
// SAFETY: see the type: what the engine writes through a shared key is under a
// lock of its own, and `verifies` has one where the engine is built without.
unsafe impl Sync for EngineKey {}

impl EngineKey {
    /// Lets the engine parse a whole `SubjectPublicKeyInfo`.
    pub(super) fn parse(key_info: &[u8]) -> Result<Self, ErrorCode> {
        let mut pk = core::ptr::null_mut();
        // SAFETY: the function reads `len` bytes, copies what it needs, and
        // writes a fresh key or null.
        let code = unsafe { ffi::ember_pk_public_new(key_info.as_ptr(), key_info.len(), &mut pk) };
        check(code)?;
        match NonNull::new(pk) {
            Some(pk) => Ok(Self { pk }),
            None => Err(raw::ALLOC_FAILED),
        }
    }

    pub(super) fn verifies(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        let (kind, salt_len) = match scheme.kind {
            Kind::RsaPkcs1 => (ffi::MBEDTLS_PK_RSA, 0),
            Kind::RsaPss { salt_len } => (ffi::MBEDTLS_PK_RSASSA_PSS, salt_len),
            Kind::Ecdsa => (ffi::MBEDTLS_PK_ECDSA, 0),
        };
        #[cfg(not(unix))]
        let _lock = ENGINE.lock();
        // SAFETY: the key is alive, and both slices are as long as the
        // function is told.
        let code = unsafe {
            ffi::ember_pk_check_signature(
                self.pk.as_ptr(),
                kind as c_int,
                scheme.hash.engine_number(),
                salt_len.into(),
                message.as_ptr(),
                message.len(),
                signature.as_ptr(),
                signature.len(),
            )
        };
        code == 0
    }
}

impl Drop for EngineKey {
    fn drop(&mut self) {
        // SAFETY: made by `ember_pk_public_new`, freed once.
        unsafe { ffi::ember_pk_free(self.pk.as_ptr()) }
    }
}

/// Where the engine is compiled without locks (build/compile.rs), the one around
/// what it writes to RSA keys.
#[cfg(not(unix))]
static ENGINE: crate::sync::Mutex<()> = crate::sync::Mutex::new(());
