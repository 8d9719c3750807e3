//! An established session: encrypted reading and writing.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use rustls_pki_types::CertificateDer;

use super::binding::ChannelBinding;
use super::engine::Fill;
use super::link::{Link, is_transient};
use super::parts::Parts;
use super::terms::CipherSuite;
use super::terms::NamedGroup;
use super::terms::ProtocolVersion;
use super::verdict::Verdict;
use super::wire::hello::ClientHello;
use crate::error::Result;
use crate::io::{self, BufRead, Read, Write};
use crate::pk::SignatureScheme;
use crate::x509::ServerName;

/// An established TLS session over a transport `T`.
///
/// It reads and writes like a stream ([`Read`], [`BufRead`], [`Write`]).
///
/// - `read` gives `Ok(0)` only after the peer's close_notify. A connection
///   that just ends is an error of kind
///   [`UnexpectedEof`](io::ErrorKind::UnexpectedEof): somebody may have cut
///   off the rest.
/// - `write` accepts at most one record (16 KiB). What it has accepted will be
///   sent; on a non-blocking transport some of it may still be pending, and
///   [`Write::flush`] sends the rest.
/// - [`WouldBlock`](io::ErrorKind::WouldBlock) and
///   [`TimedOut`](io::ErrorKind::TimedOut) lose nothing: repeat the call, with
///   the same or with other bytes. After any other error the session is dead.
/// - Dropping it sends nothing and never blocks. Call [`SslSession::close`]
///   first, so that the peer can tell the end from a cut.
///
/// Guide steps: `mbedtls_ssl_read`, `mbedtls_ssl_write`,
/// `mbedtls_ssl_close_notify`, `mbedtls_ssl_get_verify_result`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::io::{Read, Write};
///
/// fn exchange<T: Read + Write>(mut session: embertls::SslSession<T>) -> std::io::Result<Vec<u8>> {
///     session.write_all(b"hello")?;
///     session.flush()?;
///     let mut answer = Vec::new();
///     session.read_to_end(&mut answer)?;
///     session.close()?;
///     Ok(answer)
/// }
/// # Ok(())
/// # }
/// ```
pub struct SslSession<T> {
    pub(super) link: Link<T>,
}

impl<T> SslSession<T> {
    #[cfg(feature = "std")]
    pub(crate) fn into_link(self) -> Link<T> {
        self.link
    }

    pub(crate) fn new(link: Link<T>) -> Self {
        Self { link }
    }

    /// The negotiated protocol version.
    ///
    /// Guide step: `mbedtls_ssl_get_version`.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// assert_eq!(session.version().to_string(), "TLSv1.2");
    /// # }
    /// ```
    pub fn version(&self) -> ProtocolVersion {
        ProtocolVersion::Tls12
    }

    /// The negotiated cipher suite.
    ///
    /// Guide step: `mbedtls_ssl_get_ciphersuite`.
    ///
    /// # Panics
    ///
    /// Never: the engine negotiates only suites that [`CipherSuite`] names.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// println!("{}", session.cipher_suite().name());
    /// # }
    /// ```
    pub fn cipher_suite(&self) -> CipherSuite {
        self.link
            .engine
            .cipher_suite()
            .expect("an established session has one of our suites")
    }

    /// The protocol chosen by ALPN, if any.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// let speaks_http2 = session.alpn() == Some(b"h2");
    /// # let _ = speaks_http2;
    /// # }
    /// ```
    pub fn alpn(&self) -> Option<&[u8]> {
        self.link.engine.alpn()
    }

    /// The certificates that the peer sent, as they came: its own first. Empty
    /// if it sent none.
    ///
    /// They are proof of the peer only where [`SslSession::verify_result`]
    /// says so.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// for der in session.peer_certificates() {
    ///     println!("a certificate of {} bytes", der.len());
    /// }
    /// # }
    /// ```
    pub fn peer_certificates(&self) -> &[CertificateDer<'static>] {
        self.link.engine.peer_chain()
    }

