//! rustls as the peer, in this process.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use embertls::{CipherSuite, NamedGroup};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, KeyLog, NoKeyLog, RootCertStore,
    ServerConfig, ServerConnection, SideData, StreamOwned, SupportedProtocolVersion,
};

use super::certificates::{Authority, HOST, Identity};
use super::echo;
use super::process::patient;

pub const TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
pub const TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// Whether rustls has this suite and this group.
pub fn supports(suite: CipherSuite, group: NamedGroup) -> bool {
    let provider = restricted(Some(suite), Some(group));
    !provider.cipher_suites.is_empty() && !provider.kx_groups.is_empty()
}

/// The provider with one suite and one group alone, where they are given.
pub fn restricted(suite: Option<CipherSuite>, group: Option<NamedGroup>) -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    if let Some(suite) = suite {
        let number = suite.iana_number();
        provider
            .cipher_suites
            .retain(|known| u16::from(known.suite()) == number);
    }
    if let Some(group) = group {
        let number = group.iana_number();
        provider
            .kx_groups
            .retain(|known| u16::from(known.name()) == number);
    }
    provider
}

pub fn server_config(identity: &Identity, provider: CryptoProvider) -> ServerConfig {
    server_config_of(identity, provider, TLS12)
}

pub fn server_config_of(
    identity: &Identity,
    provider: CryptoProvider,
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .expect("a sound provider")
        .with_no_client_auth()
        .with_single_cert(identity.chain(), identity.key())
        .expect("a sound identity")
}

pub fn server(config: ServerConfig) -> ServerConnection {
    ServerConnection::new(Arc::new(config)).expect("a sound configuration")
}

pub fn client(root: &Authority, provider: CryptoProvider) -> ClientConnection {
    client_logging(root, provider, Arc::new(NoKeyLog))
}

pub fn client_logging(
    root: &Authority,
    provider: CryptoProvider,
    key_log: Arc<dyn KeyLog>,
) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    let root = super::certificates::certificate(&root.pem());
    roots.add(root).expect("a sound root");
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(TLS12)
        .expect("a sound provider")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.key_log = key_log;
    let name = HOST.try_into().expect("a host name");
    ClientConnection::new(Arc::new(config), name).expect("a sound configuration")
}

/// What rustls tells of the one client that it served.
#[derive(Debug)]
pub struct Served {
    pub suite: u16,
    pub version: u16,
    pub group: u16,
}

/// Serves one client: sends back what it sends, until it closes.
pub fn serve_one(config: ServerConfig) -> (u16, JoinHandle<io::Result<Served>>) {
    serve_with(config, |mut stream| {
        echo::serve(&mut stream, u64::MAX)?;
        let served = Served {
            suite: stream
                .conn
                .negotiated_cipher_suite()
                .map_or(0, |suite| suite.suite().into()),
            version: stream.conn.protocol_version().map_or(0, Into::into),
            group: stream
                .conn
                .negotiated_key_exchange_group()
                .map_or(0, |group| group.name().into()),
        };
        stream.conn.send_close_notify();
        stream.flush()?;
        Ok(served)
    })
}

/// Accepts one client and does with it what `serve` says.
pub fn serve_with<R: Send + 'static>(
    config: ServerConfig,
    serve: impl FnOnce(StreamOwned<ServerConnection, TcpStream>) -> R + Send + 'static,
) -> (u16, JoinHandle<R>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client comes");
        serve(StreamOwned::new(server(config), patient(stream)))
    });
    (port, thread)
}

/// Gives a connection what came for it, and takes what it has to say.
pub fn turn<S: SideData>(
    connection: &mut ConnectionCommon<S>,
    mut incoming: &[u8],
) -> (Vec<u8>, Result<(), rustls::Error>) {
    let mut result = Ok(());
    while !incoming.is_empty() && result.is_ok() {
        let taken = connection
            .read_tls(&mut incoming)
            .expect("memory can be read");
        if taken == 0 {
            break;
        }
        result = connection.process_new_packets().map(|_| ());
    }
    let mut outgoing = Vec::new();
    while connection.wants_write() {
        connection
            .write_tls(&mut outgoing)
            .expect("memory can be written");
    }
    (outgoing, result)
}

/// Reads all plaintext that has come so far.
pub fn plaintext<S: SideData>(connection: &mut ConnectionCommon<S>) -> Vec<u8> {
    let mut data = Vec::new();
    match connection.reader().read_to_end(&mut data) {
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => panic!("{error}"),
        _ => data,
    }
}
