//! A number that only grows.

#[cfg(not(target_has_atomic = "64"))]
use super::Mutex;
#[cfg(target_has_atomic = "64")]
use core::sync::atomic::{AtomicU64, Ordering};

/// Counts from 0. Under a lock on machines whose atomic numbers have 32 bits.
#[derive(Default)]
pub(crate) struct Counter {
    #[cfg(target_has_atomic = "64")]
    value: AtomicU64,
    #[cfg(not(target_has_atomic = "64"))]
    value: Mutex<u64>,
}

impl Counter {
    pub(crate) fn add_one(&self) {
        #[cfg(target_has_atomic = "64")]
        self.value.fetch_add(1, Ordering::Relaxed);
        #[cfg(not(target_has_atomic = "64"))]
        {
            *self.value.lock() += 1;
        }
    }

    pub(crate) fn get(&self) -> u64 {
        #[cfg(target_has_atomic = "64")]
        return self.value.load(Ordering::Relaxed);
        #[cfg(not(target_has_atomic = "64"))]
        return *self.value.lock();
    }
}
