//! Records which C objects were freed, and in which order. The trust store and
//! the revocation lists take part under their own names.
//!
//! The guide frees the SSL context first and the entropy last; a test drops a
//! whole session and compares.

use std::cell::RefCell;

thread_local! {
    static FREED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Notes that this thread calls a free function of C.
pub(crate) fn record(function: &'static str) {
    // A thread that ends frees its generator when this list may be gone.
    let _ = FREED.try_with(|freed| freed.borrow_mut().push(function));
}

/// What this thread has freed since the last call.
pub(crate) fn take() -> Vec<&'static str> {
    FREED.take()
}
