//! HTTPS for hyper 1 and the client of hyper-util 0.1, with the feature
//! `hyper`.
//!
//! [`HttpsConnector`] goes into the client:
//!
//! ```no_run
//! use embertls::hyper::HttpsConnector;
//! use embertls::{SslConfig, TrustStore};
//! use hyper_util::client::legacy::Client;
//! use hyper_util::rt::TokioExecutor;
//!
//! # fn main() -> embertls::Result<()> {
//! let config = SslConfig::client()
//!     .trust_store(TrustStore::system()?)
//!     .alpn(["h2", "http/1.1"])
//!     .build()?;
//! let client = Client::builder(TokioExecutor::new())
//!     .build::<_, String>(HttpsConnector::new(config));
//! # drop(client);
//! # Ok(())
//! # }
//! ```
//!
//! HTTP/2 is spoken where the configuration offers `h2` by ALPN and the server
//! takes it; hyper-util needs its feature `http2` for that.
//!
//! A server accepts with [`TlsAcceptor`], whose [`TlsStream`] goes straight into
//! a connection of hyper.

mod connector;
mod stream;

pub use self::connector::{HttpsConnector, MaybeHttps};
pub use self::stream::{Handshaking, Io, TlsAcceptor, TlsStream};
