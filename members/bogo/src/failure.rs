//! How the shim ends when not all went well.

use std::fmt;
use std::io;

use embertls::Error;

/// Why a test ends here.
#[derive(Debug)]
pub enum Failure {
    /// The flags ask for what embertls does not have.
    Unimplemented(String),
    /// The flags make no sense.
    Usage(String),
    /// The session failed.
    Tls(Error),
    /// The session did not fail, and is not as the flags say.
    Unexpected(String),
    /// Something else: a file that cannot be read, a socket.
    Io(io::Error),
}

impl Failure {
    /// By which the runner knows a test that does not count.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Unimplemented(_) => 89,
            _ => 1,
        }
    }

    pub fn unimplemented(what: impl Into<String>) -> Self {
        Self::Unimplemented(what.into())
    }

    pub fn unexpected(what: impl Into<String>) -> Self {
        Self::Unexpected(what.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unimplemented(what) => writeln!(f, "unimplemented: {what}"),
            Self::Usage(what) => writeln!(f, "usage: {what}"),
            Self::Unexpected(what) => writeln!(f, "unexpected: {what}"),
            Self::Io(error) => writeln!(f, "input or output: {error}"),
            Self::Tls(error) => writeln!(f, "error: {error}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Tls(error)
    }
}

/// A session's `io::Error` carries the error of embertls, if it is one.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Error>() {
            Ok(error) => Self::Tls(error),
            Err(error) => Self::Io(error),
        }
    }
}
