//! The checkpoint at ClientKeyExchange, where a client says which pre-shared
//! key it uses.

use alloc::string::ToString;

use zeroize::Zeroizing;

use super::Engine;
use crate::error::{Alert, Error, Result};
use crate::ssl::psk::{MAX_LEN, PreSharedKey, UnknownIdentity};
use crate::ssl::terms::CipherSuite;
use crate::ssl::verdict::Verdict;
use crate::ssl::wire::codec::Reader;

impl Engine {
    /// Whether the suite of this handshake, once it is chosen, has a
    /// pre-shared key.
    pub(super) fn uses_pre_shared_key(&self) -> bool {
        self.chosen_suite()
            .is_some_and(CipherSuite::uses_pre_shared_key)
    }

    /// Whether the server may leave ServerKeyExchange out.
    pub(super) fn key_exchange_is_optional(&self) -> bool {
        self.uses_pre_shared_key()
            && !self
                .chosen_suite()
                .is_some_and(CipherSuite::has_forward_secrecy)
    }

    /// On a server, with a suite of this kind: finds the client's key.
    pub(super) fn client_named_its_key(&mut self, message: &[u8]) -> Result<()> {
        let Some(psks) = self.config.server_psks.clone() else {
            return Err(self.refuse(Alert::InternalError, "no pre-shared keys are configured"));
        };
        let Some(identity) = identity(message) else {
            return Err(self.refuse(
                Alert::DecodeError,
                "the ClientKeyExchange is cut short or names no identity",
            ));
        };
        // Drawn in every case, so that a known identity takes as long as an unknown one.
        let decoy = match psks.unknown {
            UnknownIdentity::Refused => None,
            UnknownIdentity::Hidden => match self.decoy() {
                Ok(key) => Some(key),
                Err(error) => {
                    self.send_fatal(Alert::InternalError);
                    self.kill();
                    return Err(error);
                }
            },
        };
        let found = self.outside(|_| psks.keys.find(identity));
        let key = match (found, decoy) {
            (Ok(Some(key)), _) => {
                self.psk_identity = Some(identity.to_vec());
                key
            }
            (Ok(None), Some(decoy)) => decoy,
            (Ok(None), None) => {
                let reason = format!(
                    "no pre-shared key is known for the identity {:?}",
                    identity.escape_ascii().to_string()
                );
                return Err(self.refuse(Alert::UnknownPskIdentity, reason));
            }
            (Err(source), _) => {
                self.send_fatal(Alert::InternalError);
                self.kill();
                return Err(Error::PreSharedKey {
                    action: "looking up the client's pre-shared key",
                    source,
                });
            }
        };
        let put = self.raw.put_pre_shared_key(&key);
        put.map_err(|code| self.engine_refused(code))
    }

    /// The handshake is over: who was proved to be there.
    pub(super) fn note_pre_shared_key(&mut self) {
        if !self.uses_pre_shared_key() {
            self.psk_identity = None;
            return;
        }
        self.verdict = Verdict::PreSharedKey;
        if let Some(own) = &self.config.client_psk {
            self.psk_identity = Some(own.identity.clone());
        }
    }

    pub(super) fn chosen_suite(&self) -> Option<CipherSuite> {
        CipherSuite::from_iana_number(self.chosen.as_ref()?.cipher_suite)
    }

    fn decoy(&mut self) -> Result<PreSharedKey> {
        let mut key = Zeroizing::new([0; MAX_LEN]);
        self.rng().fill(&mut key[..])?;
        PreSharedKey::new(&key[..])
    }
}

/// The identity in a ClientKeyExchange (RFC 4279, section 2; RFC 5489,
/// section 2).
fn identity(message: &[u8]) -> Option<&[u8]> {
    let mut body = Reader::new(message.get(4..)?);
    body.vec16().filter(|identity| !identity.is_empty())
}
