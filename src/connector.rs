//! The short way: from a host name to a verified session in two lines.

#[cfg(feature = "std")]
use core::time::Duration;

use crate::error::Result;
use crate::io::{Read, Write};
#[cfg(feature = "std")]
use crate::net::NetContext;
use crate::ssl::{ClientSessions, Handshake, HandshakeError, SslConfig, SslSession};
use crate::x509::ServerName;
#[cfg(feature = "std")]
use crate::x509::TrustStore;

/// Connects to servers by name, with one configuration for all of them.
///
/// It takes the same steps as the long way ([`NetContext::connect`],
/// [`Handshake::client`], [`Handshake::complete`]) and can leave none out. It
/// remembers the sessions of the latest 256 servers and resumes them, which
/// saves most of the work of a handshake;
/// [`without_resumption`](crate::ssl::ClientConfigBuilder::without_resumption)
/// turns that off. Cloning it is cheap, and shares the sessions.
///
/// ```no_run
/// use std::io::{Read, Write};
/// use embertls::Connector;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let connector = Connector::with_system_roots()?;
/// let mut session = connector.connect("example.com", 443)?;
///
/// session.write_all(b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n")?;
/// let mut page = Vec::new();
/// session.read_to_end(&mut page)?;
/// session.close()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Connector {
    config: SslConfig,
    sessions: ClientSessions,
    #[cfg(feature = "std")]
    connect_timeout: Duration,
    #[cfg(feature = "std")]
    handshake_timeout: Duration,
}

impl Connector {
    /// A connector with this configuration.
    ///
    /// Connecting and the handshake may take 30 seconds each.
    ///
    /// ```
    /// use embertls::{Connector, SslConfig, TrustStore};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let config = SslConfig::client()
    ///     .trust_store(TrustStore::from_pem_file("ca.pem")?)
    ///     .alpn(["h2", "http/1.1"])
    ///     .build()?;
    /// let connector = Connector::new(config);
    /// # drop(connector);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: SslConfig) -> Self {
        Self {
            config,
            sessions: ClientSessions::new(REMEMBERED),
            #[cfg(feature = "std")]
            connect_timeout: PATIENCE,
            #[cfg(feature = "std")]
            handshake_timeout: PATIENCE,
        }
    }

    /// A connector that trusts the authorities that the system trusts.
    ///
    /// # Errors
    ///
    /// As [`TrustStore::system`]: [`Error::Certificate`](crate::Error::Certificate)
    /// where the system has no certificate that can be used.
    ///
    /// ```
    /// # fn example() -> embertls::Result<()> {
    /// let connector = embertls::Connector::with_system_roots()?;
    /// # drop(connector);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "std")]
    pub fn with_system_roots() -> Result<Self> {
        let config = SslConfig::client()
            .trust_store(TrustStore::system()?)
            .build()?;
        Ok(Self::new(config))
    }

    /// How long a TCP connection may take to come about, all addresses of the
    /// host together; 30 seconds unless set.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn example(connector: embertls::Connector) {
    /// let connector = connector.connect_timeout(Duration::from_secs(5));
    /// # drop(connector);
    /// # }
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the whole handshake may take; 30 seconds unless set.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn example(connector: embertls::Connector) {
    /// let connector = connector.handshake_timeout(Duration::from_secs(5));
    /// # drop(connector);
    /// # }
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// Connects to `host`, a DNS name or an IP address, and does the
    /// handshake.
    ///
    /// # Errors
    ///
    /// [`Error::ServerName`](crate::Error::ServerName) where `host` is neither;
    /// [`Error::Io`](crate::Error::Io) where no address could be connected to
    /// or time ran out; otherwise as [`Handshake::complete`].
    ///
    /// ```
    /// # fn example(connector: embertls::Connector) -> embertls::Result<()> {
    /// let session = connector.connect("example.com", 443)?;
    /// println!("{}", session.cipher_suite());
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "std")]
    pub fn connect(&self, host: &str, port: u16) -> Result<SslSession<NetContext>> {
        let name = ServerName::try_from(host)?;
        let net = NetContext::connect_timeout((host, port), self.connect_timeout)?;
        let handshake = self.begin(name, net)?;
        Ok(handshake.complete_within(self.handshake_timeout)?)
    }

    /// Does the handshake with the server `name` over a transport that is
    /// connected already. Its timeouts are the transport's own.
    ///
    /// # Errors
    ///
    /// As [`Handshake::complete`].
    ///
    /// ```
    /// use std::net::TcpStream;
    /// use embertls::ServerName;
    ///
    /// # fn example(connector: embertls::Connector) -> Result<(), Box<dyn std::error::Error>> {
    /// let stream = TcpStream::connect("tunnel.example:443")?;
    /// let session = connector.handshake(ServerName::try_from("example.com")?, stream)?;
    /// # drop(session);
    /// # Ok(())
    /// # }
    /// ```
    pub fn handshake<T: Read + Write>(
        &self,
        name: ServerName,
        transport: T,
    ) -> Result<SslSession<T>, HandshakeError<T>> {
        self.begin(name, transport)?.complete()
    }

    /// A handshake with the server `name` that has not sent anything yet.
    pub(crate) fn begin<T: Read + Write>(
        &self,
        name: ServerName,
        transport: T,
    ) -> Result<Handshake<T>, HandshakeError<T>> {
        let handshake = Handshake::client(&self.config, name, transport)?;
        Ok(handshake.remember(&self.sessions))
    }

    /// The sessions that it remembers, for example to forget them.
    ///
    /// ```
    /// # fn example(connector: embertls::Connector) {
    /// connector.sessions().clear();
    /// # }
    /// ```
    pub fn sessions(&self) -> &ClientSessions {
        &self.sessions
    }

    /// The configuration.
    ///
    /// ```
    /// # fn example(connector: embertls::Connector) {
    /// let shared = connector.config().clone();
    /// # drop(shared);
    /// # }
    /// ```
    pub fn config(&self) -> &SslConfig {
        &self.config
    }
}

/// How many servers a connector remembers.
const REMEMBERED: usize = 256;

/// How long to wait for a server that does not answer.
#[cfg(feature = "std")]
const PATIENCE: Duration = Duration::from_secs(30);
