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
mod binding;
mod config;
mod engine;
#[cfg(all(test, feature = "full"))]
mod free_order;
mod handshake;
mod link;
mod memory;
mod parts;
pub(crate) mod psk;
mod resolver;
mod resumption;
mod session;
#[cfg(feature = "std")]
mod split;
mod terms;
mod verdict;
mod watch;
mod wire;

/// What the fuzz targets reach.
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing {
    pub(crate) use super::engine::Engine;
    pub(crate) use super::engine::established::Agreed;
    pub(crate) use super::link::Link;
    #[cfg(test)]
    pub(crate) use super::resumption::advance_clock;
    pub(crate) use super::resumption::{Handle, Purpose, SessionState, stop_clock};
    pub(crate) use super::wire::certificate_request::CertificateRequest;
    pub(crate) use super::wire::hello::ServerHello;
    pub(crate) use super::wire::inbound::{Inbound, Plain};
}

pub use self::acceptor::{Accepted, Acceptor};
pub use self::binding::ChannelBinding;
pub use self::config::{
    Client, ClientAuth, ClientConfigBuilder, HandshakeCounts, Server, ServerConfigBuilder,
    SslConfig,
};
#[cfg(any(feature = "tokio", feature = "futures-io"))]
pub(crate) use self::engine::plain_alert;
pub use self::handshake::{Handshake, HandshakeError};
pub use self::memory::MemoryTransport;
pub use self::parts::Parts;
pub use self::psk::{LookupError, PreSharedKey, PreSharedKeys, PskTable};
pub use self::resolver::{ReloadableConfig, Resolver, ServerNames};
pub use self::resumption::{
    ClientSessions, MemoryStore, ResumptionData, SessionCache, SessionStore, TicketKeys,
};
pub use self::session::SslSession;
#[cfg(feature = "std")]
pub use self::split::{ReadHalf, WriteHalf};
pub use self::terms::{CipherSuite, MaxFragmentLength, NamedGroup, ProtocolVersion};
pub use self::verdict::Verdict;
pub use self::wire::hello::ClientHello;
