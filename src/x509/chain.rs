//! The chain that a server shows for itself.

use super::Certificate;
use super::raw::CertificateList;
use crate::error::{Error, ErrorCode, Result};
use crate::ffi;
use crate::pk::PrivateKey;

/// One's own certificate with its intermediates, as the engine wants it.
#[derive(Debug)]
pub(crate) struct CertificateChain {
    list: CertificateList,
}

impl CertificateChain {
    /// A chain with one's own certificate first.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if it is empty.
    pub(crate) fn new(certificates: &[Certificate]) -> Result<Self> {
        if certificates.is_empty() {
            return Err(Error::config(
                "a certificate chain needs at least one's own certificate",
            ));
        }
        let build = || -> Result<_, ErrorCode> {
            let mut list = CertificateList::new()?;
            certificates
                .iter()
                .try_for_each(|certificate| list.push(certificate.as_der()))?;
            Ok(list)
        };
        let list = build().map_err(|code| match code {
            code if code.is_out_of_memory() => Error::OutOfMemory {
                action: "loading a certificate chain",
            },
            code => Error::Certificate {
                which: "the certificate chain".into(),
                reason: "the engine cannot load it".into(),
                code: Some(code),
            },
        })?;
        Ok(Self { list })
    }

    /// The list in C, with one's own certificate first. Lives as long as the
    /// chain; nobody may change it.
    pub(crate) fn as_ptr(&self) -> *mut ffi::mbedtls_x509_crt {
        self.list.as_ptr()
    }

    /// Whether this is the private key of one's own certificate.
    pub(crate) fn leaf_matches(&self, key: &PrivateKey) -> bool {
        // SAFETY: the list is alive, begins with a parsed certificate, and
        // outlives the call.
        unsafe { key.fits(ffi::ember_x509_crt_pk(self.list.as_ptr())) }
    }
}
