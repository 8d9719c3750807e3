//! TLS sessions: configuration, handshake, data.
//!
//! A session goes through the steps of the guide in this order:
//!
//! 1. [`SslConfig`]: `mbedtls_ssl_config_defaults`, then what the application
//!    wants changed. Built once, shared by any number of sessions.
//! 2. [`Handshake`]: `mbedtls_ssl_setup`, `mbedtls_ssl_set_hostname` and
//!    `mbedtls_ssl_set_bio` when it is made, `mbedtls_ssl_handshake` when it
//!    runs. A server may look at the [`ClientHello`] first, with [`Acceptor`].
//! 3. [`SslSession`]: `mbedtls_ssl_get_verify_result`, `mbedtls_ssl_write`,
//!    `mbedtls_ssl_read`, `mbedtls_ssl_close_notify`; everything is freed in
//!    the guide's order when it is dropped.
//!
//! The transport is anything that implements `Read` and `Write`: a
//! [`NetContext`](crate::NetContext), a `TcpStream`, or a [`MemoryTransport`]
//! where the program moves the bytes itself.

mod acceptor;
mod bio;
mod certificate_request;
mod client_auth;
mod codec;
mod config;
mod engine;
#[cfg(test)]
mod free_order;
mod groups;
mod handshake;
mod hello;
mod inbound;
mod link;
mod max_fragment;
mod memory;
mod parts;
mod raw;
mod session;
mod signatures;
mod suites;
mod verdict;
mod version;

pub use self::acceptor::{Accepted, Acceptor};
pub use self::client_auth::ClientAuth;
pub use self::config::{Client, ClientConfigBuilder, Server, ServerConfigBuilder, SslConfig};
pub use self::groups::NamedGroup;
pub use self::handshake::{Handshake, HandshakeError};
pub use self::hello::ClientHello;
pub use self::max_fragment::MaxFragmentLength;
pub use self::memory::MemoryTransport;
pub use self::parts::Parts;
pub use self::session::SslSession;
pub use self::suites::CipherSuite;
pub use self::verdict::Verdict;
pub use self::version::ProtocolVersion;
