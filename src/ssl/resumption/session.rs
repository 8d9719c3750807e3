//! What a session tells about resumption.

use super::ResumptionData;
use crate::ssl::SslSession;

impl<T> SslSession<T> {
    /// Whether this session goes on with the secret of an earlier one.
    ///
    /// The peer was then not verified again:
    /// [`verify_result`](Self::verify_result) and
    /// [`peer_certificates`](Self::peer_certificates) tell what was found in
    /// the full handshake. On a server, of the client's certificates only its
    /// own is known.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// println!("{} handshake", if session.is_resumed() { "short" } else { "full" });
    /// # }
    /// ```
    pub fn is_resumed(&self) -> bool {
        self.link.engine.is_resumed()
    }

    /// On a client: what is needed to resume this session later.
    ///
    /// `None` where the server gave neither a ticket nor a session id, where it
    /// has no extended master secret, where its certificate was merely
    /// tolerated, and on a server.
    ///
    /// Guide step: `mbedtls_ssl_get_session`.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if let Some(data) = session.resumption_data() {
    ///     println!("the session with {} can be resumed", data.server_name());
    /// }
    /// # }
    /// ```
    pub fn resumption_data(&self) -> Option<ResumptionData> {
        self.link.engine.resumption_data()
    }
}