    /// What was found about the peer's certificate.
    ///
    /// Guide step: `mbedtls_ssl_get_verify_result`.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// assert!(session.verify_result().is_verified());
    /// # }
    /// ```
    pub fn verify_result(&self) -> &Verdict {
        self.link.engine.verdict()
    }

    /// The identity that goes with the pre-shared key of the session: on a
    /// server the client's, on a client its own. `None` where certificates
    /// were used.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if let Some(identity) = session.psk_identity() {
    ///     println!("this is {}", identity.escape_ascii());
    /// }
    /// # }
    /// ```
    pub fn psk_identity(&self) -> Option<&[u8]> {
        self.link.engine.psk_identity()
    }

    /// On a client: the server name that was asked for and verified.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if let Some(name) = session.server_name() {
    ///     println!("this is {name}");
    /// }
    /// # }
    /// ```
    pub fn server_name(&self) -> Option<&ServerName> {
        self.link.engine.server_name()
    }

    /// The ClientHello of the handshake: on a server the client's, on a client
    /// its own.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if let Some(hello) = session.client_hello() {
    ///     println!("offered: {} suites", hello.cipher_suites.len());
    /// }
    /// # }
    /// ```
    pub fn client_hello(&self) -> Option<&ClientHello> {
        self.link.engine.client_hello()
    }

    /// Whether the keys depend on the whole handshake (extended master secret,
    /// RFC 7627), which binds what is exported to this session alone.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if !session.extended_master_secret() {
    ///     println!("the peer is old: nothing can be exported");
    /// }
    /// # }
    /// ```
    pub fn extended_master_secret(&self) -> bool {
        self.link.engine.extended_master_secret()
    }

    /// Whether both ends know secure renegotiation (RFC 5746), which every
    /// library of the last ten years does.
    ///
    /// Nothing is renegotiated here in any case. But a server that does so, and
    /// lacks this, can take what somebody else has begun for the beginning of
    /// this session (RFC 5746, section 1).
    ///
    /// Source: the extension renegotiation_info of the ServerHello, which also
    /// answers the signalling suite of a client.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if !session.secure_renegotiation() {
    ///     println!("the peer is from before 2010");
    /// }
    /// # }
    /// ```
    pub fn secure_renegotiation(&self) -> bool {
        self.link.engine.secure_renegotiation()
    }

    /// The group of the key exchange. `None` in a resumed session, which has no
    /// key exchange of its own, and with a suite without forward secrecy.
    ///
    /// Source: ServerKeyExchange (RFC 8422, section 5.4); Mbed TLS keeps it in
    /// the handshake alone.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if let Some(group) = session.group() {
    ///     println!("a key exchange on {group}");
    /// }
    /// # }
    /// ```
    pub fn group(&self) -> Option<NamedGroup> {
        self.link.engine.group()
    }

    /// How the peer has signed the handshake. `None` where it did not sign: in a
    /// resumed session, with a pre-shared key, with static RSA, and on a server
    /// whose client showed no certificate.
    ///
    /// Source: ServerKeyExchange and CertificateVerify (RFC 5246, sections
    /// 7.4.3 and 7.4.8).
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if let Some(scheme) = session.peer_signature_scheme() {
    ///     println!("signed with {scheme}");
    /// }
    /// # }
    /// ```
    pub fn peer_signature_scheme(&self) -> Option<SignatureScheme> {
        self.link.engine.peer_signature_scheme()
    }

    /// Fills `output` with keying material that only the two ends of this
    /// session know (RFC 5705).
    ///
    /// `label` says what it is for, with the prefix `EXPORTER` or
    /// `EXPERIMENTAL` where it is not registered; `context`, of up to 65,535
    /// bytes, is mixed in where it is given: an empty one differs from none.
    ///
    /// # Errors
    ///
    /// [`Error::Config`](crate::Error::Config) for a label that TLS uses
    /// itself or a context too long;
    /// [`Error::Protocol`](crate::Error::Protocol) where the session has no
    /// extended master secret, without which a peer in the middle can give two
    /// sessions the same material.
    ///
    /// ```
    /// fn token<T>(session: &embertls::SslSession<T>) -> embertls::Result<[u8; 32]> {
    ///     let mut token = [0; 32];
    ///     session.export_keying_material(&mut token, b"EXPORTER-my-protocol", None)?;
    ///     Ok(token)
    /// }
    /// ```
    pub fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: Option<&[u8]>,
    ) -> Result<()> {
        self.link.engine.export(output, label, context)
    }

