//! Pre-shared keys, with other implementations and between our own sides.

#![cfg(feature = "full")]

mod common;

#[path = "psk/clients.rs"]
mod clients;
#[path = "psk/messages.rs"]
mod messages;
#[path = "psk/pair.rs"]
mod pair;
#[path = "psk/refused.rs"]
mod refused;
#[path = "psk/servers.rs"]
mod servers;
#[path = "psk/settings.rs"]
mod settings;
