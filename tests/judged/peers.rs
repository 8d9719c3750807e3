//! A handshake in which the peer shows a chain and we judge it.

use std::sync::{Arc, OnceLock};

use embertls::{
    Certificate, ClientAuth, Error, PrivateKey, SslConfig, Verdict, Verifier, VerifyError,
};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{AlertDescription, ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use rustls_pki_types::CertificateDer;

use crate::common::memory::{self, Plain, Refused, Session};
use crate::common::rustls_peer::TLS12;
use crate::pki::{Authority, HOST, server};

/// Who is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    Server,
    Client,
}

pub const BOTH: [Peer; 2] = [Peer::Server, Peer::Client];

impl Peer {
    /// What a good certificate of such a peer says.
    pub fn params(self) -> CertificateParams {
        let mut params = server(HOST);
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![self.purpose()];
        params
    }

    pub fn purpose(self) -> ExtendedKeyUsagePurpose {
        match self {
            Self::Server => ExtendedKeyUsagePurpose::ServerAuth,
            Self::Client => ExtendedKeyUsagePurpose::ClientAuth,
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Server => Self::Client,
            Self::Client => Self::Server,
        }
    }
}

/// What the peer shows, and how it is judged.
pub struct Shown {
    pub chain: Vec<CertificateDer<'static>>,
    pub verifier: Verifier,
}

/// What became of it.
pub struct Refusal {
    pub error: VerifyError,
    pub alert: AlertDescription,
}

/// The handshake, which must fail because of the certificate.
pub fn refusal(peer: Peer, shown: &Shown) -> Refusal {
    let refused = handshake(peer, shown).expect_err("the chain must be refused");
    let Error::Verify(error) = refused.ours else {
        panic!("{refused:?}");
    };
    let Some(rustls::Error::AlertReceived(alert)) = refused.peers else {
        panic!("{:?}", refused.peers);
    };
    Refusal { error, alert }
}

/// Whether it succeeds, and the peer's certificate was judged.
pub fn is_accepted(peer: Peer, shown: &Shown) -> bool {
    match handshake(peer, shown) {
        Ok(session) => matches!(session.verify_result(), Verdict::Verified),
        Err(_) => false,
    }
}

fn handshake(peer: Peer, shown: &Shown) -> Result<Session, Box<Refused>> {
    match peer {
        Peer::Server => {
            let config = SslConfig::client().verifier(shown.verifier.clone());
            let mut server = rustls_server(&shown.chain);
            memory::connect_to(HOST, &config.build().unwrap(), &mut server, &mut Plain)
        }
        Peer::Client => accept(&shown.chain, ClientAuth::Required(shown.verifier.clone())),
    }
}

/// Our server, which asks its client for a certificate like that.
pub fn accept(
    chain: &[CertificateDer<'static>],
    client_auth: ClientAuth,
) -> Result<Session, Box<Refused>> {
    let root = Authority::root("Root of our server");
    let key = KeyPair::generate().unwrap();
    let leaf = Certificate::try_from(&root.sign_key(&server(HOST), &key)).unwrap();
    let key = PrivateKey::from_der(key.serialize_der()).unwrap();
    let config = SslConfig::server()
        .identity([leaf], key)
        .client_auth(client_auth)
        .build()
        .unwrap();
    memory::accept(&config, &mut rustls_client(&root, chain), &mut Plain)
}

/// The key has nothing to do with the chain: it is not asked before the chain
/// has been judged, unless the test is that the chain is good.
fn identity(chain: &[CertificateDer<'static>]) -> Arc<SingleCertAndKey> {
    let key = PrivateKeyDer::Pkcs8(key().serialize_der().into());
    let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
    Arc::new(CertifiedKey::new(chain.to_vec(), key).into())
}

fn rustls_server(chain: &[CertificateDer<'static>]) -> ServerConnection {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(TLS12)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(identity(chain));
    ServerConnection::new(Arc::new(config)).unwrap()
}

fn rustls_client(root: &Authority, chain: &[CertificateDer<'static>]) -> ClientConnection {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root.der.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(TLS12)
        .unwrap()
        .with_root_certificates(roots);
    let config = match chain {
        [] => config.with_no_client_auth(),
        chain => config.with_client_cert_resolver(identity(chain)),
    };
    ClientConnection::new(Arc::new(config), HOST.try_into().unwrap()).unwrap()
}

/// The key that rustls signs with.
pub fn key() -> KeyPair {
    static KEY: OnceLock<String> = OnceLock::new();
    let pem = KEY.get_or_init(|| KeyPair::generate().unwrap().serialize_pem());
    KeyPair::from_pem(pem).unwrap()
}
