//! The key as the engine holds it.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr::NonNull;

#[cfg(not(feature = "accel"))]
use super::curve::MAX_POINT;
#[cfg(not(feature = "accel"))]
use super::numbers::EcNumbers;
use super::numbers::RsaNumbers;
use super::refusal::Refusal;
use super::{KeyKind, SignatureScheme};
use crate::error::{Error, ErrorCode, check};
use crate::ffi;
use crate::rng::{Rng, rng_callback};
use crate::sync::{Mutex, MutexGuard};

/// A key in a C context that never moves: a private one, or a public one.
pub(super) struct RawKey {
    pk: NonNull<ffi::mbedtls_pk_context>,
    /// Held while an RSA key works: blinding, the form for Montgomery's
    /// multiplication, and the padding in use are all kept in the key.
    rsa: Mutex<()>,
}

impl RawKey {
    /// An RSA key; its numbers must belong together.
    pub(super) fn rsa(numbers: &RsaNumbers<'_>) -> Result<Self, Refusal> {
        let key = Self::new()?;
        let pointers = numbers.all.map(<[u8]>::as_ptr);
        let lengths = numbers.all.map(<[u8]>::len);
        // SAFETY: as many numbers as C reads, each with its length; C copies.
        let code =
            unsafe { ffi::ember_pk_set_rsa(key.as_ptr(), pointers.as_ptr(), lengths.as_ptr()) };
        judge(
            code,
            "the numbers of the RSA key do not belong together: the file is damaged, or was put \
             together from two keys",
        )?;
        Ok(key)
    }

    /// An EC key, and its public point, uncompressed.
    #[cfg(not(feature = "accel"))]
    pub(super) fn ec(numbers: &EcNumbers<'_>) -> Result<(Self, Vec<u8>), Refusal> {
        let key = Self::new()?;
        let rng = Rng::PerThread;
        let mut point = vec![0; MAX_POINT];
        let mut written = 0;
        // SAFETY: every buffer comes with its length, and the generator lives
        // through the call.
        let code = unsafe {
            ffi::ember_pk_set_ec(
                key.as_ptr(),
                numbers.curve.group,
                numbers.secret.as_ptr(),
                numbers.secret.len(),
                Some(rng_callback),
                rng.as_ptr(),
                point.as_mut_ptr(),
                point.len(),
                &mut written,
            )
        };
        judge(
            code,
            "the secret of the EC key is 0 or too large for its curve: the file is damaged",
        )?;
        point.truncate(written);
        Ok((key, point))
    }

    /// A public key: a `SubjectPublicKeyInfo` in DER.
    pub(super) fn public(spki: &[u8]) -> Result<Self, ErrorCode> {
        let mut pk = core::ptr::null_mut();
        // SAFETY: the callee reads `len` bytes, copies what it needs, and
        // writes a fresh key or null.
        let code = unsafe { ffi::ember_pk_public_new(spki.as_ptr(), spki.len(), &mut pk) };
        check(code)?;
        let null = ErrorCode::from_raw(ffi::MBEDTLS_ERR_PK_ALLOC_FAILED);
        NonNull::new(pk).map(Self::owning).ok_or(null)
    }

    /// Signs with a private key; an error is not the caller's fault.
    pub(super) fn sign(
        &self,
        scheme: SignatureScheme,
        digest: &[u8],
        rng: &Rng,
    ) -> Result<Vec<u8>, Error> {
        let mut signature = vec![0; ffi::EMBER_PK_MAX_SIGNATURE as usize];
        let mut len = 0;
        let _lock = self.lock(scheme);
        // SAFETY: every buffer comes with its length, and the generator lives
        // through the call. What is written to the key is under the lock.
        let code = unsafe {
            ffi::ember_pk_sign(
                self.as_ptr(),
                scheme.hash(),
                c_int::from(scheme.is_pss()),
                digest.as_ptr(),
                digest.len(),
                Some(rng_callback),
                rng.as_ptr(),
                signature.as_mut_ptr(),
                signature.len(),
                &mut len,
            )
        };
        check(code).map_err(signing_failed)?;
        signature.truncate(len);
        Ok(signature)
    }

