//! Each flag and each reason for a refusal, through a handshake: of a server
//! that our client judges, and of a client that our server judges. The peer is
//! rustls, which shows anything.

#![cfg(feature = "full")]

mod common;

#[path = "judged/cases.rs"]
mod cases;
#[path = "judged/chains.rs"]
mod chains;
#[allow(dead_code)]
#[path = "verify/der.rs"]
mod der;
#[path = "judged/keys.rs"]
mod keys;
#[path = "judged/letter.rs"]
mod letter;
#[path = "judged/lists.rs"]
mod lists;
#[path = "judged/paths.rs"]
mod paths;
#[path = "judged/peers.rs"]
mod peers;
#[allow(dead_code)]
#[path = "verify/pki.rs"]
mod pki;
#[path = "judged/rules.rs"]
mod rules;
