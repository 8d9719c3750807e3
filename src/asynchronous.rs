//! What the asynchronous streams share, whatever the traits of their runtime
//! are called.
//!
//! The modules `tokio`, `futures_io` and `hyper`, each with a feature of its
//! name, give these types the traits of their runtime; programs name them
//! through those modules.
//!
//! A stream holds the [`SslSession`](crate::SslSession) that a blocking program
//! uses, over a transport that says "would block" where it is pending and has
//! kept the waker by then. So there is one handshake, one way of a byte and one
//! set of rules.

mod handshake;
mod hello;
mod polled;
mod stream;

pub use self::handshake::Handshaking;
pub use self::hello::{Accepted, LazyAcceptor};
pub(crate) use self::polled::Sealed;
pub use self::polled::{Polled, Transport};
pub use self::stream::TlsStream;
