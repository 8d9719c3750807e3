//! What a client's handshake is told about earlier sessions.

use super::{ClientSessions, ResumptionData};
use crate::io::{Read, Write};
use crate::ssl::Handshake;

impl<T: Read + Write> Handshake<T> {
    /// On a client, before the handshake begins: offers to resume this
    /// session. Whether it is resumed is up to the server, and in
    /// [`SslSession::is_resumed`](crate::SslSession::is_resumed); otherwise the
    /// handshake is a full one.
    ///
    /// `false` where the session is not offered: it is of another server, was
    /// made under another configuration, or its time is over; or the handshake
    /// is a server's or has begun.
    ///
    /// Guide step: `mbedtls_ssl_set_session`.
    ///
    /// ```
    /// use embertls::{Handshake, NetContext, ResumptionData, ServerName, SslConfig, SslSession};
    ///
    /// fn again(
    ///     config: &SslConfig,
    ///     name: ServerName,
    ///     net: NetContext,
    ///     data: &ResumptionData,
    /// ) -> embertls::Result<SslSession<NetContext>> {
    ///     let mut handshake = Handshake::client(config, name, net)?;
    ///     handshake.resume(data);
    ///     let session = handshake.complete()?;
    ///     println!("resumed: {}", session.is_resumed());
    ///     Ok(session)
    /// }
    /// ```
    pub fn resume(&mut self, data: &ResumptionData) -> bool {
        self.link.engine.offer_session(data)
    }

    /// On a client, before the handshake begins: offers to resume the session
    /// with this server that is remembered there, if there is one, and
    /// remembers the new session. On a server it does nothing.
    ///
    /// ```
    /// use embertls::{ClientSessions, Handshake, NetContext, ServerName, SslConfig};
    ///
    /// # fn example(config: &SslConfig, name: ServerName, net: NetContext) -> embertls::Result<()> {
    /// let sessions = ClientSessions::new(100);
    /// let handshake = Handshake::client(config, name, net)?.remember(&sessions);
    /// # drop(handshake);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remember(mut self, sessions: &ClientSessions) -> Self {
        self.link.engine.remember_in(sessions);
        self
    }
}
