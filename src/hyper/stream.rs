//! Streams with the traits of hyper.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};

use crate::asynchronous::{self, Polled, Sealed, Transport};
use crate::ssl::{Handshake, Server, SslConfig};

/// An established TLS stream over a stream of hyper.
///
/// See [`TlsStream`](asynchronous::TlsStream) for what reads and writes promise.
pub type TlsStream<S> = asynchronous::TlsStream<Io<S>>;

/// A handshake under way; a future that gives a [`TlsStream`].
pub type Handshaking<S> = asynchronous::Handshaking<Io<S>>;

/// The stream of hyper under a [`TlsStream`].
#[derive(Debug)]
pub struct Io<S>(pub(super) S);

/// Makes streams for hyper's server connections. Cloning it is cheap.
///
/// What the client has chosen by ALPN tells which kind of connection it is to
/// be. Without ALPN it is HTTP/1.1.
///
/// ```
/// use embertls::hyper::TlsAcceptor;
/// use hyper::rt::{Read, Write};
///
/// async fn speaks_http2<S: Read + Write + Unpin>(
///     acceptor: &TlsAcceptor,
///     stream: S,
/// ) -> embertls::Result<bool> {
///     let stream = acceptor.accept(stream).await?;
///     Ok(stream.session().alpn() == Some(b"h2"))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct TlsAcceptor {
    config: SslConfig<Server>,
}

impl TlsAcceptor {
    /// An acceptor with this configuration, which should accept `h2` and
    /// `http/1.1` by ALPN where the server speaks both.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig<embertls::Server>) {
    /// let acceptor = embertls::hyper::TlsAcceptor::new(config);
    /// # drop(acceptor);
    /// # }
    /// ```
    pub fn new(config: SslConfig<Server>) -> Self {
        Self { config }
    }

    /// Begins a handshake with a client. There is no time limit in it.
    ///
    /// # Errors
    ///
    /// Those of the future are the ones of
    /// [`Handshake::complete`](crate::Handshake::complete).
    ///
    /// ```
    /// use hyper_util::rt::TokioIo;
    ///
    /// # async fn example(acceptor: embertls::hyper::TlsAcceptor, stream: tokio::net::TcpStream) -> embertls::Result<()> {
    /// let stream = acceptor.accept(TokioIo::new(stream)).await?;
    /// # drop(stream);
    /// # Ok(())
    /// # }
    /// ```
    pub fn accept<S: Read + Write + Unpin>(&self, stream: S) -> Handshaking<S> {
        Handshaking::new(Handshake::server(&self.config, Polled::new(Io(stream))))
    }
}

impl<S: Read + Write + Unpin> Read for TlsStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let room = buffer.remaining();
        if room == 0 {
            return Poll::Ready(Ok(()));
        }
        let this = self.get_mut();
        let data = ready!(this.poll_data(cx))?;
        let len = data.len().min(room);
        buffer.put_slice(data.get(..len).unwrap_or_default());
        this.consume_data(len);
        Poll::Ready(Ok(()))
    }
}

impl<S: Read + Write + Unpin> Write for TlsStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_seal(cx, data)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_seal_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_send(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_end(cx)
    }
}

/// What the stream below tells, and whether HTTP/2 was chosen.
impl<S: Connection + Read + Write + Unpin> Connection for TlsStream<S> {
    fn connected(&self) -> Connected {
        let connected = self.get_ref().connected();
        match self.session().alpn() {
            Some(b"h2") => connected.negotiated_h2(),
            _ => connected,
        }
    }
}

impl<S> Sealed for Io<S> {}

impl<S: Read + Write + Unpin> Transport for Io<S> {
    type Stream = S;

    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.0).poll_read(cx, buffer.unfilled()))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, data)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }

    fn stream(&self) -> &S {
        &self.0
    }

    fn stream_mut(&mut self) -> &mut S {
        &mut self.0
    }

    fn into_stream(self) -> S {
        self.0
    }
}
