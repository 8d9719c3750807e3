//! What the asynchronous streams share, whatever the traits of their runtime
//! are called.
//!
//! A session over a [`Polled`] transport is the same [`SslSession`] that a
//! blocking program uses: the transport says "would block" where it is pending,
//! and has kept the waker by then. So there is one handshake, one way of a byte
//! and one set of rules.
//!
//! [`SslSession`]: crate::SslSession

mod handshake;
mod hello;
mod polled;
mod stream;

pub use self::handshake::Handshaking;
pub use self::hello::{Accepted, LazyAcceptor};
pub use self::polled::{Polled, Transport};
pub use self::stream::TlsStream;
