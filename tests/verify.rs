//! Certificate verification, from chains made on the spot.

#![cfg(feature = "full")]

#[path = "verify/chains.rs"]
mod chains;
#[allow(dead_code)]
#[path = "verify/der.rs"]
mod der;
#[path = "verify/facts.rs"]
mod facts;
#[path = "verify/hostile.rs"]
mod hostile;
#[path = "verify/names.rs"]
mod names;
#[path = "verify/openssl.rs"]
mod openssl;
#[path = "verify/pki.rs"]
mod pki;
#[path = "common/programs.rs"]
#[allow(dead_code)]
mod programs;
#[path = "verify/revocation.rs"]
mod revocation;
#[path = "verify/scopes.rs"]
mod scopes;
#[path = "verify/stores.rs"]
mod stores;
#[path = "verify/threads.rs"]
mod threads;
