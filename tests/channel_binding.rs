//! What a protocol inside a session binds itself to, held against what Python's
//! `ssl` module, rustls and the openssl program find.

#![cfg(feature = "full")]

mod common;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use embertls::ssl::{ChannelBinding, ClientConfigBuilder, ServerConfigBuilder};
use embertls::{
    Certificate, Error, Handshake, PrivateKey, ServerName, SslConfig, SslSession, TrustStore,
};
use sha2::Digest;

use common::certificates::{Authority, HOST, Identity, KeyKind, Leaf};
use common::process::{Process, patient};
use common::{memory, ours, programs, rustls_peer};

/// Says its binding, then sends back one byte.
const PEER: &str = r#"
import socket, ssl, sys
role, port, ca, chain, key = sys.argv[1:]
if role == "client":
    context = ssl.create_default_context(cafile=ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    connection = socket.create_connection(("127.0.0.1", int(port)))
    session = context.wrap_socket(connection, server_hostname="localhost")
else:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(chain, key)
    listener = socket.create_server(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)
    session = context.wrap_socket(listener.accept()[0], server_side=True)
print("unique", session.get_channel_binding("tls-unique").hex(), flush=True)
session.sendall(session.recv(1))
"#;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn server(identity: &Identity) -> ServerConfigBuilder {
    SslConfig::server().identity(
        Certificate::chain_from_pem(&identity.chain_pem).unwrap(),
        PrivateKey::from_pem(&identity.key_pem).unwrap(),
    )
}

fn client(root: &Authority) -> ClientConfigBuilder {
    SslConfig::client().trust_store(TrustStore::from_pem(root.pem()).unwrap())
}

fn unique<T>(session: &SslSession<T>) -> String {
    let binding = session.channel_binding(ChannelBinding::TlsUnique);
    hex(&binding.unwrap())
}

#[test]
fn python_finds_the_same_tls_unique() {
    let Some(python) = programs::python() else {
        return;
    };
    let root = Authority::root("root");
    let identity = root.issue(Leaf::new());
    let dir = tempfile::tempdir().unwrap();
    let files = identity.write_to(dir.path());
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, root.pem()).unwrap();
    let command = |role: &str, port: &str| {
        let mut command = Command::new(&python);
        command.args(["-c", PEER, role, port]);
        command.arg(&ca).arg(&files.chain).arg(&files.key);
        command
    };

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut peer = Process::start(&mut command("client", &port));
    let (stream, _) = listener.accept().unwrap();
    let config = server(&identity).tls_unique().build().unwrap();
    let handshake = Handshake::server(&config, patient(stream)).unwrap();
    let mut session = handshake.complete().unwrap();
    peer.line_with(&format!("unique {}", unique(&session)));
    session.write_all(b"x").unwrap();
    session.read_exact(&mut [0]).unwrap();

    let mut peer = Process::start(&mut command("server", "0"));
    let line = peer.line_with("port ");
    let port: u16 = line.rsplit(' ').next().unwrap().parse().unwrap();
    let config = client(&root).tls_unique().build().unwrap();
    let stream = patient(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap());
    let name = ServerName::try_from(HOST).unwrap();
    let handshake = Handshake::client(&config, name, stream).unwrap();
    let mut session = handshake.complete().unwrap();
    session.write_all(b"x").unwrap();
    session.read_exact(&mut [0]).unwrap();
    peer.line_with(&format!("unique {}", unique(&session)));
}

/// Both ends of a session of ours.
fn both(
    client: &SslConfig,
    server: &SslConfig<embertls::Server>,
) -> (SslSession<TcpStream>, SslSession<TcpStream>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::scope(|scope| {
        let serving = scope.spawn(|| {
            let (stream, _) = listener.accept().unwrap();
            let handshake = Handshake::server(server, patient(stream)).unwrap();
            handshake.complete().unwrap()
        });
        let stream = patient(TcpStream::connect(address).unwrap());
        let name = ServerName::try_from(HOST).unwrap();
        let handshake = Handshake::client(client, name, stream).unwrap();
        (handshake.complete().unwrap(), serving.join().unwrap())
    })
}

