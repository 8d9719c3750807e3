//! The checkpoint at the peer's Certificate message.
//!
//! The raw chain is judged here, before the engine parses any of it. The
//! engine then gets the leaf alone, whose key it needs: what lies behind the
//! leaf can neither kill the connection nor cost unbudgeted work in C.

use alloc::vec::Vec;

use rustls_pki_types::CertificateDer;

use super::Engine;
use crate::error::{Alert, Error, Result, VerifyError, VerifyFlag};
#[cfg(feature = "accel")]
use crate::provider::public_key::PublicKey;
use crate::ssl::config::ClientAuth;
use crate::ssl::config::Verification;
use crate::ssl::verdict::Verdict;
use crate::ssl::wire::codec::Reader;
use crate::ssl::wire::inbound::{MESSAGE_CERTIFICATE, TYPE_HANDSHAKE};
use crate::x509::{Judgement, KeyUse};

impl Engine {
    pub(super) fn certificate_came(&mut self, message: &[u8]) -> Result<()> {
        let Some(chain) = parse(message) else {
            return Err(self.refuse(Alert::DecodeError, "the Certificate message is malformed"));
        };
        self.peer_chain = chain;
        if self.peer_chain.is_empty() {
            return self.no_certificate_came(message);
        }
        self.judge()?;
        self.raw.forget_authorities();

        let Some(leaf_only) = certificate_message(&self.peer_chain[0]) else {
            return Err(self.refuse(
                Alert::BadCertificate,
                "the peer's certificate is larger than a record",
            ));
        };
        self.raw
            .hash_message(message)
            .and_then(|()| self.raw.place_message(&leaf_only))
            .and_then(|()| self.raw.step())
            .map_err(|code| self.engine_refused(code))?;
        if !self.raw.peer_curve_is_allowed() {
            // RFC 8422, 5.1: the offered groups bind the certificate too.
            return Err(self.refuse(
                Alert::UnsupportedCertificate,
                "the key in the peer's certificate is on a curve that is not allowed here",
            ));
        }
        #[cfg(feature = "accel")]
        if let Some(key) = crate::x509::key_info(&self.peer_chain[0]).and_then(PublicKey::parse) {
            self.raw.replace_peer_key(key);
        }
        Ok(())
    }

    /// A client may have none to show; a server must.
    fn no_certificate_came(&mut self, message: &[u8]) -> Result<()> {
        if self.is_client() {
            return Err(self.refuse(
                Alert::DecodeError,
                "the server's Certificate message holds no certificate",
            ));
        }
        match self.config.client_auth {
            ClientAuth::Optional(_) => {
                self.raw.feed(TYPE_HANDSHAKE, message);
                Ok(())
            }
            _ => self.judge(),
        }
    }

    /// What the suite has the server's key do.
    fn key_use(&self) -> KeyUse {
        match self.raw.encrypts_premaster() {
            true => KeyUse::Decrypts,
            false => KeyUse::Signs,
        }
    }

    fn judge(&mut self) -> Result<()> {
        let (chain, config) = (&self.peer_chain, &self.config);
        let judged_by = config.verifier().zip(self.server_name.as_ref());
        let judgement = match (judged_by, config.client_auth.verifier()) {
            (Some((verifier, name)), _) => verifier.judge(chain, name, self.key_use()),
            (None, Some(verifier)) => verifier.judge_client(chain),
            (None, None) => {
                return Err(self.refuse(
                    Alert::InternalError,
                    "there is nothing to verify the certificate with",
                ));
            }
        };
        let (alert, problems) = match judgement {
            Judgement::Verified(chain) => {
                self.peer_was_verified(&chain);
                self.verdict = Verdict::Verified;
                return Ok(());
            }
            Judgement::Refused(problems) if self.config.verification == Verification::Optional => {
                self.verdict = Verdict::Tolerated(problems);
                return Ok(());
            }
            Judgement::Refused(problems) => (alert_for(&problems), problems),
            Judgement::Unusable(problems) if chain.is_empty() => {
                (Alert::HandshakeFailure, problems)
            }
            Judgement::Unusable(problems) => (Alert::BadCertificate, problems),
            Judgement::Unjudged(problems) => (Alert::InternalError, problems),
        };
        self.send_fatal(alert);
        self.forget_session();
        self.kill();
        Err(Error::Verify(problems))
    }
}

/// The certificates of a Certificate message, leaf first (RFC 5246, 7.4.2).
fn parse(message: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let mut body = Reader::new(message.get(4..)?);
    let list = body.vec24()?;
    if !body.is_empty() {
        return None;
    }
    let mut list = Reader::new(list);
    let mut chain = Vec::new();
    while !list.is_empty() {
        let der = list.vec24().filter(|der| !der.is_empty())?;
        chain.push(CertificateDer::from(der.to_vec()));
    }
    Some(chain)
}

/// A Certificate message with one certificate, or `None` where it would not
/// fit the engine's buffer.
fn certificate_message(leaf: &[u8]) -> Option<Vec<u8>> {
    let three_bytes = |len: usize| [(len >> 16) as u8, (len >> 8) as u8, len as u8];
    let len = leaf.len();
    if len + 10 > 1 << 14 {
        return None;
    }
    let mut message = vec![MESSAGE_CERTIFICATE];
    message.extend_from_slice(&three_bytes(len + 6));
    message.extend_from_slice(&three_bytes(len + 3));
    message.extend_from_slice(&three_bytes(len));
    message.extend_from_slice(leaf);
    Some(message)
}

/// The alert for a refused certificate (RFC 5246, 7.2.2): the problem that
/// tells the peer most decides.
fn alert_for(problems: &VerifyError) -> Alert {
    let has = |flag: VerifyFlag| {
        problems
            .problems()
            .iter()
            .any(|problem| problem.flag == flag)
    };
    let any = |flags: &[VerifyFlag]| flags.iter().any(|flag| has(*flag));
    if has(VerifyFlag::Revoked) {
        Alert::CertificateRevoked
    } else if any(&[VerifyFlag::Expired, VerifyFlag::Future]) {
        Alert::CertificateExpired
    } else if has(VerifyFlag::NotTrusted) {
        Alert::UnknownCa
    } else if any(&[
        VerifyFlag::KeyUsage,
        VerifyFlag::ExtKeyUsage,
        VerifyFlag::NsCertType,
        VerifyFlag::BadPk,
        VerifyFlag::BadKey,
        VerifyFlag::BadMd,
    ]) {
        Alert::UnsupportedCertificate
    } else if has(VerifyFlag::CnMismatch) {
        Alert::BadCertificate
    } else {
        Alert::CertificateUnknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_back_as_written() {
        let leaf = vec![7; 300];
        let message = certificate_message(&leaf).unwrap();
        assert_eq!(parse(&message), Some(vec![CertificateDer::from(leaf)]));
    }

    #[test]
    fn malformed_lists_are_refused() {
        for body in [
            &[0, 0, 4, 0, 0, 2, 1][..],
            &[0, 0, 3, 0, 0, 0],
            &[0, 0, 0, 9],
            &[0, 0],
        ] {
            let mut message = vec![MESSAGE_CERTIFICATE, 0, 0, body.len() as u8];
            message.extend_from_slice(body);
            assert_eq!(parse(&message), None, "{body:?}");
        }
        assert_eq!(parse(&[11, 0, 0, 3, 0, 0, 0]), Some(Vec::new()));
    }
}
