//! Our asynchronous client and server, connected.

use std::sync::OnceLock;

use embertls::tokio::{TlsAcceptor, TlsConnector, TlsStream};
use embertls::{Certificate, PrivateKey, Server, ServerName, SslConfig, TicketKeys, TrustStore};

use super::executor::both;
use super::wire::{Direction, End, Pace, wire};
use crate::common::certificates::{Authority, HOST, Leaf};

/// Room for anything.
pub const WIDE: usize = 1 << 30;

pub struct Configs {
    pub client: SslConfig,
    pub server: SslConfig<Server>,
    /// The same identity, and another ALPN protocol.
    pub other_server: SslConfig<Server>,
    /// Trusts somebody else.
    pub distrustful: SslConfig,
}

pub fn configs() -> &'static Configs {
    static CONFIGS: OnceLock<Configs> = OnceLock::new();
    CONFIGS.get_or_init(|| {
        let root = Authority::root("Test Root");
        let identity = root.issue(Leaf::new());
        let server = |protocol: &str| {
            let chain = Certificate::chain_from_pem(&identity.chain_pem).expect("a sound chain");
            let key = PrivateKey::from_pem(&identity.key_pem).expect("a sound key");
            SslConfig::server()
                .identity(chain, key)
                .alpn([protocol])
                .tickets(TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME).expect("keys"))
                .build()
                .expect("it can work")
        };
        let client = |root: &Authority| {
            let trust = TrustStore::from_pem(root.pem()).expect("a sound root");
            SslConfig::client()
                .trust_store(trust)
                .alpn(["one", "two"])
                .build()
                .expect("it can work")
        };
        Configs {
            client: client(&root),
            server: server("one"),
            other_server: server("two"),
            distrustful: client(&Authority::root("Another Root")),
        }
    })
}

pub fn connector() -> TlsConnector {
    TlsConnector::new(configs().client.clone())
}

pub fn acceptor() -> TlsAcceptor {
    TlsAcceptor::new(configs().server.clone())
}

pub fn name() -> ServerName {
    ServerName::try_from(HOST).expect("a name")
}

pub type Stream = TlsStream<End>;

/// Two established streams, and the wire between them.
pub struct Pair {
    pub client: Stream,
    pub server: Stream,
    pub from_client: Direction,
    pub from_server: Direction,
}

impl Pair {
    pub fn new() -> Self {
        Self::over(WIDE, Pace::default())
    }

    pub fn over(capacity: usize, pace: Pace) -> Self {
        let (client, server, from_client, from_server) = wire(capacity, pace);
        let (client, server) = both(
            connector().connect(name(), client),
            acceptor().accept(server),
        );
        Self {
            client: client.expect("a handshake"),
            server: server.expect("a handshake"),
            from_client,
            from_server,
        }
    }
}

/// The byte at this place of what is transferred.
pub fn byte_at(position: usize) -> u8 {
    (position.wrapping_mul(0x9e37_79b9) >> 13) as u8
}

/// Numbers that look random and are the same each time.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 1 to `most`.
    pub fn up_to(&mut self, most: usize) -> usize {
        // An LCG with the constants of Knuth's MMIX.
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % most + 1
    }
}
