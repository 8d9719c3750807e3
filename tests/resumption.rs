//! Sessions that are resumed: by tickets and by session ids, with ourselves and
//! with others, and when they are not.

#![cfg(feature = "full")]

mod common;

#[path = "resumption/pair.rs"]
mod pair;

#[path = "resumption/basics.rs"]
mod basics;
#[path = "resumption/bound.rs"]
mod bound;
#[path = "resumption/declined.rs"]
mod declined;
#[path = "resumption/hostile.rs"]
mod hostile;
#[path = "resumption/load.rs"]
mod load;
#[path = "resumption/peers.rs"]
mod peers;
#[path = "resumption/rustls.rs"]
mod rustls_peers;
