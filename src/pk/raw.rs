//! The key as the engine holds it.

use std::ffi::c_int;
use std::ptr::NonNull;

use super::curve::MAX_POINT;
use super::numbers::{EcNumbers, RsaNumbers};
use super::refusal::Refusal;
use crate::error::{Error, ErrorCode};
use crate::ffi;
use crate::rng::{Rng, rng_callback};

/// A private key in a C context that never moves.
pub(super) struct RawKey(NonNull<ffi::mbedtls_pk_context>);

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

    pub(super) fn as_ptr(&self) -> *mut ffi::mbedtls_pk_context {
        self.0.as_ptr()
    }

    fn new() -> Result<Self, Refusal> {
        // SAFETY: takes nothing; what it returns is ours.
        let raw = unsafe { ffi::ember_pk_new() };
        NonNull::new(raw).map(Self).ok_or_else(out_of_memory)
    }
}

impl Drop for RawKey {
    fn drop(&mut self) {
        #[cfg(test)]
        ffi::trace::record("mbedtls_pk_free");
        // SAFETY: the context is ours and nothing points to it any more.
        unsafe { ffi::ember_pk_free(self.0.as_ptr()) };
    }
}

// SAFETY: the context is not tied to a thread.
unsafe impl Send for RawKey {}

// SAFETY: signing with RSA writes to the context, under its own mutex, which
// exists where Mbed TLS is compiled with threads: on Unix. EC keys are not
// written to, because tables of points are compiled out.
#[cfg(unix)]
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
