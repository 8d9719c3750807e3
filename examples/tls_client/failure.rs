//! Why a run ended early, and what to tell about it.

use std::fmt;
use std::io;
use std::time::Duration;

use embertls::{Error, HandshakeReport, VerifyError};

/// Why a run ended early.
#[derive(Debug)]
pub enum Failure {
    /// The server's certificate failed verification.
    Verify { server: String, error: VerifyError },
    /// Anything else.
    Other {
        message: String,
        report: Option<Box<HandshakeReport>>,
    },
}

impl Failure {
    pub fn other(message: impl Into<String>) -> Self {
        Self::Other {
            message: message.into(),
            report: None,
        }
    }

    /// There is no connection; the error names who was to be reached.
    pub fn connecting(timeout: Duration, error: Error) -> Self {
        let hint = patience(error.io_kind(), timeout);
        Self::other(format!("{error}{hint}"))
    }

    /// The handshake with `server` failed.
    pub fn handshake(server: &str, timeout: Duration, error: Error) -> Self {
        match error {
            Error::Verify(error) => Self::Verify {
                server: server.into(),
                error,
            },
            Error::Handshake(failure) => Self::Other {
                message: format!("{server}: {failure}"),
                report: Some(Box::new(failure.report)),
            },
            error => {
                let hint = patience(error.io_kind(), timeout);
                Self::other(format!("{server}: {error}{hint}"))
            }
        }
    }

    /// The exchange with `server` failed.
    pub fn exchange(doing: &str, server: &str, timeout: Duration, error: io::Error) -> Self {
        let hint = patience(error.kind(), timeout);
        Self::other(format!("{doing} {server}: {error}{hint}"))
    }
}

/// What to say about an error that may be a matter of patience.
fn patience(kind: io::ErrorKind, timeout: Duration) -> String {
    match kind {
        io::ErrorKind::TimedOut => format!(" (after {timeout:?}; see --timeout)"),
        _ => String::new(),
    }
}

/// For what happens before there is a connection; such errors name the file,
/// the name or the setting themselves.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::other(error.to_string())
    }
}

/// For standard output, the only thing used with `?` that fails so.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::other(format!("writing to standard output: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify { server, error } => {
                let problems = match error.problems().len() {
                    1 => "1 problem".into(),
                    many => format!("{many} problems"),
                };
                write!(
                    f,
                    "{server}: certificate verification failed ({problems}); \
                     the connection was ended before anything was sent"
                )
            }
            Self::Other { message, .. } => f.write_str(message),
        }
    }
}
