//! The handshake over a transport.

mod error;
mod wait;

pub use self::error::HandshakeError;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::task::{Poll, Waker};
#[cfg(feature = "std")]
use core::time::Duration;
#[cfg(feature = "std")]
use std::time::Instant;

use self::wait::{Deadline, Wait};
use super::config::{Client, Server, SslConfig};
use super::engine::{Engine, Progress};
use super::link::Link;
use super::parts::Parts;
use super::session::SslSession;
use super::watch::Watch;
use crate::error::{Error, Result};
use crate::io::{self, Read, Write};
#[cfg(feature = "std")]
use crate::net::NetContext;
use crate::x509::ServerName;

/// A handshake under way over a transport `T`.
///
/// Made by [`Handshake::client`] or [`Handshake::server`], or by
/// [`Accepted::into_handshake`](crate::ssl::Accepted::into_handshake).
///
/// On a blocking transport, [`Handshake::complete`] does it all. On a
/// non-blocking one, call [`Handshake::advance`] until it succeeds, waiting
/// for the transport on each [`Error::WouldBlock`].
///
/// Guide steps: `mbedtls_ssl_setup`, `mbedtls_ssl_set_hostname`,
/// `mbedtls_ssl_set_bio`, `mbedtls_ssl_handshake`.
///
/// ```no_run
/// use embertls::{Handshake, NetContext, ServerName, SslConfig, TrustStore};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = SslConfig::client().trust_store(TrustStore::system()?).build()?;
/// let net = NetContext::connect(("example.com", 443))?;
/// let name = ServerName::try_from("example.com")?;
/// let mut session = Handshake::client(&config, name, net)?.complete()?;
/// # let _ = &mut session;
/// # Ok(())
/// # }
/// ```
#[must_use = "a handshake does nothing until `complete` or `advance`"]
pub struct Handshake<T> {
    pub(super) link: Link<T>,
    /// A flight is on its way, through a transport that may have a buffer.
    unflushed: bool,
    done: bool,
    watch: Watch,
}

impl<T: Read + Write> Handshake<T> {
    /// Prepares the client's side of a handshake with the server `name`.
    ///
    /// A DNS name goes out as SNI; the certificate must be for `name` in any
    /// case. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] where there is not enough memory for a session,
    /// with the transport given back.
    ///
    /// ```
    /// use std::net::TcpStream;
    /// use embertls::{Handshake, ServerName, SslConfig};
    ///
    /// # fn example(config: &SslConfig) -> Result<(), Box<dyn std::error::Error>> {
    /// let stream = TcpStream::connect("192.0.2.1:443")?;
    /// let handshake = Handshake::client(config, ServerName::try_from("example.com")?, stream)?;
    /// # drop(handshake);
    /// # Ok(())
    /// # }
    /// ```
    pub fn client(
        config: &SslConfig<Client>,
        name: ServerName,
        transport: T,
    ) -> Result<Self, HandshakeError<T>> {
        Self::begin(Engine::client(config, name), transport)
    }

    /// Prepares the server's side of a handshake. Nothing is read yet.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] where there is not enough memory for a session,
    /// with the transport given back.
    ///
    /// ```
    /// use std::net::TcpStream;
    /// use embertls::{Handshake, Server, SslConfig};
    ///
    /// # fn example(config: &SslConfig<Server>, stream: TcpStream) -> embertls::Result<()> {
    /// let handshake = Handshake::server(config, stream)?;
    /// # drop(handshake);
    /// # Ok(())
    /// # }
    /// ```
    pub fn server(config: &SslConfig<Server>, transport: T) -> Result<Self, HandshakeError<T>> {
        Self::begin(Engine::server(config), transport)
    }

    fn begin(engine: Result<Engine>, transport: T) -> Result<Self, HandshakeError<T>> {
        match engine {
            Ok(engine) => Ok(Self::new(engine, transport)),
            Err(error) => Err(HandshakeError::Failed {
                error,
                parts: Box::new(Parts::untouched(transport)),
            }),
        }
    }

    pub(crate) fn new(engine: Engine, transport: T) -> Self {
        Self {
            link: Link::new(engine, transport),
            unflushed: false,
            done: false,
            watch: Watch::new(),
        }
    }

    /// Goes on with the handshake as far as the transport allows.
    ///
    /// # Errors
    ///
    /// [`Error::WouldBlock`] where the transport is not ready: wait for it and
    /// call again. [`Error::SigningPending`] where the private key stays
    /// elsewhere and has not signed yet: call again later, or learn when from
    /// [`Handshake::advance_with`]. Any other error ends the handshake; an
    /// alert has then been sent where the protocol has one for the reason. See
    /// [`Handshake::complete`] for the kinds.
    ///
    /// ```
    /// use embertls::Error;
    ///
    /// # fn wait_until_ready(_: &std::net::TcpStream) {}
    /// # fn example(mut handshake: embertls::Handshake<std::net::TcpStream>) -> embertls::Result<()> {
    /// loop {
    ///     match handshake.advance() {
    ///         Ok(()) => break,
    ///         Err(Error::WouldBlock) => wait_until_ready(handshake.get_ref()),
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance(&mut self) -> Result<()> {
        self.advance_with(Waker::noop())
    }

