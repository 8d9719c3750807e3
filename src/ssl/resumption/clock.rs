//! The time that lifetimes are counted in.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 by the system's clock; 0 where it is set before that,
/// and then nothing is resumed.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = since.map_or(0, |since| since.as_secs());
    #[cfg(test)]
    let now = now.saturating_add_signed(test::offset());
    now
}

/// Unit tests move the clock of their thread.
#[cfg(test)]
pub(crate) mod test {
    use std::cell::Cell;

    thread_local! {
        static OFFSET: Cell<i64> = const { Cell::new(0) };
    }

    pub(super) fn offset() -> i64 {
        OFFSET.get()
    }

    pub(crate) fn advance(seconds: i64) {
        OFFSET.set(OFFSET.get() + seconds);
    }
}
