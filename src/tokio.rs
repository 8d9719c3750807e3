//! TLS over the streams of tokio, with the feature `tokio`.
//!
//! [`TlsConnector`] and [`TlsAcceptor`] make a [`TlsStream`] of any stream that
//! is [`AsyncRead`] and [`AsyncWrite`]. They need no part of tokio but these
//! traits: no runtime, no timer, no thread.
//!
//! ```no_run
//! use embertls::tokio::TlsConnector;
//! use embertls::{ServerName, SslConfig, TrustStore};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tokio::net::TcpStream;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = SslConfig::client().trust_store(TrustStore::system()?).build()?;
//! let connector = TlsConnector::new(config);
//!
//! let stream = TcpStream::connect(("example.com", 443)).await?;
//! let mut stream = connector.connect(ServerName::try_from("example.com")?, stream).await?;
//! stream.write_all(b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n").await?;
//! stream.flush().await?;
//! let mut page = Vec::new();
//! stream.read_to_end(&mut page).await?;
//! stream.shutdown().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Dropped futures
//!
//! What [`TlsStream`] says about dropped reads and writes holds for the calls
//! of tokio that do one of each: `read`, `read_buf`, `write`, `fill_buf`,
//! `flush`. `write_all` and `read_exact` are loops over them, and nobody can
//! know how far a dropped one came, as with any stream.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};

use crate::asynchronous::{self, Polled, Sealed, Transport};
use crate::ssl::{Acceptor, Client, Handshake, Server, SslConfig};
use crate::{Connector, ServerName};

/// An established TLS stream over a stream of tokio.
///
/// See [`TlsStream`](asynchronous::TlsStream) for what reads and writes promise.
pub type TlsStream<S> = asynchronous::TlsStream<Io<S>>;

/// A handshake under way; a future that gives a [`TlsStream`].
pub type Handshaking<S> = asynchronous::Handshaking<Io<S>>;

/// Waits for a ClientHello; a future that gives an [`Accepted`].
pub type LazyAcceptor<S> = asynchronous::LazyAcceptor<Io<S>>;

/// A client whose ClientHello has been read.
pub type Accepted<S> = asynchronous::Accepted<Io<S>>;

/// The stream of tokio under a [`TlsStream`].
#[derive(Debug)]
pub struct Io<S>(S);

/// Makes client's streams, with one configuration for all of them. Cloning it
/// is cheap.
///
/// ```no_run
/// use embertls::tokio::TlsConnector;
/// use embertls::{ServerName, SslConfig, TrustStore};
/// use tokio::net::TcpStream;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let config = SslConfig::client().trust_store(TrustStore::system()?).build()?;
/// let connector = TlsConnector::new(config);
///
/// let stream = TcpStream::connect(("example.com", 443)).await?;
/// let stream = connector.connect(ServerName::try_from("example.com")?, stream).await?;
/// println!("{}", stream.session().cipher_suite());
/// # Ok(())
/// # }
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
    /// let connector = embertls::tokio::TlsConnector::new(config);
    /// # drop(connector);
    /// # }
    /// ```
    pub fn new(config: SslConfig<Client>) -> Self {
        Connector::new(config).into()
    }

    /// Begins a handshake with the server `name` over a stream that is
    /// connected already.
    ///
    /// # Errors
    ///
    /// Those of the future are the ones of
    /// [`Handshake::complete`](crate::Handshake::complete). There is no time
    /// limit in it:
    ///
    /// ```
    /// use std::time::Duration;
    /// use embertls::ServerName;
    /// use embertls::tokio::{TlsConnector, TlsStream};
    /// use tokio::net::TcpStream;
    ///
    /// # async fn example(connector: TlsConnector, stream: TcpStream) -> Result<(), Box<dyn std::error::Error>> {
    /// let handshake = connector.connect(ServerName::try_from("example.com")?, stream);
    /// let stream = tokio::time::timeout(Duration::from_secs(10), handshake).await??;
    /// # drop(stream);
    /// # Ok(())
    /// # }
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
    /// # fn example(connector: embertls::tokio::TlsConnector) {
    /// let shared = connector.config().clone();
    /// # drop(shared);
    /// # }
    /// ```
    pub fn config(&self) -> &SslConfig<Client> {
        self.connector.config()
    }
}

