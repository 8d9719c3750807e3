//! TLS over the streams of `futures-io`, with the feature `futures-io`: those of
//! smol, async-std and other runtimes.
//!
//! [`TlsConnector`] and [`TlsAcceptor`] make a [`TlsStream`] of any stream that
//! is [`AsyncRead`] and [`AsyncWrite`]. The same types over tokio's traits are in
//! `embertls::tokio`, and say more: what holds there holds here.
//!
//! ```
//! use embertls::futures_io::TlsConnector;
//! use embertls::{ServerName, SslConfig};
//! use futures_io::{AsyncRead, AsyncWrite};
//! use futures_util::{AsyncReadExt, AsyncWriteExt};
//!
//! async fn page(
//!     config: SslConfig,
//!     stream: impl AsyncRead + AsyncWrite + Unpin,
//! ) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
//!     let name = ServerName::try_from("example.com")?;
//!     let mut stream = TlsConnector::new(config).connect(name, stream).await?;
//!     stream.write_all(b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n").await?;
//!     stream.flush().await?;
//!     let mut page = Vec::new();
//!     stream.read_to_end(&mut page).await?;
//!     stream.close().await?;
//!     Ok(page)
//! }
//! ```

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::futures_io::{AsyncBufRead, AsyncRead, AsyncWrite};

use crate::asynchronous::{self, Polled, Sealed, Transport};
use crate::ssl::{Acceptor, Client, Handshake, Server, SslConfig};
use crate::{Connector, ServerName};

/// An established TLS stream over a stream of `futures-io`.
///
/// See [`TlsStream`](asynchronous::TlsStream) for what reads and writes promise.
pub type TlsStream<S> = asynchronous::TlsStream<Io<S>>;

/// A handshake under way; a future that gives a [`TlsStream`].
pub type Handshaking<S> = asynchronous::Handshaking<Io<S>>;

/// Waits for a ClientHello; a future that gives an [`Accepted`].
pub type LazyAcceptor<S> = asynchronous::LazyAcceptor<Io<S>>;

/// A client whose ClientHello has been read.
pub type Accepted<S> = asynchronous::Accepted<Io<S>>;

/// The stream of `futures-io` under a [`TlsStream`].
#[derive(Debug)]
pub struct Io<S>(S);

/// Makes client's streams, with one configuration for all of them. Cloning it
/// is cheap.
///
/// ```
/// use embertls::futures_io::{TlsConnector, TlsStream};
/// use embertls::ServerName;
/// use futures_io::{AsyncRead, AsyncWrite};
///
/// async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
///     connector: &TlsConnector,
///     stream: S,
/// ) -> embertls::Result<TlsStream<S>> {
///     connector.connect(ServerName::try_from("example.com")?, stream).await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct TlsConnector {
    connector: Connector,
}

impl TlsConnector {
    /// A connector with this configuration.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig) {
    /// let connector = embertls::futures_io::TlsConnector::new(config);
    /// # drop(connector);
    /// # }
    /// ```
    pub fn new(config: SslConfig<Client>) -> Self {
        Connector::new(config).into()
    }

    /// Begins a handshake with the server `name` over a stream that is
    /// connected already. There is no time limit in it.
    ///
    /// # Errors
    ///
    /// Those of the future are the ones of
    /// [`Handshake::complete`](crate::Handshake::complete).
    ///
    /// ```
    /// use embertls::futures_io::TlsConnector;
    /// use embertls::ServerName;
    /// use futures_io::{AsyncRead, AsyncWrite};
    ///
    /// async fn suite(
    ///     connector: &TlsConnector,
    ///     stream: impl AsyncRead + AsyncWrite + Unpin,
    /// ) -> embertls::Result<embertls::CipherSuite> {
    ///     let stream = connector.connect(ServerName::try_from("example.com")?, stream).await?;
    ///     Ok(stream.session().cipher_suite())
    /// }
    /// ```
    pub fn connect<S>(&self, name: ServerName, stream: S) -> Handshaking<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        Handshaking::new(self.connector.begin(name, Polled::new(Io(stream))))
    }

    /// The configuration.
    ///
    /// ```
    /// # fn example(connector: embertls::futures_io::TlsConnector) {
    /// let shared = connector.config().clone();
    /// # drop(shared);
    /// # }
    /// ```
    pub fn config(&self) -> &SslConfig<Client> {
        self.connector.config()
    }
}

