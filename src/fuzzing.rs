//! What hostile bytes are thrown at, for fuzzing and for its twins among the
//! tests.
//!
//! Compiled where cargo-fuzz builds (`--cfg fuzzing`) and in the unit tests;
//! in no other build is there anything of this. The folder `fuzz/` makes a
//! program of each target, `twins.rs` a test. `docs/fuzzing.md` is the guide.
//!
//! Each target holds what it says against what must be true: a target that
//! only waits for a crash would miss a certificate that is accepted and
//! should not be.

// The programs in `fuzz/` see names and functions, and no more is promised.
#![allow(missing_docs)]

pub(crate) mod established;
mod fragments;
mod handshakes;
mod hellos;
mod kept;
mod keys;
mod pki;
mod psk;
pub(crate) mod random;
mod records;
mod resumed;
mod seed;
mod sessions;
mod signer;
mod transport;
#[cfg(test)]
mod twins;
mod x509;

/// One thing that reads what others wrote.
pub struct Target {
    pub name: &'static str,
    /// Panics where something is not as it must be.
    pub run: fn(&[u8]),
    /// Inputs to begin with, the same in each run.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What an input is made of.
    pub words: &'static [&'static [u8]],
}

pub const TARGETS: [&Target; 13] = [
    &handshakes::CLIENT,
    &handshakes::SERVER,
    &fragments::TARGET,
    &hellos::TARGET,
    &records::TARGET,
    &x509::CERTIFICATE,
    &x509::CRL,
    &x509::PEM,
    &x509::VERIFIER,
    &keys::TARGET,
    &sessions::TARGET,
    &resumed::TARGET,
    &psk::TARGET,
];

/// The target of this name.
///
/// # Panics
///
/// Where there is none.
pub fn target(name: &str) -> &'static Target {
    let found = TARGETS.iter().find(|target| target.name == name);
    found.expect("a target of this name")
}