/// The timeouts of the [`Connector`] are not used: tokio has its own.
///
/// ```no_run
/// use embertls::Connector;
/// use embertls::tokio::TlsConnector;
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
/// use embertls::tokio::TlsAcceptor;
/// use embertls::{Server, SslConfig};
/// use tokio::io::AsyncWriteExt;
/// use tokio::net::TcpListener;
///
/// async fn serve(config: SslConfig<Server>) -> std::io::Result<()> {
///     let acceptor = TlsAcceptor::new(config);
///     let listener = TcpListener::bind(("127.0.0.1", 4433)).await?;
///     loop {
///         let (stream, _) = listener.accept().await?;
///         let handshake = acceptor.accept(stream);
///         // In a task of its own, so that a slow client holds up nobody.
///         tokio::spawn(async move {
///             let mut stream = handshake.await?;
///             stream.write_all(b"hello").await?;
///             stream.shutdown().await
///         });
///     }
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
    /// let acceptor = embertls::tokio::TlsAcceptor::new(config);
    /// # drop(acceptor);
    /// # }
    /// ```
    pub fn new(config: SslConfig<Server>) -> Self {
        Self { config }
    }

    /// Begins a handshake with a client.
    ///
    /// # Errors
    ///
    /// Those of the future are the ones of
    /// [`Handshake::complete`](crate::Handshake::complete). There is no time
    /// limit in it: see [`TlsConnector::connect`].
    ///
    /// ```
    /// # async fn example(acceptor: embertls::tokio::TlsAcceptor, stream: tokio::net::TcpStream) -> embertls::Result<()> {
    /// let stream = acceptor.accept(stream).await?;
    /// println!("{}", stream.session().cipher_suite());
    /// # Ok(())
    /// # }
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
    /// use embertls::tokio::{TlsAcceptor, TlsStream};
    /// use embertls::{Server, SslConfig};
    /// use tokio::net::TcpStream;
    ///
    /// async fn serve(
    ///     stream: TcpStream,
    ///     shop: &SslConfig<Server>,
    ///     others: &SslConfig<Server>,
    /// ) -> embertls::Result<TlsStream<TcpStream>> {
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
    /// # fn example(acceptor: embertls::tokio::TlsAcceptor) {
    /// let shared = acceptor.config().clone();
    /// # drop(shared);
    /// # }
    /// ```
    pub fn config(&self) -> &SslConfig<Server> {
        &self.config
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream<S> {
    /// Two halves, for a task that reads and one that writes:
    /// [`tokio::io::split`](::tokio::io::split).
    ///
    /// ```
    /// use embertls::tokio::TlsStream;
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    /// use tokio::net::TcpStream;
    ///
    /// # async fn example(stream: TlsStream<TcpStream>) -> std::io::Result<()> {
    /// let (mut reader, mut writer) = stream.split();
    /// let write = async {
    ///     writer.write_all(b"ping").await?;
    ///     writer.flush().await
    /// };
    /// let mut answer = [0; 4];
    /// tokio::try_join!(write, reader.read_exact(&mut answer))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn split(self) -> (ReadHalf<Self>, WriteHalf<Self>) {
        ::tokio::io::split(self)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let this = self.get_mut();
        let data = ready!(this.poll_data(cx))?;
        let len = data.len().min(buffer.remaining());
        buffer.put_slice(data.get(..len).unwrap_or_default());
        this.consume_data(len);
        Poll::Ready(Ok(()))
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

impl<S> Sealed for Io<S> {}

impl<S: AsyncRead + AsyncWrite + Unpin> Transport for Io<S> {
    type Stream = S;

    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut buffer))?;
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