    /// As [`Handshake::advance`], with the waker to call once a private key
    /// that stays elsewhere can go on; see
    /// [`SigningKey`](crate::SigningKey). It has nothing to do with the
    /// transport.
    ///
    /// # Errors
    ///
    /// As [`Handshake::advance`].
    ///
    /// ```
    /// use std::task::{Context, Poll};
    /// use embertls::{Error, Handshake, MemoryTransport};
    ///
    /// /// The heart of an adapter to asynchronous code.
    /// fn poll(
    ///     handshake: &mut Handshake<MemoryTransport>,
    ///     cx: &mut Context<'_>,
    /// ) -> Poll<embertls::Result<()>> {
    ///     match handshake.advance_with(cx.waker()) {
    ///         // The key calls the waker.
    ///         Err(Error::SigningPending) => Poll::Pending,
    ///         // Here the adapter sees to it that the transport does.
    ///         Err(Error::WouldBlock) => Poll::Pending,
    ///         result => Poll::Ready(result),
    ///     }
    /// }
    /// ```
    pub fn advance_with(&mut self, waker: &Waker) -> Result<()> {
        while !self.done {
            self.step(waker)?;
        }
        Ok(())
    }

    /// [`Self::advance`] by at most one message of the peer, so that what one
    /// call computes is bounded.
    pub(crate) fn step(&mut self, waker: &Waker) -> Result<()> {
        let _entered = self.watch.step(&self.link.engine);
        let result = self.try_step(waker);
        match &result {
            Err(Error::WouldBlock | Error::SigningPending) => {}
            Ok(()) if !self.done => {}
            Ok(()) => self.watch.completed(&self.link.engine),
            Err(error) => {
                self.watch.failed(&self.link.engine, error);
                self.link.engine.kill();
                self.link.send_last_words();
            }
        }
        result
    }

    /// Whether [`Handshake::into_session`] may be called.
    ///
    /// ```
    /// # fn example(handshake: embertls::Handshake<std::net::TcpStream>) {
    /// if handshake.is_complete() {
    ///     let session = handshake.into_session();
    /// #    drop(session);
    /// }
    /// # }
    /// ```
    pub fn is_complete(&self) -> bool {
        self.done
    }

    /// The session, once [`Handshake::advance`] has succeeded.
    ///
    /// # Errors
    ///
    /// The handshake itself, where it is not complete.
    ///
    /// ```
    /// # fn example(handshake: embertls::Handshake<std::net::TcpStream>) {
    /// match handshake.into_session() {
    ///     Ok(session) => println!("{}", session.cipher_suite()),
    ///     Err(handshake) => println!("not yet: {handshake:?}"),
    /// }
    /// # }
    /// ```
    pub fn into_session(self) -> Result<SslSession<T>, Self> {
        match self.done {
            true => Ok(SslSession::new(self.link)),
            false => Err(self),
        }
    }

    /// Does the whole handshake. Where the private key stays elsewhere, the
    /// thread sleeps until it has signed.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::WouldBlock`] holds the handshake where the transport
    /// is not ready. [`HandshakeError::Failed`] holds the reason and gives the
    /// transport back:
    ///
    /// - [`Error::Verify`]: the server's certificate was refused, or could not
    ///   be read;
    /// - [`Error::Handshake`]: either side refused, with both offers and the
    ///   alerts;
    /// - [`Error::Signing`]: the private key did not sign;
    /// - [`Error::Io`]: the transport failed, ended or timed out.
    ///
    /// ```
    /// use embertls::{Error, HandshakeError};
    ///
    /// # fn example(handshake: embertls::Handshake<std::net::TcpStream>) {
    /// match handshake.complete() {
    ///     Ok(session) => println!("{}", session.cipher_suite()),
    ///     Err(HandshakeError::WouldBlock(handshake)) => println!("later: {handshake:?}"),
    ///     Err(HandshakeError::Failed { error: Error::Verify(refused), .. }) => println!("{refused}"),
    ///     Err(HandshakeError::Failed { error, .. }) => println!("{error}"),
    /// }
    /// # }
    /// ```
    pub fn complete(self) -> Result<SslSession<T>, HandshakeError<T>> {
        self.complete_by(None)
    }

    fn complete_by(
        mut self,
        deadline: Option<Deadline>,
    ) -> Result<SslSession<T>, HandshakeError<T>> {
        match self.advance_by(deadline) {
            Ok(()) => Ok(SslSession::new(self.link)),
            Err(Error::WouldBlock) => Err(HandshakeError::WouldBlock(Box::new(self))),
            Err(error) => Err(HandshakeError::Failed {
                error,
                parts: Box::new(Parts::of(self.link)),
            }),
        }
    }

