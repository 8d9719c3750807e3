//! Our own side: configurations and sessions as the tests use them.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use embertls::ssl::ClientConfigBuilder;
use embertls::{
    Certificate, CipherSuite, Error, Handshake, NamedGroup, PrivateKey, Server, ServerName,
    SslConfig, SslSession, TrustStore,
};

use super::certificates::{Authority, HOST, Identity};
use super::echo;
use super::process::patient;
use super::tap::Tap;

/// A client that trusts `root`.
pub fn client(root: &Authority) -> ClientConfigBuilder {
    let trust = TrustStore::from_pem(root.pem()).expect("a root that was just made");
    SslConfig::client().trust_store(trust)
}

/// A client that trusts `root` and offers exactly this.
pub fn client_offering(root: &Authority, suite: CipherSuite, group: NamedGroup) -> SslConfig {
    let client = client(root).cipher_suites(&[suite]).groups(&[group]);
    client.build().expect("a sound configuration")
}

/// The handshake of a client with the server that calls itself [`HOST`].
pub fn connect<T: Read + Write>(
    config: &SslConfig,
    transport: T,
) -> Result<SslSession<Tap<T>>, Error> {
    let name = ServerName::try_from(HOST).expect("a host name");
    Ok(Handshake::client(config, name, Tap::new(transport))?.complete()?)
}

/// A server with this identity that accepts exactly this.
pub fn server_accepting(
    identity: &Identity,
    suites: &[CipherSuite],
    groups: &[NamedGroup],
) -> SslConfig<Server> {
    let (chain, key) = loaded(identity);
    SslConfig::server()
        .identity(chain, key)
        .cipher_suites(suites)
        .groups(groups)
        .build()
        .expect("a sound configuration")
}

/// An identity as our configurations take it.
pub fn loaded(identity: &Identity) -> (Vec<Certificate>, PrivateKey) {
    (
        Certificate::chain_from_pem(&identity.chain_pem).expect("a sound chain"),
        PrivateKey::from_pem(&identity.key_pem).expect("a sound key"),
    )
}

/// What our server tells of the one client that it served.
pub struct Served {
    pub suite: CipherSuite,
    pub server_name: Option<String>,
    pub is_resumed: bool,
}

/// Serves one client: sends back what it sends, until it closes or has sent
/// `limit` bytes; then it is the server that closes first.
pub fn serve_one(
    config: SslConfig<Server>,
    limit: u64,
) -> (u16, JoinHandle<Result<Served, Error>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client comes");
        let accepted = embertls::Acceptor::new(patient(stream))
            .accept()
            .map_err(Error::from)?;
        let mut session: SslSession<TcpStream> = accepted.into_session(&config)?;
        let served = Served {
            suite: session.cipher_suite(),
            server_name: session.client_hello().and_then(|h| h.server_name.clone()),
            is_resumed: session.is_resumed(),
        };
        let ended = echo::serve(&mut session, limit)
            .and_then(|()| session.close())
            .and_then(|()| io::copy(&mut session, &mut io::sink()));
        ended.map_err(|source| Error::Io {
            action: "serving".into(),
            source,
        })?;
        Ok(served)
    });
    (port, thread)
}
