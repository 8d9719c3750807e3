//! Clock and entropy, in the place of chips.

use core::time::Duration;

use embertls::platform::{Platform, Unavailable};
use rustls_pki_types::UnixTime;

pub struct Machine {
    pub has_clock: bool,
}

impl Platform for Machine {
    fn now(&self) -> Option<UnixTime> {
        if !self.has_clock {
            return None;
        }
        // SAFETY: a null pointer is allowed: the time is returned.
        let seconds = unsafe { libc::time(core::ptr::null_mut()) };
        let seconds = u64::try_from(seconds).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }

    fn entropy(&self, output: &mut [u8]) -> Result<(), Unavailable> {
        // SAFETY: the buffer comes with its length.
        let given = unsafe { libc::getrandom(output.as_mut_ptr().cast(), output.len(), 0) };
        match usize::try_from(given) {
            Ok(given) if given == output.len() => Ok(()),
            _ => Err(Unavailable),
        }
    }
}
