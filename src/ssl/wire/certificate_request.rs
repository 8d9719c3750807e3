//! CertificateRequest, read before the engine answers it.
//!
//! The engine ignores what the message allows: it signs with the hash of the
//! suite, whatever was asked for.

use super::codec::{Reader, u16_list};

/// What a server says about the client certificates it takes (RFC 5246,
/// 7.4.4).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CertificateRequest {
    /// IANA numbers of the signature schemes that the server accepts.
    signature_schemes: Vec<u16>,
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

    /// Whether a signature with this hash (its number in TLS) by an ECDSA or
    /// RSA key is accepted.
    pub(crate) fn accepts(&self, hash: u8, is_ecdsa: bool) -> bool {
        const RSA: u8 = 1;
        const ECDSA: u8 = 3;
        let algorithm = if is_ecdsa { ECDSA } else { RSA };
        let scheme = u16::from_be_bytes([hash, algorithm]);
        self.signature_schemes.contains(&scheme)
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
        assert!(request.accepts(4, false), "RSA with SHA-256");
        assert!(request.accepts(5, true), "ECDSA with SHA-384");
        assert!(!request.accepts(4, true) && !request.accepts(5, false));
    }

    #[test]
    fn every_truncation_is_refused() {
        for len in 0..MESSAGE.len() {
            assert_eq!(CertificateRequest::parse(&MESSAGE[..len]), None, "{len}");
        }
    }
}
