//! Ending a session for a reason: the alert to the peer, the error to the
//! caller.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Engine, Phase};
use crate::error::{Alert, Error, ErrorCode, HandshakeFailure, Result};
use crate::ffi;
use crate::ssl::engine::bio::OwnAlert;
use crate::ssl::wire::inbound::{MAX_PLAINTEXT, TYPE_ALERT};

impl Engine {
    /// We refuse the peer.
    pub(super) fn refuse(&mut self, alert: Alert, reason: impl Into<String>) -> Error {
        self.send_fatal(alert);
        self.failed(reason.into(), Some(alert), None, None)
    }

    /// The engine refuses the peer; it may have sent an alert already.
    pub(super) fn engine_refused(&mut self, code: ErrorCode) -> Error {
        let sent = match self.raw.take_own_alert() {
            Some(OwnAlert::Plain(description)) => Some(Alert::from_code(description)),
            Some(OwnAlert::Encrypted) => Some(self.alert_for(code)),
            None => {
                let alert = self.alert_for(code);
                self.send_fatal(alert);
                Some(alert)
            }
        };
        if let Some(error) = self.ran_out(code) {
            self.kill();
            return error;
        }
        let reason = match (code.raw(), self.phase()) {
            (
                ffi::MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN | ffi::MBEDTLS_ERR_SSL_NO_USABLE_CIPHERSUITE,
                _,
            ) => self.why_nothing_fits(),
            (ffi::MBEDTLS_ERR_SSL_INVALID_MAC, Phase::Handshaking)
                if self.uses_pre_shared_key() =>
            {
                "the peer's pre-shared key is another one, or a record was changed on its way"
                    .into()
            }
            (ffi::MBEDTLS_ERR_SSL_BAD_HS_FINISHED, Phase::Handshaking) => {
                "the peer's Finished does not match the handshake".into()
            }
            (_, Phase::Open) => "the peer's record was refused".into(),
            _ if sent == Some(Alert::NoApplicationProtocol) => self.why_no_protocol(),
            _ => format!("the engine refused {}", self.awaited()),
        };
        self.failed(reason, sent, None, Some(code))
    }

    /// The engine takes every alert that is not fatal for a warning.
    pub(super) fn check_alert_level(&mut self) -> Result<()> {
        match self.raw.alert_level() {
            1 | 2 => Ok(()),
            level => {
                let reason = format!("an alert of unknown level {level}");
                Err(self.refuse(Alert::IllegalParameter, reason))
            }
        }
    }

    /// The engine failed for want of something, which is nobody's refusal.
    fn ran_out(&self, code: ErrorCode) -> Option<Error> {
        let action = match (self.phase(), self.is_client()) {
            (Phase::Open, _) => "reading",
            (_, true) => "handshake with the server",
            (_, false) => "handshake with the client",
        };
        if code.is_out_of_memory() {
            return Some(Error::OutOfMemory { action });
        }
        code.is_random_failure().then_some(Error::Random {
            action,
            code: Some(code),
        })
    }

    /// The peer refuses us.
    pub(super) fn alert_received(&mut self, alert: Alert) -> Error {
        let reason = match alert {
            Alert::CloseNotify => "the peer closed the session".into(),
            _ if self.is_client() && self.chosen.is_none() => self.why_server_may_refuse(alert),
            _ => match self.certificate_withheld {
                Some(why) => format!(
                    "{} (it asked for a client certificate and got none: {why})",
                    alert.meaning()
                ),
                None => alert.meaning().into(),
            },
        };
        self.failed(reason, None, Some(alert), None)
    }

    /// The transport ended without close_notify.
    pub(super) fn peer_vanished(&mut self) -> Error {
        let action = match self.phase() {
            Phase::Handshaking => {
                format!(
                    "handshake with {}, waiting for {}",
                    self.peer(),
                    self.awaited()
                )
            }
            _ => format!("reading from {}", self.peer()),
        };
        self.phase = Phase::Dead;
        let where_it_stopped = if self.inbound.is_mid_record() || !self.raw.unread().is_empty() {
            "in the middle of a record"
        } else {
            "without close_notify"
        };
        Error::Io {
            action,
            source: crate::io::Error::new(
                crate::io::ErrorKind::UnexpectedEof,
                format!("the connection was cut {where_it_stopped}"),
            ),
        }
    }

