//! The system's OpenSSL through the `openssl` crate.

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
use crate::work::{Auth, Bulk, Connection, Group, Library, Setup, Terms};

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
    server: SslStream<Pipe>,
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

impl Setup for Configs {
    fn connect(&self) -> Box<dyn Connection> {
        let client = self
            .client
            .configure()
            .and_then(|c| c.into_ssl(SERVER_NAME));
        let mut client = client.expect("a session of OpenSSL");
        if let Some(session) = self.session.as_ref().and_then(OnceLock::get) {
            // SAFETY: the session is of this configuration.
            unsafe { client.set_session(session) }.expect("a session of OpenSSL");
        }
        let server = Ssl::new(&self.server).expect("a session of OpenSSL");
        let mut client = SslStream::new(client, Pipe::default()).expect("a session of OpenSSL");
        let mut server = SslStream::new(server, Pipe::default()).expect("a session of OpenSSL");
        while !(client.ssl().is_init_finished() && server.ssl().is_init_finished()) {
            step(client.connect());
            server.get_mut().take_from(&mut client.get_mut().outgoing);
            step(server.accept());
            client.get_mut().take_from(&mut server.get_mut().outgoing);
        }
        if let Some(kept) = &self.session {
            kept.get_or_init(|| client.ssl().session().expect("a session").to_owned());
        }
        Box::new(Ends { client, server })
    }
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
    /// A session whose connection is cut is not resumed.
    fn drop(&mut self) {
        let closed = ShutdownState::SENT | ShutdownState::RECEIVED;
        self.client.set_shutdown(closed);
        self.server.set_shutdown(closed);
    }
}

impl Connection for Ends {
    fn is_resumed(&self) -> bool {
        self.client.ssl().session_reused() && self.server.ssl().session_reused()
    }

    fn seal(&mut self, data: &[u8], record: usize, wire: &mut Vec<u8>) {
        std::mem::swap(wire, &mut self.client.get_mut().outgoing);
        for part in data.chunks(record) {
            self.client.write_all(part).expect("sealing");
        }
        std::mem::swap(wire, &mut self.client.get_mut().outgoing);
    }

    fn open(&mut self, wire: &mut Vec<u8>, buffer: &mut [u8]) -> usize {
        self.server.get_mut().take_from(wire);
        let mut opened = 0;
        while opened < buffer.len() {
            match self.server.read(&mut buffer[opened..]) {
                Ok(len) => opened += len,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("opening: {error}"),
            }
        }
        opened
    }
}
