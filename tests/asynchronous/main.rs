//! The streams of the features `tokio` and `futures-io`.
//!
//! Most of it runs on a wire in memory and on a small executor that polls a
//! task only when it was woken, counts that, and knows when nothing can go on
//! any more.

#![cfg(feature = "full")]
#![cfg(all(feature = "tokio", feature = "futures-io"))]

#[path = "../common/mod.rs"]
mod common;
#[path = "../signing_keys/keeper.rs"]
#[allow(dead_code)]
mod keeper;

mod cost;
mod dropping;
mod duplex;
mod ends;
mod executor;
mod faults;
mod futures;
mod handshakes;
mod keys;
mod pair;
mod sockets;
mod wire;
