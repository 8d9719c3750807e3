//! Errors, told so that the reader knows what to do.
//!
//! [`Error`] is sorted by what a caller can do about it, not by the function
//! that failed. The engine's own code is kept as an [`ErrorCode`], which knows
//! the name that the Mbed TLS documentation uses. A refused certificate is a
//! [`VerifyError`], a refused handshake a [`HandshakeFailure`].

use alloc::boxed::Box;
use alloc::string::{String, ToString};

use crate::io;

mod alert;
mod code;
mod flag;
mod handshake;
mod printable;
mod verify;

pub use self::alert::Alert;
pub use self::code::ErrorCode;
pub(crate) use self::code::check;
pub use self::flag::VerifyFlag;
pub use self::handshake::{HandshakeFailure, HandshakeReport};
pub(crate) use self::printable::{Printable, excerpt, is_unprintable};
pub use self::verify::{VerifyError, VerifyProblem};

/// What the functions of this crate return.
///
/// ```
/// fn check_port(port: u16) -> embertls::Result<()> {
///     match port {
///         0 => Err(embertls::Error::Config { reason: "port 0".into() }),
///         _ => Ok(()),
///     }
/// }
/// assert!(check_port(4433).is_ok());
/// ```
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Everything that can go wrong, by what the caller can do about it.
///
/// ```
/// use embertls::Error;
///
/// fn advice(error: &Error) -> &'static str {
///     match error {
///         Error::WouldBlock => "wait until the transport is ready, then repeat",
///         Error::Io { .. } => "connect again",
///         Error::Verify(_) => "do not talk to this peer",
///         Error::Config { .. } => "fix the configuration",
///         _ => "report the error",
///     }
/// }
/// assert_eq!(advice(&Error::Closed { action: "writing" }), "report the error");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system or the transport failed.
    #[error("{}: {}", Printable(action), Printable(&source.to_string()))]
    Io {
        /// What was being done with what, such as `reading ca.pem`.
        action: String,
        /// The error as it came, with its kind and its own sources.
        source: io::Error,
    },

    /// The transport is not ready. Repeat the call once it is.
    #[error("the transport is not ready: repeat the call")]
    WouldBlock,

    /// The private key has not signed yet. Repeat the call; see
    /// [`Handshake::advance_with`](crate::Handshake::advance_with) for when.
    #[error("the private key has not signed yet: repeat the call")]
    SigningPending,

    /// A private key that stays elsewhere did not sign, or signed wrong.
    #[error("{action}: {source}")]
    Signing {
        /// What was asked of which key.
        action: String,
        /// What the signer said.
        source: Box<dyn core::error::Error + Send + Sync>,
    },

    /// The pre-shared key of a client could not be looked up.
    #[error("{action}: {source}")]
    PreSharedKey {
        /// What was being done.
        action: &'static str,
        /// What the lookup said.
        source: Box<dyn core::error::Error + Send + Sync>,
    },

    /// We or the peer refused the handshake.
    #[error("{0}")]
    Handshake(Box<HandshakeFailure>),

    /// The peer's certificate was refused.
    #[error("certificate verification failed: {0}")]
    Verify(VerifyError),

    /// A certificate, a revocation list or a bundle of them cannot be used.
    #[error("{}: {}{}", Printable(which), Printable(reason), in_brackets(.code))]
    Certificate {
        /// Which one: its file, its position there, its subject.
        which: String,
        /// The field at fault where it is known, and why.
        reason: String,
        /// What the engine said, if it was the engine that refused.
        code: Option<ErrorCode>,
    },

    /// A private key cannot be used. Never holds a part of the key.
    #[error("{}: {}{}", Printable(which), Printable(reason), in_brackets(.code))]
    Key {
        /// Which one, such as its file.
        which: String,
        /// Why, and what usually cures it.
        reason: String,
        /// What the engine said, if it was the engine that refused.
        code: Option<ErrorCode>,
    },

    /// A server name that is neither a DNS name nor an IP address.
    #[error("{name:?} is no server name: {}", Printable(reason))]
    ServerName {
        /// The name as it was given.
        name: String,
        /// The rule that it breaks.
        reason: String,
    },

    /// A configuration that cannot work, or that is not safe.
    #[error("configuration refused: {}", Printable(reason))]
    Config {
        /// The settings at fault, and what to set instead.
        reason: String,
    },

    /// The session has ended: by close_notify, or by an earlier fatal error.
    #[error("{action}: the session is closed")]
    Closed {
        /// What was asked of the closed session.
        action: &'static str,
    },

    /// The peer broke the protocol after the handshake, or the record layer
    /// failed. The session is dead.
    #[error("{action}: {}{}{}", Printable(reason), alert_sent(.alert), in_brackets(.code))]
    Protocol {
        /// What was being done.
        action: &'static str,
        /// What was wrong.
        reason: String,
        /// What the engine said.
        code: Option<ErrorCode>,
        /// The alert that went with it.
        alert: Option<Alert>,
    },

    /// The random generator failed. Nothing was made from what it gave.
    #[error("{action}: the random generator failed{}", in_brackets(.code))]
    Random {
        /// What the random bytes were for.
        action: &'static str,
        /// What the engine said.
        code: Option<ErrorCode>,
    },

    /// There is not enough memory.
    #[error("{action}: out of memory")]
    OutOfMemory {
        /// What the memory was for.
        action: &'static str,
    },
}

impl Error {
    /// An [`Error::Io`]. What is already one of our errors in the shape of an
    /// [`io::Error`] comes out as itself.
    #[cfg(feature = "std")]
    pub(crate) fn io(action: impl Into<String>, source: io::Error) -> Self {
        match source.downcast::<Self>() {
            Ok(error) => error,
            Err(source) => Self::Io {
                action: action.into(),
                source,
            },
        }
    }

