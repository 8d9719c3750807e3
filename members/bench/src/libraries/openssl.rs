//! The system's OpenSSL through the `openssl` crate.

use std::any::Any;
use std::io::{ErrorKind, Read, Write};
use std::sync::{Arc, OnceLock};

use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::ssl::{
    ShutdownState, Ssl, SslConnector, SslContext, SslMethod, SslMode, SslOptions, SslSession,
    SslSessionCacheMode, SslStream, SslVerifyMode, SslVersion,
};
use openssl::x509::X509;

use super::Identities;
use super::pipe::Pipe;
use crate::identities::{Identity, SERVER_NAME};
use crate::network::{Sent, Wire};
use crate::work::{Auth, Bulk, Connection, Group, Library, Setup, Side, Terms};

pub struct OpenSsl {
    identities: Arc<Identities>,
}

struct Configs {
    client: SslConnector,
    server: SslContext,
    /// Where sessions are to be resumed: that of the first connection.
    session: Option<OnceLock<SslSession>>,
}

struct Ends {
    client: SslStream<Pipe>,
    /// Until it is taken away.
    server: Option<SslStream<Pipe>>,
}

impl OpenSsl {
    pub fn new(identities: &Arc<Identities>) -> Self {
        Self {
            identities: Arc::clone(identities),
        }
    }
}

impl Library for OpenSsl {
    fn name(&self) -> &'static str {
        "openssl"
    }

    fn setup(&self, terms: Terms) -> Option<Box<dyn Setup>> {
        let configs = configs(self.identities.of(terms.auth), terms);
        Some(Box::new(configs.expect("a configuration of OpenSSL")))
    }
}

fn configs(identity: &Identity, terms: Terms) -> Result<Configs, ErrorStack> {
    let key = PKey::private_key_from_der(&identity.key)?;
    let leaf = X509::from_der(&identity.chain[0])?;
    let middle = X509::from_der(&identity.chain[1])?;
    let root = X509::from_der(&identity.root)?;
    let groups = match terms.group {
        Group::P256 => "P-256",
        // The curves of the certificates must be listed, too.
        Group::X25519 => "X25519:P-256",
    };

    let mut client = SslConnector::builder(SslMethod::tls_client())?;
    client.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    client.set_cipher_list(suite(terms))?;
    client.set_groups_list(groups)?;
    client.set_verify(SslVerifyMode::PEER);
    client.cert_store_mut().add_cert(root.clone())?;
    client.set_session_cache_mode(SslSessionCacheMode::OFF);
    client.set_mode(SslMode::AUTO_RETRY);
    if terms.frugal {
        client.set_mode(SslMode::RELEASE_BUFFERS);
    }
    if terms.mutual {
        client.set_certificate(&leaf)?;
        client.set_private_key(&key)?;
        client.add_extra_chain_cert(middle.clone())?;
    }

    let mut server = SslContext::builder(SslMethod::tls_server())?;
    server.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    server.set_cipher_list(suite(terms))?;
    server.set_groups_list(groups)?;
    server.set_certificate(&leaf)?;
    server.set_private_key(&key)?;
    server.add_extra_chain_cert(middle)?;
    if terms.frugal {
        server.set_mode(SslMode::RELEASE_BUFFERS);
    }
    if !terms.resumed {
        server.set_options(SslOptions::NO_TICKET);
    }
    server.set_session_cache_mode(SslSessionCacheMode::OFF);
    if terms.mutual {
        server.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        server.cert_store_mut().add_cert(root)?;
        server.set_session_id_context(b"bench")?;
    }
    Ok(Configs {
        client: client.build(),
        server: server.build(),
        session: terms.resumed.then(OnceLock::new),
    })
}

fn suite(terms: Terms) -> &'static str {
    match (terms.auth, terms.bulk) {
        (Auth::EcdsaP256, Bulk::Aes128Gcm) => "ECDHE-ECDSA-AES128-GCM-SHA256",
        (Auth::EcdsaP256, Bulk::Aes256Gcm) => "ECDHE-ECDSA-AES256-GCM-SHA384",
        (Auth::EcdsaP256, Bulk::ChaCha20Poly1305) => "ECDHE-ECDSA-CHACHA20-POLY1305",
        (Auth::Rsa2048, Bulk::Aes128Gcm) => "ECDHE-RSA-AES128-GCM-SHA256",
        (Auth::Rsa2048, Bulk::Aes256Gcm) => "ECDHE-RSA-AES256-GCM-SHA384",
        (Auth::Rsa2048, Bulk::ChaCha20Poly1305) => "ECDHE-RSA-CHACHA20-POLY1305",
    }
}

