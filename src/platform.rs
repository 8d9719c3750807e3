//! What the crate asks of the machine: entropy and the time.
//!
//! With the feature `std` the system gives both, and nothing is to be done.
//! Without it a program gives them once, with [`install`], before it seeds a
//! generator or judges a certificate. There is no default: a machine without a
//! source of entropy gets an error, not a generator that can be guessed, and
//! where nobody knows the time no certificate is taken.
//!
//! ```
//! use std::time::Duration;
//!
//! use embertls::platform::{self, Platform, Unavailable};
//! use rustls_pki_types::UnixTime;
//!
//! /// This board.
//! struct Board;
//!
//! # fn seconds_of_the_clock_chip() -> Option<u64> { Some(1_767_225_600) }
//! # fn fill_from_the_generator_in_hardware(_: &mut [u8]) -> bool { true }
//! impl Platform for Board {
//!     fn now(&self) -> Option<UnixTime> {
//!         let seconds = seconds_of_the_clock_chip()?;
//!         Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
//!     }
//!
//!     fn entropy(&self, output: &mut [u8]) -> Result<(), Unavailable> {
//!         match fill_from_the_generator_in_hardware(output) {
//!             true => Ok(()),
//!             false => Err(Unavailable),
//!         }
//!     }
//! }
//!
//! # fn main() -> embertls::Result<()> {
//! platform::install(&Board)?;
//! # Ok(())
//! # }
//! ```

use core::fmt;

use rustls_pki_types::UnixTime;

use crate::error::{Error, Result};
use crate::sync::OnceLock;

/// A machine, as far as TLS needs one. See the [module](self).
///
/// All threads call it, so it locks what it must by itself. It must not panic:
/// [`entropy`](Self::entropy) is called from C, through which nothing unwinds,
/// so that a panic ends the program.
///
/// ```
/// use embertls::platform::{Platform, Unavailable};
/// use rustls_pki_types::UnixTime;
///
/// struct NoClock;
///
/// impl Platform for NoClock {
///     fn now(&self) -> Option<UnixTime> {
///         None
///     }
///     # fn entropy(&self, _: &mut [u8]) -> Result<(), Unavailable> { Err(Unavailable) }
/// }
/// ```
pub trait Platform: Sync {
    /// The time, for the validity of certificates and the lifetimes of
    /// sessions. Parts of a second do not count.
    ///
    /// `None` while it is not known, such as before the clock was set. Then no
    /// certificate is taken, but by a verifier with a
    /// [time of its own](crate::Verifier::verification_time), and no session
    /// is kept or resumed.
    ///
    /// ```
    /// # use embertls::platform::Platform;
    /// fn is_set(platform: &dyn Platform) -> bool {
    ///     platform.now().is_some()
    /// }
    /// ```
    fn now(&self) -> Option<UnixTime>;

    /// Fills all of `output` with bytes that nobody can guess: what a generator
    /// in hardware gives, each bit as good as random. It becomes the seed of
    /// generators. The engine asks for 128 bytes at a time.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when there are none now. What was to be seeded fails.
    ///
    /// ```
    /// # use embertls::platform::{Platform, Unavailable};
    /// fn seed(platform: &dyn Platform) -> Result<[u8; 48], Unavailable> {
    ///     let mut seed = [0; 48];
    ///     platform.entropy(&mut seed)?;
    ///     Ok(seed)
    /// }
    /// ```
    fn entropy(&self, output: &mut [u8]) -> Result<(), Unavailable>;

    /// Called over and over while one thread waits for another: for a lock, or
    /// for a key that signs elsewhere. Does nothing but tell the processor.
    ///
    /// A system whose threads have priorities lets the others run here: a
    /// thread that spins above the one that it waits for would spin for ever.
    /// With the feature `std` it is not called.
    ///
    /// ```
    /// # use embertls::platform::Platform;
    /// fn wait_a_little(platform: &dyn Platform) {
    ///     platform.relax();
    /// }
    /// ```
    fn relax(&self) {
        core::hint::spin_loop();
    }
}

/// There is no entropy now.
///
/// ```
/// assert_eq!(
///     embertls::platform::Unavailable.to_string(),
///     "the platform gives no entropy now"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the platform gives no entropy now")
    }
}

impl core::error::Error for Unavailable {}

/// Gives the crate this machine, for as long as the program runs.
///
/// With the feature `std`, its clock is asked in the place of the system's; its
/// entropy is mixed with the system's, which can make no seed worse.
///
/// # Errors
///
/// [`Error::Config`] when there is a platform already. It stays.
///
/// ```
/// # use embertls::platform::{Platform, Unavailable};
/// # use rustls_pki_types::UnixTime;
/// # struct Board;
/// # impl Platform for Board {
/// #     fn now(&self) -> Option<UnixTime> { None }
/// #     fn entropy(&self, _: &mut [u8]) -> Result<(), Unavailable> { Err(Unavailable) }
/// # }
/// static BOARD: Board = Board;
///
/// # fn main() -> embertls::Result<()> {
/// embertls::platform::install(&BOARD)?;
/// assert!(embertls::platform::install(&BOARD).is_err());
/// # Ok(())
/// # }
/// ```
pub fn install(platform: &'static dyn Platform) -> Result<()> {
    INSTALLED
        .set(platform)
        .map_err(|_| Error::config("there is a platform already: install one, once, at the start"))
}

/// What was installed.
pub(crate) fn installed() -> Option<&'static dyn Platform> {
    INSTALLED.get().copied()
}

/// The time, if anyone knows it.
pub(crate) fn now() -> Option<UnixTime> {
    match installed() {
        Some(platform) => platform.now(),
        #[cfg(feature = "std")]
        None => {
            // A clock before 1970 was never set.
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.ok().map(UnixTime::since_unix_epoch)
        }
        #[cfg(not(feature = "std"))]
        None => None,
    }
}

/// Waits a moment.
#[cfg(not(feature = "std"))]
pub(crate) fn relax() {
    match installed() {
        Some(platform) => platform.relax(),
        None => core::hint::spin_loop(),
    }
}

static INSTALLED: OnceLock<&'static dyn Platform> = OnceLock::new();
