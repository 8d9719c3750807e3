//! Where the seeds come from.

#[cfg(feature = "testing")]
use alloc::boxed::Box;
use core::ffi::{c_int, c_void};
use core::fmt;
#[cfg(feature = "std")]
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
#[cfg(feature = "testing")]
use core::sync::atomic::{AtomicU64, Ordering};

#[cfg(test)]
use super::failing;
use crate::error::{Error, Result, check};
use crate::ffi;
use crate::platform;

/// A source of entropy: `mbedtls_entropy_context`.
///
/// Its source is the operating system, asked through the `getrandom` crate, and
/// the [platform](crate::platform) if one is installed. Without the feature
/// `std` the platform is the only one. The sources of Mbed TLS are not
/// compiled: some of them read through a buffered file and leave seed bytes in
/// freed memory.
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
    /// The state of a source that is not random; C points to it.
    #[cfg(feature = "testing")]
    _predictable: Option<Box<AtomicU64>>,
}

impl Entropy {
    /// An entropy context (`mbedtls_entropy_init`) with the system, the
    /// platform, or both as strong sources (`mbedtls_entropy_add_source`).
    ///
    /// Takes nothing from the system yet; [`Drbg::seed`](crate::Drbg::seed)
    /// does.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`]; without `std`, [`Error::Config`] where no
    /// [platform](crate::platform) is installed.
    ///
    /// ```
    /// # fn main() -> embertls::Result<()> {
    /// let entropy = embertls::Entropy::new()?;
    /// # drop(entropy);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new() -> Result<Self> {
        check_source()?;
        let entropy = Self::without_source()?;
        #[cfg(feature = "std")]
        entropy.add_source(system_source, ptr::null_mut())?;
        if platform::installed().is_some() {
            entropy.add_source(platform_source, ptr::null_mut())?;
        }
        Ok(entropy)
    }

    /// Entropy that is none: the same each time for the same seed.
    #[cfg(feature = "testing")]
    pub(crate) fn predictable(seed: u64) -> Result<Self> {
        let state = Box::new(AtomicU64::new(seed));
        let mut entropy = Self::without_source()?;
        entropy.add_source(predictable_source, ptr::from_ref(&*state).cast_mut().cast())?;
        entropy._predictable = Some(state);
        Ok(entropy)
    }

    fn without_source() -> Result<Self> {
        // SAFETY: takes nothing; what it returns is ours.
        let raw = unsafe { ffi::ember_entropy_new() };
        Ok(Self {
            raw: NonNull::new(raw).ok_or(Error::OutOfMemory { action: MAKING })?,
            #[cfg(feature = "testing")]
            _predictable: None,
        })
    }

    /// `state` is what `source` expects, and lives as long as the context.
    fn add_source(&self, source: Source, state: *mut c_void) -> Result<()> {
        // SAFETY: the context is initialised; C keeps the function and the pointer, and calls one with the other.
        let code = unsafe {
            ffi::mbedtls_entropy_add_source(
                self.raw.as_ptr(),
                Some(source),
                state,
                THRESHOLD,
                ffi::MBEDTLS_ENTROPY_SOURCE_STRONG as c_int,
            )
        };
        check(code).map_err(|code| Error::Random {
            action: MAKING,
            code: Some(code),
        })
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
        core::mem::forget(self);
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

/// Whether there is anyone to ask.
pub(crate) fn check_source() -> Result<()> {
    if cfg!(not(feature = "std")) && platform::installed().is_none() {
        return Err(Error::config(
            "there is no source of entropy: give one with platform::install, before all else",
        ));
    }
    Ok(())
}

const MAKING: &str = "making an entropy context";

/// Bytes that the source must have given before entropy is handed out.
const THRESHOLD: usize = 32;

/// What C calls for entropy.
type Source = unsafe extern "C" fn(*mut c_void, *mut u8, usize, *mut usize) -> c_int;

/// Asks the platform for entropy, on behalf of C.
unsafe extern "C" fn platform_source(
    _: *mut c_void,
    output: *mut u8,
    len: usize,
    written: *mut usize,
) -> c_int {
    // SAFETY: C gives a buffer of `len` bytes; they are written before a slice says that they are.
    let output = unsafe {
        output.write_bytes(0, len);
        core::slice::from_raw_parts_mut(output, len)
    };
    let given = platform::installed().map(|platform| platform.entropy(output));
    let Some(Ok(())) = given else {
        return ffi::MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    };
    // SAFETY: C gives a place for the count.
    unsafe { written.write(len) };
    0
}

/// Asks the system for entropy, on behalf of C.
#[cfg(feature = "std")]
unsafe extern "C" fn system_source(
    _: *mut c_void,
    output: *mut u8,
    len: usize,
    written: *mut usize,
) -> c_int {
    // SAFETY: C gives a buffer of `len` bytes, which may be uninitialised.
    let output = unsafe { core::slice::from_raw_parts_mut(output.cast::<MaybeUninit<u8>>(), len) };
    let len = match ask_system(output) {
        Ok(len) => len,
        Err(()) => return ffi::MBEDTLS_ERR_ENTROPY_SOURCE_FAILED,
    };
    // SAFETY: C gives a place for the count.
    unsafe { written.write(len) };
    0
}

#[cfg(feature = "std")]
fn ask_system(output: &mut [MaybeUninit<u8>]) -> Result<usize, ()> {
    #[cfg(test)]
    if failing::source_fails() {
        return Err(());
    }
    #[cfg(any(all(test, feature = "full"), fuzzing))]
    if super::fixed::fill(output) {
        return Ok(output.len());
    }
    match getrandom::fill_uninit(output) {
        Ok(filled) => Ok(filled.len()),
        Err(_) => Err(()),
    }
}

/// SplitMix64 from a known state, on behalf of C.
#[cfg(feature = "testing")]
unsafe extern "C" fn predictable_source(
    state: *mut c_void,
    output: *mut u8,
    len: usize,
    written: *mut usize,
) -> c_int {
    // SAFETY: C hands back the pointer that came with this function, whose target lives as long as the context.
    let state = unsafe { &*state.cast::<AtomicU64>() };
    for at in 0..len {
        let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // SAFETY: C gives a buffer of `len` bytes.
        unsafe { output.add(at).write((z ^ (z >> 31)) as u8) };
    }
    // SAFETY: C gives a place for the count.
    unsafe { written.write(len) };
    0
}
