//! Safe TLS 1.2 clients and servers over Mbed TLS.
//!
//! A patched [Mbed TLS] 2.16.0 is compiled into this crate and driven from
//! Rust. Verification is required unless a method named `danger_...` is
//! called, and a client cannot be made without the name of its server.
//!
//! The short way is [`Connector`]:
//!
//! ```no_run
//! use std::io::{Read, Write};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let connector = embertls::Connector::with_system_roots()?;
//! let mut session = connector.connect("example.com", 443)?;
//! session.write_all(b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n")?;
//! let mut page = Vec::new();
//! session.read_to_end(&mut page)?;
//! # Ok(())
//! # }
//! ```
//!
//! # The tour
//!
//! The long way takes the steps of the [public guide] to Mbed TLS, each with a
//! type or a call of its own. `docs/guide.md` in the repository explains them
//! and says what each saves the reader from.
//!
//! | step | here | the C call |
//! | --- | --- | --- |
//! | collect entropy | [`Entropy`] | `mbedtls_entropy_init` |
//! | seed the generator | [`Drbg::seed`] | `mbedtls_ctr_drbg_seed` |
//! | set the defaults | [`SslConfig::client`] | `mbedtls_ssl_config_defaults` |
//! | use the generator | [`rng`](ssl::ClientConfigBuilder::rng) | `mbedtls_ssl_conf_rng` |
//! | TLS 1.2 or later | [`min_version`](ssl::ClientConfigBuilder::min_version), or nothing | `mbedtls_ssl_conf_min_version` |
//! | require verification | [`verification_required`](ssl::ClientConfigBuilder::verification_required), or nothing | `mbedtls_ssl_conf_authmode` |
//! | load trusted roots | [`TrustStore`] | `mbedtls_x509_crt_parse_file` |
//! | load revocation lists | [`Crl`] | `mbedtls_x509_crl_parse_file` |
//! | use both | [`trust_store`](ssl::ClientConfigBuilder::trust_store), [`crl`](ssl::ClientConfigBuilder::crl) | `mbedtls_ssl_conf_ca_chain` |
//! | finish the configuration | [`build`](ssl::ClientConfigBuilder::build) | |
//! | name the server | [`ServerName`] | `mbedtls_ssl_set_hostname` |
//! | connect | [`NetContext::connect`] | `mbedtls_net_connect` |
//! | set the session up | [`Handshake::client`] | `mbedtls_ssl_setup`, `mbedtls_ssl_set_bio` |
//! | do the handshake | [`Handshake::complete`] | `mbedtls_ssl_handshake` |
//! | read the verification result | [`SslSession::verify_result`] | `mbedtls_ssl_get_verify_result` |
//! | write | [`Write`](std::io::Write) for [`SslSession`] | `mbedtls_ssl_write` |
//! | read | [`Read`](std::io::Read) for [`SslSession`] | `mbedtls_ssl_read` |
//! | close | [`SslSession::close`] | `mbedtls_ssl_close_notify` |
//! | free | dropping the values, in any order | `mbedtls_*_free` |
//!
//! All of them, with a server on the other side:
//!
//! ```
//! use std::io::{Read, Write};
//! use embertls::{Drbg, Entropy, Handshake, NetContext, ServerName, SslConfig, TrustStore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
//! # let ca_pem = made.cert.pem();
//! # let chain = [embertls::Certificate::from_pem(&ca_pem)?];
//! # let key = embertls::PrivateKey::from_pem(made.signing_key.serialize_pem())?;
//! # let server = SslConfig::server().identity(chain, key).build()?;
//! # let listener = embertls::NetListener::bind(("localhost", 0))?;
//! # let port = listener.local_addr()?.port();
//! # let server = std::thread::spawn(move || -> std::io::Result<()> {
//! #     let (connection, _) = listener.accept()?;
//! #     let handshake = Handshake::server(&server, connection)?;
//! #     let mut session = handshake.complete().map_err(embertls::Error::from)?;
//! #     session.read_exact(&mut [0; 5])?;
//! #     session.write_all(b"world")?;
//! #     session.close()
//! # });
//! let drbg = Drbg::seed(Entropy::new()?, b"the tour")?;
//! let config = SslConfig::client()
//!     .rng(drbg)
//!     .trust_store(TrustStore::from_pem(&ca_pem)?)
//!     .build()?;
//!
//! let net = NetContext::connect(("localhost", port))?;
//! let name = ServerName::try_from("localhost")?;
//! let mut session = Handshake::client(&config, name, net)?.complete()?;
//! assert!(session.verify_result().is_verified());
//!
//! session.write_all(b"hello")?;
//! let mut answer = String::new();
//! session.read_to_string(&mut answer)?;
//! assert_eq!(answer, "world");
//! session.close()?;
//! # server.join().unwrap()?;
//! # Ok(())
//! # }
//! ```
//!
//! # More
//!
//! - Servers start with [`SslConfig::server`] and a [`PrivateKey`];
//!   [`Acceptor`] reads the ClientHello before a configuration is chosen.
//! - Keys that stay in a token or a service implement [`SigningKey`].
//! - A session runs over anything that is `Read` and `Write`.
//!   [`MemoryTransport`] lets the program move the bytes by itself.
//! - [`Error`] is sorted by what a caller can do. A refused certificate is a
//!   [`VerifyError`] with one explained line per problem.
//! - [`Verifier`] judges chains without a session.
//!
//! # Features
//!
//! `full`, on by default: all that TLS is made of here. A program for a small
//! machine names parts of it in its place: `certificates` or `psk` at least,
//! and `ccm`, `chacha20`, `curves`, `ecdhe`, `rsa`, `server`, `sha384`. The
//! interface stays the same; what is not compiled is refused, by the name of the
//! feature that brings it.
//!
//! `accel`, on by default: the arithmetic of aws-lc in the place of Mbed TLS's
//! own, which is slow and does not run in constant time.
//!
//! `std`, on by default: sockets, files, the system's roots, and its clock,
//! entropy and locks. Without it the crate is `no_std`, and the program says
//! what machine it runs on ([`platform`]).
//!
//! `tokio` and `futures-io`: connectors, acceptors and streams over the traits
//! of either, in modules of the same names.
//!
//! `hyper`: a connector for the client of hyper-util, and streams for servers.
//! `ureq`: a connector for ureq 3.5.
//!
//! `webpki-roots`: the roots of Mozilla's programme as a
//! [`TrustStore`], compiled in.
//!
//! `serde`: configurations from files, in the module `options`.
//!
//! `tracing`: a span for each handshake.
//!
//! `testing`: a kit for tests of programs that use this crate.
//!
//! `log`: lines through the `log` crate, target `embertls` for our own (debug)
//! and `embertls::engine` for the engine's (trace). Never keys or data.
//!
//! `pkcs12`: `Pkcs12` reads a chain and its key from one PKCS#12 file.
//!
//! `serde`: [`VerifyError`], [`VerifyProblem`] and [`VerifyFlag`] can be
//! serialised, for logs that machines read.
//!
//! [Mbed TLS]: https://www.trustedfirmware.org/projects/mbed-tls/
//! [public guide]: https://x509errors.org/guides/mbedtls

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, unsafe_op_in_unsafe_fn)]
// Most unit tests need all that there is, and leave their helpers idle without.
#![cfg_attr(all(test, not(feature = "full")), allow(dead_code, unused_imports))]

