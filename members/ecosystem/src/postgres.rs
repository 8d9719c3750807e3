//! TLS for tokio-postgres, with the channel binding that SCRAM wants.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use embertls::ssl::ChannelBinding;
use embertls::tokio::{TlsConnector, TlsStream};
use embertls::{Error, ServerName, SslConfig};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{self, MakeTlsConnect, TlsConnect};

/// Goes where tokio-postgres takes a `MakeTlsConnect`.
#[derive(Clone)]
pub struct PostgresTls(TlsConnector);

impl PostgresTls {
    /// Connects by this configuration.
    pub fn new(config: SslConfig) -> Self {
        Self(TlsConnector::new(config))
    }
}

impl<S> MakeTlsConnect<S> for PostgresTls
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = PostgresStream<S>;
    type TlsConnect = PostgresConnect;
    type Error = Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<PostgresConnect, Error> {
        Ok(PostgresConnect {
            connector: self.0.clone(),
            name: ServerName::try_from(host)?,
        })
    }
}

/// Connects to one server.
pub struct PostgresConnect {
    connector: TlsConnector,
    name: ServerName,
}

impl<S> TlsConnect<S> for PostgresConnect
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = PostgresStream<S>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<PostgresStream<S>, Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let handshake = self.connector.connect(self.name, stream);
        Box::pin(async move { Ok(PostgresStream(handshake.await?)) })
    }
}

/// A stream that can name its session.
pub struct PostgresStream<S: AsyncRead + AsyncWrite + Unpin>(TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> tls::TlsStream for PostgresStream<S> {
    fn channel_binding(&self) -> tls::ChannelBinding {
        let session = self.0.session();
        match session.channel_binding(ChannelBinding::TlsServerEndPoint) {
            Ok(binding) => tls::ChannelBinding::tls_server_end_point(binding),
            Err(_) => tls::ChannelBinding::none(),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for PostgresStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for PostgresStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