impl Configs {
    fn client<S: Read + Write>(&self, stream: S) -> Result<SslStream<S>, ErrorStack> {
        let mut client = self.client.configure()?.into_ssl(SERVER_NAME)?;
        if let Some(session) = self.session.as_ref().and_then(OnceLock::get) {
            // SAFETY: the session is of this configuration.
            unsafe { client.set_session(session) }?;
        }
        SslStream::new(client, stream)
    }

    fn server<S: Read + Write>(&self, stream: S) -> Result<SslStream<S>, ErrorStack> {
        SslStream::new(Ssl::new(&self.server)?, stream)
    }

    fn ends(&self) -> Result<Ends, ErrorStack> {
        let mut client = self.client(Pipe::default())?;
        let mut server = self.server(Pipe::default())?;
        while !(client.ssl().is_init_finished() && server.ssl().is_init_finished()) {
            step(client.connect());
            server.get_mut().take_from(&mut client.get_mut().outgoing);
            step(server.accept());
            client.get_mut().take_from(&mut server.get_mut().outgoing);
        }
        if let Some(kept) = &self.session {
            kept.get_or_init(|| client.ssl().session().expect("a session").to_owned());
        }
        Ok(Ends {
            client,
            server: Some(server),
        })
    }

    fn halfway(&self) -> Result<SslStream<Pipe>, ErrorStack> {
        let mut client = self.client(Pipe::default())?;
        let mut server = self.server(Pipe::default())?;
        step(client.connect());
        server.get_mut().take_from(&mut client.get_mut().outgoing);
        step(server.accept());
        server.get_mut().forget();
        Ok(server)
    }
}

impl Setup for Configs {
    fn connect(&self) -> Box<dyn Connection> {
        Box::new(self.ends().expect("a handshake of OpenSSL"))
    }

    fn answered(&self) -> Box<dyn Any> {
        Box::new(self.halfway().expect("half a handshake of OpenSSL"))
    }

    fn over(&self, wire: Wire, side: Side) -> Sent {
        let mut stream = match side {
            Side::Client => self.client(wire),
            Side::Server => self.server(wire),
        }
        .expect("a session of OpenSSL");
        match side {
            Side::Client => stream.connect(),
            Side::Server => stream.accept(),
        }
        .expect("a handshake of OpenSSL");
        let sent = stream.get_ref().sent();
        close(&mut stream);
        sent
    }
}

/// Without a word to the peer. A session whose connection is cut is not
/// resumed.
fn close<S: Read + Write>(stream: &mut SslStream<S>) {
    stream.set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
}

fn step(result: Result<(), openssl::ssl::Error>) {
    match result {
        Err(error)
            if error
                .io_error()
                .is_none_or(|e| e.kind() != ErrorKind::WouldBlock) =>
        {
            panic!("a handshake of OpenSSL: {error}")
        }
        _ => {}
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        close(&mut self.client);
        if let Some(server) = &mut self.server {
            close(server);
        }
    }
}

impl Connection for Ends {
    fn is_resumed(&self) -> bool {
        let server = self.server.as_ref();
        self.client.ssl().session_reused() && server.is_some_and(|end| end.ssl().session_reused())
    }

    fn seal(&mut self, data: &[u8], record: usize, wire: &mut Vec<u8>) {
        std::mem::swap(wire, &mut self.client.get_mut().outgoing);
        for part in data.chunks(record) {
            self.client.write_all(part).expect("sealing");
        }
        std::mem::swap(wire, &mut self.client.get_mut().outgoing);
    }

    fn open(&mut self, wire: &mut Vec<u8>, buffer: &mut [u8]) -> usize {
        let Some(server) = &mut self.server else {
            return 0;
        };
        server.get_mut().take_from(wire);
        let mut opened = 0;
        while opened < buffer.len() {
            match server.read(&mut buffer[opened..]) {
                Ok(len) => opened += len,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("opening: {error}"),
            }
        }
        opened
    }

    fn into_server(mut self: Box<Self>) -> Box<dyn Any> {
        let mut server = self.server.take();
        if let Some(server) = &mut server {
            server.get_mut().forget();
        }
        Box::new(server)
    }
}