#[cfg(not(any(feature = "certificates", feature = "psk")))]
compile_error!(
    "embertls proves who is there by certificates or by pre-shared keys: turn on the feature \
     `certificates`, `psk`, or `full` for all that there is"
);

#[macro_use]
extern crate alloc;

#[cfg(all(test, not(feature = "std")))]
compile_error!("the unit tests need the feature `std`");

/// So that the helpers of integration tests serve unit tests too.
#[cfg(test)]
extern crate self as embertls;

#[cfg(any(feature = "futures-io", feature = "tokio"))]
pub mod asynchronous;
mod compiled;
pub mod connector;
pub mod error;
mod ffi;
#[cfg(feature = "futures-io")]
pub mod futures_io;
#[cfg(any(all(test, feature = "full"), fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "hyper")]
pub mod hyper;
pub mod io;
mod logging;
#[cfg(feature = "std")]
pub mod net;
#[cfg(feature = "serde")]
pub mod options;
pub mod pk;
pub mod platform;
#[cfg(feature = "accel")]
mod provider;
pub mod rng;
#[cfg(all(test, feature = "full"))]
mod robustness;
pub mod ssl;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "ureq")]
pub mod ureq;
pub mod x509;

pub use connector::Connector;
pub use error::{
    Alert, Error, ErrorCode, HandshakeFailure, HandshakeReport, Result, VerifyError, VerifyFlag,
    VerifyProblem,
};
#[cfg(feature = "std")]
pub use net::{NetContext, NetListener};
pub use pk::{KeyKind, PrivateKey, SignatureScheme, Signing, SigningKey};
pub use rng::{Drbg, Entropy};
pub use ssl::{
    Acceptor, CipherSuite, Client, ClientAuth, ClientSessions, Handshake, HandshakeError,
    MaxFragmentLength, MemoryStore, MemoryTransport, NamedGroup, PreSharedKey, ProtocolVersion,
    ResumptionData, Server, SessionCache, SessionStore, SslConfig, SslSession, TicketKeys, Verdict,
};
#[cfg(feature = "pkcs12")]
pub use x509::Pkcs12;
pub use x509::{
    Certificate, Crl, Profile, RejectedCertificate, Revocation, ServerName, TrustStore,
    TrustStoreBuilder, Uncovered, VerifiedChain, Verifier,
};

/// The version of Mbed TLS inside this library, such as `2.16.0`.
///
/// ```
/// assert_eq!(embertls::mbedtls_version(), "2.16.0");
/// ```
pub fn mbedtls_version() -> &'static str {
    // SAFETY: the function takes nothing and returns a static C string.
    let version = unsafe { core::ffi::CStr::from_ptr(ffi::ember_version()) };
    version.to_str().unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    /// Which is 2.16.0, unless EMBERTLS_MBEDTLS_DIR names another.
    #[test]
    fn version_is_that_of_the_tree() {
        let tree = concat!(env!("OUT_DIR"), "/mbedtls/include/mbedtls/version.h");
        let header = std::fs::read_to_string(tree).unwrap();
        let version = super::mbedtls_version();
        assert!(version.starts_with("2.16."), "{version}");
        assert!(header.contains(&format!("_STRING         \"{version}\"")));
    }
}
