//! The server's first look at a client, as futures.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::handshake::{Handshaking, into_stream};
use super::polled::{Polled, Transport, Turn, pending_to_poll};
use crate::error::{Alert, Result};
use crate::ssl::{
    self, Acceptor, ClientHello, HandshakeError, Resolver, Server, SslConfig, plain_alert,
};

/// Reads a ClientHello, and nothing more, as a future.
///
/// A server that chooses its configuration by what the client asks for starts
/// here. What is not a ClientHello (plain HTTP, noise, an old version) is
/// refused with the alert that fits.
///
/// ```
/// # #[cfg(feature = "tokio")]
/// async fn name(stream: tokio::net::TcpStream) -> embertls::Result<Option<String>> {
///     let accepted = embertls::tokio::TlsAcceptor::hello(stream).await?;
///     Ok(accepted.client_hello().server_name.clone())
/// }
/// ```
#[must_use = "futures do nothing unless polled"]
pub struct LazyAcceptor<T: Transport> {
    acceptor: Option<Acceptor<Polled<T>>>,
}

impl<T: Transport> LazyAcceptor<T> {
    pub(crate) fn new(acceptor: Acceptor<Polled<T>>) -> Self {
        Self {
            acceptor: Some(acceptor),
        }
    }
}

impl<T: Transport> Future for LazyAcceptor<T> {
    type Output = Result<Accepted<T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(mut acceptor) = this.acceptor.take() else {
            panic!("an acceptor was polled after it was over");
        };
        acceptor.get_mut().begin(Turn::Writer, cx);
        match acceptor.accept() {
            Ok(accepted) => Poll::Ready(Ok(Accepted { accepted })),
            Err(HandshakeError::WouldBlock(acceptor)) => {
                this.acceptor = Some(*acceptor);
                Poll::Pending
            }
            Err(HandshakeError::Failed { error, .. }) => Poll::Ready(Err(error)),
        }
    }
}

impl<T: Transport> Unpin for LazyAcceptor<T> {}

impl<T: Transport> fmt::Debug for LazyAcceptor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyAcceptor").finish_non_exhaustive()
    }
}

/// A client whose ClientHello has been read; the rest of the handshake goes on
/// with a configuration of the server's choice.
///
/// ```
/// # #[cfg(feature = "tokio")]
/// async fn serve(
///     accepted: embertls::tokio::Accepted<tokio::net::TcpStream>,
///     config: &embertls::SslConfig<embertls::Server>,
/// ) -> embertls::Result<()> {
///     let stream = accepted.into_stream(config).await?;
///     println!("{}", stream.session().cipher_suite());
///     Ok(())
/// }
/// ```
pub struct Accepted<T: Transport> {
    accepted: ssl::Accepted<Polled<T>>,
}

impl<T: Transport> Accepted<T> {
    /// What the client asks for.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// async fn name(stream: tokio::net::TcpStream) -> embertls::Result<Option<String>> {
    ///     let accepted = embertls::tokio::TlsAcceptor::hello(stream).await?;
    ///     Ok(accepted.client_hello().server_name.clone())
    /// }
    /// ```
    pub fn client_hello(&self) -> &ClientHello {
        self.accepted.client_hello()
    }

    /// Does the rest of the handshake with this configuration.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// async fn serve(
    ///     stream: tokio::net::TcpStream,
    ///     config: &embertls::SslConfig<embertls::Server>,
    /// ) -> embertls::Result<()> {
    ///     let accepted = embertls::tokio::TlsAcceptor::hello(stream).await?;
    ///     let stream = accepted.into_stream(config).await?;
    ///     println!("{}", stream.session().cipher_suite());
    ///     Ok(())
    /// }
    /// ```
    pub fn into_stream(self, config: &SslConfig<Server>) -> Handshaking<T> {
        Handshaking::new(self.accepted.into_handshake(config))
    }

    /// Does the rest of the handshake with the configuration that `resolver`
    /// picks. A client that it refuses gets its alert.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// async fn serve(
    ///     stream: tokio::net::TcpStream,
    ///     names: &embertls::ssl::ServerNames,
    /// ) -> embertls::Result<()> {
    ///     let accepted = embertls::tokio::TlsAcceptor::hello(stream).await?;
    ///     let stream = accepted.resolve(names).await?;
    ///     println!("{}", stream.session().cipher_suite());
    ///     Ok(())
    /// }
    /// ```
    pub fn resolve<R>(self, resolver: &R) -> Handshaking<T>
    where
        R: Resolver + ?Sized,
    {
        Handshaking::new(self.accepted.resolve(resolver))
    }

    /// Refuses the client with `alert`, for example `unrecognized_name`, and
    /// gives the transport back.
    ///
    /// # Errors
    ///
    /// Those of the transport.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// async fn refuse(stream: tokio::net::TcpStream) -> std::io::Result<()> {
    ///     let accepted = embertls::tokio::TlsAcceptor::hello(stream).await?;
    ///     accepted.refuse(embertls::Alert::UnrecognizedName).await?;
    ///     Ok(())
    /// }
    /// ```
    pub async fn refuse(mut self, alert: Alert) -> io::Result<T::Stream> {
        let alert = plain_alert(alert);
        let mut rest = &alert[..];
        poll_fn(|cx| {
            let transport = self.accepted.get_mut();
            transport.begin(Turn::Writer, cx);
            pending_to_poll(send(transport, &mut rest))
        })
        .await?;
        Ok(into_stream(self.accepted.into_transport()))
    }
}

/// Sends the rest; where it is interrupted, `rest` is what is left.
fn send(transport: &mut impl Write, rest: &mut &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        match transport.write(rest)? {
            0 => return Err(ErrorKind::WriteZero.into()),
            len => *rest = rest.get(len..).unwrap_or_default(),
        }
    }
    transport.flush()
}

impl<T: Transport> fmt::Debug for Accepted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.accepted.fmt(f)
    }
}
