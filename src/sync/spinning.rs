//! Locks for machines without a system.

use spin::RelaxStrategy;

use crate::platform;

pub(crate) type Mutex<T> = spin::mutex::Mutex<T, Relax>;
pub(crate) type MutexGuard<'a, T> = spin::mutex::MutexGuard<'a, T, Relax>;
pub(crate) type RwLock<T> = spin::rwlock::RwLock<T, Relax>;
pub(crate) type RwLockReadGuard<'a, T> = spin::rwlock::RwLockReadGuard<'a, T, Relax>;
pub(crate) type RwLockWriteGuard<'a, T> = spin::rwlock::RwLockWriteGuard<'a, T, Relax>;

/// What a thread does while it waits.
pub(crate) struct Relax;

impl RelaxStrategy for Relax {
    fn relax() {
        platform::relax();
    }
}

/// A value that the first who asks makes.
pub(crate) struct OnceLock<T>(spin::once::Once<T, Relax>);

impl<T> OnceLock<T> {
    pub(crate) const fn new() -> Self {
        Self(spin::once::Once::new())
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.0.get()
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        self.0.call_once(make)
    }

    /// Keeps `value`, unless there is one: then it comes back.
    pub(crate) fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.0.try_call_once(|| value.take().ok_or(())).ok();
        value.map_or(Ok(()), Err)
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}
