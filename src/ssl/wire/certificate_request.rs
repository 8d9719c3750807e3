//! CertificateRequest, read before the engine answers it.
//!
//! The engine ignores what the message allows; the client's signature is made
//! in Rust.

use alloc::vec::Vec;

use super::codec::{Reader, u16_list};
use crate::pk::KeyKind;

const RSA_SIGN: u8 = 1;
const ECDSA_SIGN: u8 = 64;

/// What a server says about the client certificates it takes (RFC 5246,
/// 7.4.4).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CertificateRequest {
    /// Numbers of the kinds of certificate that the server takes
    /// (IANA, TLS ClientCertificateType Identifiers).
    certificate_types: Vec<u8>,
    /// IANA numbers of the signature schemes that the server accepts, most
    /// wanted first.
    pub(crate) signature_schemes: Vec<u16>,
}

impl CertificateRequest {
    /// Reads a whole handshake message; `None` where it is malformed.
    pub(crate) fn parse(message: &[u8]) -> Option<Self> {
        let mut body = Reader::new(message.get(4..)?);
        let certificate_types = body.vec8().filter(|types| !types.is_empty())?.to_vec();
        let signature_schemes = body.vec16().and_then(u16_list)?;
        if signature_schemes.is_empty() {
            return None;
        }
        let mut authorities = Reader::new(body.vec16()?);
        while !authorities.is_empty() {
            authorities.vec16().filter(|name| !name.is_empty())?;
        }
        body.is_empty().then_some(Self {
            certificate_types,
            signature_schemes,
        })
    }

    /// Whether the server takes certificates for such keys (RFC 5246, 7.4.4,
    /// and RFC 8422, 5.5).
    pub(crate) fn takes(&self, kind: KeyKind) -> bool {
        self.certificate_types.contains(&match kind {
            KeyKind::Rsa => RSA_SIGN,
            KeyKind::Ecdsa => ECDSA_SIGN,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = &[
        13, 0, 0, 16, 2, 1, 64, 0, 4, 4, 1, 5, 3, 0, 5, 0, 3, b'a', b'b', b'c',
    ];

    #[test]
    fn what_is_accepted_is_read() {
        let request = CertificateRequest::parse(MESSAGE).unwrap();
        assert_eq!(request.signature_schemes, [0x0401, 0x0503]);
        assert!(request.takes(KeyKind::Rsa) && request.takes(KeyKind::Ecdsa));
        let mut of_rsa = MESSAGE.to_vec();
        of_rsa[6] = 2;
        let request = CertificateRequest::parse(&of_rsa).unwrap();
        assert!(request.takes(KeyKind::Rsa) && !request.takes(KeyKind::Ecdsa));
    }

    #[test]
    fn a_list_of_no_signatures_is_malformed() {
        let message = &[13, 0, 0, 6, 1, 1, 0, 0, 0, 0];
        assert_eq!(CertificateRequest::parse(message), None);
    }

    #[test]
    fn every_truncation_is_refused() {
        for len in 0..MESSAGE.len() {
            assert_eq!(CertificateRequest::parse(&MESSAGE[..len]), None, "{len}");
        }
    }
}
