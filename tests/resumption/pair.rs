//! Our client and our server, connected in memory, with all that decides
//! whether a session is resumed.

use std::io::{Read, Write};
use std::sync::OnceLock;

use embertls::ssl::{ClientConfigBuilder, ServerConfigBuilder};
use embertls::{
    Certificate, ClientAuth, Error, Handshake, MemoryTransport, PrivateKey, ResumptionData, Server,
    ServerName, SslConfig, SslSession, TicketKeys, TrustStore, Verifier,
};
use rcgen::ExtendedKeyUsagePurpose;

use crate::common::certificates::{Authority, HOST, Identity, Leaf};

/// Who there is: a root, and what it vouches for.
pub struct Pki {
    pub root: Authority,
    pub server: Identity,
    pub client: Identity,
    pub other_client: Identity,
}

pub fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| {
        let root = Authority::root("Resumption Test Root");
        let client =
            || Leaf::for_host("client").extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
        Pki {
            server: root.issue(Leaf::new()),
            client: root.issue(client()),
            other_client: root.issue(client()),
            root,
        }
    })
}

pub fn trust() -> TrustStore {
    TrustStore::from_pem(pki().root.pem()).unwrap()
}

pub fn client() -> ClientConfigBuilder {
    SslConfig::client().trust_store(trust())
}

pub fn identify(builder: ClientConfigBuilder, identity: &Identity) -> ClientConfigBuilder {
    let (chain, key) = loaded(identity);
    builder.identity(chain, key)
}

pub fn server() -> ServerConfigBuilder {
    let (chain, key) = loaded(&pki().server);
    SslConfig::server().identity(chain, key)
}

pub fn loaded(identity: &Identity) -> (Vec<Certificate>, PrivateKey) {
    let chain = Certificate::chain_from_pem(&identity.chain_pem).unwrap();
    (chain, PrivateKey::from_pem(&identity.key_pem).unwrap())
}

pub fn tickets() -> TicketKeys {
    TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME).unwrap()
}

/// A server with tickets.
pub fn ticket_server() -> SslConfig<Server> {
    server().tickets(tickets()).build().unwrap()
}

pub fn client_required() -> ClientAuth {
    ClientAuth::Required(Verifier::new(trust()))
}

pub type Session = SslSession<MemoryTransport>;

pub struct Pair {
    pub client: Session,
    pub server: Session,
}

#[derive(Debug)]
pub struct Failed {
    pub client: Option<Error>,
    pub server: Option<Error>,
}

pub fn begin_client(config: &SslConfig, host: &str) -> Handshake<MemoryTransport> {
    let name = ServerName::try_from(host).unwrap();
    Handshake::client(config, name, MemoryTransport::new()).unwrap()
}

/// A handshake of our two sides.
pub fn connect(client: &SslConfig, server: &SslConfig<Server>) -> Pair {
    run(begin_client(client, HOST), server).unwrap()
}

/// A handshake in which the client offers an earlier session.
pub fn resume(client: &SslConfig, server: &SslConfig<Server>, data: &ResumptionData) -> Pair {
    let mut handshake = begin_client(client, HOST);
    assert!(handshake.resume(data), "it fits");
    run(handshake, server).unwrap()
}

pub fn run(
    client: Handshake<MemoryTransport>,
    server: &SslConfig<Server>,
) -> Result<Pair, Box<Failed>> {
    run_through(client, server, |_, bytes| bytes)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Client,
    Server,
}

/// As [`run`]; `wire` may change what is sent.
pub fn run_through(
    mut client: Handshake<MemoryTransport>,
    server: &SslConfig<Server>,
    mut wire: impl FnMut(From, Vec<u8>) -> Vec<u8>,
) -> Result<Pair, Box<Failed>> {
    let mut server = Handshake::server(server, MemoryTransport::new()).unwrap();
    let mut failed = Failed {
        client: None,
        server: None,
    };
    for _ in 0..8 {
        step(&mut client, &mut failed.client);
        let sent = wire(From::Client, client.get_mut().take_outgoing());
        server.get_mut().push_incoming(&sent);
        step(&mut server, &mut failed.server);
        let sent = wire(From::Server, server.get_mut().take_outgoing());
        client.get_mut().push_incoming(&sent);
    }
    if failed.client.is_some() || failed.server.is_some() {
        return Err(Box::new(failed));
    }
    Ok(Pair {
        client: client.into_session().expect("the client is done"),
        server: server.into_session().expect("the server is done"),
    })
}

fn step(handshake: &mut Handshake<MemoryTransport>, failed: &mut Option<Error>) {
    if handshake.is_complete() || failed.is_some() {
        return;
    }
    match handshake.advance() {
        Ok(()) | Err(Error::WouldBlock) => {}
        Err(error) => *failed = Some(error),
    }
}

impl Pair {
    /// Both sides say the same about resumption.
    pub fn is_resumed(&self) -> bool {
        assert_eq!(self.client.is_resumed(), self.server.is_resumed());
        self.client.is_resumed()
    }

    /// Data both ways, and the same secret on both sides.
    pub fn exchange(&mut self) {
        send(&mut self.client, &mut self.server, b"there");
        send(&mut self.server, &mut self.client, b"and back again");
        let (mut ours, mut theirs) = ([0; 32], [1; 32]);
        let label = b"EXPORTER-resumption-test";
        self.client
            .export_keying_material(&mut ours, label, None)
            .unwrap();
        self.server
            .export_keying_material(&mut theirs, label, None)
            .unwrap();
        assert_eq!(ours, theirs);
    }

    pub fn data(&self) -> ResumptionData {
        self.client.resumption_data().expect("it can be resumed")
    }
}

pub fn send(from: &mut Session, to: &mut Session, data: &[u8]) {
    from.write_all(data).unwrap();
    from.flush().unwrap();
    to.get_mut().push_incoming(&from.get_mut().take_outgoing());
    let mut got = vec![0; data.len()];
    to.read_exact(&mut got).unwrap();
    assert_eq!(got, data);
}
