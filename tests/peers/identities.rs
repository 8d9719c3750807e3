//! Certificates on both sides: a server that has several, a client that shows
//! one.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;

use embertls::ssl::ServerConfigBuilder;
use embertls::{Certificate, CipherSuite, Error, PrivateKey, SslConfig};
use rcgen::ExtendedKeyUsagePurpose;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, StreamOwned};

use crate::common::certificates::{Authority, Identity, KeyKind, Leaf, certificate};
use crate::common::process::patient;
use crate::common::{echo, ours, programs, rustls_peer};

const RSA_SUITES: [CipherSuite; 2] = [
    CipherSuite::EcdheRsaWithAes128GcmSha256,
    CipherSuite::EcdheRsaWithAes256GcmSha384,
];
const ECDSA_SUITES: [CipherSuite; 2] = [
    CipherSuite::EcdheEcdsaWithAes128GcmSha256,
    CipherSuite::EcdheEcdsaWithAes256GcmSha384,
];

/// RSA and P-256 certificates of one authority; nothing where the openssl
/// program is missing.
fn both_kinds(root: &Authority, purpose: ExtendedKeyUsagePurpose) -> Option<[Identity; 2]> {
    programs::openssl()?;
    let leaf = |kind| Leaf::new().kind(kind).extended_key_usage(purpose.clone());
    Some([KeyKind::Rsa, KeyKind::P256].map(|kind| root.issue(leaf(kind))))
}

fn parsed(identity: &Identity) -> (Vec<Certificate>, PrivateKey) {
    let chain = Certificate::chain_from_pem(&identity.chain_pem).expect("a sound chain");
    let key = PrivateKey::from_pem(&identity.key_pem).expect("a sound key");
    (chain, key)
}

#[test]
fn a_server_with_two_identities_shows_the_one_that_fits() {
    let root = Authority::root("Two identities");
    let Some(identities) = both_kinds(&root, ExtendedKeyUsagePurpose::ServerAuth) else {
        return;
    };
    for (suites, expected) in [RSA_SUITES, ECDSA_SUITES].iter().zip(&identities) {
        for &suite in suites {
            let add = |server: ServerConfigBuilder, identity| {
                let (chain, key) = parsed(identity);
                server.identity(chain, key)
            };
            let server = identities.iter().fold(SslConfig::server(), add);
            let (port, server) = ours::serve_one(server.build().expect("sound"), 16);

            let client = rustls_peer::client(&root, rustls_peer::restricted(Some(suite), None));
            let stream = patient(TcpStream::connect(("127.0.0.1", port)).expect("it listens"));
            let mut stream = StreamOwned::new(client, stream);
            echo::send_and_receive(&mut stream, &[7; 16]);
            let shown = stream.conn.peer_certificates().expect("certificates");
            assert_eq!(shown, expected.chain(), "{suite}");
            stream.conn.send_close_notify();
            stream.flush().expect("an open connection");
            assert_eq!(
                server.join().expect("no panic").expect("served").suite,
                suite
            );
        }
    }
}

#[test]
fn a_client_shows_its_certificate_to_a_server_that_asks() {
    let root = Authority::root("Client certificates");
    let Some(identities) = both_kinds(&root, ExtendedKeyUsagePurpose::ClientAuth) else {
        return;
    };
    let own = root.issue(Leaf::new());
    for identity in &identities {
        for suite in ECDSA_SUITES {
            let (port, server) = rustls_peer::serve_with(asking(&root, &own), |mut stream| {
                let served = echo::serve(&mut stream, 16);
                (served, stream.conn.peer_certificates().map(<[_]>::to_vec))
            });
            let (chain, key) = parsed(identity);
            let config = ours::client(&root).identity(chain, key);
            let config = config.cipher_suites(&[suite]).build().expect("sound");
            let stream = patient(TcpStream::connect(("127.0.0.1", port)).expect("it listens"));
            let mut session = ours::connect(&config, stream).expect("a session");
            echo::send_and_receive(&mut session, &[7; 16]);
            session.close().expect("an open session");
            let (served, seen) = server.join().expect("no panic");
            served.expect("served");
            assert_eq!(seen, Some(identity.chain()), "{suite}");
        }
    }
}

#[test]
fn a_client_without_a_certificate_is_told_what_is_missing() {
    let root = Authority::root("No client certificate");
    let own = root.issue(Leaf::new());
    let (port, server) = rustls_peer::serve_with(asking(&root, &own), |mut stream| {
        echo::serve(&mut stream, 16).expect_err("no certificate came")
    });
    let config = ours::client(&root).build().expect("sound");
    let stream = patient(TcpStream::connect(("127.0.0.1", port)).expect("it listens"));
    let refused = ours::connect(&config, stream).err();
    let Some(Error::Handshake(failure)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        failure.reason.contains("asked for a client certificate"),
        "{failure}"
    );
    server.join().expect("no panic");
}

/// A rustls server that requires a client certificate of `root`.
fn asking(root: &Authority, own: &Identity) -> ServerConfig {
    let provider = Arc::new(rustls_peer::restricted(None, None));
    let mut roots = RootCertStore::empty();
    roots.add(certificate(&root.pem())).expect("a sound root");
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .expect("a sound verifier");
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls_peer::TLS12)
        .expect("a sound provider")
        .with_client_cert_verifier(verifier)
        .with_single_cert(own.chain(), own.key())
        .expect("a sound identity")
}
