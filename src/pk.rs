//! Private keys.

use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;

use crate::error::{Error, Result, check};
use crate::ffi;

/// A private key, shared by cloning.
#[derive(Clone)]
pub struct PrivateKey(Arc<Raw>);

struct Raw(NonNull<ffi::mbedtls_pk_context>);

// SAFETY: RSA contexts have a mutex of their own; EC contexts are only read.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

impl PrivateKey {
    /// Reads a PEM text.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] where there is no usable key in it.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_ref())
            .map_err(|error| refused(error.to_string()))?;
        Self::from_der(der.secret_der())
    }

    /// Reads PKCS#8, PKCS#1 or SEC1 DER.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] where it is not a usable key.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut code = 0;
        // SAFETY: the callee reads `len` bytes; the context is owned by `raw`.
        let raw = unsafe { ffi::ember_key_new(der.as_ptr(), der.len(), &mut code) };
        let raw = Raw(NonNull::new(raw).ok_or(Error::OutOfMemory {
            action: "reading a key",
        })?);
        check(code).map_err(|code| refused(code.to_string()))?;
        Ok(Self(Arc::new(raw)))
    }

    pub(crate) fn as_ptr(&self) -> *mut ffi::mbedtls_pk_context {
        self.0.0.as_ptr()
    }

    pub(crate) fn is_ec(&self) -> bool {
        // SAFETY: reads a field.
        unsafe { ffi::ember_key_is_ec(self.0.0.as_ptr()) != 0 }
    }
}

fn refused(reason: String) -> Error {
    Error::Key {
        which: "private key".into(),
        reason,
        code: None,
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // SAFETY: owned here, freed once.
        unsafe { ffi::ember_key_free(self.0.as_ptr()) }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_ec() {
            "PrivateKey(EC)"
        } else {
            "PrivateKey(RSA)"
        })
    }
}
