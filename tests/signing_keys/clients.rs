//! Clients whose key is elsewhere, and which hash they sign with.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;

use embertls::{
    Certificate, CipherSuite, ClientAuth, PrivateKey, SignatureScheme, SslConfig, TrustStore,
    Verdict, Verifier,
};
use rcgen::ExtendedKeyUsagePurpose;
use tempfile::TempDir;

use crate::common::certificates::{Authority, Identity, KeyKind, Leaf};
use crate::common::process::{Process, ReservedPort, patient};
use crate::common::{ours, programs, rustls_peer};
use crate::keeper::{Keeper, chain, ecdsa_identity};

fn client_identity(root: &Authority, kind: KeyKind) -> Identity {
    let leaf = Leaf::for_host("a client").kind(kind);
    root.issue(leaf.extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth))
}

fn client(root: &Authority, identity: &Identity, key: PrivateKey) -> SslConfig {
    let client = ours::client(root).identity(chain(identity), key);
    client.build().unwrap()
}

fn elsewhere(keeper: &Arc<Keeper>) -> PrivateKey {
    PrivateKey::from_signing_key(keeper.clone()).unwrap()
}

#[test]
fn a_rustls_server_accepts_every_scheme() {
    let root = Authority::root("root");
    if programs::openssl().is_none() {
        return;
    }
    let server = ecdsa_identity(&root);
    let cases = [
        (KeyKind::P256, &SignatureScheme::ECDSA[..1]),
        (KeyKind::Rsa, SignatureScheme::RSA),
    ];
    for (kind, schemes) in cases {
        let identity = client_identity(&root, kind);
        for scheme in schemes {
            let keeper = Keeper::of(&identity, &[*scheme]).unwrap();
            for key in [
                elsewhere(&keeper),
                PrivateKey::from_pem(&identity.key_pem).unwrap(),
            ] {
                let mut provider = rustls_peer::restricted(None, None);
                let algorithms = &mut provider.signature_verification_algorithms;
                let number = scheme.iana_number();
                let one: Vec<_> = algorithms
                    .mapping
                    .iter()
                    .filter(|(known, _)| u16::from(*known) == number)
                    .copied()
                    .collect();
                algorithms.mapping = Box::leak(one.into_boxed_slice());
                let mut roots = rustls::RootCertStore::empty();
                let ca = crate::common::certificates::certificate(&root.pem());
                roots.add(ca).unwrap();
                let provider = Arc::new(provider);
                let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
                    roots.into(),
                    provider.clone(),
                );
                let config = rustls::ServerConfig::builder_with_provider(provider)
                    .with_protocol_versions(rustls_peer::TLS12)
                    .unwrap()
                    .with_client_cert_verifier(verifier.build().unwrap())
                    .with_single_cert(server.chain(), server.key())
                    .unwrap();
                let (port, thread) = rustls_peer::serve_with(config, |mut stream| {
                    let mut four = [0; 4];
                    stream.read_exact(&mut four)?;
                    stream.write_all(&four)?;
                    let shown = stream.conn.peer_certificates().map(<[_]>::len);
                    std::io::Result::Ok(shown)
                });
                let stream = patient(TcpStream::connect(("127.0.0.1", port)).unwrap());
                let mut session = ours::connect(&client(&root, &identity, key), stream)
                    .unwrap_or_else(|error| panic!("{scheme}: {error}"));
                session.write_all(b"well").unwrap();
                session.read_exact(&mut [0; 4]).unwrap();
                assert_eq!(thread.join().unwrap().unwrap(), Some(1), "{scheme}");
            }
            assert_eq!(keeper.signed(), 1);
        }
    }
}

/// A suite whose own hash is another one, and what the server accepts.
const DEMANDS: [(CipherSuite, KeyKind, &str); 5] = [
    (
        CipherSuite::EcdheEcdsaWithAes256GcmSha384,
        KeyKind::P256,
        "ECDSA+SHA256",
    ),
    (
        CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        KeyKind::P256,
        "ECDSA+SHA512",
    ),
    (
        CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        KeyKind::P256,
        "ECDSA+SHA384",
    ),
    (
        CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        KeyKind::Rsa,
        "RSA+SHA512",
    ),
    (
        CipherSuite::EcdheEcdsaWithAes256GcmSha384,
        KeyKind::Rsa,
        "RSA-PSS+SHA256",
    ),
];

#[test]
fn openssl_gets_the_hash_that_it_asks_for() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let root = Authority::root("root");
    let dir = TempDir::new().unwrap();
    let files = ecdsa_identity(&root).write_to(dir.path());
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, root.pem()).unwrap();
    for (suite, kind, wanted) in DEMANDS {
        let reserved = ReservedPort::new();
        let mut command = Command::new(&openssl);
        command
            .args(["s_server", "-tls1_2", "-quiet", "-naccept", "1", "-accept"])
            .arg(format!("127.0.0.1:{}", reserved.port))
            .arg("-cert")
            .arg(&files.chain)
            .arg("-key")
            .arg(&files.key)
            .arg("-CAfile")
            .arg(&ca)
            .args([
                "-Verify",
                "2",
                "-verify_return_error",
                "-client_sigalgs",
                wanted,
            ]);
        let mut process = Process::start_echo(&mut command);
        let identity = client_identity(&root, kind);
        let key = PrivateKey::from_pem(&identity.key_pem).unwrap();
        let config = ours::client(&root)
            .cipher_suites(&[suite])
            .identity(chain(&identity), key)
            .build()
            .unwrap();
        let stream = process.connect(reserved.port);
        let mut session =
            ours::connect(&config, stream).unwrap_or_else(|error| panic!("{wanted}: {error}"));
        assert_eq!(session.cipher_suite(), suite);
        session.write_all(b"well\n").unwrap();
        session.flush().unwrap();
        let mut back = [0; 5];
        session.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"well\n", "{wanted}");
    }
}

#[test]
fn our_server_accepts_a_client_with_its_key_elsewhere() {
    let root = Authority::root("root");
    let identity = client_identity(&root, KeyKind::P256);
    let Some(keeper) = Keeper::of(&identity, SignatureScheme::ECDSA) else {
        return;
    };
    let own = ecdsa_identity(&root);
    let trust = TrustStore::from_pem(root.pem()).unwrap();
    let server = SslConfig::server()
        .identity(
            Certificate::chain_from_pem(&own.chain_pem).unwrap(),
            PrivateKey::from_pem(&own.key_pem).unwrap(),
        )
        .client_auth(ClientAuth::Required(Verifier::new(trust)))
        .build()
        .unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let handshake = embertls::Handshake::server(&server, patient(stream)).unwrap();
        let session = handshake.complete().unwrap();
        session.verify_result().clone()
    });
    let stream = patient(TcpStream::connect(("127.0.0.1", port)).unwrap());
    ours::connect(&client(&root, &identity, elsewhere(&keeper)), stream).unwrap();
    assert!(matches!(thread.join().unwrap(), Verdict::Verified));
    assert_eq!(keeper.signed(), 1);
}
