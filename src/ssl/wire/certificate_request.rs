//! CertificateRequest, read before the engine answers it.
//!
//! The engine ignores what the message allows; the client's signature is made
//! in Rust.

use super::codec::{Reader, u16_list};

/// What a server says about the client certificates it takes (RFC 5246,
/// 7.4.4).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CertificateRequest {
    /// IANA numbers of the signature schemes that the server accepts, most
    /// wanted first.
    pub(crate) signature_schemes: Vec<u16>,
}

impl CertificateRequest {
    /// Reads a whole handshake message; `None` where it is malformed.
    pub(crate) fn parse(message: &[u8]) -> Option<Self> {
        let mut body = Reader::new(message.get(4..)?);
        body.vec8().filter(|types| !types.is_empty())?;
        let signature_schemes = body.vec16().and_then(u16_list)?;
        let mut authorities = Reader::new(body.vec16()?);
        while !authorities.is_empty() {
            authorities.vec16().filter(|name| !name.is_empty())?;
        }
        body.is_empty().then_some(Self { signature_schemes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = &[
        13, 0, 0, 16, 2, 1, 64, 0, 4, 4, 1, 5, 3, 0, 5, 0, 3, b'a', b'b', b'c',
    ];

    #[test]
    fn the_accepted_signatures_are_read() {
        let request = CertificateRequest::parse(MESSAGE).unwrap();
        assert_eq!(request.signature_schemes, [0x0401, 0x0503]);
    }

    #[test]
    fn every_truncation_is_refused() {
        for len in 0..MESSAGE.len() {
            assert_eq!(CertificateRequest::parse(&MESSAGE[..len]), None, "{len}");
        }
    }
}
