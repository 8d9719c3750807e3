//! A client that has said what it wants and waits for an answer.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::Hello;
use crate::error::{Alert, Error, HandshakeFailure, HandshakeReport, Result};
use crate::io::{self, Read, Write};
use crate::ssl::config::{Server, SslConfig};
use crate::ssl::engine::{Engine, plain_alert};
use crate::ssl::handshake::{Handshake, HandshakeError};
use crate::ssl::parts::Parts;
use crate::ssl::resolver::Resolver;
use crate::ssl::session::SslSession;
use crate::ssl::wire::hello::ClientHello;
use crate::ssl::wire::inbound::Inbound;

/// A transport whose ClientHello has been read.
///
/// ```
/// use embertls::ssl::Accepted;
/// use embertls::{Server, SslConfig, SslSession};
/// use std::net::TcpStream;
///
/// fn serve(
///     accepted: Accepted<TcpStream>,
///     shop: &SslConfig<Server>,
///     others: &SslConfig<Server>,
/// ) -> embertls::Result<SslSession<TcpStream>> {
///     let config = match accepted.client_hello().server_name.as_deref() {
///         Some("shop.example") => shop,
///         _ => others,
///     };
///     Ok(accepted.into_session(config)?)
/// }
/// ```
pub struct Accepted<T> {
    pub(super) transport: T,
    pub(super) inbound: Inbound,
    pub(super) hello: Box<Hello>,
}

impl<T: Read + Write> Accepted<T> {
    /// What the client asks for.
    ///
    /// ```
    /// # fn example(accepted: embertls::ssl::Accepted<std::net::TcpStream>) {
    /// let hello = accepted.client_hello();
    /// println!("{:?} offers {} suites", hello.server_name, hello.cipher_suites.len());
    /// # }
    /// ```
    pub fn client_hello(&self) -> &ClientHello {
        &self.hello.facts
    }

    /// Goes on with this configuration; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] where there is not enough memory for a session,
    /// with the transport given back.
    ///
    /// ```
    /// # fn example(accepted: embertls::ssl::Accepted<std::net::TcpStream>, config: &embertls::SslConfig<embertls::Server>) -> embertls::Result<()> {
    /// let handshake = accepted.into_handshake(config)?;
    /// # drop(handshake);
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_handshake(
        self,
        config: &SslConfig<Server>,
    ) -> Result<Handshake<T>, HandshakeError<T>> {
        match Engine::server(config) {
            Ok(mut engine) => {
                let Hello { facts, message } = *self.hello;
                engine.client_hello_was_read(self.inbound, facts, &message);
                Ok(Handshake::new(engine, self.transport))
            }
            Err(error) => Err(HandshakeError::Failed {
                error,
                parts: Box::new(Parts {
                    unread: self.inbound.unread().to_vec(),
                    ..Parts::untouched(self.transport)
                }),
            }),
        }
    }

    /// Does the rest of the handshake with this configuration.
    ///
    /// # Errors
    ///
    /// As [`Accepted::into_handshake`] and [`Handshake::complete`].
    ///
    /// ```
    /// # fn example(accepted: embertls::ssl::Accepted<std::net::TcpStream>, config: &embertls::SslConfig<embertls::Server>) -> embertls::Result<()> {
    /// let session = accepted.into_session(config)?;
    /// # drop(session);
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_session(
        self,
        config: &SslConfig<Server>,
    ) -> Result<SslSession<T>, HandshakeError<T>> {
        self.into_handshake(config)?.complete()
    }

    /// Goes on with the configuration that `resolver` picks; nothing is sent
    /// yet.
    ///
    /// A client that the resolver refuses gets its alert.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Failed`] with the transport: [`Error::Handshake`]
    /// where the resolver refuses the client, [`Error::OutOfMemory`] where
    /// there is not enough memory for a session.
    ///
    /// ```
    /// use embertls::ssl::ServerNames;
    ///
    /// # fn example(stream: std::net::TcpStream, names: &ServerNames) -> embertls::Result<()> {
    /// let accepted = embertls::Acceptor::new(stream).accept()?;
    /// let session = accepted.resolve(names)?.complete()?;
    /// # drop(session);
    /// # Ok(())
    /// # }
    /// ```
    pub fn resolve<R>(self, resolver: &R) -> Result<Handshake<T>, HandshakeError<T>>
    where
        R: Resolver + ?Sized,
    {
        match resolver.resolve(&self.hello.facts) {
            Ok(config) => self.into_handshake(&config),
            Err(alert) => Err(self.refused_by_resolver(alert)),
        }
    }

    fn refused_by_resolver(mut self, alert: Alert) -> HandshakeError<T> {
        let mut unsent = plain_alert(alert).to_vec();
        // The refusal counts, not whether the client hears of it.
        if self.transport.write_all(&unsent).is_ok() {
            let _ = self.transport.flush();
            unsent.clear();
        }
        let reason = match &self.hello.facts.server_name {
            Some(name) => format!("no configuration here serves {name} as this client asks for it"),
            None => "no configuration here serves a client that names no server".into(),
        };
        HandshakeError::Failed {
            error: Error::Handshake(Box::new(HandshakeFailure {
                action: "choosing a configuration for the client".into(),
                reason,
                alert_sent: Some(alert),
                alert_received: None,
                code: None,
                report: HandshakeReport::default(),
            })),
            parts: Box::new(Parts {
                unread: self.inbound.unread().to_vec(),
                plaintext: Vec::new(),
                unsent,
                transport: self.transport,
            }),
        }
    }

    /// Refuses the client with `alert`, for example `unrecognized_name`, and
    /// gives the transport back.
    ///
    /// # Errors
    ///
    /// Those of the transport.
    ///
    /// ```
    /// use embertls::Alert;
    ///
    /// # fn example(accepted: embertls::ssl::Accepted<std::net::TcpStream>) -> std::io::Result<()> {
    /// if accepted.client_hello().server_name.is_none() {
    ///     accepted.refuse(Alert::UnrecognizedName)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn refuse(mut self, alert: Alert) -> io::Result<T> {
        self.transport.write_all(&plain_alert(alert))?;
        self.transport.flush()?;
        Ok(self.transport)
    }

    /// The transport, for example to set its timeouts. Reading from or writing
    /// to it breaks the handshake.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn example(mut accepted: embertls::ssl::Accepted<embertls::NetContext>) -> embertls::Result<()> {
    /// accepted.get_mut().set_read_timeout(Some(Duration::from_secs(5)))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.transport
    }
}

#[cfg(any(feature = "tokio", feature = "futures-io"))]
impl<T> Accepted<T> {
    pub(crate) fn into_transport(self) -> T {
        self.transport
    }
}

impl<T> fmt::Debug for Accepted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("client_hello", &self.hello.facts)
            .finish_non_exhaustive()
    }
}
