//! Clients that break the rules of TLS 1.2, against the `tls_server` example:
//! each gets the alert that RFC 5246 names, its connection ends, and nobody
//! else notices.
//!
//! What is tried follows the conversations of tlsfuzzer; `docs/conformance.md`
//! says how the server answers those themselves.

#![cfg(feature = "full")]

mod common;
#[path = "soundness/pair.rs"]
#[allow(dead_code, reason = "shared with the tests of sessions")]
mod pair;
#[path = "soundness/peer/mod.rs"]
#[allow(dead_code, reason = "shared with the tests of sessions")]
mod peer;
#[path = "soundness/pki.rs"]
#[allow(dead_code, reason = "shared with the tests of sessions")]
mod pki;
#[path = "examples/program.rs"]
#[allow(dead_code, reason = "shared with the tests of examples")]
mod program;
#[path = "soundness/wire.rs"]
#[allow(dead_code, reason = "shared with the tests of sessions")]
mod wire;

#[path = "hostile/client.rs"]
mod client;
#[path = "hostile/extensions.rs"]
mod extensions;
#[path = "hostile/finished.rs"]
mod finished;
#[path = "hostile/hello.rs"]
mod hello;
#[path = "hostile/key_exchange.rs"]
mod key_exchange;
#[path = "hostile/order.rs"]
mod order;
#[path = "hostile/records.rs"]
mod records;
#[path = "hostile/server.rs"]
mod server;
