//! What must be refused is refused: with the right error on our side, and the
//! right alert on the peer's.

#![cfg(feature = "full")]

mod common;

#[path = "refusals/certificates.rs"]
mod certificates;
#[path = "refusals/flights.rs"]
mod flights;
#[path = "refusals/negotiation.rs"]
mod negotiation;
#[path = "refusals/not_tls.rs"]
mod not_tls;
#[path = "refusals/seen.rs"]
mod seen;
#[path = "refusals/stopping.rs"]
mod stopping;
#[path = "refusals/weak.rs"]
mod weak;
