//! Why a handshake failed.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Alert, ErrorCode, Printable};

/// A handshake that we or the peer refused.
///
/// ```
/// fn explain(failure: &embertls::HandshakeFailure) -> String {
///     match failure.alert_received {
///         Some(alert) => format!("the peer refused us: {alert}"),
///         None => format!("we refused the peer: {}", failure.reason),
///     }
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HandshakeFailure {
    /// What was being done, such as `reading the ServerHello`.
    pub action: String,
    /// Why that failed.
    pub reason: String,
    /// The alert that we sent, if one could be sent.
    pub alert_sent: Option<Alert>,
    /// The alert that the peer sent.
    pub alert_received: Option<Alert>,
    /// What the engine said.
    pub code: Option<ErrorCode>,
    /// What each side offered and what was chosen, as far as it came.
    pub report: HandshakeReport,
}

/// What each side offered in a handshake, and what was chosen.
///
/// Names are those of IANA's registries; a value that this crate does not know
/// appears as its number in hexadecimal, and bytes of an ALPN name that are no
/// printable ASCII are escaped. Lists stay empty, and the rest
/// `None`, for what the handshake did not come to.
///
/// ```
/// let report = embertls::HandshakeReport::default();
/// assert!(report.cipher_suites_offered.is_empty());
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct HandshakeReport {
    /// On a client: the server that was wanted.
    pub server_name: Option<String>,
    /// The message that was waited for when the handshake ended.
    pub waiting_for: Option<String>,
    /// Protocol versions in the ClientHello.
    pub versions_offered: Vec<String>,
    /// Cipher suites in the ClientHello, most wanted first.
    pub cipher_suites_offered: Vec<String>,
    /// Groups in the ClientHello, most wanted first.
    pub groups_offered: Vec<String>,
    /// ALPN protocols in the ClientHello, most wanted first.
    pub alpn_offered: Vec<String>,
    /// Cipher suites that our own configuration allows.
    pub cipher_suites_allowed: Vec<String>,
    /// Groups that our own configuration allows.
    pub groups_allowed: Vec<String>,
    /// The protocol version in the ServerHello.
    pub version_chosen: Option<String>,
    /// The cipher suite in the ServerHello.
    pub cipher_suite_chosen: Option<String>,
    /// The ALPN protocol in the ServerHello.
    pub alpn_chosen: Option<String>,
}

impl fmt::Display for HandshakeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}",
            Printable(&self.action),
            Printable(&self.reason)
        )?;
        if let Some(alert) = self.alert_received {
            write!(f, "; the peer sent the alert {alert}")?;
        }
        if let Some(alert) = self.alert_sent {
            write!(f, "; we sent the alert {alert}")?;
        }
        match self.code {
            Some(code) => write!(f, " [{code}]"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_action_reason_alerts_and_code() {
        let failure = HandshakeFailure {
            action: "reading the ServerHello".into(),
            reason: "no cipher suite in common".into(),
            alert_sent: None,
            alert_received: Some(Alert::HandshakeFailure),
            code: Some(ErrorCode::from_raw(-0x7780)),
            report: HandshakeReport::default(),
        };
        assert_eq!(
            failure.to_string(),
            "reading the ServerHello: no cipher suite in common; \
             the peer sent the alert handshake_failure (40) \
             [MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE (-0x7780)]"
        );
    }
}
