//! A configuration that can be replaced while it is used.

use alloc::sync::Arc;

use super::Resolver;
use crate::error::Alert;
use crate::ssl::config::{Server, SslConfig};
use crate::ssl::wire::hello::ClientHello;
use crate::sync::RwLock;

/// A server's configuration that can be replaced at run time, for example by
/// one with a renewed certificate.
///
/// Cloning shares it: a change through one clone is seen by all. Connections
/// that have got past their ClientHello keep the configuration that they
/// began with, for as long as they last.
///
/// ```
/// use embertls::ssl::ReloadableConfig;
/// use embertls::{Acceptor, Certificate, PrivateKey, SslConfig};
///
/// fn load() -> embertls::Result<SslConfig<embertls::Server>> {
///     let chain = Certificate::chain_from_pem_file("chain.pem")?;
///     let key = PrivateKey::from_pem_file("key.pem")?;
///     SslConfig::server().identity(chain, key).build()
/// }
///
/// # fn example(stream: std::net::TcpStream) -> embertls::Result<()> {
/// let current = ReloadableConfig::new(load()?);
///
/// // In the thread that watches the files; where loading fails, the old one stays.
/// current.replace(load()?);
///
/// // In the threads that serve clients.
/// let session = Acceptor::new(stream).accept()?.resolve(&current)?.complete()?;
/// # drop(session);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ReloadableConfig {
    current: Arc<RwLock<SslConfig<Server>>>,
}

impl ReloadableConfig {
    /// Starts with `config`.
    ///
    /// ```
    /// # fn example(config: embertls::SslConfig<embertls::Server>) {
    /// let current = embertls::ssl::ReloadableConfig::new(config);
    /// # drop(current);
    /// # }
    /// ```
    pub fn new(config: SslConfig<Server>) -> Self {
        Self {
            current: Arc::new(RwLock::new(config)),
        }
    }

    /// Uses `config` for the connections whose ClientHello comes from now on,
    /// and gives back the one that was used before.
    ///
    /// ```
    /// # fn example(current: embertls::ssl::ReloadableConfig, renewed: embertls::SslConfig<embertls::Server>) {
    /// let old = current.replace(renewed);
    /// # drop(old);
    /// # }
    /// ```
    pub fn replace(&self, config: SslConfig<Server>) -> SslConfig<Server> {
        core::mem::replace(&mut *self.current.write(), config)
    }

    /// The configuration that new connections get.
    ///
    /// ```
    /// # fn example(current: embertls::ssl::ReloadableConfig) {
    /// println!("{:?}", current.current());
    /// # }
    /// ```
    pub fn current(&self) -> SslConfig<Server> {
        self.current.read().clone()
    }
}

impl Resolver for ReloadableConfig {
    fn resolve(&self, _: &ClientHello) -> Result<SslConfig<Server>, Alert> {
        Ok(self.current())
    }
}
