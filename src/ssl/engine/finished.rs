//! The Finished message, which comes encrypted and may come in pieces.

use super::Engine;
use crate::error::{Alert, Error, ErrorCode, Result};
use crate::ffi;
use crate::ssl::wire::inbound::{TYPE_ALERT, TYPE_HANDSHAKE};

const MESSAGE_FINISHED: u8 = 20;
/// Header and verify_data (RFC 5246, 7.4.9).
const FINISHED_LEN: usize = 4 + 12;

impl Engine {
    /// Reads one protected record of the handshake; `false` when it is not
    /// there yet.
    pub(super) fn next_protected(&mut self) -> Result<bool> {
        loop {
            let (kind, len, result) = match self.inbound.next_protected() {
                Ok(Some((kind, record))) => (kind, record.len(), self.raw.read_record(record)),
                Ok(None) => return Ok(false),
                Err(refused) => return Err(self.record_refused(refused)),
            };
            self.inbound.record_used(len);
            match kind {
                TYPE_ALERT => self.protected_alert_came(result)?,
                TYPE_HANDSHAKE => {
                    self.collect_finished(result)?;
                    if self.finished.len() == FINISHED_LEN {
                        return self.finished_came().map(|()| true);
                    }
                }
                _ => {
                    // What cannot be opened is no data, whatever its header says.
                    return Err(match result {
                        Ok(()) => self.refuse(
                            Alert::UnexpectedMessage,
                            "the peer sent application data before its Finished",
                        ),
                        Err(code) => self.engine_refused(code),
                    });
                }
            }
        }
    }

    fn collect_finished(&mut self, result: Result<(), ErrorCode>) -> Result<()> {
        match result {
            Err(code) if !self.raw.is_fragment(code) => return Err(self.engine_refused(code)),
            _ => {}
        }
        let piece = self.raw.record_content();
        if piece.is_empty() {
            return Err(self.refuse(Alert::DecodeError, "an empty handshake record"));
        }
        self.finished.extend_from_slice(piece);
        self.raw.discard_record();
        let refused = match self.finished.as_slice() {
            [kind, ..] if *kind != MESSAGE_FINISHED => Some(Alert::UnexpectedMessage),
            [_, length @ ..] if !b"\x00\x00\x0c".starts_with(&length[..length.len().min(3)]) => {
                Some(Alert::DecodeError)
            }
            message if message.len() > FINISHED_LEN => Some(Alert::UnexpectedMessage),
            _ => None,
        };
        match refused {
            Some(alert) => Err(self.refuse(alert, "the peer's Finished is malformed")),
            None => Ok(()),
        }
    }

    fn finished_came(&mut self) -> Result<()> {
        let message = core::mem::take(&mut self.finished);
        self.raw
            .place_message(&message)
            .and_then(|()| self.raw.step())
            .and_then(|()| self.raw.hash_message(&message))
            .map_err(|code| self.engine_refused(code))
    }

    fn protected_alert_came(&mut self, result: Result<(), ErrorCode>) -> Result<()> {
        let fatal = match result {
            Err(code) if code.raw() == ffi::MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE => true,
            // The engine has dropped a warning and wants the next record.
            Err(code) if code.raw() == ffi::MBEDTLS_ERR_SSL_WANT_READ => {
                self.check_alert_level()?;
                false
            }
            Err(code) if code.raw() == ffi::MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY => false,
            Err(code) => return Err(self.engine_refused(code)),
            Ok(()) => false,
        };
        let description = match self.raw.record_content() {
            [_, description] => *description,
            _ if fatal => {
                return Err(Error::Closed {
                    action: "handshake",
                });
            }
            _ => Alert::NoRenegotiation.code(),
        };
        self.alert_came(fatal, description)
    }
}
