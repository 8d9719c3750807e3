//! The time that lifetimes are counted in.

use crate::platform;

/// Seconds since 1970. `None` where nobody knows, and then no session is kept
/// or resumed.
pub(crate) fn now() -> Option<u64> {
    let now = platform::now().map(|now| now.as_secs());
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
        static STOPPED: Cell<Option<Option<u64>>> = const { Cell::new(None) };
    }

    pub(super) fn set(now: Option<u64>) -> Option<u64> {
        let now = STOPPED.get().unwrap_or(now)?;
        Some(now.saturating_add_signed(OFFSET.get()))
    }

    #[cfg(test)]
    pub(crate) fn advance(seconds: i64) {
        OFFSET.set(OFFSET.get() + seconds);
    }

    /// Runs `body` at this time; within another `body`, too.
    pub(crate) fn during<T>(now: u64, body: impl FnOnce() -> T) -> T {
        let _stopped = stopped_at(Some(now));
        body()
    }

    /// The clock stands still until this is dropped.
    #[cfg(test)]
    pub(crate) fn stopped() -> Stopped {
        stopped_at(super::now().map(|now| now.saturating_add_signed(-OFFSET.get())))
    }

    /// Nobody knows the time until this is dropped.
    #[cfg(test)]
    pub(crate) fn unknown() -> Stopped {
        stopped_at(None)
    }

    fn stopped_at(now: Option<u64>) -> Stopped {
        Stopped(STOPPED.replace(Some(now)))
    }

    /// Gives the earlier time back when it is dropped, by a panic as well.
    pub(crate) struct Stopped(Option<Option<u64>>);

    impl Drop for Stopped {
        fn drop(&mut self) {
            STOPPED.set(self.0);
        }
    }
}
