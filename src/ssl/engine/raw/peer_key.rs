//! The peer's public key, taken out of C.

use alloc::boxed::Box;
use core::ffi::{c_int, c_uchar, c_void};

use super::RawSession;
use crate::ffi;
use crate::provider::digest::Hash;
use crate::provider::public_key::{Algorithm, PublicKey};
use crate::provider::rsa::Padding;

impl RawSession {
    /// After the peer's certificate: signatures under its key are checked with
    /// this one, which must be the same. Where that cannot be, the engine goes
    /// on with its own.
    pub(crate) fn replace_peer_key(&mut self, key: PublicKey) {
        let key = Box::into_raw(Box::new(key));
        // SAFETY: the context is set up. From now on the key belongs to C, which gives it back with `release` once;
        // where C does not take it, it is still ours.
        unsafe {
            let taken = ffi::ember_ssl_replace_peer_key(
                self.ssl.as_ptr(),
                key.cast(),
                Some(verify),
                Some(release),
            );
            if taken == 0 {
                drop(Box::from_raw(key));
            }
        }
    }
}

/// Checks the signature of a digest.
///
/// # Safety
///
/// `key` is one that C was given, and the buffers are as long as it says.
unsafe extern "C" fn verify(
    key: *const c_void,
    hash: c_int,
    digest: *const c_uchar,
    digest_len: usize,
    signature: *const c_uchar,
    signature_len: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let (key, digest, signature) = unsafe {
        (
            &*key.cast::<PublicKey>(),
            core::slice::from_raw_parts(digest, digest_len),
            core::slice::from_raw_parts(signature, signature_len),
        )
    };
    let (algorithm, refusal) = match key {
        PublicKey::Rsa(_) => (
            Algorithm::Rsa(Padding::Pkcs1),
            ffi::MBEDTLS_ERR_RSA_VERIFY_FAILED,
        ),
        PublicKey::Ec(_) => (Algorithm::Ecdsa, ffi::MBEDTLS_ERR_ECP_VERIFY_FAILED),
    };
    let is_good = known(hash).is_some_and(|hash| key.verifies(algorithm, hash, digest, signature));
    if is_good { 0 } else { refusal }
}

/// Takes a key back.
///
/// # Safety
///
/// `key` is one that C was given, and this is the last that it does with it.
unsafe extern "C" fn release(key: *mut c_void) {
    // SAFETY: it came from a box.
    drop(unsafe { Box::from_raw(key.cast::<PublicKey>()) });
}

fn known(hash: c_int) -> Option<Hash> {
    match hash as ffi::mbedtls_md_type_t {
        ffi::MBEDTLS_MD_SHA1 => Some(Hash::Sha1),
        ffi::MBEDTLS_MD_SHA224 => Some(Hash::Sha224),
        ffi::MBEDTLS_MD_SHA256 => Some(Hash::Sha256),
        ffi::MBEDTLS_MD_SHA384 => Some(Hash::Sha384),
        ffi::MBEDTLS_MD_SHA512 => Some(Hash::Sha512),
        _ => None,
    }
}
