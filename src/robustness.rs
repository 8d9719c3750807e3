//! What happens when memory or randomness runs out, and where secrets stay.
//!
//! These tests are inside the crate because they reach below it: they fail
//! C's allocations and the generator's draws, and look at memory as it is
//! given back.

mod adversary;
mod printing;
mod randomness;
mod scene;
mod secrets;
mod sessions;
mod shortage;
