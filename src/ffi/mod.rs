//! Raw bindings to Mbed TLS and to our own C in `shim/`.
//!
//! Functions, constants and opaque types only: no struct layout crosses into
//! Rust. Names are those of C; the linked symbols carry a prefix of ours.

#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

#[cfg(test)]
pub(crate) mod allocation;
#[cfg(any(test, fuzzing))]
pub(crate) mod established;
#[cfg(test)]
mod heap;
#[cfg(feature = "accel")]
mod hooks;
#[cfg(not(feature = "std"))]
mod memory;
#[cfg(all(test, feature = "accel"))]
pub(crate) use self::hooks::last_shared;
#[cfg(test)]
pub(crate) mod trace;

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