    /// Sleeps while the private key signs.
    fn advance_by(&mut self, deadline: Option<Deadline>) -> Result<()> {
        let wait = Wait::new();
        loop {
            match self.advance_with(wait.waker()) {
                Err(Error::SigningPending) => {}
                result => return result,
            }
            if let Err(late) = wait.until(deadline) {
                return Err(self.give_up(late));
            }
        }
    }

    fn give_up(&mut self, late: io::Error) -> Error {
        self.link.engine.kill();
        self.failed("waiting for the private key", late)
    }

    /// While the private key signs: fails where the peer has left. What it sends
    /// meanwhile is kept for later. For transports that do not block.
    #[cfg(any(feature = "tokio", feature = "futures-io"))]
    pub(crate) fn watch_peer(&mut self) -> Result<()> {
        const ACTION: &str = "waiting for the private key";
        while !self.link.engine.input_space().is_empty() {
            match self.link.receive() {
                Ok(()) if self.link.engine.has_input_ended() => {
                    self.link.engine.kill();
                    let left = io::Error::new(io::ErrorKind::UnexpectedEof, "the peer left");
                    return Err(self.failed(ACTION, left));
                }
                Ok(()) => {}
                Err(error) => match self.failed(ACTION, error) {
                    Error::WouldBlock => break,
                    error => return Err(error),
                },
            }
        }
        Ok(())
    }

    fn try_step(&mut self, waker: &Waker) -> Result<()> {
        self.link.check_transport("continuing the handshake")?;
        loop {
            if self.unflushed {
                self.link
                    .flush()
                    .map_err(|error| self.failed("sending", error))?;
                self.unflushed = false;
            }
            match self.link.engine.handshake()? {
                Progress::Done => {
                    self.done = true;
                    return Ok(());
                }
                Progress::Worked => return Ok(()),
                Progress::NeedsOutput => self.unflushed = true,
                Progress::NeedsInput => {
                    self.link
                        .receive()
                        .map_err(|error| self.failed("waiting for the peer", error))?;
                }
                Progress::NeedsSignature => match self.link.engine.poll_signature(waker) {
                    Poll::Ready(signed) => signed?,
                    Poll::Pending => return Err(Error::SigningPending),
                },
            }
        }
    }

    fn failed(&self, doing: &str, source: io::Error) -> Error {
        if source.kind() == io::ErrorKind::WouldBlock {
            return Error::WouldBlock;
        }
        let peer = match self.link.engine.server_name() {
            Some(name) => format!(" with {name}"),
            None => String::new(),
        };
        Error::Io {
            action: format!("handshake{peer}, {doing}"),
            source,
        }
    }

    /// The transport, for example to wait until it is ready.
    ///
    /// ```
    /// # fn example(handshake: embertls::Handshake<std::net::TcpStream>) -> std::io::Result<()> {
    /// println!("shaking hands with {}", handshake.get_ref().peer_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_ref(&self) -> &T {
        &self.link.transport
    }

    /// The transport. Reading from or writing to it breaks the handshake.
    ///
    /// ```
    /// # fn example(mut handshake: embertls::Handshake<embertls::MemoryTransport>) {
    /// let for_the_peer = handshake.get_mut().take_outgoing();
    /// # drop(for_the_peer);
    /// # }
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.link.transport
    }

    /// Gives the handshake up: the transport and the bytes in between.
    ///
    /// ```
    /// # fn example(handshake: embertls::Handshake<std::net::TcpStream>) {
    /// let stream = handshake.into_parts().transport;
    /// # drop(stream);
    /// # }
    /// ```
    pub fn into_parts(self) -> Parts<T> {
        Parts::of(self.link)
    }
}

#[cfg(feature = "std")]
impl Handshake<NetContext> {
    /// Does the whole handshake within `timeout`, however the peer spreads its
    /// bytes.
    ///
    /// # Errors
    ///
    /// As [`Handshake::complete`]; an [`Error::Io`] of kind
    /// [`TimedOut`](io::ErrorKind::TimedOut) once the time is over.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn example(handshake: embertls::Handshake<embertls::NetContext>) -> embertls::Result<()> {
    /// let session = handshake.complete_within(Duration::from_secs(10))?;
    /// # drop(session);
    /// # Ok(())
    /// # }
    /// ```
    pub fn complete_within(
        mut self,
        timeout: Duration,
    ) -> Result<SslSession<NetContext>, HandshakeError<NetContext>> {
        let deadline = Instant::now().checked_add(timeout);
        self.link.transport.set_deadline(deadline);
        let result = self.complete_by(deadline);
        match result {
            Ok(mut session) => {
                session.get_mut().set_deadline(None);
                Ok(session)
            }
            Err(HandshakeError::Failed { error, mut parts }) => {
                parts.transport.set_deadline(None);
                Err(HandshakeError::Failed { error, parts })
            }
            Err(would_block) => Err(would_block),
        }
    }
}

impl<T> fmt::Debug for Handshake<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("server_name", &self.link.engine.server_name())
            .field("complete", &self.done)
            .finish_non_exhaustive()
    }
}
