//! What the messages of the key exchange say: the group, and how the peer
//! signed.

use super::Engine;
use crate::pk::SignatureScheme;
use crate::ssl::terms::{CipherSuite, NamedGroup};
use crate::ssl::wire::codec::Reader;

/// What is remembered of the messages.
#[derive(Default)]
pub(super) struct KeyExchange {
    group: Option<NamedGroup>,
    peer_scheme: Option<SignatureScheme>,
}

impl Engine {
    pub(crate) fn group(&self) -> Option<NamedGroup> {
        self.key_exchange.group
    }

    pub(crate) fn peer_signature_scheme(&self) -> Option<SignatureScheme> {
        self.key_exchange.peer_scheme
    }

    /// A ServerKeyExchange: the server's, or one of our own. Whether it is
    /// right is for the engine to say.
    pub(super) fn note_key_exchange(&mut self, message: &[u8]) {
        let Some((group, scheme)) = self.chosen_suite().and_then(|suite| read(suite, message))
        else {
            return;
        };
        self.key_exchange.group = NamedGroup::ALL
            .iter()
            .copied()
            .find(|known| known.iana_number() == group);
        if self.is_client() {
            self.note_peer_scheme(scheme);
        }
    }

    /// CertificateVerify: the scheme is the first that it says.
    pub(super) fn note_certificate_verify(&mut self, message: &[u8]) {
        let scheme = Reader::new(message.get(4..).unwrap_or_default()).u16();
        self.note_peer_scheme(scheme);
    }

    fn note_peer_scheme(&mut self, scheme: Option<u16>) {
        self.key_exchange.peer_scheme = scheme.and_then(SignatureScheme::from_iana_number);
    }
}

/// The group and, where the server signs, how (RFC 8422, 5.4; with a hint
/// before them, RFC 5489, 2).
fn read(suite: CipherSuite, message: &[u8]) -> Option<(u16, Option<u16>)> {
    const NAMED_CURVE: u8 = 3;
    if !suite.has_forward_secrecy() {
        return None;
    }
    let mut body = Reader::new(message.get(4..)?);
    if suite.uses_pre_shared_key() {
        body.vec16()?;
    }
    if body.u8()? != NAMED_CURVE {
        return None;
    }
    let group = body.u16()?;
    body.vec8()?;
    Some((group, body.u16()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_and_scheme_are_read() {
        let signed = [&[12, 0, 0, 12, 3, 0, 29, 2, 9, 9][..], &[4, 3, 0, 1, 7]].concat();
        let suite = CipherSuite::EcdheEcdsaWithAes128GcmSha256;
        assert_eq!(read(suite, &signed), Some((29, Some(0x0403))));
        let hinted = [12, 0, 0, 8, 0, 1, 5, 3, 0, 23, 1, 9];
        let suite = CipherSuite::EcdhePskWithChacha20Poly1305Sha256;
        assert_eq!(read(suite, &hinted), Some((23, None)));
        assert_eq!(read(CipherSuite::PskWithAes128GcmSha256, &hinted), None);
        for len in 0..hinted.len() {
            assert_eq!(read(suite, &hinted[..len]), None, "{len}");
        }
    }
}
