//! The established stream: reading and writing by polls.

use std::fmt;
use std::io::{self, BufRead, IoSlice, Write};
use std::task::{Context, Poll, ready};

use super::polled::{Polled, Transport, Turn, pending_to_poll};
use crate::ssl::{Parts, SslSession};

/// An established TLS stream over an asynchronous stream.
///
/// It is used through the traits of the runtime.
///
/// - Reading ends (0 bytes) only after the peer's close_notify. A connection
///   that just ends is an error of kind
///   [`UnexpectedEof`](io::ErrorKind::UnexpectedEof): somebody may have cut off
///   the rest.
/// - A write that is pending has accepted nothing: it may be dropped, and
///   repeated with the same or with other bytes. A write that is ready has
///   accepted what it says, at most one record (16 KiB), and that is sent
///   exactly once. Some of it may still wait for the transport; flushing,
///   writing, closing and waiting for data all send the rest.
/// - A dropped read has taken nothing out of the stream.
/// - Shutting down sends what is pending and close_notify, flushes, and then
///   shuts down the transport's direction of writing. Reading goes on.
/// - After an error the stream is dead. Dropping it closes the transport and
///   sends nothing.
///
/// Reading and writing may happen in two tasks.
///
/// ```
/// # #[cfg(feature = "tokio")]
/// async fn ask(
///     mut stream: embertls::tokio::TlsStream<tokio::net::TcpStream>,
/// ) -> std::io::Result<Vec<u8>> {
///     use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
///     stream.write_all(b"question").await?;
///     stream.shutdown().await?;
///     let mut answer = Vec::new();
///     stream.read_to_end(&mut answer).await?;
///     Ok(answer)
/// }
/// ```
pub struct TlsStream<T: Transport> {
    session: SslSession<Polled<T>>,
    /// While the transport shuts down: what became of close_notify.
    told: Option<io::Result<()>>,
}

impl<T: Transport> TlsStream<T> {
    pub(super) fn new(session: SslSession<Polled<T>>) -> Self {
        Self {
            session,
            told: None,
        }
    }

    /// The facts of the session: suite, ALPN protocol, the peer's
    /// certificates, what was found about them.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// fn speaks_http2<S>(stream: &embertls::tokio::TlsStream<S>) -> bool
    /// where
    ///     S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    /// {
    ///     stream.session().alpn() == Some(b"h2")
    /// }
    /// ```
    pub fn session(&self) -> &SslSession<Polled<T>> {
        &self.session
    }

    /// The transport, for example to ask for its addresses.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// fn transport<S>(stream: &embertls::tokio::TlsStream<S>) -> &S
    /// where
    ///     S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    /// {
    ///     stream.get_ref()
    /// }
    /// ```
    pub fn get_ref(&self) -> &T::Stream {
        self.session.get_ref().inner().stream()
    }

    /// The transport. Reading from or writing to it breaks the session.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// fn transport<S>(stream: &mut embertls::tokio::TlsStream<S>) -> &mut S
    /// where
    ///     S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    /// {
    ///     stream.get_mut()
    /// }
    /// ```
    pub fn get_mut(&mut self) -> &mut T::Stream {
        self.session.get_mut().inner_mut().stream_mut()
    }

    /// Takes the transport out, with every byte that was in between. Sends
    /// nothing: shut down first.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// fn back_to_plain_text<S>(stream: embertls::tokio::TlsStream<S>) -> (S, Vec<u8>)
    /// where
    ///     S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    /// {
    ///     let parts = stream.into_inner();
    ///     (parts.transport, parts.unread)
    /// }
    /// ```
    pub fn into_inner(self) -> Parts<T::Stream> {
        let parts = self.session.into_inner();
        parts.map(|polled| polled.into_inner().into_stream())
    }

    /// Waits until there is data, and lends it; empty at the peer's
    /// close_notify.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.session.get_mut().begin(Turn::Reader, cx);
        let filled = self.session.fill_buf().map(drop);
        match pending_to_poll(filled) {
            Poll::Ready(Ok(())) => Poll::Ready(self.session.fill_buf()),
            Poll::Ready(Err(error)) => Poll::Ready(Err(self.failed(error))),
            Poll::Pending => {
                // What the peer waits for before it answers may wait here.
                if self.session.bytes_pending() > 0 {
                    if let Poll::Ready(Err(error)) = pending_to_poll(self.session.flush()) {
                        return Poll::Ready(Err(self.failed(error)));
                    }
                }
                Poll::Pending
            }
        }
    }

    pub(crate) fn consume_data(&mut self, amount: usize) {
        self.session.consume(amount);
    }

    pub(crate) fn poll_seal(&mut self, cx: &Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        self.as_writer(cx, |session| session.write(data))
    }

    pub(crate) fn poll_seal_vectored(
        &mut self,
        cx: &Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.as_writer(cx, |session| session.write_vectored(slices))
    }

    pub(crate) fn poll_send(&mut self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        self.as_writer(cx, Write::flush)
    }

    /// close_notify, then the end of the transport's direction of writing,
    /// which comes about even where there is nobody to tell any more.
    pub(crate) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.told.is_none() {
            self.told = Some(ready!(self.as_writer(cx, SslSession::close)));
        }
        let closed = ready!(self.session.get_mut().inner_mut().poll_close(cx));
        Poll::Ready(self.told.take().unwrap_or(Ok(())).and(closed))
    }

    fn as_writer<R>(
        &mut self,
        cx: &Context<'_>,
        call: impl FnOnce(&mut SslSession<Polled<T>>) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.session.get_mut().begin(Turn::Writer, cx);
        let result = ready!(pending_to_poll(call(&mut self.session)));
        Poll::Ready(result.map_err(|error| self.failed(error)))
    }

    /// A task that waits for the transport learns that the session is dead.
    fn failed(&mut self, error: io::Error) -> io::Error {
        self.session.get_mut().wake_other();
        error
    }
}

impl<T: Transport> fmt::Debug for TlsStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
