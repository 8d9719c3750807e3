//! Randomness: the guide's entropy context and generator.
//!
//! | the guide | here |
//! | --- | --- |
//! | `mbedtls_entropy_init` | [`Entropy::new`] |
//! | `mbedtls_ctr_drbg_init`, `mbedtls_ctr_drbg_seed` | [`Drbg::seed`] |
//! | `mbedtls_ctr_drbg_random` | [`Drbg::fill`] |
//! | `mbedtls_ctr_drbg_free`, then `mbedtls_entropy_free` | dropping the [`Drbg`] |
//!
//! Three things go wrong with these in C and cannot here. A seeded generator
//! that is moved in memory loses its key: here the contexts stay where C
//! allocated them. A generator that two threads share must be locked: here it
//! is. A process that forks has a child that draws the same bytes: here the
//! child seeds anew.

mod callback;
mod entropy;
#[cfg(test)]
pub(crate) mod failing;
#[cfg(any(all(test, feature = "full"), fuzzing))]
pub(crate) mod fixed;
mod fork;
mod generation;

use alloc::boxed::Box;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

pub(crate) use self::callback::{Rng, rng_callback};
pub use self::entropy::Entropy;
pub(crate) use self::entropy::check_source;
use self::generation::Generation;
use crate::error::{Error, Result};
use crate::ffi;

/// A deterministic random bit generator: CTR_DRBG with AES-256
/// (NIST SP 800-90A), seeded from an [`Entropy`].
///
/// It can be shared by threads: each call takes its lock. It survives a fork:
/// the child seeds a generator of its own before it draws, and does not wait
/// for a lock that a thread of the parent held.
///
/// ```
/// use embertls::{Drbg, Entropy};
///
/// # fn main() -> embertls::Result<()> {
/// let drbg = Drbg::seed(Entropy::new()?, b"my client")?;
/// let mut nonce = [0; 16];
/// drbg.fill(&mut nonce)?;
/// assert_ne!(nonce, [0; 16]);
/// # Ok(())
/// # }
/// ```
pub struct Drbg {
    /// The generation that serves this process. Never null; replaced after a
    /// fork, and then the old one stays reachable through the new one.
    current: AtomicPtr<Generation>,
    personalization: Box<[u8]>,
    prediction_resistance: AtomicBool,
}

impl Drbg {
    /// Seeds a generator (`mbedtls_ctr_drbg_seed`) and takes over the entropy.
    ///
    /// `personalization` need not be secret; it makes generators differ that
    /// start from the same state, such as on cloned machines. A name is fine,
    /// nothing (`b""`) as well. At most 336 bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] when the system gives no entropy, [`Error::Config`]
    /// when the personalization is too long, [`Error::OutOfMemory`].
    ///
    /// ```
    /// use embertls::{Drbg, Entropy};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let drbg = Drbg::seed(Entropy::new()?, b"ssl_client1")?;
    /// # drop(drbg);
    /// # Ok(())
    /// # }
    /// ```
    pub fn seed(entropy: Entropy, personalization: &[u8]) -> Result<Self> {
        if personalization.len() > MAX_PERSONALIZATION {
            return Err(Error::config(format!(
                "the personalization has {} bytes; at most {MAX_PERSONALIZATION} are possible",
                personalization.len()
            )));
        }
        let first = Generation::seed(entropy, personalization, ptr::null_mut())?;
        Ok(Self {
            current: AtomicPtr::new(Box::into_raw(first)),
            personalization: personalization.into(),
            prediction_resistance: AtomicBool::new(false),
        })
    }

