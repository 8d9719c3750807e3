//! The time that lifetimes are counted in.

use crate::platform;

/// Seconds since 1970 by the system's clock; 0 where it is not set, and then
/// nothing is resumed.
pub(crate) fn now() -> u64 {
    let now = platform::now().map_or(0, |now| now.as_secs());
    #[cfg(any(test, fuzzing))]
    let now = test::set(now);
    now
}

/// Unit tests move the clock of their thread, and fuzzing stops it.
#[cfg(any(test, fuzzing))]
pub(crate) mod test {
    use core::cell::Cell;

    thread_local! {
        static OFFSET: Cell<i64> = const { Cell::new(0) };
        static STOPPED: Cell<Option<u64>> = const { Cell::new(None) };
    }

    pub(super) fn set(now: u64) -> u64 {
        let now = STOPPED.get().unwrap_or(now);
        now.saturating_add_signed(OFFSET.get())
    }

    #[cfg(test)]
    pub(crate) fn advance(seconds: i64) {
        OFFSET.set(OFFSET.get() + seconds);
    }

    /// Runs `body` at this time; within another `body`, too.
    pub(crate) fn during<T>(now: u64, body: impl FnOnce() -> T) -> T {
        /// Gives the earlier time back when `body` panics as well.
        struct End(Option<u64>);
        impl Drop for End {
            fn drop(&mut self) {
                STOPPED.set(self.0);
            }
        }
        let _end = End(STOPPED.replace(Some(now)));
        body()
    }
}
