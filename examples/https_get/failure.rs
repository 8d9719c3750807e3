//! Why a page could not be fetched.

use std::io;

use embertls::VerifyError;

/// Why a page could not be fetched, and where from.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server's certificate failed verification.
    #[error("{server}: certificate verification failed\n{error}")]
    Verify { server: String, error: VerifyError },
    /// The connection could not be made.
    #[error("{server}: {error}")]
    Connect {
        server: String,
        error: embertls::Error,
    },
    /// The trusted certificates could not be read.
    #[error("{0}")]
    Setup(embertls::Error),
    /// The server's answer cannot be used.
    #[error("{url}: {reason}")]
    Answer { url: String, reason: String },
    /// Reading or writing failed on the way.
    #[error("{action}: {source}")]
    Io { action: String, source: io::Error },
}

impl Failure {
    pub fn connecting(server: &str, error: embertls::Error) -> Self {
        let server = server.to_owned();
        match error {
            embertls::Error::Verify(error) => Self::Verify { server, error },
            error => Self::Connect { server, error },
        }
    }

    pub fn answer(url: impl ToString, reason: impl Into<String>) -> Self {
        Self::Answer {
            url: url.to_string(),
            reason: reason.into(),
        }
    }

    pub fn io(action: impl Into<String>, source: io::Error) -> Self {
        Self::Io {
            action: action.into(),
            source,
        }
    }

    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Verify { .. } => 1,
            _ => 2,
        }
    }
}
