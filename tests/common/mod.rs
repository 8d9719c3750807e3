//! What the tests against other TLS implementations share.

// Every test binary uses a part of this.
#![allow(dead_code)]

pub mod certificates;
pub mod echo;
pub mod forger;
pub mod memory;
pub mod openssl_made;
pub mod ours;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod records;
pub mod rustls_peer;
pub mod tap;

use std::time::Duration;

/// The longest that a test waits for anything before it fails. Far more than
/// anything takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Whether the long matrices are wanted (`scripts/test --full`).
pub fn full_tier() -> bool {
    std::env::var_os("EMBERTLS_TEST_FULL").is_some_and(|value| value == "1")
}
