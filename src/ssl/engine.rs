//! A session with no transport: bytes in, bytes out.
//!
//! The engine is what a blocking stream, a non-blocking one and an in-memory
//! pair have in common. Its caller moves bytes: from the transport into
//! [`Engine::input_space`], from [`Engine::output`] to the transport; every
//! method does as much as it can with what is there and says what it waits
//! for. C is entered only here, and never while a transport is being called.

mod binding;
mod bio;
mod certificate;
mod data;
#[cfg(any(test, fuzzing))]
pub(crate) mod established;
mod exchange;
mod export;
mod finished;
mod handshaking;
mod psk;
mod raw;
mod refusal;
mod report;
mod resumption;
mod signing;

use alloc::ffi::CString;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use rustls_pki_types::CertificateDer;

use self::exchange::KeyExchange;
pub(crate) use self::raw::MasterSecret;
use self::raw::RawSession;
pub(crate) use self::refusal::plain_alert;
use self::resumption::Resumption;
use super::config::{Client, Counters, Inner, Server, SslConfig};
use super::terms::CipherSuite;
use super::verdict::Verdict;
use super::wire::hello::{ClientHello, ServerHello};
use super::wire::inbound::Inbound;
use crate::error::{Alert, Error, Result};
use crate::pk::SignatureScheme;
use crate::rng::Rng;
use crate::x509::ServerName;

/// What the handshake waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Send [`Engine::output`], all of it.
    NeedsOutput,
    /// Give more of the peer's bytes.
    NeedsInput,
    /// Call [`Engine::poll_signature`] until it is ready.
    NeedsSignature,
    /// A message of the peer was dealt with: call again, now or later.
    Worked,
    Done,
}

/// What reading found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// [`Engine::data`] is not empty.
    Data,
    /// The peer sent close_notify.
    Closed,
    /// Give more of the peer's bytes.
    NeedsInput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Handshaking,
    Open,
    /// A fatal error came up; nothing goes on from here.
    Dead,
}

/// One session, client or server.
pub(crate) struct Engine {
    raw: RawSession,
    config: Arc<Inner>,
    /// Asked by [`Engine::is_client`].
    as_client: bool,
    phase: Phase,
    inbound: Inbound,
    peer_encrypts: bool,
    input_ended: bool,
    /// Parts of an encrypted Finished message.
    finished: Vec<u8>,
    close_sent: bool,
    close_received: bool,
    /// A no_renegotiation warning that the peer is to get.
    owes_no_renegotiation: bool,
    /// A fatal alert that waits for pending output to go out first.
    owed_alert: Option<Alert>,
    server_name: Option<ServerName>,
    offered: Option<ClientHello>,
    /// On a server: the ClientHello as it came, until it is in the transcript.
    hello_to_hash: Vec<u8>,
    chosen: Option<ServerHello>,
    /// The server wants a client certificate, and why it gets none.
    certificate_withheld: Option<&'static str>,
    /// On a client whose certificate was asked for: what it signs with.
    client_scheme: Option<SignatureScheme>,
    awaited_signature: Option<signing::Awaited>,
    psk_identity: Option<Vec<u8>>,
    key_exchange: KeyExchange,
    peer_chain: Vec<CertificateDer<'static>>,
    verdict: Verdict,
    /// On a server: which of its identities it shows.
    own_identity: Option<usize>,
    /// What the first Finished message holds, where it is wanted.
    first_finished: Option<[u8; 12]>,
    resumption: Resumption,
}

impl Engine {
    pub(crate) fn client(config: &SslConfig<Client>, name: ServerName) -> Result<Self> {
        let mut engine = Self::new(config.inner(), true)?;
        if let Some(sni) = name.sni() {
            let sni = CString::new(sni).map_err(|_| Error::ServerName {
                name: sni.into(),
                reason: "it holds a zero byte".into(),
            })?;
            engine.raw.set_hostname(&sni)?;
        }
        engine.server_name = Some(name);
        Ok(engine)
    }

    pub(crate) fn server(config: &SslConfig<Server>) -> Result<Self> {
        Self::new(config.inner(), false)
    }

    /// On a server: the ClientHello has been read already, and `inbound` holds
    /// what came behind it.
    pub(crate) fn client_hello_was_read(
        &mut self,
        inbound: Inbound,
        hello: ClientHello,
        message: &[u8],
    ) {
        self.inbound = inbound;
        self.client_hello_came(hello, message);
    }