#[test]
fn tls_unique_must_be_asked_for_and_differs_from_session_to_session() {
    let root = Authority::root("root");
    let identity = root.issue(Leaf::new());
    let server = server(&identity).tls_unique().build().unwrap();
    let (ours, theirs) = both(&client(&root).build().unwrap(), &server);
    let refused = ours.channel_binding(ChannelBinding::TlsUnique);
    assert!(matches!(refused, Err(Error::Config { .. })), "{refused:?}");
    assert_eq!(unique(&theirs).len(), 24);

    let client = client(&root).tls_unique().build().unwrap();
    let (a, b) = both(&client, &server);
    assert_eq!(unique(&a), unique(&b));
    assert_ne!(unique(&b), unique(&theirs));
}

/// A certificate signed with the hash of its authority's curve, and that hash.
fn end_points() -> [(Authority, Identity, Vec<u8>); 2] {
    [KeyKind::P256, KeyKind::P384].map(|kind| {
        let root = Authority::root_with("root", kind);
        let identity = root.issue(Leaf::new());
        let der = identity.chain()[0].to_vec();
        let digest = match kind {
            KeyKind::P384 => sha2::Sha384::digest(&der).to_vec(),
            _ => sha2::Sha256::digest(&der).to_vec(),
        };
        (root, identity, digest)
    })
}

#[test]
fn the_server_end_point_is_the_digest_that_the_certificate_is_signed_with() {
    for (root, identity, digest) in end_points() {
        let client = client(&root).build().unwrap();
        let server = server(&identity).build().unwrap();
        let (ours, theirs) = both(&client, &server);
        for session in [&ours, &theirs] {
            let binding = session.channel_binding(ChannelBinding::TlsServerEndPoint);
            assert_eq!(binding.unwrap(), digest);
        }
    }
}

#[test]
fn the_server_end_point_is_that_of_the_identity_shown() {
    let [(root, first, _), (other_root, second, digest)] = end_points();
    let with_rsa_first = |identity: &Identity| {
        (
            Certificate::chain_from_pem(&identity.chain_pem).unwrap(),
            PrivateKey::from_pem(&identity.key_pem).unwrap(),
        )
    };
    let Some(_) = programs::openssl() else {
        return;
    };
    let rsa = root.issue(Leaf::new().kind(KeyKind::Rsa));
    let ((rsa_chain, rsa_key), (chain, key)) = (with_rsa_first(&rsa), with_rsa_first(&second));
    let config = SslConfig::server()
        .identity(rsa_chain, rsa_key)
        .identity(chain, key)
        .build()
        .unwrap();
    drop(first);
    // This client takes ECDSA alone.
    let client = client(&other_root)
        .cipher_suites(&[embertls::CipherSuite::EcdheEcdsaWithAes128GcmSha256])
        .build()
        .unwrap();
    let (ours, theirs) = both(&client, &config);
    for session in [&ours, &theirs] {
        let binding = session.channel_binding(ChannelBinding::TlsServerEndPoint);
        assert_eq!(binding.unwrap(), digest);
    }
}

#[test]
fn rustls_exports_the_same_binding() {
    let root = Authority::root("root");
    let identity = root.issue(Leaf::new());
    let provider = rustls_peer::restricted(None, None);
    let mut theirs = rustls_peer::server(rustls_peer::server_config(&identity, provider));
    let config = ours::client(&root).build().unwrap();
    let session = memory::connect(&config, &mut theirs, &mut memory::Plain).unwrap();
    let binding = session.channel_binding(ChannelBinding::TlsExporter);
    let expected = theirs.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""));
    assert_eq!(binding.unwrap(), expected.unwrap());
}
