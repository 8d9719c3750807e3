//! Locks, and values that are made once.
//!
//! What is locked here is whole at any time: who gets a lock after a panic of
//! another holder is told nothing of it.

use core::fmt;

use std::sync as imp;

pub(crate) use std::sync::OnceLock;

pub(crate) use self::imp::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};

/// For one at a time.
#[derive(Default)]
pub(crate) struct Mutex<T>(imp::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(imp::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        held(self.0.lock())
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        held(self.0.get_mut())
    }
}

/// For many that read or one that writes.
#[derive(Default)]
pub(crate) struct RwLock<T>(imp::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(imp::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        held(self.0.read())
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        held(self.0.write())
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn held<L>(lock: imp::LockResult<L>) -> L {
    lock.unwrap_or_else(imp::PoisonError::into_inner)
}
