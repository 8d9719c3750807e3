//! HTTPS for ureq, with the feature `ureq`.
//!
//! ureq keeps its traits for transports in a module named `unversioned`, whose
//! contents may change with any minor version. This module is made for **ureq
//! 3.5** and tested with it.
//!
//! ```no_run
//! use embertls::{SslConfig, TrustStore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = SslConfig::client().trust_store(TrustStore::system()?).build()?;
//! let agent = embertls::ureq::agent(config);
//! let page = agent.get("https://example.com/").call()?.body_mut().read_to_string()?;
//! println!("{page}");
//! # Ok(())
//! # }
//! ```
//!
//! An error of TLS comes out as [`ureq::Error::Io`] with an
//! [`embertls::Error`](crate::Error) inside.

use std::fmt;
use std::io::{Read, Write};

use ::ureq::unversioned::resolver::DefaultResolver;
use ::ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    TcpConnector, Transport, TransportAdapter,
};
use ::ureq::{Agent, config::Config};

use crate::error::Error;
use crate::ssl::{SslConfig, SslSession};
use crate::x509::ServerName;

/// An agent with ureq's defaults that connects by this configuration.
///
/// The settings for TLS of ureq's own configuration are not used. ureq speaks
/// HTTP/1.1: `config` must offer no other protocol by ALPN.
///
/// ```
/// # fn example(config: embertls::SslConfig) {
/// let agent = embertls::ureq::agent(config);
/// # drop(agent);
/// # }
/// ```
pub fn agent(config: SslConfig) -> Agent {
    agent_with(Config::default(), config)
}

/// As [`agent`], with settings of ureq.
///
/// ```
/// use std::time::Duration;
///
/// # fn example(tls: embertls::SslConfig) {
/// let settings = ureq::config::Config::builder()
///     .https_only(true)
///     .timeout_global(Some(Duration::from_secs(30)))
///     .build();
/// let agent = embertls::ureq::agent_with(settings, tls);
/// # drop(agent);
/// # }
/// ```
pub fn agent_with(settings: Config, config: SslConfig) -> Agent {
    let connector =
        ().chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(TlsConnector::new(config));
    Agent::with_parts(settings, connector, DefaultResolver::default())
}

/// The link of ureq's chain of connectors that adds TLS where the address asks
/// for it. [`agent`] has one.
///
/// ```
/// use embertls::ureq::TlsConnector;
/// use ureq::unversioned::resolver::DefaultResolver;
/// use ureq::unversioned::transport::{Connector, TcpConnector};
///
/// # fn example(config: embertls::SslConfig) {
/// let connector = ().chain(TcpConnector::default()).chain(TlsConnector::new(config));
/// let agent = ureq::Agent::with_parts(Default::default(), connector, DefaultResolver::default());
/// # drop(agent);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TlsConnector {
    connector: crate::Connector,
}

impl TlsConnector {
    /// A connector with this configuration.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig) {
    /// let connector = embertls::ureq::TlsConnector::new(config);
    /// # drop(connector);
    /// # }
    /// ```
    pub fn new(config: SslConfig) -> Self {
        crate::Connector::new(config).into()
    }
}

/// The timeouts of the [`Connector`](crate::Connector) are not used: ureq has
/// its own.
impl From<crate::Connector> for TlsConnector {
    fn from(connector: crate::Connector) -> Self {
        Self { connector }
    }
}

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, TlsTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ::ureq::Error> {
        let Some(transport) = chained else {
            return Ok(None);
        };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let host = details.uri.host().unwrap_or_default();
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let name = ServerName::try_from(bare.unwrap_or(host)).map_err(into_ureq)?;

        let below: Box<dyn Transport> = Box::new(transport);
        let mut adapter = TransportAdapter::new(below, details.current_time.clone());
        adapter.set_timeout(details.timeout);
        let session = self.connector.handshake(name, adapter);
        let session = session.map_err(|error| into_ureq(error.into_error()))?;
        if let Some(protocol) = session.alpn().filter(|protocol| *protocol != b"http/1.1") {
            return Err(into_ureq(Error::config(format!(
                "the server has chosen {} by ALPN, and ureq speaks HTTP/1.1: offer http/1.1 alone",
                protocol.escape_ascii()
            ))));
        }
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(TlsTransport { buffers, session })))
    }
}

/// A connection of ureq with TLS.
pub struct TlsTransport {
    buffers: LazyBuffers,
    session: SslSession<TransportAdapter>,
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        timeout: NextTimeout,
    ) -> Result<(), ::ureq::Error> {
        self.session.get_mut().set_timeout(timeout);
        let output = self.buffers.output();
        let output = output.get(..amount).unwrap_or_default();
        self.session.write_all(output)?;
        self.session.flush()?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ::ureq::Error> {
        self.session.get_mut().set_timeout(timeout);
        let amount = self.session.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.session.bytes_available() == 0 && self.session.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsTransport")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// What ureq said itself, such as that time is up, comes out as it was.
fn into_ureq(error: Error) -> ::ureq::Error {
    match error {
        Error::Io { source, .. }
            if source
                .get_ref()
                .is_some_and(|inner| inner.is::<::ureq::Error>()) =>
        {
            source.into()
        }
        error => std::io::Error::from(error).into(),
    }
}