    /// Puts a fatal alert into the output, if it can still be sent.
    pub(super) fn send_fatal(&mut self, alert: Alert) {
        match self.phase() {
            Phase::Dead => {}
            Phase::Open if self.raw.output().is_empty() => {
                // Where sealing fails there is no alert; the peer sees a cut.
                let _ = self.raw.seal_alert(true, alert.code());
            }
            Phase::Open => self.owed_alert = Some(alert),
            Phase::Handshaking if self.raw.is_encrypting() => {
                if self.raw.seal_alert(true, alert.code()).is_ok() {
                    self.raw.collect_output();
                }
            }
            Phase::Handshaking => self.raw.collect(&plain_alert(alert)),
        }
    }

    fn failed(
        &mut self,
        reason: String,
        alert_sent: Option<Alert>,
        alert_received: Option<Alert>,
        code: Option<ErrorCode>,
    ) -> Error {
        self.forget_session();
        let was_open = self.phase() == Phase::Open;
        let action = format!("handshake with {}, at {}", self.peer(), self.awaited());
        self.phase = Phase::Dead;
        if was_open {
            return Error::Protocol {
                action: "reading",
                reason: match alert_received {
                    Some(alert) => format!("the peer sent the alert {alert}"),
                    None => reason,
                },
                code,
                alert: alert_sent.or(alert_received),
            };
        }
        Error::Handshake(Box::new(HandshakeFailure {
            action,
            reason,
            alert_sent,
            alert_received,
            code,
            report: self.report(),
        }))
    }
}

impl Engine {
    /// The alert that RFC 5246 names for a failure on which the engine is
    /// silent.
    fn alert_for(&self, code: ErrorCode) -> Alert {
        let malformed = ffi::MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE_VERIFY;
        if self.raw.state() == ffi::MBEDTLS_SSL_CERTIFICATE_VERIFY && code.raw() != malformed {
            return Alert::DecryptError;
        }
        let is_record = code.raw() == ffi::MBEDTLS_ERR_SSL_INVALID_RECORD;
        if !is_record || !self.raw.is_opened(code) {
            return alert_for(code);
        }
        match self.raw.record_content().len() {
            len if len > MAX_PLAINTEXT => Alert::RecordOverflow,
            _ => Alert::DecodeError,
        }
    }
}

/// A fatal alert in a record of its own, as it goes out before encryption.
pub(crate) fn plain_alert(alert: Alert) -> [u8; 7] {
    [TYPE_ALERT, 3, 3, 0, 2, 2, alert.code()]
}

/// The alert where the code alone tells which.
fn alert_for(code: ErrorCode) -> Alert {
    if code.is_out_of_memory() || code.is_random_failure() {
        return Alert::InternalError;
    }
    match code.raw() {
        ffi::MBEDTLS_ERR_SSL_INVALID_MAC => Alert::BadRecordMac,
        ffi::MBEDTLS_ERR_SSL_INVALID_RECORD => Alert::BadRecordMac,
        ffi::MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE => Alert::UnexpectedMessage,
        ffi::MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN | ffi::MBEDTLS_ERR_SSL_NO_USABLE_CIPHERSUITE => {
            Alert::HandshakeFailure
        }
        ffi::MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION => Alert::ProtocolVersion,
        ffi::MBEDTLS_ERR_SSL_BAD_HS_CLIENT_KEY_EXCHANGE_CS
        | ffi::MBEDTLS_ERR_SSL_BAD_HS_CLIENT_KEY_EXCHANGE_RP
        // A key share that is no point of the curve.
        | ffi::MBEDTLS_ERR_ECP_INVALID_KEY
        // One of small order: the engine finds no inverse of what X25519 makes of it.
        | ffi::MBEDTLS_ERR_MPI_NOT_ACCEPTABLE => Alert::IllegalParameter,
        ffi::MBEDTLS_ERR_SSL_INTERNAL_ERROR => Alert::InternalError,
        // What has another length or type is refused before the engine sees it.
        ffi::MBEDTLS_ERR_SSL_BAD_HS_FINISHED => Alert::DecryptError,
        ffi::MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE_VERIFY
            ..=ffi::MBEDTLS_ERR_SSL_BAD_HS_CLIENT_HELLO => Alert::DecodeError,
        _ => Alert::HandshakeFailure,
    }
}
