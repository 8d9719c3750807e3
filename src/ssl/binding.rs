//! Channel bindings: how a protocol above TLS names the session below it.

/// A value that both ends of a session know and that belongs to it, with which
/// a protocol inside proves that nobody sits in the middle (RFC 5056), for
/// example the `-PLUS` mechanisms of SCRAM.
///
/// Used with
/// [`SslSession::channel_binding`](crate::SslSession::channel_binding).
///
/// ```
/// use embertls::ssl::ChannelBinding;
///
/// # fn example(session: &embertls::SslSession<std::net::TcpStream>) -> embertls::Result<()> {
/// let binding = session.channel_binding(ChannelBinding::TlsServerEndPoint)?;
/// # drop(binding);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChannelBinding {
    /// `tls-server-end-point` (RFC 5929, section 4): a digest of the server's
    /// certificate. It names the server, not the session.
    TlsServerEndPoint,
    /// `tls-unique` (RFC 5929, section 3): what the first Finished message of
    /// the handshake holds, 12 bytes. Given only with extended master secret,
    /// without which it is not unique, and where the configuration asks for it
    /// beforehand.
    TlsUnique,
    /// `tls-exporter` (RFC 9266): 32 bytes of exported keying material. Given
    /// only with extended master secret.
    TlsExporter,
}

impl ChannelBinding {
    /// Its name in the IANA registry of channel binding types.
    ///
    /// ```
    /// use embertls::ssl::ChannelBinding;
    ///
    /// assert_eq!(ChannelBinding::TlsUnique.name(), "tls-unique");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::TlsServerEndPoint => "tls-server-end-point",
            Self::TlsUnique => "tls-unique",
            Self::TlsExporter => "tls-exporter",
        }
    }
}
