//! What becomes of a handshake that is not a session yet, or never.

use alloc::boxed::Box;
use core::fmt;

use super::Handshake;
use crate::error::Error;
use crate::io;
use crate::ssl::parts::Parts;

/// A handshake that has not become a session.
///
/// `Unfinished` is what goes on later: a [`Handshake`], or the
/// [`Acceptor`](crate::ssl::Acceptor) that still waits for the ClientHello.
///
/// ```
/// use std::net::TcpStream;
/// use embertls::{Handshake, HandshakeError, SslSession};
///
/// /// Plain text as before, where the peer does not do TLS.
/// fn upgrade(handshake: Handshake<TcpStream>) -> Result<SslSession<TcpStream>, Option<TcpStream>> {
///     handshake.complete().map_err(|error| match error {
///         HandshakeError::WouldBlock(_) => None,
///         HandshakeError::Failed { parts, .. } => Some(parts.transport),
///     })
/// }
/// ```
pub enum HandshakeError<T, Unfinished = Handshake<T>> {
    /// The transport is not ready: go on with this once it is.
    WouldBlock(Box<Unfinished>),
    /// The handshake failed.
    Failed {
        /// Why.
        error: Error,
        /// The transport, and the bytes that were on their way.
        parts: Box<Parts<T>>,
    },
}

impl<T, Unfinished> HandshakeError<T, Unfinished> {
    /// The error without the transport; [`Error::WouldBlock`] for an
    /// unfinished handshake, which is given up.
    ///
    /// ```
    /// # fn example(handshake: embertls::Handshake<std::net::TcpStream>) -> embertls::Result<()> {
    /// let session = handshake.complete().map_err(|error| error.into_error())?;
    /// # drop(session);
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_error(self) -> Error {
        match self {
            Self::WouldBlock(_) => Error::WouldBlock,
            Self::Failed { error, .. } => error,
        }
    }

    /// Why the handshake failed, if it did.
    ///
    /// ```
    /// # fn example(handshake: embertls::Handshake<std::net::TcpStream>) {
    /// if let Err(failed) = handshake.complete() {
    ///     if let Some(error) = failed.error() {
    ///         println!("{error}");
    ///     }
    /// }
    /// # }
    /// ```
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::WouldBlock(_) => None,
            Self::Failed { error, .. } => Some(error),
        }
    }
}

impl<T, Unfinished> From<HandshakeError<T, Unfinished>> for Error {
    fn from(error: HandshakeError<T, Unfinished>) -> Self {
        error.into_error()
    }
}

impl<T, Unfinished> From<HandshakeError<T, Unfinished>> for io::Error {
    fn from(error: HandshakeError<T, Unfinished>) -> Self {
        error.into_error().into()
    }
}

impl<T, Unfinished> fmt::Debug for HandshakeError<T, Unfinished> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WouldBlock(_) => f.write_str("WouldBlock"),
            Self::Failed { error, .. } => f.debug_tuple("Failed").field(error).finish(),
        }
    }
}

impl<T, Unfinished> fmt::Display for HandshakeError<T, Unfinished> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WouldBlock(_) => Error::WouldBlock.fmt(f),
            Self::Failed { error, .. } => error.fmt(f),
        }
    }
}

impl<T, Unfinished> core::error::Error for HandshakeError<T, Unfinished> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::WouldBlock(_) => None,
            Self::Failed { error, .. } => core::error::Error::source(error),
        }
    }
}
