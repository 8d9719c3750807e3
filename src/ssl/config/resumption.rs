//! What a configuration says about resumption.

use core::fmt;

use super::{ClientConfigBuilder, Inner, ServerConfigBuilder};
use crate::ssl::resumption::{SessionCache, TicketKeys, client_binding, server_binding};
use crate::sync::OnceLock;

/// Tickets and cache of a server, and what sessions are bound to.
#[derive(Default)]
pub(crate) struct ResumptionSettings {
    pub(crate) tickets: Option<TicketKeys>,
    pub(crate) cache: Option<SessionCache>,
    /// On a client: it neither offers nor keeps anything.
    pub(crate) is_off: bool,
    /// On a client: it resumes by the session ids of servers alone.
    pub(crate) without_tickets: bool,
    /// On a client: the code of the fragment length that it asks for.
    pub(crate) max_fragment: u8,
    binding: OnceLock<Option<[u8; 32]>>,
}

impl Inner {
    /// The digest that sessions of this client are bound to.
    pub(crate) fn client_binding(&self) -> Option<[u8; 32]> {
        let settings = &self.resumption;
        let digest = || client_binding(self);
        let binding = settings.binding.get_or_init(digest);
        binding.filter(|_| !settings.is_off)
    }

    /// The digest that sessions of this server are bound to.
    pub(crate) fn server_binding(&self) -> Option<[u8; 32]> {
        *self.resumption.binding.get_or_init(|| server_binding(self))
    }
}

impl ServerConfigBuilder {
    /// Gives clients that take them tickets, by which they resume their
    /// sessions. Without this there are none.
    ///
    /// A ticket holds the session, sealed: the server keeps nothing. See
    /// [`TicketKeys`] for how long it lasts. A session is resumed only under a
    /// configuration that judges clients in the same way and has the same
    /// private keys, and only for the same server name and protocol.
    ///
    /// Guide step (server): `mbedtls_ssl_conf_session_tickets_cb`.
    ///
    /// ```
    /// use embertls::{SslConfig, TicketKeys};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let builder = SslConfig::server().tickets(TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME)?);
    /// # drop(builder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn tickets(mut self, keys: TicketKeys) -> Self {
        self.resumption.tickets = Some(keys);
        self
    }

    /// Keeps sessions of clients that take no tickets. Without this none are
    /// kept.
    ///
    /// Guide step (server): `mbedtls_ssl_conf_session_cache`.
    ///
    /// ```
    /// use embertls::{SessionCache, SslConfig, TicketKeys};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let cache = SessionCache::in_memory(10_000, TicketKeys::DEFAULT_LIFETIME)?;
    /// let builder = SslConfig::server().session_cache(cache);
    /// # drop(builder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn session_cache(mut self, cache: SessionCache) -> Self {
        self.resumption.cache = Some(cache);
        self
    }
}

impl ClientConfigBuilder {
    /// Asks for no tickets, and neither keeps nor offers sessions: every
    /// handshake is a full one, and no two connections can be linked by what
    /// they offer.
    ///
    /// Guide step: `mbedtls_ssl_conf_session_tickets`.
    ///
    /// ```
    /// let builder = embertls::SslConfig::client().without_resumption();
    /// # drop(builder);
    /// ```
    pub fn without_resumption(mut self) -> Self {
        self.resumption.is_off = true;
        self
    }

    /// Asks for no tickets (RFC 5077): sessions are resumed with servers that
    /// keep them, by the id that those give (RFC 5246, section 7.3).
    ///
    /// A session that was saved with a ticket is not offered.
    ///
    /// Guide step: `mbedtls_ssl_conf_session_tickets`.
    ///
    /// ```
    /// let builder = embertls::SslConfig::client().without_tickets();
    /// # drop(builder);
    /// ```
    pub fn without_tickets(mut self) -> Self {
        self.resumption.without_tickets = true;
        self
    }
}

impl fmt::Debug for ResumptionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumptionSettings")
            .field("tickets", &self.tickets)
            .field("cache", &self.cache)
            .field("is_off", &self.is_off)
            .field("without_tickets", &self.without_tickets)
            .finish_non_exhaustive()
    }
}
