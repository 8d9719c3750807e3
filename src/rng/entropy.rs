//! Where the seeds come from.

use std::ffi::{c_int, c_void};
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

#[cfg(test)]
use super::failing;
use crate::error::{Error, Result, check};
use crate::ffi;

/// A source of entropy: `mbedtls_entropy_context`.
///
/// Its one source is the operating system, asked through the `getrandom`
/// crate. The sources of Mbed TLS are not compiled: some of them read through
/// a buffered file and leave seed bytes in freed memory.
///
/// ```
/// use embertls::{Drbg, Entropy};
///
/// # fn main() -> embertls::Result<()> {
/// let entropy = Entropy::new()?;
/// let drbg = Drbg::seed(entropy, b"my client")?;
/// # drop(drbg);
/// # Ok(())
/// # }
/// ```
pub struct Entropy {
    raw: NonNull<ffi::mbedtls_entropy_context>,
}

impl Entropy {
    /// An entropy context (`mbedtls_entropy_init`) with the system as its
    /// strong source (`mbedtls_entropy_add_source`).
    ///
    /// Takes nothing from the system yet; [`Drbg::seed`](crate::Drbg::seed)
    /// does.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`].
    ///
    /// ```
    /// # fn main() -> embertls::Result<()> {
    /// let entropy = embertls::Entropy::new()?;
    /// # drop(entropy);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new() -> Result<Self> {
        // SAFETY: takes nothing; what it returns is ours.
        let raw = unsafe { ffi::ember_entropy_new() };
        let entropy = Self {
            raw: NonNull::new(raw).ok_or(Error::OutOfMemory { action: MAKING })?,
        };
        // SAFETY: the context is initialised, and the source is static.
        let code = unsafe {
            ffi::mbedtls_entropy_add_source(
                entropy.raw.as_ptr(),
                Some(system_source),
                ptr::null_mut(),
                THRESHOLD,
                ffi::MBEDTLS_ENTROPY_SOURCE_STRONG as c_int,
            )
        };
        check(code).map_err(|code| Error::Random {
            action: MAKING,
            code: Some(code),
        })?;
        Ok(entropy)
    }

    /// For C, which reads it through `mbedtls_entropy_func`.
    pub(super) fn as_ptr(&self) -> *mut ffi::mbedtls_entropy_context {
        self.raw.as_ptr()
    }

    /// Wipes and frees what a parent process made. Its lock may be held by a
    /// thread that does not exist here, so it is not touched.
    pub(super) fn abandon(self) {
        // SAFETY: the context is ours; `forget` keeps drop from freeing it.
        unsafe { ffi::ember_entropy_abandon(self.raw.as_ptr()) };
        std::mem::forget(self);
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entropy").finish_non_exhaustive()
    }
}

impl Drop for Entropy {
    fn drop(&mut self) {
        #[cfg(test)]
        ffi::trace::record("mbedtls_entropy_free");
        // SAFETY: the context is ours and nothing points to it any more.
        unsafe { ffi::ember_entropy_free(self.raw.as_ptr()) };
    }
}

// SAFETY: the context is not tied to a thread.
unsafe impl Send for Entropy {}

const MAKING: &str = "making an entropy context";

/// Bytes that the source must have given before entropy is handed out.
const THRESHOLD: usize = 32;

/// Asks the system for entropy, on behalf of C.
unsafe extern "C" fn system_source(
    _: *mut c_void,
    output: *mut u8,
    len: usize,
    written: *mut usize,
) -> c_int {
    // SAFETY: C gives a buffer of `len` bytes, which may be uninitialised.
    let output = unsafe { std::slice::from_raw_parts_mut(output.cast::<MaybeUninit<u8>>(), len) };
    let len = match ask_system(output) {
        Ok(len) => len,
        Err(()) => return ffi::MBEDTLS_ERR_ENTROPY_SOURCE_FAILED,
    };
    // SAFETY: C gives a place for the count.
    unsafe { written.write(len) };
    0
}

fn ask_system(output: &mut [MaybeUninit<u8>]) -> Result<usize, ()> {
    #[cfg(test)]
    if failing::source_fails() {
        return Err(());
    }
    match getrandom::fill_uninit(output) {
        Ok(filled) => Ok(filled.len()),
        Err(_) => Err(()),
    }
}