    /// Fills `out` with random bytes (`mbedtls_ctr_drbg_random`), of any
    /// length.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] when a new seed is due and the system gives no
    /// entropy. What `out` holds then must not be used.
    ///
    /// ```
    /// # use embertls::{Drbg, Entropy};
    /// # fn main() -> embertls::Result<()> {
    /// # let drbg = Drbg::seed(Entropy::new()?, b"")?;
    /// let mut key = [0; 32];
    /// drbg.fill(&mut key)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn fill(&self, out: &mut [u8]) -> Result<()> {
        // SAFETY: the same bytes; only random ones are written to them.
        self.fill_uninit(unsafe { &mut *(ptr::from_mut(out) as *mut [MaybeUninit<u8>]) })
    }

    /// Mixes fresh entropy into the state (`mbedtls_ctr_drbg_reseed`).
    ///
    /// This happens by itself every 10,000 calls and after a fork. Call it
    /// when the machine was cloned or restored from a snapshot.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] when the system gives no entropy.
    ///
    /// ```
    /// # use embertls::{Drbg, Entropy};
    /// # fn main() -> embertls::Result<()> {
    /// # let drbg = Drbg::seed(Entropy::new()?, b"")?;
    /// drbg.reseed()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn reseed(&self) -> Result<()> {
        self.generation()?.reseed()
    }

    /// Whether each call shall take fresh entropy first
    /// (`mbedtls_ctr_drbg_set_prediction_resistance`). Off by default.
    ///
    /// With it, who learns the state learns nothing about later bytes, even
    /// on a cloned machine; each call costs a system call more.
    ///
    /// ```
    /// # use embertls::{Drbg, Entropy};
    /// # fn main() -> embertls::Result<()> {
    /// # let drbg = Drbg::seed(Entropy::new()?, b"")?;
    /// drbg.set_prediction_resistance(true);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_prediction_resistance(&self, on: bool) {
        self.prediction_resistance.store(on, Ordering::Release);
    }

    /// Fills all of `out`, unless it fails: then what is there is left, so
    /// that C code that overlooks the failure does not go on with zeros.
    fn fill_uninit(&self, out: &mut [MaybeUninit<u8>]) -> Result<()> {
        let resistance = self.prediction_resistance.load(Ordering::Acquire);
        self.generation()?.fill(out, resistance)
    }

    /// The generation of this process; a forked child makes it here.
    fn generation(&self) -> Result<&Generation> {
        let current = self.current.load(Ordering::Acquire);
        // SAFETY: generations are freed by drop only, so they outlive `&self`.
        let generation = unsafe { &*current };
        if generation.is_of_this_process() {
            return Ok(generation);
        }
        self.replace(current)
    }

    /// Installs a fresh generation after `old`, unless another thread of this
    /// process was faster.
    #[cold]
    fn replace(&self, old: *mut Generation) -> Result<&Generation> {
        let fresh = Generation::seed(Entropy::new()?, &self.personalization, old)?;
        let fresh = Box::into_raw(fresh);
        let installed =
            match self
                .current
                .compare_exchange(old, fresh, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(old) => {
                    // SAFETY: generations are freed by drop only, and nobody in
                    // this process draws from one of another.
                    unsafe { (*old).wipe() };
                    fresh
                }
                Err(faster) => {
                    // SAFETY: `fresh` came from a box above and nobody else saw it.
                    drop(unsafe { Box::from_raw(fresh) });
                    faster
                }
            };
        // SAFETY: generations are freed by drop only, so they outlive `&self`.
        Ok(unsafe { &*installed })
    }

    #[cfg(test)]
    fn raw(&self) -> *mut ffi::mbedtls_ctr_drbg_context {
        // SAFETY: `current` points to a generation that lives as long as self.
        unsafe { (*self.current.load(Ordering::Acquire)).raw() }
    }
}

impl fmt::Debug for Drbg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drbg")
            .field("prediction_resistance", &self.prediction_resistance)
            .finish_non_exhaustive()
    }
}

impl Drop for Drbg {
    fn drop(&mut self) {
        let mut next = *self.current.get_mut();
        while !next.is_null() {
            // SAFETY: each generation came from a box and is in the list once.
            let generation = unsafe { Box::from_raw(next) };
            next = generation.previous();
        }
    }
}

/// What fits beside the seed: the header says 384 for both, and 48 are seed.
const MAX_PERSONALIZATION: usize =
    (ffi::MBEDTLS_CTR_DRBG_MAX_SEED_INPUT - ffi::MBEDTLS_CTR_DRBG_ENTROPY_LEN) as usize;

/// The largest piece that one call of C gives.
const MAX_REQUEST: usize = ffi::MBEDTLS_CTR_DRBG_MAX_REQUEST as usize;

#[cfg(test)]
mod tests;
