//! embertls under other crates, with real peers.

mod browsers;
mod common;
mod hyper_client;
mod load;
mod mqtt;
mod pkcs11;
mod postgres;
mod redis;
mod sessions;
mod ureq;
mod websocket;
