//! Which configuration a server uses for which client.
//!
//! A configuration holds everything that may depend on the client: the
//! certificates and keys, and what is asked of clients in turn. So choosing is
//! choosing a configuration, by what the ClientHello says, before there is a
//! session. Three choices are ready: one for all, one that can be replaced
//! while the server runs, and one for each server name.

mod names;
mod reloadable;

pub use self::names::ServerNames;
pub use self::reloadable::ReloadableConfig;
use super::config::{Server, SslConfig};
use super::wire::hello::ClientHello;
use crate::error::Alert;

/// Picks the configuration for a client that has said what it wants.
///
/// Used by [`Accepted::resolve`](crate::ssl::Accepted::resolve). A closure is a
/// resolver, and so is a single configuration, which serves everybody.
/// [`ServerNames`] chooses by name, [`ReloadableConfig`] can be replaced while
/// connections are served.
///
/// ```
/// use embertls::ssl::{ClientHello, Resolver};
/// use embertls::{Alert, Server, SslConfig};
///
/// fn by_protocol(web: SslConfig<Server>, mail: SslConfig<Server>) -> impl Resolver {
///     move |hello: &ClientHello| match hello.alpn.first() {
///         Some(protocol) if protocol == b"imap" => Ok(mail.clone()),
///         Some(protocol) if protocol == b"http/1.1" => Ok(web.clone()),
///         _ => Err(Alert::NoApplicationProtocol),
///     }
/// }
/// ```
pub trait Resolver: Send + Sync {
    /// The configuration for this client.
    ///
    /// Called once for each connection, on the thread that serves it. `hello`
    /// is what the client sent; nothing in it is proved.
    ///
    /// # Errors
    ///
    /// The alert with which the client is refused, for example
    /// [`Alert::UnrecognizedName`] (RFC 6066, section 3) or
    /// [`Alert::AccessDenied`].
    ///
    /// ```
    /// use embertls::ssl::{ClientHello, Resolver};
    /// use embertls::{Alert, Server, SslConfig};
    ///
    /// /// Serves only clients that say whom they want.
    /// struct Named(SslConfig<Server>);
    ///
    /// impl Resolver for Named {
    ///     fn resolve(&self, hello: &ClientHello) -> Result<SslConfig<Server>, Alert> {
    ///         match hello.server_name {
    ///             Some(_) => Ok(self.0.clone()),
    ///             None => Err(Alert::UnrecognizedName),
    ///         }
    ///     }
    /// }
    /// ```
    fn resolve(&self, hello: &ClientHello) -> Result<SslConfig<Server>, Alert>;
}

impl<F> Resolver for F
where
    F: Fn(&ClientHello) -> Result<SslConfig<Server>, Alert> + Send + Sync,
{
    fn resolve(&self, hello: &ClientHello) -> Result<SslConfig<Server>, Alert> {
        self(hello)
    }
}

impl Resolver for SslConfig<Server> {
    fn resolve(&self, _: &ClientHello) -> Result<SslConfig<Server>, Alert> {
        Ok(self.clone())
    }
}
