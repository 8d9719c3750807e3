//! embertls where other TLS libraries are usually put: what the examples and
//! tests of this member share.
//!
//! Each module is as long as what a program has to write for itself; copy it.

pub mod listener;
pub mod mqtt;
pub mod options;
pub mod postgres;
pub mod sessions;
