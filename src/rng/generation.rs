//! The C generator of one process.

use alloc::boxed::Box;
use core::ffi::{c_int, c_void};
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr::NonNull;

use super::fork::{self, Process};
use super::{Entropy, MAX_REQUEST};
use crate::error::{Error, Result, check};
use crate::ffi;
use crate::sync::Mutex;

/// A seeded generator and its entropy, made in one process and used in no
/// other.
pub(super) struct Generation {
    process: Process,
    /// Held for each use of the contexts. They have locks of their own only
    /// where Mbed TLS is compiled with threads.
    lock: Mutex<()>,
    drbg: NonNull<ffi::mbedtls_ctr_drbg_context>,
    entropy: ManuallyDrop<Entropy>,
    /// What a parent process used. Other threads may still look at it, so it
    /// is kept until the end.
    previous: *mut Generation,
}

impl Generation {
    /// Seeds a generator for this process.
    pub(super) fn seed(
        entropy: Entropy,
        personalization: &[u8],
        previous: *mut Generation,
    ) -> Result<Box<Self>> {
        const ACTION: &str = "seeding the random generator";
        fork::watch();
        // SAFETY: takes nothing; what it returns is ours.
        let drbg = unsafe { ffi::ember_ctr_drbg_new() };
        let generation = Box::new(Self {
            process: Process::current(),
            lock: Mutex::new(()),
            drbg: NonNull::new(drbg).ok_or(Error::OutOfMemory { action: ACTION })?,
            entropy: ManuallyDrop::new(entropy),
            previous,
        });
        // SAFETY: the entropy belongs to the generation, as the generator
        // does, and is freed after it.
        let code = unsafe {
            ffi::mbedtls_ctr_drbg_seed(
                generation.drbg.as_ptr(),
                Some(ffi::mbedtls_entropy_func),
                generation.entropy.as_ptr().cast::<c_void>(),
                personalization.as_ptr(),
                personalization.len(),
            )
        };
        check(code).map_err(|code| Error::Random {
            action: ACTION,
            code: Some(code),
        })?;
        Ok(generation)
    }

    /// Fills all of `out`. `resistance`: with fresh entropy for each piece.
    pub(super) fn fill(&self, out: &mut [MaybeUninit<u8>], resistance: bool) -> Result<()> {
        let drbg = self.drbg.as_ptr();
        let _guard = self.lock.lock();
        // SAFETY: the lock is held.
        unsafe { ffi::mbedtls_ctr_drbg_set_prediction_resistance(drbg, c_int::from(resistance)) };
        for piece in out.chunks_mut(MAX_REQUEST) {
            // SAFETY: the lock is held, and the piece is ours to write.
            let code = unsafe {
                ffi::mbedtls_ctr_drbg_random(
                    drbg.cast::<c_void>(),
                    piece.as_mut_ptr().cast::<u8>(),
                    piece.len(),
                )
            };
            check(code).map_err(|code| Error::Random {
                action: "drawing random bytes",
                code: Some(code),
            })?;
        }
        Ok(())
    }

    pub(super) fn reseed(&self) -> Result<()> {
        let _guard = self.lock.lock();
        // SAFETY: the lock is held; no additional input is given.
        let code =
            unsafe { ffi::mbedtls_ctr_drbg_reseed(self.drbg.as_ptr(), core::ptr::null(), 0) };
        check(code).map_err(|code| Error::Random {
            action: "reseeding the random generator",
            code: Some(code),
        })
    }

    /// Wipes a parent's state in a child, so that who breaks into the child
    /// cannot tell what the parent draws. The lock is not taken: it may be
    /// held by a thread that does not exist here.
    ///
    /// # Safety
    ///
    /// The generation must be of another process, and no thread may wipe it
    /// at the same time.
    pub(super) unsafe fn wipe(&self) {
        // SAFETY: the contexts are allocated until drop, and the caller
        // vouches that nobody uses them.
        unsafe {
            ffi::ember_ctr_drbg_wipe(self.drbg.as_ptr());
            ffi::ember_entropy_wipe(self.entropy.as_ptr());
        }
    }

    pub(super) fn is_of_this_process(&self) -> bool {
        self.process == Process::current()
    }

    pub(super) fn previous(&self) -> *mut Generation {
        self.previous
    }

    #[cfg(test)]
    pub(super) fn raw(&self) -> *mut ffi::mbedtls_ctr_drbg_context {
        self.drbg.as_ptr()
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        // SAFETY: taken once, here.
        let entropy = unsafe { ManuallyDrop::take(&mut self.entropy) };
        if self.is_of_this_process() {
            #[cfg(test)]
            ffi::trace::record("mbedtls_ctr_drbg_free");
            // SAFETY: the generator is ours and no longer used. It goes
            // first, because it points to the entropy.
            unsafe { ffi::ember_ctr_drbg_free(self.drbg.as_ptr()) };
        } else {
            // SAFETY: as above, in a child that never used it.
            unsafe { ffi::ember_ctr_drbg_abandon(self.drbg.as_ptr()) };
            entropy.abandon();
        }
    }
}

// SAFETY: the contexts are not tied to a thread, and the lock is held for
// each use of them. `previous` is only followed with exclusive access.
unsafe impl Send for Generation {}
// SAFETY: as above.
unsafe impl Sync for Generation {}
