//! Why a page could not be fetched.

use std::io;

use embertls::VerifyError;

/// Why a page could not be fetched, and where from.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server's certificate failed verification.
    #[error("{server}: certificate verification failed\n{error}")]
    Verify { server: String, error: VerifyError },
    /// Another error of embertls, which names the server or the file itself.
    #[error("{0}")]
    Tls(embertls::Error),
    /// The server's answer cannot be used.
    #[error("{url}: {reason}")]
    Answer { url: String, reason: String },
    /// Reading or writing failed on the way.
    #[error("{action}: {source}")]
    Io { action: String, source: io::Error },
}

impl Failure {
    pub fn connecting(server: &str, error: embertls::Error) -> Self {
        match error {
            embertls::Error::Verify(error) => Self::Verify {
                server: server.into(),
                error,
            },
            error => Self::Tls(error),
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
