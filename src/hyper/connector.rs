//! The connector for hyper-util's client.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use ::hyper::rt::{Read, ReadBufCursor, Write};
use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use tower_service::Service;

use super::stream::{Handshaking, Io, TlsStream};
use crate::asynchronous::Polled;
use crate::ssl::SslConfig;
use crate::{Connector, Error, ServerName};

/// Any error, as hyper-util's client takes it.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Connects hyper-util's client to `https` addresses, and to nothing else
/// unless [`Self::allow_http`] is called. Cloning it is cheap.
///
/// It is a [`Service`] from an address to a connection. An error of TLS comes
/// out of the client as the source of its own error, as an [`Error`].
///
/// ```no_run
/// use embertls::hyper::HttpsConnector;
/// use embertls::{SslConfig, TrustStore};
/// use hyper_util::client::legacy::Client;
/// use hyper_util::rt::TokioExecutor;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let config = SslConfig::client().trust_store(TrustStore::system()?).build()?;
/// let client = Client::builder(TokioExecutor::new())
///     .build::<_, String>(HttpsConnector::new(config));
/// let answer = client.get("https://example.com/".parse()?).await?;
/// println!("{}", answer.status());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct HttpsConnector<C = HttpConnector> {
    below: C,
    connector: Connector,
    allows_http: bool,
}

impl HttpsConnector {
    /// Over TCP, by hyper-util's own connector, with `TCP_NODELAY` set.
    ///
    /// The protocols that `config` offers by ALPN decide about HTTP/2: `h2`
    /// and `http/1.1` for both, none for HTTP/1.1 alone.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig) {
    /// let connector = embertls::hyper::HttpsConnector::new(config);
    /// # drop(connector);
    /// # }
    /// ```
    pub fn new(config: SslConfig) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self::over(tcp, config)
    }
}

impl<C> HttpsConnector<C> {
    /// Over the connections of another connector, such as a proxy's. It is
    /// given `https` addresses.
    ///
    /// ```
    /// use embertls::hyper::HttpsConnector;
    /// use hyper_util::client::legacy::connect::HttpConnector;
    ///
    /// # fn example(config: embertls::SslConfig) {
    /// let mut tcp = HttpConnector::new();
    /// tcp.enforce_http(false);
    /// tcp.set_connect_timeout(Some(std::time::Duration::from_secs(5)));
    /// let connector = HttpsConnector::over(tcp, config);
    /// # drop(connector);
    /// # }
    /// ```
    pub fn over(below: C, config: SslConfig) -> Self {
        Self {
            below,
            connector: Connector::new(config),
            allows_http: false,
        }
    }

    /// Connects to `http` addresses, too, without TLS.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig) {
    /// let connector = embertls::hyper::HttpsConnector::new(config).allow_http();
    /// # drop(connector);
    /// # }
    /// ```
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.allows_http = true;
        self
    }
}

impl<C> Service<Uri> for HttpsConnector<C>
where
    C: Service<Uri>,
    C::Response: Read + Write + Connection + Send + Unpin + 'static,
    C::Future: Send + 'static,
    C::Error: Into<BoxError>,
{
    type Response = MaybeHttps<C::Response>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.below.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let name = match uri.scheme_str() {
            Some("https") => server_name(&uri).map(Some),
            Some("http") if self.allows_http => Ok(None),
            _ => Err(Error::config(format!(
                "{uri}: this connector connects to https addresses{}",
                if self.allows_http {
                    " and http addresses"
                } else {
                    "; see `allow_http`"
                }
            ))),
        };
        let name = match name {
            Ok(name) => name,
            Err(error) => return Box::pin(std::future::ready(Err(error.into()))),
        };
        let connecting = self.below.call(uri);
        let connector = self.connector.clone();
        Box::pin(async move {
            let stream = connecting.await.map_err(Into::into)?;
            let Some(name) = name else {
                return Ok(MaybeHttps::Http(stream));
            };
            let handshake = Handshaking::new(connector.begin(name, Polled::new(Io(stream))));
            Ok(MaybeHttps::Https(handshake.await?))
        })
    }
}

/// The host of the address, which stands in brackets where it is an IPv6
/// address.
fn server_name(uri: &Uri) -> Result<ServerName, Error> {
    let host = uri.host().unwrap_or_default();
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    ServerName::try_from(bare.unwrap_or(host))
}

/// A connection of [`HttpsConnector`]: with TLS, or without where that was
/// allowed and asked for.
///
/// ```
/// use embertls::hyper::MaybeHttps;
/// use hyper::rt::{Read, Write};
///
/// fn is_encrypted<S: Read + Write + Unpin>(connection: &MaybeHttps<S>) -> bool {
///     matches!(connection, MaybeHttps::Https(_))
/// }
/// ```
#[derive(Debug)]
// The large kind is the usual one.
#[allow(clippy::large_enum_variant)]
pub enum MaybeHttps<S: Read + Write + Unpin> {
    /// Plain text.
    Http(S),
    /// TLS.
    Https(TlsStream<S>),
}

impl<S: Read + Write + Unpin> Read for MaybeHttps<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Http(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Https(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl<S: Read + Write + Unpin> Write for MaybeHttps<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Http(stream) => Pin::new(stream).poll_write(cx, data),
            Self::Https(stream) => Pin::new(stream).poll_write(cx, data),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Http(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Self::Https(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Http(stream) => stream.is_write_vectored(),
            Self::Https(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Http(stream) => Pin::new(stream).poll_flush(cx),
            Self::Https(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Http(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Https(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl<S: Connection + Read + Write + Unpin> Connection for MaybeHttps<S> {
    fn connected(&self) -> Connected {
        match self {
            Self::Http(stream) => stream.connected(),
            Self::Https(stream) => stream.connected(),
        }
    }
}