    /// Whether `signature` is one of `digest` under this key.
    pub(super) fn verifies(
        &self,
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        let _lock = self.lock(scheme);
        // SAFETY: as for signing.
        let code = unsafe {
            ffi::ember_pk_check_digest(
                self.as_ptr(),
                match (scheme.is_pss(), scheme.key_kind()) {
                    (true, _) => ffi::MBEDTLS_PK_RSASSA_PSS,
                    (false, KeyKind::Rsa) => ffi::MBEDTLS_PK_RSA,
                    (false, KeyKind::Ecdsa) => ffi::MBEDTLS_PK_ECDSA,
                } as c_int,
                scheme.hash(),
                scheme.digest_len() as c_int,
                digest.as_ptr(),
                digest.len(),
                signature.as_ptr(),
                signature.len(),
            )
        };
        code == 0
    }

    pub(super) fn kind(&self) -> KeyKind {
        // SAFETY: reads a context that is set up.
        match unsafe { ffi::ember_pk_is_rsa(self.as_ptr()) } {
            0 => KeyKind::Ecdsa,
            _ => KeyKind::Rsa,
        }
    }

    pub(super) fn bits(&self) -> u32 {
        // SAFETY: reads a context that is set up; the engine has no larger
        // numbers than 65,536 bits.
        unsafe { ffi::ember_pk_bits(self.as_ptr()) as u32 }
    }

    pub(super) fn as_ptr(&self) -> *mut ffi::mbedtls_pk_context {
        self.pk.as_ptr()
    }

    fn owning(pk: NonNull<ffi::mbedtls_pk_context>) -> Self {
        Self {
            pk,
            rsa: Mutex::new(()),
        }
    }

    /// Calls `work` with an RSA key that nobody else works with meanwhile.
    pub(super) fn with_lock<R>(&self, work: impl FnOnce(*mut ffi::mbedtls_pk_context) -> R) -> R {
        let _lock = self.lock_rsa();
        work(self.as_ptr())
    }

    fn lock(&self, scheme: SignatureScheme) -> Option<MutexGuard<'_, ()>> {
        (scheme.key_kind() == KeyKind::Rsa).then(|| self.lock_rsa())
    }

    fn lock_rsa(&self) -> MutexGuard<'_, ()> {
        // It guards nothing that a panic could leave half done.
        self.rsa.lock()
    }

    fn new() -> Result<Self, Refusal> {
        // SAFETY: takes nothing; what it returns is ours.
        let raw = unsafe { ffi::ember_pk_new() };
        NonNull::new(raw)
            .map(Self::owning)
            .ok_or_else(out_of_memory)
    }
}

impl Drop for RawKey {
    fn drop(&mut self) {
        #[cfg(test)]
        ffi::trace::record("mbedtls_pk_free");
        // SAFETY: the context is ours and nothing points to it any more.
        unsafe { ffi::ember_pk_free(self.as_ptr()) };
    }
}

// SAFETY: the context is not tied to a thread.
unsafe impl Send for RawKey {}

// SAFETY: `sign` and `verifies` are all that writes to a key that is set up,
// and only to an RSA one, under its lock. EC keys are not written to, because
// tables of points are compiled out.
unsafe impl Sync for RawKey {}

/// Sorts what C returned: the key's fault, or not.
fn judge(code: c_int, key_fault: &str) -> Result<(), Refusal> {
    if code == 0 {
        return Ok(());
    }
    let code = ErrorCode::from_raw(code);
    if code.is_out_of_memory() {
        return Err(out_of_memory());
    }
    if code.is_random_failure() {
        return Err(Refusal::Other(Error::Random {
            action: "checking a private key",
            code: Some(code),
        }));
    }
    Err(Refusal::Key {
        reason: key_fault.to_owned(),
        code: Some(code),
    })
}

fn out_of_memory() -> Refusal {
    Refusal::Other(Error::OutOfMemory {
        action: "loading a private key",
    })
}

fn signing_failed(code: ErrorCode) -> Error {
    const ACTION: &str = "signing the handshake";
    if code.is_out_of_memory() {
        return Error::OutOfMemory { action: ACTION };
    }
    if code.is_random_failure() {
        return Error::Random {
            action: ACTION,
            code: Some(code),
        };
    }
    Error::Key {
        which: "private key".into(),
        reason: "the engine could not sign with it".into(),
        code: Some(code),
    }
}