    fn new(config: &Arc<Inner>, is_client: bool) -> Result<Self> {
        let rng = config.common.rng.clone();
        let asks = config.client_auth.verifier().is_some();
        // SAFETY: the configuration is finished, and the engine keeps it alive longer than the session.
        let mut raw = unsafe { RawSession::new(config.raw.as_ptr(), rng)? };
        if asks {
            raw.request_certificate();
        }
        if is_client && !config.identities().is_empty() {
            raw.keep_transcripts().map_err(|_| Error::OutOfMemory {
                action: "making a session",
            })?;
        }
        Ok(Self {
            raw,
            config: Arc::clone(config),
            as_client: is_client,
            phase: Phase::Handshaking,
            inbound: Inbound::default(),
            peer_encrypts: false,
            input_ended: false,
            finished: Vec::new(),
            close_sent: false,
            close_received: false,
            owes_no_renegotiation: false,
            owed_alert: None,
            server_name: None,
            offered: None,
            hello_to_hash: Vec::new(),
            chosen: None,
            certificate_withheld: None,
            client_scheme: None,
            awaited_signature: None,
            psk_identity: None,
            key_exchange: KeyExchange::default(),
            peer_chain: Vec::new(),
            verdict: Verdict::NotJudged,
            own_identity: None,
            first_finished: None,
            resumption: Resumption::default(),
        })
    }

    // Bytes in and out.

    /// Room for the peer's bytes; empty when reading must come first.
    pub(crate) fn input_space(&mut self) -> &mut [u8] {
        match self.opens_in_place() {
            true => self.raw.input_space(),
            false => self.inbound.space(),
        }
    }

    /// `len` bytes of the space were filled.
    pub(crate) fn input_filled(&mut self, len: usize) {
        match self.opens_in_place() {
            true => self.raw.input_filled(len),
            false => self.inbound.filled(len),
        }
    }

    /// Whether the transport fills the engine's own buffer, which it does after
    /// the handshake, unless the buffer is given back.
    fn opens_in_place(&self) -> bool {
        self.phase != Phase::Handshaking
            && self.inbound.unread().is_empty()
            && self.raw.has_buffers()
    }

    /// The transport has come to its end.
    pub(crate) fn input_ended(&mut self) {
        self.input_ended = true;
    }

    #[cfg(any(feature = "tokio", feature = "futures-io"))]
    pub(crate) fn has_input_ended(&self) -> bool {
        self.input_ended
    }

    /// Bytes that came and were not used.
    pub(crate) fn unread(&self) -> &[u8] {
        match self.inbound.unread() {
            [] => self.raw.unread(),
            bytes => bytes,
        }
    }

    /// Bytes that wait for the transport.
    pub(crate) fn output(&self) -> &[u8] {
        self.raw.output()
    }

    /// The transport took `len` bytes of the output.
    pub(crate) fn output_taken(&mut self, len: usize) {
        self.raw.output_taken(len);
        if !self.raw.output().is_empty() {
            return;
        }
        if let Some(alert) = self.owed_alert.take() {
            // Where sealing fails there is no alert; the peer sees a cut.
            let _ = self.raw.seal_alert(true, alert.code());
        }
    }

    /// Where the session stands; dead after a panic, which took the engine's
    /// answer with it.
    fn phase(&self) -> Phase {
        match self.raw.has_panicked() {
            true => Phase::Dead,
            false => self.phase,
        }
    }

    /// Ends the session here: nothing is read or written any more.
    pub(crate) fn kill(&mut self) {
        self.phase = Phase::Dead;
    }

    // Facts.

    pub(crate) fn cipher_suite(&self) -> Option<CipherSuite> {
        CipherSuite::from_iana_number(self.raw.cipher_suite())
    }

    pub(crate) fn alpn(&self) -> Option<&[u8]> {
        self.raw.alpn()
    }

    pub(crate) fn peer_chain(&self) -> &[CertificateDer<'static>] {
        &self.peer_chain
    }

    pub(crate) fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The identity that goes with the pre-shared key of the session.
    pub(crate) fn psk_identity(&self) -> Option<&[u8]> {
        self.psk_identity.as_deref()
    }

    pub(crate) fn server_name(&self) -> Option<&ServerName> {
        self.server_name.as_ref()
    }

    pub(crate) fn client_hello(&self) -> Option<&ClientHello> {
        self.offered.as_ref()
    }

    /// Whether this is a client; known to the compiler where there are no
    /// servers.
    pub(crate) fn is_client(&self) -> bool {
        !cfg!(feature = "server") || self.as_client
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.config.counters
    }

    /// The generator that the session draws from.
    pub(crate) fn rng(&self) -> Rng {
        self.config.common.rng.clone()
    }

    /// What the session is called in errors and logs.
    pub(crate) fn peer(&self) -> String {
        match &self.server_name {
            Some(name) => name.to_string(),
            None => "the client".into(),
        }
    }
}
