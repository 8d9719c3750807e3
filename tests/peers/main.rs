//! Handshakes and data with independent implementations of TLS: OpenSSL,
//! GnuTLS, Python's `ssl` (OpenSSL as another program uses it) and rustls.
//!
//! Every cipher suite and every group meets every peer that has it, our client
//! their server; our server meets their clients.

#![cfg(feature = "full")]

#[path = "../common/mod.rs"]
mod common;

mod authorities;
mod cases;
mod client_auth;
mod client_gnutls;
mod client_openssl;
mod client_python;
mod client_rustls;
mod identities;
mod missing;
mod names;
mod server;
mod volume;
