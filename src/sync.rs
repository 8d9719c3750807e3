//! Locks, and values that are made once.
//!
//! What is locked here is whole at any time: who gets a lock after a panic of
//! another holder is told nothing of it. Without `std` who waits spins, and
//! lets the [platform](crate::platform::Platform::relax) decide how.

#[cfg(feature = "std")]
pub(crate) use self::blocking::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
#[cfg(not(feature = "std"))]
pub(crate) use self::spinning::{
    Mutex, MutexGuard, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
#[cfg(feature = "std")]
pub(crate) use std::sync::OnceLock;

pub(crate) use self::counter::Counter;

#[cfg(feature = "std")]
mod blocking;
mod counter;
#[cfg(not(feature = "std"))]
mod spinning;
