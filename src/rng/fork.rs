//! Tells a forked child from its parent.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::ffi;

/// The process in which something was made.
///
/// The process id alone does not do: a child in a new pid namespace may have
/// the number of its parent, and a number comes back after a while. The count
/// of forks alone does not either, because a bare `clone` is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    id: u32,
    forks: u32,
}

impl Process {
    /// The process that runs this.
    pub(super) fn current() -> Self {
        Self {
            id: process_id(),
            forks: FORKS.load(Ordering::Relaxed),
        }
    }
}

/// Has forks counted from now on. Called before anything is stamped.
pub(super) fn watch() {
    // Not a `Once`: a child that forks while another thread is inside it
    // would wait for ever.
    if !WATCHED.swap(true, Ordering::Relaxed) {
        // SAFETY: `count` is static, takes nothing and is signal-safe. If it
        // cannot be registered for lack of memory, the process id remains.
        let _ = unsafe { ffi::ember_at_fork(Some(count)) };
    }
}

#[cfg(feature = "std")]
use std::process::id as process_id;

#[cfg(all(not(feature = "std"), unix))]
fn process_id() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::getpid() as u32 }
}

/// A machine without processes has one.
#[cfg(all(not(feature = "std"), not(unix)))]
fn process_id() -> u32 {
    0
}

static WATCHED: AtomicBool = AtomicBool::new(false);

/// How many forks lie between this process and the one that began to watch.
static FORKS: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn count() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}
