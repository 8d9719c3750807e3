//! Futures that do handshakes.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::TlsStream;
use super::polled::{Polled, Transport, Turn};
use crate::error::{Error, Result};
use crate::ssl::{Handshake, HandshakeError};

/// A handshake under way, as a future that gives the stream.
///
/// A poll deals with one message of the peer at most and then lets other tasks
/// run. The dearest message costs some operations on keys, which is a few
/// milliseconds with EC keys, and tens of them with long RSA keys or chains.
/// Where that is too long for the threads of a runtime, do handshakes on a
/// runtime of their own; moving single polls with `spawn_blocking` costs more
/// than it saves.
///
/// There is no time limit in it: wrap it in the timeout of the runtime.
/// Dropping it gives the handshake up and closes the transport.
///
/// ```
/// # #[cfg(feature = "tokio")]
/// async fn within_ten_seconds<S>(
///     handshake: embertls::tokio::Handshaking<S>,
/// ) -> std::io::Result<embertls::tokio::TlsStream<S>>
/// where
///     S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
/// {
///     let limit = std::time::Duration::from_secs(10);
///     Ok(tokio::time::timeout(limit, handshake).await??)
/// }
/// ```
#[must_use = "futures do nothing unless polled"]
pub struct Handshaking<T: Transport> {
    state: State<T>,
}

enum State<T: Transport> {
    Running(Box<Handshake<Polled<T>>>),
    Refused(HandshakeError<T::Stream, Infallible>),
    Over,
}

/// The stream, or the reason and the transport.
type Outcome<T> = Result<TlsStream<T>, HandshakeError<<T as Transport>::Stream, Infallible>>;

/// A [`Handshaking`] that gives the transport back where the handshake fails.
#[must_use = "futures do nothing unless polled"]
pub struct KeepTransport<T: Transport>(Handshaking<T>);

impl<T: Transport> Handshaking<T> {
    /// Goes on with a handshake that could begin, or not.
    pub(crate) fn new(begun: Result<Handshake<Polled<T>>, HandshakeError<Polled<T>>>) -> Self {
        Self {
            state: match begun {
                Ok(handshake) => State::Running(Box::new(handshake)),
                Err(error) => State::Refused(without_handshake(error)),
            },
        }
    }

    /// The same, with the transport and the bytes in between as a part of the
    /// error, for what shall go on without TLS.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// async fn upgrade(
    ///     connector: &embertls::tokio::TlsConnector,
    ///     stream: tokio::net::TcpStream,
    /// ) -> embertls::Result<()> {
    ///     let name = embertls::ServerName::try_from("example.com")?;
    ///     match connector.connect(name, stream).keep_transport().await {
    ///         Ok(stream) => drop(stream),
    ///         Err(embertls::HandshakeError::Failed { error, parts }) => {
    ///             println!("{error}: still connected to {:?}", parts.transport.peer_addr());
    ///         }
    ///         Err(error) => return Err(error.into()),
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn keep_transport(self) -> KeepTransport<T> {
        KeepTransport(self)
    }

    fn poll_stream(&mut self, cx: &mut Context<'_>) -> Poll<Outcome<T>> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Running(mut handshake) => {
                handshake.get_mut().begin(Turn::Writer, cx);
                let step = match handshake.step(cx.waker()) {
                    Err(Error::SigningPending) => {
                        handshake.watch_peer().and(Err(Error::WouldBlock))
                    }
                    step => step,
                };
                match step {
                    Ok(()) => match handshake.into_session() {
                        Ok(session) => Poll::Ready(Ok(TlsStream::new(session))),
                        Err(handshake) => {
                            cx.waker().wake_by_ref();
                            self.state = State::Running(Box::new(handshake));
                            Poll::Pending
                        }
                    },
                    Err(Error::WouldBlock) => {
                        self.state = State::Running(handshake);
                        Poll::Pending
                    }
                    Err(error) => Poll::Ready(Err(HandshakeError::Failed {
                        error,
                        parts: Box::new(handshake.into_parts().map(into_stream)),
                    })),
                }
            }
            State::Refused(error) => Poll::Ready(Err(error)),
            State::Over => panic!("a handshake was polled after it was over"),
        }
    }
}

impl<T: Transport> Future for Handshaking<T> {
    type Output = Result<TlsStream<T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let stream = ready!(self.get_mut().poll_stream(cx));
        Poll::Ready(stream.map_err(Error::from))
    }
}

impl<T: Transport> Future for KeepTransport<T> {
    type Output = Outcome<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().0.poll_stream(cx)
    }
}

// Nothing in them is pinned.
impl<T: Transport> Unpin for Handshaking<T> {}
impl<T: Transport> Unpin for KeepTransport<T> {}

impl<T: Transport> fmt::Debug for Handshaking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handshaking")
            .field(match &self.state {
                State::Running(handshake) => handshake,
                State::Refused(error) => error,
                State::Over => &"over",
            })
            .finish()
    }
}

impl<T: Transport> fmt::Debug for KeepTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeepTransport").field(&self.0).finish()
    }
}

pub(super) fn into_stream<T: Transport>(polled: Polled<T>) -> T::Stream {
    polled.into_inner().into_stream()
}

/// A handshake that has not begun does not wait for anything.
fn without_handshake<T: Transport>(
    error: HandshakeError<Polled<T>>,
) -> HandshakeError<T::Stream, Infallible> {
    let (error, parts) = match error {
        HandshakeError::Failed { error, parts } => (error, *parts),
        HandshakeError::WouldBlock(handshake) => (Error::WouldBlock, handshake.into_parts()),
    };
    HandshakeError::Failed {
        error,
        parts: Box::new(parts.map(into_stream)),
    }
}
