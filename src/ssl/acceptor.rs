//! The server's first look: the ClientHello before there is a session.

mod accepted;

pub use self::accepted::Accepted;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
#[cfg(feature = "std")]
use core::time::Duration;
#[cfg(feature = "std")]
use std::time::Instant;

use super::engine::plain_alert;
use super::handshake::HandshakeError;
use super::parts::Parts;
use super::wire::hello::ClientHello;
use super::wire::inbound::{Inbound, Plain, behind_the_flight};
use crate::error::{Alert, Error, HandshakeFailure, HandshakeReport, Result};
use crate::io::{self, ErrorKind, Read, Write};
#[cfg(feature = "std")]
use crate::net::NetContext;

/// Reads a ClientHello from a transport, and nothing more.
///
/// A server that chooses its configuration by what the client asks for starts
/// here; one with a single configuration may as well call
/// [`Handshake::server`](crate::Handshake::server). What is not a ClientHello (plain HTTP, noise, an old
/// version) is refused with the alert that fits before a session is made.
///
/// ```
/// use std::net::TcpStream;
/// use embertls::{Acceptor, Server, SslConfig, SslSession};
///
/// fn serve(
///     stream: TcpStream,
///     config: &SslConfig<Server>,
/// ) -> embertls::Result<SslSession<TcpStream>> {
///     let accepted = Acceptor::new(stream).accept()?;
///     println!("the client wants {:?}", accepted.client_hello().server_name);
///     Ok(accepted.into_session(config)?)
/// }
/// ```
#[derive(Debug)]
#[must_use = "an acceptor does nothing until `accept` or `advance`"]
pub struct Acceptor<T> {
    transport: T,
    inbound: Inbound,
    hello: Option<Box<Hello>>,
    refusal: Vec<u8>,
    failed: bool,
}

/// A ClientHello read, and the message as it came.
#[derive(Debug)]
struct Hello {
    facts: ClientHello,
    message: Vec<u8>,
}

