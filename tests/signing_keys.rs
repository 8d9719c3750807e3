//! Private keys that stay elsewhere: here, with the openssl program.

#![cfg(feature = "full")]

mod common;

#[path = "signing_keys/clients.rs"]
mod clients;
#[path = "signing_keys/failing.rs"]
mod failing;
#[path = "signing_keys/keeper.rs"]
mod keeper;
#[path = "signing_keys/later.rs"]
mod later;
#[path = "signing_keys/servers.rs"]
mod servers;
