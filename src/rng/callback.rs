//! Randomness for C.

use alloc::sync::Arc;
use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;

use super::{Drbg, Entropy};
use crate::error::{Error, Result};
use crate::ffi;
#[cfg(not(feature = "std"))]
use crate::sync::OnceLock;

/// Which generator a session or an operation draws from.
#[derive(Debug, Clone)]
pub(crate) enum Rng {
    /// Each thread has its own: no waiting for one another. Without `std`
    /// nobody can tell threads apart, and they share one.
    PerThread,
    /// The caller's, shared.
    Shared(Arc<Drbg>),
}

impl Rng {
    fn with(&self, mut draw: impl FnMut(&Drbg) -> Result<()>) -> Result<()> {
        match self {
            Self::Shared(drbg) => draw(drbg),
            #[cfg(any(all(test, feature = "full"), fuzzing))]
            Self::PerThread if super::fixed::is_on() => draw(&seed()?),
            Self::PerThread => with_own(draw),
        }
    }

    /// Fills `out` with random bytes; what it holds after an error must not be
    /// used.
    pub(crate) fn fill(&self, out: &mut [u8]) -> Result<()> {
        #[cfg(test)]
        if super::failing::draw_fails() {
            return Err(Error::Random {
                action: "drawing random bytes",
                code: None,
            });
        }
        self.with(|drbg| drbg.fill(out))
    }

    /// What goes with [`rng_callback`] as its first argument. Valid as long
    /// as `self` lives and does not move.
    pub(crate) fn as_ptr(&self) -> *mut c_void {
        core::ptr::from_ref(self).cast_mut().cast()
    }
}

/// The `f_rng` of every C function that wants one.
///
/// # Safety
///
/// `rng` must come from [`Rng::as_ptr`] of a live [`Rng`], and `out` must have
/// room for `len` bytes.
pub(crate) unsafe extern "C" fn rng_callback(rng: *mut c_void, out: *mut u8, len: usize) -> c_int {
    if len == 0 {
        return 0;
    }
    #[cfg(test)]
    if super::failing::draw_fails() {
        return ffi::MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
    }
    // SAFETY: the caller keeps the generator alive.
    let rng = unsafe { &*rng.cast::<Rng>() };
    // SAFETY: the caller gives room for `len` bytes, perhaps uninitialised.
    let out = unsafe { core::slice::from_raw_parts_mut(out.cast::<MaybeUninit<u8>>(), len) };
    match rng.with(|drbg| drbg.fill_uninit(out)) {
        Ok(()) => 0,
        Err(Error::Random {
            code: Some(code), ..
        }) => code.raw(),
        Err(_) => ffi::MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED,
    }
}

#[cfg(feature = "std")]
fn with_own(mut draw: impl FnMut(&Drbg) -> Result<()>) -> Result<()> {
    use std::cell::OnceCell;

    thread_local! {
        static OF_THREAD: OnceCell<Drbg> = const { OnceCell::new() };
    }
    OF_THREAD
        .try_with(|drbg| match drbg.get() {
            Some(drbg) => draw(drbg),
            None => {
                let fresh = seed()?;
                draw(drbg.get_or_init(|| fresh))
            }
        })
        // The thread is ending and has dropped its generator.
        .unwrap_or_else(|_| draw(&seed()?))
}

#[cfg(not(feature = "std"))]
fn with_own(draw: impl FnOnce(&Drbg) -> Result<()>) -> Result<()> {
    static OF_ALL: OnceLock<Drbg> = OnceLock::new();
    match OF_ALL.get() {
        Some(drbg) => draw(drbg),
        None => {
            let fresh = seed()?;
            draw(OF_ALL.get_or_init(|| fresh))
        }
    }
}

fn seed() -> Result<Drbg> {
    Drbg::seed(Entropy::new()?, b"embertls")
}