    /// An [`Error::Certificate`] that did not come from the engine.
    pub(crate) fn certificate(which: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Certificate {
            which: which.into(),
            reason: reason.into(),
            code: None,
        }
    }

    /// An [`Error::Config`].
    pub(crate) fn config(reason: impl Into<String>) -> Self {
        Self::Config {
            reason: reason.into(),
        }
    }

    /// The kind that this error has as an [`io::Error`].
    ///
    /// An [`Error::Io`] has the kind of its source; what a peer or a file got
    /// wrong is [`InvalidData`](io::ErrorKind::InvalidData), what the caller
    /// got wrong is [`InvalidInput`](io::ErrorKind::InvalidInput).
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use embertls::Error;
    ///
    /// assert_eq!(Error::WouldBlock.io_kind(), ErrorKind::WouldBlock);
    /// assert_eq!(Error::Closed { action: "writing" }.io_kind(), ErrorKind::NotConnected);
    /// ```
    pub fn io_kind(&self) -> io::ErrorKind {
        match self {
            Self::Io { source, .. } => source.kind(),
            Self::WouldBlock | Self::SigningPending => io::ErrorKind::WouldBlock,
            Self::Handshake(_)
            | Self::Verify(_)
            | Self::Certificate { .. }
            | Self::Key { .. }
            | Self::Protocol { .. } => io::ErrorKind::InvalidData,
            Self::ServerName { .. } | Self::Config { .. } => io::ErrorKind::InvalidInput,
            Self::Closed { .. } => io::ErrorKind::NotConnected,
            Self::Random { .. } | Self::Signing { .. } | Self::PreSharedKey { .. } => {
                io::ErrorKind::Other
            }
            Self::OutOfMemory { .. } => io::ErrorKind::OutOfMemory,
        }
    }
}

/// Keeps the [`Error`] inside the [`io::Error`], and gives it a meaningful
/// kind (see [`Error::io_kind`]).
///
/// ```
/// use std::io;
/// use embertls::Error;
///
/// let error = io::Error::from(Error::Closed { action: "writing" });
/// assert_eq!(error.kind(), io::ErrorKind::NotConnected);
/// assert!(matches!(error.downcast::<Error>(), Ok(Error::Closed { .. })));
/// ```
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            // Happens for each call on a busy connection and tells nothing
            // but its kind: not worth an allocation.
            Error::WouldBlock => io::ErrorKind::WouldBlock.into(),
            error => io::Error::new(error.io_kind(), error),
        }
    }
}

fn in_brackets(code: &Option<ErrorCode>) -> String {
    code.map(|code| format!(" [{code}]")).unwrap_or_default()
}

fn alert_sent(alert: &Option<Alert>) -> String {
    alert.map(|a| format!(" (alert {a})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::error::Error as _;

    fn refused() -> Error {
        Error::io(
            "connecting to localhost:4433",
            io::Error::from(io::ErrorKind::ConnectionRefused),
        )
    }

    #[test]
    fn io_error_keeps_context_kind_and_source() {
        let error = refused();
        assert!(
            error
                .to_string()
                .starts_with("connecting to localhost:4433: ")
        );
        assert!(error.source().is_some());

        let error = io::Error::from(error);
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(matches!(
            error.downcast::<Error>(),
            Ok(Error::Io { action, .. }) if action == "connecting to localhost:4433"
        ));
    }

    #[test]
    fn an_error_that_travelled_as_io_error_comes_out_as_itself() {
        let travelled = io::Error::from(Error::Closed { action: "writing" });
        assert!(matches!(
            Error::io("copying", travelled),
            Error::Closed { action: "writing" }
        ));
    }

    #[test]
    fn would_block_converts_without_an_allocation() {
        let error = io::Error::from(Error::WouldBlock);
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(error.get_ref().is_none());
    }

    #[test]
    fn displays_the_engine_code_with_its_name() {
        let error = Error::Certificate {
            which: "ca.pem, certificate 3".into(),
            reason: "the validity is no date".into(),
            code: Some(ErrorCode::from_raw(-0x2400 - 0x60)),
        };
        assert_eq!(
            error.to_string(),
            "ca.pem, certificate 3: the validity is no date \
             [MBEDTLS_ERR_X509_INVALID_DATE + MBEDTLS_ERR_ASN1_OUT_OF_DATA (-0x2460)]"
        );
    }

    #[test]
    fn no_error_passes_on_what_drives_a_terminal() {
        let hostile = || "a\n\u{1b}[2Jb".to_owned();
        let failure = HandshakeFailure {
            action: hostile(),
            reason: hostile(),
            alert_sent: None,
            alert_received: None,
            code: None,
            report: HandshakeReport::default(),
        };
        for error in [
            Error::io(hostile(), io::Error::other(hostile())),
            Error::Handshake(Box::new(failure)),
            Error::certificate(hostile(), hostile()),
            Error::Key {
                which: hostile(),
                reason: hostile(),
                code: None,
            },
            Error::ServerName {
                name: hostile(),
                reason: hostile(),
            },
            Error::config(hostile()),
            Error::Protocol {
                action: "reading",
                reason: hostile(),
                code: None,
                alert: None,
            },
        ] {
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(!text.contains(is_unprintable), "{text:?}");
                assert!(text.contains("\\n\\u{1b}[2J"), "{text:?}");
            }
        }
    }

    #[test]
    fn errors_travel_between_threads() {
        fn assert_send_sync<T: Send + Sync + 'static>() {}
        assert_send_sync::<Error>();
    }

    #[test]
    fn errors_stay_small() {
        assert!(size_of::<Error>() <= 72, "{}", size_of::<Error>());
    }
}
