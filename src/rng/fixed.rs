//! Lets tests and fuzzing have the same entropy again.

use std::cell::Cell;
use std::mem::MaybeUninit;

use crate::fuzzing::random::Random;

thread_local! {
    /// The state of the stream in the place of the system's entropy.
    static STREAM: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Runs `body`. What is seeded meanwhile on this thread draws the same bytes
/// in each run with the same `seed`.
pub(crate) fn during<T>(seed: u64, body: impl FnOnce() -> T) -> T {
    /// Gives the entropy from before back when `body` panics as well.
    struct End(Option<u64>);
    impl Drop for End {
        fn drop(&mut self) {
            STREAM.set(self.0);
        }
    }
    let _end = End(STREAM.replace(Some(seed)));
    body()
}

/// Whether entropy is fixed on this thread. The thread's own generator, which
/// was seeded before, is then of no use.
pub(super) fn is_on() -> bool {
    STREAM.get().is_some()
}

/// Fills `output` if entropy is fixed on this thread.
pub(super) fn fill(output: &mut [MaybeUninit<u8>]) -> bool {
    let Some(state) = STREAM.get() else {
        return false;
    };
    let mut random = Random(state);
    for byte in output {
        byte.write(random.next() as u8);
    }
    STREAM.set(Some(random.0));
    true
}
