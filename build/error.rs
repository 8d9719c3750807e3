//! The error of the build modules: a text for the person who runs the build.

use std::fmt;
use std::path::Path;

pub type Result<T> = std::result::Result<T, Error>;

/// Says what was being done, with what, what went wrong and what helps.
#[derive(Debug)]
pub struct Error(String);

impl Error {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// An operation on a file that the system refused.
    pub fn io(action: &str, path: &Path, error: std::io::Error) -> Self {
        Self(format!("could not {action} {}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
