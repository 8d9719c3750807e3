//! Protocol versions.

use core::ffi::c_int;
use core::fmt;

use crate::ffi;

/// A version of the TLS protocol that this crate speaks.
///
/// There is one: Mbed TLS 2.16 has no TLS 1.3, and what is older than TLS 1.2
/// is not compiled (RFC 8996 retires it).
///
/// ```
/// assert_eq!(embertls::ProtocolVersion::Tls12.to_string(), "TLSv1.2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProtocolVersion {
    /// TLS 1.2 (RFC 5246).
    Tls12,
}

impl ProtocolVersion {
    /// Major and minor number as the engine wants them.
    pub(crate) fn numbers(self) -> (c_int, c_int) {
        let minor = match self {
            Self::Tls12 => ffi::MBEDTLS_SSL_MINOR_VERSION_3,
        };
        (ffi::MBEDTLS_SSL_MAJOR_VERSION_3 as c_int, minor as c_int)
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls12 => f.write_str("TLSv1.2"),
        }
    }
}
