//! The engine's lists of certificates.

use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr::NonNull;

use super::unusable::NO_CERTIFICATES;
use crate::error::{ErrorCode, check};
use crate::ffi;

/// A list of certificates in C, in the order in which they were added.
///
/// Nothing changes it once it is built.
#[derive(Debug)]
pub(super) struct CertificateList {
    head: NonNull<ffi::mbedtls_x509_crt>,
}

// SAFETY: the list owns everything that it points to.
unsafe impl Send for CertificateList {}
// SAFETY: nothing changes a list once it is built; the engine only reads it.
unsafe impl Sync for CertificateList {}

impl CertificateList {
    /// An empty list.
    pub(super) fn new() -> Result<Self, ErrorCode> {
        if !cfg!(feature = "certificates") {
            return Err(NO_CERTIFICATES);
        }
        // SAFETY: takes nothing; the result is a fresh list or null.
        let head = NonNull::new(unsafe { ffi::ember_x509_crt_new() });
        Ok(Self {
            head: head.ok_or(ALLOC_FAILED)?,
        })
    }

    /// Lets the engine parse a certificate and puts it at the end. After an
    /// error the list is as it was.
    pub(super) fn push(&mut self, der: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the list is alive and ours alone; the engine copies the DER.
        check(unsafe { ffi::ember_x509_crt_add(self.head.as_ptr(), der.as_ptr(), der.len()) })
    }

    /// Puts a bare name at the end, for a list that is sent and not verified
    /// with. After an error the list ends as it did.
    pub(super) fn push_name(&mut self, name: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the list is alive and ours alone; the name is copied.
        check(unsafe { ffi::ember_x509_name_add(self.head.as_ptr(), name.as_ptr(), name.len()) })
    }

    pub(super) fn as_ptr(&self) -> *mut ffi::mbedtls_x509_crt {
        self.head.as_ptr()
    }
}

impl Drop for CertificateList {
    fn drop(&mut self) {
        #[cfg(test)]
        ffi::trace::record("mbedtls_x509_crt_free");
        // SAFETY: made by `ember_x509_crt_new`, freed once.
        unsafe { ffi::ember_x509_crt_free(self.head.as_ptr()) }
    }
}

/// Builds the chain of the first presented certificate and judges it, as
/// `mbedtls_x509_crt_verify_with_profile` does: for each certificate the rules
/// that it breaks, as bits. Only tests compare with it.
#[cfg(test)]
pub(super) fn verify(
    presented: &CertificateList,
    trusted: &CertificateList,
) -> Result<Vec<u32>, ErrorCode> {
    let mut flags = [0; MAX_CHAIN];
    let mut count = 0;
    // SAFETY: the lists outlive the call, and the array has the size that the
    // function asks for.
    let code = unsafe {
        ffi::ember_x509_verify(
            presented.as_ptr(),
            trusted.as_ptr(),
            flags.as_mut_ptr(),
            &mut count,
        )
    };
    if code != ffi::MBEDTLS_ERR_X509_CERT_VERIFY_FAILED {
        check(code)?;
    }
    Ok(flags[..count].to_vec())
}

/// The digest of some bytes by one of the engine's hashes, `len` bytes long.
pub(super) fn digest(hash: c_int, len: usize, data: &[u8]) -> Result<Vec<u8>, ErrorCode> {
    let mut digest = vec![0; len.max(MAX_DIGEST)];
    // SAFETY: the function reads what it is told, and no digest is longer than the buffer.
    check(unsafe { ffi::ember_digest(hash, data.as_ptr(), data.len(), digest.as_mut_ptr()) })?;
    digest.truncate(len);
    Ok(digest)
}

/// Whether the engine finds that the first certificate of one list was signed
/// with the key of the first of the other, all read by itself.
#[cfg(test)]
pub(super) fn is_signed_by(child: &CertificateList, issuer: &CertificateList) -> bool {
    // SAFETY: both lists are alive and begin with a parsed certificate.
    unsafe { ffi::ember_x509_check_signature(child.as_ptr(), issuer.as_ptr()) == 0 }
}

/// SHA-256 of some bytes.
pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    // SAFETY: both buffers are as long as the function is told.
    let code = unsafe { ffi::ember_sha256(data.as_ptr(), data.len(), digest.as_mut_ptr()) };
    // Fails with a hardware implementation only, which is not compiled.
    debug_assert_eq!(code, 0);
    digest
}

/// Bytes of the longest digest, that of SHA-512.
const MAX_DIGEST: usize = 64;
#[cfg(test)]
const MAX_CHAIN: usize = ffi::EMBER_X509_MAX_CHAIN as usize;
pub(super) const ALLOC_FAILED: ErrorCode = ErrorCode::from_raw(ffi::MBEDTLS_ERR_X509_ALLOC_FAILED);

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;

    fn certificate(name: &str) -> Vec<u8> {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        made.cert.der().to_vec()
    }

    #[test]
    fn a_failed_push_leaves_the_list_as_it_was() {
        let (first, second) = (certificate("first"), certificate("second"));
        let mut list = CertificateList::new().unwrap();
        assert!(list.push(&[0x30, 0]).is_err());
        list.push(&first).unwrap();
        assert!(list.push(&first[..first.len() - 1]).is_err());
        list.push(&second).unwrap();
        assert!(list.push(b"").is_err());

        let mut presented = CertificateList::new().unwrap();
        presented.push(&second).unwrap();
        assert_eq!(verify(&presented, &list), Ok(vec![0]));
    }

    #[test]
    fn sha256_is_sha256() {
        let digest = super::super::certificate::hex(&sha256(b"abc"));
        assert_eq!(
            digest,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
