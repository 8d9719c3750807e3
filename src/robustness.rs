//! What happens when memory or randomness runs out, where secrets stay, and
//! what becomes of sessions that live long.
//!
//! These tests are inside the crate because they reach below it: they fail
//! C's allocations and the generator's draws, and look at memory as it is
//! given back.

mod adversary;
mod longevity;
mod printing;
mod randomness;
mod scene;
mod secrets;
mod sessions;
mod shortage;
