//! Why a key is refused, before it is known which key it was.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::compiled;
use crate::error::{Error, ErrorCode};

/// A reason that holds no part of the key.
#[derive(Debug)]
pub(super) enum Refusal {
    Key {
        reason: String,
        code: Option<ErrorCode>,
    },
    /// It was not the key's fault.
    Other(Error),
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self::Key {
            reason: reason.into(),
            code: None,
        }
    }

    /// What could be used in another build.
    pub(super) fn left_out(what: &str, feature: &str) -> Self {
        Self::new(compiled::left_out(what, feature))
    }

    /// The error to return, for the key named `which`.
    pub(super) fn of(self, which: &str) -> Error {
        match self {
            Self::Key { reason, code } => Error::Key {
                which: which.to_owned(),
                reason,
                code,
            },
            Self::Other(error) => error,
        }
    }
}
