//! The engine's lists of certificates and revocation lists, and its check.

use std::ffi::c_int;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use crate::error::{ErrorCode, check};
use crate::ffi;

/// A list of certificates in C, in the order in which they were added.
///
/// Nothing changes it once it is built. Checking a signature writes to an RSA
/// key (the helper value of its Montgomery form, computed on first use), but
/// under the key's own lock; EC keys are copied first.
#[derive(Debug)]
pub(super) struct CertificateList {
    head: NonNull<ffi::mbedtls_x509_crt>,
}

// SAFETY: the list owns everything that it points to.
unsafe impl Send for CertificateList {}
// SAFETY: see the type: what the engine writes through a shared list is under
// a lock of its own, and `verify` has one where the engine is built without.
unsafe impl Sync for CertificateList {}

/// A list of certificate revocation lists in C. Nothing writes to it once it
/// is built.
#[derive(Debug)]
pub(super) struct RevocationList {
    head: NonNull<ffi::mbedtls_x509_crl>,
}

// SAFETY: the list owns everything that it points to.
unsafe impl Send for RevocationList {}
// SAFETY: checking a list only reads it; the key used is the issuer's.
unsafe impl Sync for RevocationList {}

/// One certificate of the chain that the engine built.
#[derive(Debug)]
pub(super) struct Link<'a> {
    /// The certificate, inside one of the lists that were judged.
    pub(super) der: &'a [u8],
    /// The rules that it breaks, as bits.
    pub(super) flags: u32,
    /// The size of its RSA modulus, exactly; 0 for other keys.
    pub(super) rsa_bits: usize,
}

impl CertificateList {
    /// An empty list.
    pub(super) fn new() -> Result<Self, ErrorCode> {
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

impl RevocationList {
    /// An empty list.
    pub(super) fn new() -> Result<Self, ErrorCode> {
        // SAFETY: takes nothing; the result is a fresh list or null.
        let head = NonNull::new(unsafe { ffi::ember_x509_crl_new() });
        Ok(Self {
            head: head.ok_or(ALLOC_FAILED)?,
        })
    }

    /// As [`CertificateList::push`].
    pub(super) fn push(&mut self, der: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the list is alive and ours alone; the engine copies the DER.
        check(unsafe { ffi::ember_x509_crl_add(self.head.as_ptr(), der.as_ptr(), der.len()) })
    }
}

impl Drop for RevocationList {
    fn drop(&mut self) {
        #[cfg(test)]
        ffi::trace::record("mbedtls_x509_crl_free");
        // SAFETY: made by `ember_x509_crl_new`, freed once.
        unsafe { ffi::ember_x509_crl_free(self.head.as_ptr()) }
    }
}

/// Builds the chain of the first presented certificate and judges it, as
/// `mbedtls_x509_crt_verify_with_profile` does. Both lists hold certificates.
///
/// The chain begins with that certificate. An error means that the engine
/// built no chain at all.
pub(super) fn verify<'a>(
    presented: &'a CertificateList,
    trusted: &'a CertificateList,
    revoked: Option<&RevocationList>,
) -> Result<Vec<Link<'a>>, ErrorCode> {
    let mut chain = [ptr::null(); MAX_CHAIN];
    let mut flags = [0; MAX_CHAIN];
    let mut count = 0;
    #[cfg(not(any(unix, target_vendor = "apple")))]
    let _lock = ENGINE.lock().unwrap_or_else(|e| e.into_inner());
    // SAFETY: the lists outlive the call, and both arrays have the size that
    // the function asks for.
    let code = unsafe {
        ffi::ember_x509_verify(
            presented.as_ptr(),
            trusted.as_ptr(),
            revoked.map_or(ptr::null_mut(), |list| list.head.as_ptr()),
            chain.as_mut_ptr(),
            flags.as_mut_ptr(),
            &mut count,
        )
    };
    if code != VERIFY_FAILED {
        check(code)?;
    }
    let found = chain.iter().zip(flags).take(count);
    Ok(found
        .map(|(crt, flags)| link(*crt, flags, PhantomData))
        .collect())
}

/// The engine fills the first `count` places with certificates of the lists.
fn link<'a>(
    crt: *const ffi::mbedtls_x509_crt,
    flags: u32,
    _lists: PhantomData<&'a CertificateList>,
) -> Link<'a> {
    let mut len = 0;
    // SAFETY: `verify` passes certificates of lists that live for 'a.
    let (der, rsa_bits) = unsafe {
        (
            ffi::ember_x509_crt_der(crt, &mut len),
            ffi::ember_x509_crt_rsa_bits(crt),
        )
    };
    // SAFETY: a parsed certificate owns `len` bytes that nothing changes.
    let der = unsafe { std::slice::from_raw_parts(der, len) };
    Link {
        der,
        flags,
        rsa_bits,
    }
}

/// SHA-256 of some bytes.
pub(super) fn sha256(data: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    // SAFETY: both buffers are as long as the function is told.
    let code = unsafe { ffi::ember_sha256(data.as_ptr(), data.len(), digest.as_mut_ptr()) };
    // Fails with a hardware implementation only, which is not compiled.
    debug_assert_eq!(code, 0);
    digest
}

/// Where the engine is compiled without locks, the one around what it writes
/// to RSA keys.
#[cfg(not(any(unix, target_vendor = "apple")))]
static ENGINE: std::sync::Mutex<()> = std::sync::Mutex::new(());

const MAX_CHAIN: usize = ffi::EMBER_X509_MAX_CHAIN as usize;
const VERIFY_FAILED: c_int = ffi::MBEDTLS_ERR_X509_CERT_VERIFY_FAILED;
pub(super) const ALLOC_FAILED: ErrorCode = ErrorCode::from_raw(ffi::MBEDTLS_ERR_X509_ALLOC_FAILED);

#[cfg(test)]
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
        let links = verify(&presented, &list, None).unwrap();
        assert_eq!(links.len(), 1);
        assert_eq!((links[0].der, links[0].flags), (&second[..], 0));
    }

    #[test]
    fn a_failed_push_keeps_the_revocation_lists_before_it() {
        let mut list = RevocationList::new().unwrap();
        assert!(list.push(b"no list").is_err());
        assert!(list.push(&certificate("no list")).is_err());
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