    /// A value that names this session towards a protocol inside it: the same
    /// on both ends, and different where somebody sits in between.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`](crate::Error::Protocol) where the session has none
    /// of this kind: see [`ChannelBinding`].
    /// [`Error::Config`](crate::Error::Config) for `tls-unique` where the
    /// configuration did not ask for it.
    ///
    /// ```
    /// use embertls::ssl::ChannelBinding;
    ///
    /// fn gs2_header(session: &embertls::SslSession<std::net::TcpStream>) -> embertls::Result<String> {
    ///     let kind = ChannelBinding::TlsServerEndPoint;
    ///     let _binding = session.channel_binding(kind)?;
    ///     Ok(format!("p={},,", kind.name()))
    /// }
    /// ```
    pub fn channel_binding(&self, binding: ChannelBinding) -> Result<Vec<u8>> {
        self.link.engine.channel_binding(binding)
    }

    /// The line of this session for a key log file in NSS format
    /// (`CLIENT_RANDOM` ...), with which Wireshark can decrypt a capture.
    ///
    /// **What is lost:** whoever has the line can read everything that this
    /// session sends and receives, and can take part in it.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`](crate::Error::Protocol) where the engine has no
    /// session to speak of.
    ///
    /// ```
    /// use std::fs::OpenOptions;
    /// use std::io::Write;
    ///
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut file = OpenOptions::new().create(true).append(true).open("keys.log")?;
    /// writeln!(file, "{}", session.danger_key_log_line()?)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn danger_key_log_line(&self) -> Result<String> {
        self.link.engine.key_log_line()
    }

    /// How many decrypted bytes can be read without the transport.
    ///
    /// Guide step: `mbedtls_ssl_get_bytes_avail`.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if session.bytes_available() > 0 {
    ///     println!("read before you wait for the socket");
    /// }
    /// # }
    /// ```
    pub fn bytes_available(&self) -> usize {
        self.link.engine.data().len()
    }

    /// How many encrypted bytes the transport has not accepted yet; 0 after a
    /// successful [`Write::flush`].
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) {
    /// if session.bytes_pending() > 0 {
    ///     println!("flush once the socket is writable");
    /// }
    /// # }
    /// ```
    pub fn bytes_pending(&self) -> usize {
        self.link.engine.output().len()
    }

    /// The transport, for example to wait until it is ready.
    ///
    /// ```
    /// # fn example(session: &embertls::SslSession<std::net::TcpStream>) -> std::io::Result<()> {
    /// println!("connected to {}", session.get_ref().peer_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_ref(&self) -> &T {
        &self.link.transport
    }

    /// The transport, for example to set its timeouts. Reading from or writing
    /// to it breaks the session.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn example(session: &mut embertls::SslSession<embertls::NetContext>) -> embertls::Result<()> {
    /// session.get_mut().set_read_timeout(Some(Duration::from_secs(60)))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.link.transport
    }

    /// Takes the transport out, with every byte that was in between.
    ///
    /// Sends nothing: call [`SslSession::close`] first.
    ///
    /// ```
    /// # fn example(mut session: embertls::SslSession<std::net::TcpStream>) -> std::io::Result<()> {
    /// session.close()?;
    /// let stream = session.into_inner().transport;
    /// # drop(stream);
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_inner(self) -> Parts<T> {
        Parts::of(self.link)
    }
}