impl<T: Read + Write> Acceptor<T> {
    /// Prepares to read from `transport`.
    ///
    /// ```
    /// # fn example(stream: std::net::TcpStream) {
    /// let acceptor = embertls::Acceptor::new(stream);
    /// # drop(acceptor);
    /// # }
    /// ```
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            inbound: Inbound::default(),
            hello: None,
            refusal: Vec::new(),
            failed: false,
        }
    }

    /// Reads until the ClientHello is complete.
    ///
    /// # Errors
    ///
    /// [`Error::WouldBlock`] where the transport is not ready: wait and call
    /// again. Any other error is final: [`Error::Handshake`] where this is no
    /// acceptable ClientHello, [`Error::Io`] where the transport failed or
    /// ended.
    ///
    /// ```
    /// use embertls::{Acceptor, Error};
    ///
    /// # fn wait_until_readable(_: &std::net::TcpStream) {}
    /// # fn example(stream: std::net::TcpStream) -> embertls::Result<()> {
    /// let mut acceptor = Acceptor::new(stream);
    /// while let Err(error) = acceptor.advance() {
    ///     match error {
    ///         Error::WouldBlock => wait_until_readable(acceptor.get_ref()),
    ///         error => return Err(error),
    ///     }
    /// }
    /// let accepted = acceptor.accept()?;
    /// # drop(accepted);
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance(&mut self) -> Result<()> {
        if self.failed {
            return Err(Error::Closed {
                action: "reading the ClientHello",
            });
        }
        // Stays set where the transport panics.
        self.failed = true;
        let result = self.read_hello();
        match result {
            Ok(()) | Err(Error::WouldBlock) => self.failed = false,
            Err(_) => self.send_refusal(),
        }
        result
    }

    /// Reads the ClientHello.
    ///
    /// # Errors
    ///
    /// As [`Acceptor::advance`], with the transport given back.
    ///
    /// ```
    /// # fn example(stream: std::net::TcpStream) -> embertls::Result<()> {
    /// let accepted = embertls::Acceptor::new(stream).accept()?;
    /// # drop(accepted);
    /// # Ok(())
    /// # }
    /// ```
    pub fn accept(mut self) -> Result<Accepted<T>, HandshakeError<T, Self>> {
        match self.advance() {
            Ok(()) => match self.hello {
                Some(hello) => Ok(Accepted {
                    transport: self.transport,
                    inbound: self.inbound,
                    hello,
                }),
                None => Err(self.give_up(Error::Closed {
                    action: "reading the ClientHello",
                })),
            },
            Err(error) => Err(self.give_up(error)),
        }
    }

    /// The transport, for example to wait until it is ready.
    ///
    /// ```
    /// # fn example(acceptor: embertls::Acceptor<std::net::TcpStream>) -> std::io::Result<()> {
    /// println!("a client at {}", acceptor.get_ref().peer_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_ref(&self) -> &T {
        &self.transport
    }

    /// The transport, for example to set its timeouts. Reading from it breaks
    /// the handshake.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn example(mut acceptor: embertls::Acceptor<embertls::NetContext>) -> embertls::Result<()> {
    /// acceptor.get_mut().set_read_timeout(Some(Duration::from_secs(5)))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    fn read_hello(&mut self) -> Result<()> {
        while self.hello.is_none() {
            match self.inbound.next_plain() {
                Ok(Some(Plain::Message(message))) => match ClientHello::parse(&message) {
                    Ok(_) if !self.inbound.is_between_messages() => {
                        let refused = behind_the_flight();
                        return Err(self.refuse(refused.alert, refused.reason));
                    }
                    Ok(facts) => self.hello = Some(Box::new(Hello { facts, message })),
                    Err(refused) => return Err(self.refuse(refused.alert, refused.reason)),
                },
                Ok(Some(Plain::Alert { fatal, description })) => {
                    let alert = Alert::from_code(description);
                    if fatal || alert == Alert::CloseNotify {
                        return Err(self.closed_by_alert(alert));
                    }
                    if let Err(refused) = self.inbound.warning_seen() {
                        return Err(self.refuse(refused.alert, refused.reason));
                    }
                }
                Ok(Some(Plain::ChangeCipherSpec)) => {
                    let reason = "the peer sent ChangeCipherSpec instead of ClientHello";
                    return Err(self.refuse(Alert::UnexpectedMessage, reason.into()));
                }
                Ok(None) => self.receive()?,
                Err(refused) => return Err(self.refuse(refused.alert, refused.reason)),
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<()> {
        let failed = |source| Error::Io {
            action: "reading the ClientHello".into(),
            source,
        };
        let space = self.inbound.space();
        if space.is_empty() {
            return Err(Error::OutOfMemory {
                action: "reading the ClientHello",
            });
        }
        let room = space.len();
        match self.transport.read(space) {
            Ok(0) => Err(failed(io::Error::new(
                ErrorKind::UnexpectedEof,
                "the client left before its ClientHello was complete",
            ))),
            Ok(len) if len > room => Err(failed(io::Error::new(
                ErrorKind::InvalidData,
                "the transport claims to have read more than there is room for",
            ))),
            Ok(len) => {
                self.inbound.filled(len);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(Error::WouldBlock),
            Err(error) => Err(failed(error)),
        }
    }

    fn refuse(&mut self, alert: Alert, reason: String) -> Error {
        self.refusal = plain_alert(alert).to_vec();
        self.failure(reason, Some(alert), None)
    }

    fn closed_by_alert(&mut self, alert: Alert) -> Error {
        self.failure(alert.meaning().into(), None, Some(alert))
    }

    fn failure(&self, reason: String, sent: Option<Alert>, received: Option<Alert>) -> Error {
        Error::Handshake(Box::new(HandshakeFailure {
            action: "reading the ClientHello".into(),
            reason,
            alert_sent: sent,
            alert_received: received,
            code: None,
            report: HandshakeReport::default(),
        }))
    }

    /// The refusal counts, not whether the client hears of it.
    fn send_refusal(&mut self) {
        if self.refusal.is_empty() {
            return;
        }
        if self.transport.write_all(&self.refusal).is_ok() {
            let _ = self.transport.flush();
            self.refusal.clear();
        }
    }

    fn give_up(self, error: Error) -> HandshakeError<T, Self> {
        match error {
            Error::WouldBlock => HandshakeError::WouldBlock(Box::new(self)),
            error => HandshakeError::Failed {
                error,
                parts: Box::new(Parts {
                    unread: self.inbound.unread().to_vec(),
                    plaintext: Vec::new(),
                    unsent: self.refusal,
                    transport: self.transport,
                }),
            },
        }
    }
}

#[cfg(feature = "std")]
impl Acceptor<NetContext> {
    /// Reads the ClientHello within `timeout`, however the client spreads its
    /// bytes.
    ///
    /// The time for the rest of the handshake is set with
    /// [`Handshake::complete_within`](crate::Handshake::complete_within).
    ///
    /// # Errors
    ///
    /// As [`Acceptor::accept`]; an [`Error::Io`] of kind
    /// [`TimedOut`](ErrorKind::TimedOut) once the time is over.
    ///
    /// ```
    /// use std::time::Duration;
    /// use embertls::{Acceptor, NetContext, Server, SslConfig, SslSession};
    ///
    /// fn serve(
    ///     client: NetContext,
    ///     config: &SslConfig<Server>,
    /// ) -> embertls::Result<SslSession<NetContext>> {
    ///     let limit = Duration::from_secs(10);
    ///     let accepted = Acceptor::new(client).accept_within(limit)?;
    ///     Ok(accepted.into_handshake(config)?.complete_within(limit)?)
    /// }
    /// ```
    pub fn accept_within(
        mut self,
        timeout: Duration,
    ) -> Result<Accepted<NetContext>, HandshakeError<NetContext, Self>> {
        self.transport
            .set_deadline(Instant::now().checked_add(timeout));
        match self.accept() {
            Ok(mut accepted) => {
                accepted.transport.set_deadline(None);
                Ok(accepted)
            }
            Err(HandshakeError::Failed { error, mut parts }) => {
                parts.transport.set_deadline(None);
                Err(HandshakeError::Failed { error, parts })
            }
            Err(would_block) => Err(would_block),
        }
    }
}
