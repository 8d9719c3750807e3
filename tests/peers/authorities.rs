//! The names of authorities that our server sends with its request for a
//! certificate, as rustls and the openssl program see them.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use embertls::ssl::ServerConfigBuilder;
use embertls::{
    Certificate, ClientAuth, Handshake, PrivateKey, Server, SslConfig, TrustStore, Verifier,
};
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, RootCertStore, SignatureScheme, StreamOwned};

use crate::common::certificates::{Authority, HOST, Leaf, certificate};
use crate::common::process::patient;
use crate::common::{programs, rustls_peer};

/// Notes what it is told, and shows nothing.
#[derive(Debug, Default)]
struct Hints(Mutex<Option<Vec<Vec<u8>>>>);

impl ResolvesClientCert for Hints {
    fn resolve(&self, hints: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let hints = hints.iter().map(|hint| hint.to_vec()).collect();
        *self.0.lock().unwrap() = Some(hints);
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn server(root: &Authority, trusted: &[String]) -> ServerConfigBuilder {
    let identity = root.issue(Leaf::new());
    let trust = TrustStore::from_pem(trusted.concat()).unwrap();
    SslConfig::server()
        .identity(
            Certificate::chain_from_pem(&identity.chain_pem).unwrap(),
            PrivateKey::from_pem(&identity.key_pem).unwrap(),
        )
        .client_auth(ClientAuth::Optional(Verifier::new(trust)))
}

/// Serves one client without a certificate.
fn serve(config: SslConfig<Server>) -> (u16, thread::JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let handshake = Handshake::server(&config, patient(stream)).unwrap();
        let mut session = handshake.complete().unwrap();
        assert!(session.peer_certificates().is_empty());
        session.close().unwrap();
    });
    (port, thread)
}

/// The names as rustls is told them.
fn seen(root: &Authority, config: SslConfig<Server>) -> Vec<Vec<u8>> {
    let (port, served) = serve(config);
    let mut roots = RootCertStore::empty();
    roots.add(certificate(&root.pem())).unwrap();
    let hints = Arc::new(Hints::default());
    let provider = Arc::new(rustls_peer::restricted(None, None));
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls_peer::TLS12)
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(hints.clone());
    let client = ClientConnection::new(Arc::new(config), HOST.try_into().unwrap()).unwrap();
    let stream = patient(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap());
    let mut stream = StreamOwned::new(client, stream);
    stream.flush().unwrap();
    served.join().unwrap();
    let hints = hints.0.lock().unwrap().take();
    hints.expect("the server asks for a certificate")
}

/// The DER of a name with this common name alone.
fn name(common_name: &str) -> Vec<u8> {
    let len = common_name.len() as u8;
    let mut der = vec![0x30, len + 11, 0x31, len + 9, 0x30, len + 7];
    der.extend([6, 3, 0x55, 4, 3, 0x0c, len]);
    der.extend(common_name.as_bytes());
    der
}

#[test]
fn the_authorities_are_named_once_each() {
    let root = Authority::root("the root");
    let other = Authority::root("another root");
    // A second certificate of an authority with the same name.
    let again = Authority::root("the root");
    let trusted = [root.pem(), other.pem(), again.pem()];
    let names = seen(&root, server(&root, &trusted).build().unwrap());
    assert_eq!(names, [name("the root"), name("another root")]);
}

#[test]
fn authorities_are_not_named_where_that_is_not_wanted() {
    let root = Authority::root("the root");
    let config = server(&root, &[root.pem()]).name_authorities(false);
    assert!(seen(&root, config.build().unwrap()).is_empty());
}

#[test]
fn a_list_too_long_to_send_is_left_out_whole() {
    let root = Authority::root("the root");
    let long = |count: usize| -> Vec<String> {
        (0..count)
            .map(|number| Authority::root(&format!("{number:100}")).pem())
            .collect()
    };
    // Each takes 113 bytes and 2 for its length.
    let fitting = long(139);
    let names = seen(&root, server(&root, &fitting).build().unwrap());
    assert_eq!(names.len(), 139);
    let too_long = [fitting, long(1)].concat();
    // The name of the last is that of the first, so one more is needed.
    let names = seen(&root, server(&root, &too_long).build().unwrap());
    assert_eq!(names.len(), 139);
    let too_long = [too_long, vec![Authority::root(&"x".repeat(100)).pem()]].concat();
    assert!(seen(&root, server(&root, &too_long).build().unwrap()).is_empty());
}

#[test]
fn openssl_reads_the_names() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let root = Authority::root("the root");
    let other = Authority::root("another root");
    let config = server(&root, &[root.pem(), other.pem()]).build().unwrap();
    let (port, served) = serve(config);
    let output = Command::new(openssl)
        .args([
            "s_client",
            "-connect",
            &format!("127.0.0.1:{port}"),
            "-tls1_2",
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    served.join().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let names = said.split("Acceptable client certificate CA names").nth(1);
    let names: Vec<_> = names.unwrap().lines().skip(1).take(2).collect();
    assert_eq!(names, ["CN = the root", "CN = another root"]);
}