impl<T: Read + Write> SslSession<T> {
    /// Sends close_notify: no more data will follow. Reading goes on.
    ///
    /// What was written before goes out first. On a non-blocking transport,
    /// repeat the call on [`WouldBlock`](io::ErrorKind::WouldBlock). Closing
    /// twice is no error.
    ///
    /// # Errors
    ///
    /// Those of the transport; an error of kind
    /// [`NotConnected`](io::ErrorKind::NotConnected) where the session died
    /// before.
    ///
    /// ```
    /// # fn example(session: &mut embertls::SslSession<std::net::TcpStream>) -> std::io::Result<()> {
    /// session.close()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn close(&mut self) -> io::Result<()> {
        self.link.check_transport("closing")?;
        if !self.link.engine.is_close_sent() {
            self.link.send()?;
            self.link.engine.close()?;
        }
        self.link.flush()?;
        Ok(self.link.engine.check_alive("closing")?)
    }

    /// Sees to it that there is data to read; `false` at the peer's
    /// close_notify.
    fn fill(&mut self) -> io::Result<bool> {
        self.link.check_transport("reading")?;
        loop {
            match self.link.engine.fill() {
                Ok(Fill::Data) => return Ok(true),
                Ok(Fill::Closed) => return Ok(false),
                Ok(Fill::NeedsInput) => {
                    self.answer_renegotiation()?;
                    self.link.receive()?;
                }
                Err(error) => {
                    self.link.send_last_words();
                    return Err(error.into());
                }
            }
        }
    }

    /// Writes the front of the data, slice after slice, in one record.
    fn write_record<'a>(
        &mut self,
        slices: impl IntoIterator<Item = &'a [u8]>,
        is_empty: bool,
    ) -> io::Result<usize> {
        self.link.check_transport("writing")?;
        // First, lest a dead session makes its caller wait for the transport.
        self.link.engine.check_writable("writing")?;
        self.link.send()?;
        if is_empty {
            return Ok(0);
        }
        let len = self.link.engine.write(slices)?;
        match self.link.send() {
            Err(error) if !is_transient(error.kind()) => Err(error),
            // The bytes are sealed, so they count; the rest of the record goes out before anything else.
            _ => Ok(len),
        }
    }

    /// Refusing a renegotiation is no reason to hold up the reader.
    fn answer_renegotiation(&mut self) -> io::Result<()> {
        let nothing_pending = self.link.engine.output().is_empty();
        self.link.engine.answer_renegotiation();
        if !nothing_pending || self.link.engine.output().is_empty() {
            return Ok(());
        }
        match self.link.send() {
            Err(error) if !is_transient(error.kind()) => Err(error),
            _ => Ok(()),
        }
    }
}

impl<T: Read + Write> BufRead for SslSession<T> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.fill()?;
        Ok(self.link.engine.data())
    }

    fn consume(&mut self, amount: usize) {
        self.link.engine.consume(amount);
    }
}

impl<T: Read + Write> Read for SslSession<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || !self.fill()? {
            return Ok(0);
        }
        let data = self.link.engine.data();
        let len = data.len().min(buffer.len());
        buffer[..len].copy_from_slice(&data[..len]);
        self.link.engine.consume(len);
        Ok(len)
    }
}

impl<T: Read + Write> Write for SslSession<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_record([data], data.is_empty())
    }

    #[cfg(feature = "std")]
    fn write_vectored(&mut self, slices: &[std::io::IoSlice<'_>]) -> io::Result<usize> {
        let is_empty = slices.iter().all(|slice| slice.is_empty());
        self.write_record(slices.iter().map(|slice| &**slice), is_empty)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.link.check_transport("flushing")?;
        self.link.flush()?;
        Ok(self.link.engine.check_alive("flushing")?)
    }
}

impl<T> fmt::Debug for SslSession<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SslSession")
            .field("server_name", &self.server_name())
            .field("cipher_suite", &self.link.engine.cipher_suite())
            .field("verify_result", &self.verify_result())
            .finish_non_exhaustive()
    }
}

// A session is as free to move and share as its transport.
const _: () = {
    const fn check<S: Send + Sync>() {}
    check::<SslSession<()>>();
};
