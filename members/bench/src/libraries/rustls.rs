//! rustls, with either of its two providers of cryptography.

use std::any::Any;
use std::io::{Read, Write};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::{ProducesTickets, WebPkiClientVerifier};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, NamedGroup, RootCertStore, ServerConfig,
    ServerConnection,
};

use super::Identities;
use crate::identities::{Identity, SERVER_NAME};
use crate::network::{Sent, Wire};
use crate::work::{Connection, Group, Library, Setup, Side, Terms};

pub struct Rustls {
    name: &'static str,
    provider: CryptoProvider,
    ticketer: Ticketer,
    identities: Arc<Identities>,
}

/// Makes what seals a server's tickets.
type Ticketer = fn() -> Result<Arc<dyn ProducesTickets>, rustls::Error>;

struct Configs {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
}

struct Ends {
    client: ClientConnection,
    server: ServerConnection,
}

impl Rustls {
    pub fn aws_lc_rs(identities: &Arc<Identities>) -> Self {
        Self {
            name: "rustls, aws-lc-rs",
            provider: aws_lc_rs::default_provider(),
            ticketer: aws_lc_rs::Ticketer::new,
            identities: Arc::clone(identities),
        }
    }

    pub fn ring(identities: &Arc<Identities>) -> Self {
        Self {
            name: "rustls, ring",
            provider: ring::default_provider(),
            ticketer: ring::Ticketer::new,
            identities: Arc::clone(identities),
        }
    }
}

impl Library for Rustls {
    fn name(&self) -> &'static str {
        self.name
    }

    fn setup(&self, terms: Terms) -> Option<Box<dyn Setup>> {
        let mut provider = self.provider.clone();
        provider
            .cipher_suites
            .retain(|suite| u16::from(suite.suite()) == terms.suite());
        let wanted = match terms.group {
            Group::P256 => NamedGroup::secp256r1,
            Group::X25519 => NamedGroup::X25519,
        };
        provider.kx_groups.retain(|group| group.name() == wanted);
        let configs = configs(
            provider,
            self.ticketer,
            self.identities.of(terms.auth),
            terms,
        );
        Some(Box::new(configs.expect("a configuration of rustls")))
    }
}

fn configs(
    provider: CryptoProvider,
    ticketer: Ticketer,
    identity: &Identity,
    terms: Terms,
) -> Result<Configs, rustls::Error> {
    let provider = Arc::new(provider);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_slice(&identity.root))?;
    let roots = Arc::new(roots);
    let chain = || -> Vec<CertificateDer<'static>> {
        identity
            .chain
            .iter()
            .cloned()
            .map(CertificateDer::from)
            .collect()
    };
    let key = || PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.clone()));

    let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS12])?
        .with_root_certificates(Arc::clone(&roots));
    let mut client = match terms.mutual {
        true => client.with_client_auth_cert(chain(), key())?,
        false => client.with_no_client_auth(),
    };
    client.resumption = match terms.resumed {
        true => Resumption::default(),
        false => Resumption::disabled(),
    };

    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS12])?;
    let server = match terms.mutual {
        true => server.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(roots, provider)
                .build()
                .expect("a verifier of rustls"),
        ),
        false => server.with_no_client_auth(),
    };
    let mut server = server.with_single_cert(chain(), key())?;
    server.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    server.send_tls13_tickets = 0;
    if terms.resumed {
        server.ticketer = ticketer()?;
    }
    Ok(Configs {
        client: Arc::new(client),
        server: Arc::new(server),
    })
}

impl Configs {
    fn client(&self) -> Result<ClientConnection, rustls::Error> {
        let name = ServerName::try_from(SERVER_NAME).expect("a name");
        ClientConnection::new(Arc::clone(&self.client), name)
    }

    fn server(&self) -> Result<ServerConnection, rustls::Error> {
        ServerConnection::new(Arc::clone(&self.server))
    }

    fn ends(&self) -> Result<Ends, rustls::Error> {
        let (mut client, mut server) = (self.client()?, self.server()?);
        let mut wire = Vec::new();
        while client.is_handshaking() || server.is_handshaking() {
            wire.clear();
            while client.wants_write() {
                client.write_tls(&mut wire).expect("memory");
            }
            feed(&mut wire.as_slice(), |bytes| {
                server.read_tls(bytes).expect("memory");
                server.process_new_packets().map(drop)
            })?;
            wire.clear();
            while server.wants_write() {
                server.write_tls(&mut wire).expect("memory");
            }
            feed(&mut wire.as_slice(), |bytes| {
                client.read_tls(bytes).expect("memory");
                client.process_new_packets().map(drop)
            })?;
        }
        Ok(Ends { client, server })
    }

    fn halfway(&self) -> Result<ServerConnection, rustls::Error> {
        let (mut client, mut server) = (self.client()?, self.server()?);
        let mut wire = Vec::new();
        client.write_tls(&mut wire).expect("memory");
        server.read_tls(&mut wire.as_slice()).expect("memory");
        server.process_new_packets()?;
        while server.wants_write() {
            server.write_tls(&mut std::io::sink()).expect("memory");
        }
        Ok(server)
    }
}

impl Setup for Configs {
    fn connect(&self) -> Box<dyn Connection> {
        Box::new(self.ends().expect("a handshake of rustls"))
    }

    fn answered(&self) -> Box<dyn Any> {
        Box::new(self.halfway().expect("half a handshake of rustls"))
    }

    fn over(&self, mut wire: Wire, side: Side) -> Sent {
        let done = match side {
            Side::Client => {
                let mut client = self.client().expect("a client of rustls");
                client.complete_io(&mut wire)
            }
            Side::Server => {
                let mut server = self.server().expect("a server of rustls");
                server.complete_io(&mut wire)
            }
        };
        done.expect("a handshake of rustls");
        wire.sent()
    }
}

fn feed(
    wire: &mut &[u8],
    mut read: impl FnMut(&mut &[u8]) -> Result<(), rustls::Error>,
) -> Result<(), rustls::Error> {
    while !wire.is_empty() {
        read(wire)?;
    }
    Ok(())
}

impl Connection for Ends {
    fn is_resumed(&self) -> bool {
        let resumed = Some(HandshakeKind::Resumed);
        self.client.handshake_kind() == resumed && self.server.handshake_kind() == resumed
    }

    fn seal(&mut self, data: &[u8], record: usize, wire: &mut Vec<u8>) {
        for part in data.chunks(record) {
            self.client.writer().write_all(part).expect("sealing");
            while self.client.wants_write() {
                self.client.write_tls(wire).expect("sealing");
            }
        }
    }

    fn open(&mut self, wire: &mut Vec<u8>, buffer: &mut [u8]) -> usize {
        let mut wire = wire.as_slice();
        let mut opened = 0;
        while !wire.is_empty() {
            self.server.read_tls(&mut wire).expect("opening");
            let state = self.server.process_new_packets().expect("opening");
            let len = state.plaintext_bytes_to_read();
            let part = &mut buffer[opened..opened + len];
            self.server.reader().read_exact(part).expect("opening");
            opened += len;
        }
        opened
    }

    fn into_server(self: Box<Self>) -> Box<dyn Any> {
        Box::new(self.server)
    }
}
