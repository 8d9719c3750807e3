//! Safe TLS 1.2 over Mbed TLS.

#![deny(missing_docs, unsafe_op_in_unsafe_fn)]

pub mod connector;
pub mod error;
mod ffi;
mod logging;
pub mod net;
pub mod pk;
pub mod rng;
pub mod ssl;
pub mod x509;

pub use connector::Connector;
pub use error::{
    Alert, Error, ErrorCode, HandshakeFailure, HandshakeReport, Result, VerifyError, VerifyFlag,
    VerifyProblem,
};
pub use net::{NetContext, NetListener};
pub use pk::{KeyKind, PrivateKey};
pub use rng::{Drbg, Entropy};
pub use ssl::{
    Acceptor, CipherSuite, Client, Handshake, HandshakeError, MaxFragmentLength, MemoryTransport,
    NamedGroup, ProtocolVersion, Server, SslConfig, SslSession, Verdict,
};
pub use x509::{
    Certificate, Crl, RejectedCertificate, ServerName, TrustStore, TrustStoreBuilder,
    VerifiedChain, Verifier,
};

/// The version of Mbed TLS inside this library, such as `2.16.0`.
///
/// ```
/// assert_eq!(embertls::mbedtls_version(), "2.16.0");
/// ```
pub fn mbedtls_version() -> &'static str {
    // SAFETY: the function takes nothing and returns a static C string.
    let version = unsafe { std::ffi::CStr::from_ptr(ffi::ember_version()) };
    version.to_str().unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    #[test]
    fn version_is_the_carried_one() {
        assert_eq!(super::mbedtls_version(), "2.16.0");
    }
}