/// The timeouts of the [`Connector`] are not used: the runtime has its own.
///
/// ```no_run
/// use embertls::Connector;
/// use embertls::futures_io::TlsConnector;
///
/// # fn main() -> embertls::Result<()> {
/// let connector = TlsConnector::from(Connector::with_system_roots()?);
/// # drop(connector);
/// # Ok(())
/// # }
/// ```
impl From<Connector> for TlsConnector {
    fn from(connector: Connector) -> Self {
        Self { connector }
    }
}

/// Makes server's streams. Cloning it is cheap.
///
/// ```
/// use embertls::futures_io::TlsAcceptor;
/// use futures_io::{AsyncRead, AsyncWrite};
/// use futures_util::AsyncWriteExt;
///
/// async fn greet(
///     acceptor: &TlsAcceptor,
///     stream: impl AsyncRead + AsyncWrite + Unpin,
/// ) -> std::io::Result<()> {
///     let mut stream = acceptor.accept(stream).await?;
///     stream.write_all(b"hello").await?;
///     stream.close().await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct TlsAcceptor {
    config: SslConfig<Server>,
}

impl TlsAcceptor {
    /// An acceptor with this configuration.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig<embertls::Server>) {
    /// let acceptor = embertls::futures_io::TlsAcceptor::new(config);
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
    /// use embertls::futures_io::TlsAcceptor;
    /// use futures_io::{AsyncRead, AsyncWrite};
    ///
    /// async fn suite(
    ///     acceptor: &TlsAcceptor,
    ///     stream: impl AsyncRead + AsyncWrite + Unpin,
    /// ) -> embertls::Result<embertls::CipherSuite> {
    ///     Ok(acceptor.accept(stream).await?.session().cipher_suite())
    /// }
    /// ```
    pub fn accept<S>(&self, stream: S) -> Handshaking<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        Handshaking::new(Handshake::server(&self.config, Polled::new(Io(stream))))
    }

    /// Reads a ClientHello, and lets the caller choose how to go on.
    ///
    /// # Errors
    ///
    /// Those of the future are the ones of
    /// [`Acceptor::accept`](crate::Acceptor::accept).
    ///
    /// ```
    /// use embertls::futures_io::{TlsAcceptor, TlsStream};
    /// use embertls::{Server, SslConfig};
    /// use futures_io::{AsyncRead, AsyncWrite};
    ///
    /// async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    ///     stream: S,
    ///     shop: &SslConfig<Server>,
    ///     others: &SslConfig<Server>,
    /// ) -> embertls::Result<TlsStream<S>> {
    ///     let accepted = TlsAcceptor::hello(stream).await?;
    ///     let config = match accepted.client_hello().server_name.as_deref() {
    ///         Some("shop.example") => shop,
    ///         _ => others,
    ///     };
    ///     accepted.into_stream(config).await
    /// }
    /// ```
    pub fn hello<S>(stream: S) -> LazyAcceptor<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        LazyAcceptor::new(Acceptor::new(Polled::new(Io(stream))))
    }

    /// The configuration.
    ///
    /// ```
    /// # fn example(acceptor: embertls::futures_io::TlsAcceptor) {
    /// let shared = acceptor.config().clone();
    /// # drop(shared);
    /// # }
    /// ```
    pub fn config(&self) -> &SslConfig<Server> {
        &self.config
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if buffer.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let this = self.get_mut();
        let mut data = ready!(this.poll_data(cx))?;
        let len = io::Read::read(&mut data, buffer)?;
        this.consume_data(len);
        Poll::Ready(Ok(len))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncBufRead for TlsStream<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.get_mut().poll_data(cx)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.get_mut().consume_data(amount);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<S> {
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
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_seal_vectored(cx, slices)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_send(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_end(cx)
    }
}

impl<S> Sealed for Io<S> {}

impl<S: AsyncRead + AsyncWrite + Unpin> Transport for Io<S> {
    type Stream = S;

    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, data)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
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
