//! Lets tests see what happens when there is no randomness.

use std::cell::Cell;

/// What fails on this thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failing {
    Nothing,
    /// The system gives no entropy.
    Source,
    /// The system gives none once, when asked for this time, counted from 1.
    SourceAt(usize),
    /// C draws random bytes and gets none, this time alone.
    DrawAt(usize),
}

thread_local! {
    static FAILING: Cell<Failing> = const { Cell::new(Failing::Nothing) };
    static ASKED: Cell<usize> = const { Cell::new(0) };
    static DRAWN: Cell<usize> = const { Cell::new(0) };
    static FAILED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body` while this thread gets no entropy from the system.
pub(crate) fn during<T>(body: impl FnOnce() -> T) -> T {
    with(Failing::Source, body)
}

/// Runs `body` while something fails.
pub(crate) fn with<T>(failing: Failing, body: impl FnOnce() -> T) -> T {
    /// Ends the failing when `body` panics as well.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            FAILING.set(Failing::Nothing);
        }
    }
    ASKED.set(0);
    DRAWN.set(0);
    FAILED.set(false);
    FAILING.set(failing);
    let _end = End;
    body()
}

/// Whether anything has failed since the last [`with`] began.
pub(crate) fn has_failed() -> bool {
    FAILED.get()
}

pub(super) fn source_fails() -> bool {
    ASKED.set(ASKED.get() + 1);
    note(match FAILING.get() {
        Failing::Source => true,
        Failing::SourceAt(number) => ASKED.get() == number,
        Failing::Nothing | Failing::DrawAt(_) => false,
    })
}

pub(super) fn draw_fails() -> bool {
    DRAWN.set(DRAWN.get() + 1);
    note(FAILING.get() == Failing::DrawAt(DRAWN.get()))
}

fn note(fails: bool) -> bool {
    if fails {
        FAILED.set(true);
    }
    fails
}
