//! Maximum fragment length.

use crate::ffi;

/// A largest record size that a client may ask for (RFC 6066, section 4).
///
/// ```
/// use embertls::MaxFragmentLength;
///
/// assert_eq!(MaxFragmentLength::Bytes1024.bytes(), 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaxFragmentLength {
    /// 512 bytes of plaintext per record.
    Bytes512,
    /// 1,024 bytes of plaintext per record.
    Bytes1024,
    /// 2,048 bytes of plaintext per record.
    Bytes2048,
    /// 4,096 bytes of plaintext per record.
    Bytes4096,
}

impl MaxFragmentLength {
    /// The length in bytes.
    ///
    /// ```
    /// assert_eq!(embertls::MaxFragmentLength::Bytes4096.bytes(), 4096);
    /// ```
    pub fn bytes(self) -> usize {
        match self {
            Self::Bytes512 => 512,
            Self::Bytes1024 => 1024,
            Self::Bytes2048 => 2048,
            Self::Bytes4096 => 4096,
        }
    }

    /// The engine's number for the length, which is that of the RFC.
    pub(crate) fn code(self) -> u8 {
        let code = match self {
            Self::Bytes512 => ffi::MBEDTLS_SSL_MAX_FRAG_LEN_512,
            Self::Bytes1024 => ffi::MBEDTLS_SSL_MAX_FRAG_LEN_1024,
            Self::Bytes2048 => ffi::MBEDTLS_SSL_MAX_FRAG_LEN_2048,
            Self::Bytes4096 => ffi::MBEDTLS_SSL_MAX_FRAG_LEN_4096,
        };
        code as u8
    }
}
