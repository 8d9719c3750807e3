//! Our server asks clients of other implementations for certificates.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use embertls::{
    Acceptor, Alert, Certificate, CipherSuite, ClientAuth, Error, PrivateKey, Server, SslConfig,
    TrustStore, Verdict, Verifier, VerifyFlag,
};
use rcgen::ExtendedKeyUsagePurpose;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, ClientConfig, ClientConnection, RootCertStore, SignatureScheme, StreamOwned,
};
use tempfile::TempDir;

use crate::common::certificates::{Authority, HOST, Identity, KeyKind, Leaf, certificate};
use crate::common::process::{Process, patient};
use crate::common::{echo, programs, rustls_peer};

const SUITES: [CipherSuite; 2] = [
    CipherSuite::EcdheEcdsaWithAes128GcmSha256,
    CipherSuite::EcdheEcdsaWithAes256GcmSha384,
];

/// What the server found about one client.
type Found = Result<(Verdict, Vec<CertificateDer<'static>>), Error>;

fn config(root: &Authority, client_auth: ClientAuth) -> SslConfig<Server> {
    let own = root.issue(Leaf::new());
    let chain = Certificate::chain_from_pem(&own.chain_pem).expect("a sound chain");
    let key = PrivateKey::from_pem(&own.key_pem).expect("a sound key");
    let server = SslConfig::server()
        .identity(chain, key)
        .client_auth(client_auth);
    server.build().expect("a sound configuration")
}

fn verifier(root: &Authority) -> Verifier {
    Verifier::new(TrustStore::from_pem(root.pem()).expect("a root that was just made"))
}

/// Serves one client 16 bytes.
fn serve(config: SslConfig<Server>) -> (u16, JoinHandle<Found>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client comes");
        let accepted = Acceptor::new(patient(stream)).accept()?;
        let mut session = accepted.into_session(&config)?;
        let found = session.verify_result().clone();
        let chain = session.peer_certificates().to_vec();
        echo::serve(&mut session, 16).map_err(|source| Error::Io {
            action: "serving".into(),
            source,
        })?;
        Ok((found, chain))
    });
    (port, thread)
}

/// A rustls client with this certificate, or none; what it came to.
fn rustls_client(
    root: &Authority,
    identity: Option<&Identity>,
    suite: CipherSuite,
    port: u16,
) -> std::io::Result<[u8; 32]> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate(&root.pem())).expect("a sound root");
    let provider = Arc::new(rustls_peer::restricted(Some(suite), None));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls_peer::TLS12)
        .expect("a sound provider")
        .with_root_certificates(roots);
    let config = match identity {
        Some(identity) => builder
            .with_client_auth_cert(identity.chain(), identity.key())
            .expect("a sound identity"),
        None => builder.with_no_client_auth(),
    };
    exchange(config, port)
}

/// Sends 16 bytes and reads them back.
fn exchange(config: ClientConfig, port: u16) -> std::io::Result<[u8; 32]> {
    let name = HOST.try_into().expect("a host name");
    let client = ClientConnection::new(Arc::new(config), name).expect("sound");
    let stream = patient(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?);
    let mut stream = StreamOwned::new(client, stream);
    stream.write_all(&[7; 16])?;
    stream.flush()?;
    let mut back = [0; 16];
    std::io::Read::read_exact(&mut stream, &mut back)?;
    Ok(echo::digest(&back))
}

fn for_clients() -> Leaf {
    Leaf::new().extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth)
}

#[test]
fn a_good_certificate_is_verified_whatever_hash_it_signs_with() {
    let root = Authority::root("Clients");
    let mut kinds = vec![KeyKind::P256, KeyKind::P384];
    if programs::openssl().is_some() {
        kinds.push(KeyKind::Rsa);
    }
    for kind in kinds {
        for suite in SUITES {
            for required in [true, false] {
                let identity = root.issue(for_clients().kind(kind));
                let asked = match required {
                    true => ClientAuth::Required(verifier(&root)),
                    false => ClientAuth::Optional(verifier(&root)),
                };
                let (port, server) = serve(config(&root, asked));
                let case = format!("{kind:?}, {suite}, required {required}");
                let sent = rustls_client(&root, Some(&identity), suite, port);
                assert_eq!(sent.expect(&case), echo::digest(&[7; 16]));
                let (verdict, chain) = server.join().expect("no panic").expect(&case);
                assert!(verdict.is_verified(), "{case}");
                assert_eq!(chain, identity.chain(), "{case}");
            }
        }
    }
}

#[test]
fn a_client_without_a_certificate_is_refused_only_where_one_is_required() {
    let root = Authority::root("No certificate");
    let (port, server) = serve(config(&root, ClientAuth::Optional(verifier(&root))));
    rustls_client(&root, None, SUITES[0], port).expect("served");
    let (verdict, chain) = server.join().expect("no panic").expect("served");
    assert!(matches!(verdict, Verdict::NotJudged) && chain.is_empty());

    let (port, server) = serve(config(&root, ClientAuth::Required(verifier(&root))));
    let refused = rustls_client(&root, None, SUITES[0], port).expect_err("refused");
    assert_alert(&refused, AlertDescription::HandshakeFailure);
    match server.join().expect("no panic") {
        Err(Error::Verify(error)) => {
            assert_eq!(error.problems()[0].flag, VerifyFlag::Missing);
            assert_eq!(error.problems()[0].position, None);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bad_certificate_is_refused_even_where_none_is_required() {
    let root = Authority::root("Good");
    let stranger = Authority::root("Stranger");
    for (identity, flag, alert) in [
        (
            stranger.issue(for_clients()),
            VerifyFlag::NotTrusted,
            AlertDescription::UnknownCA,
        ),
        (
            root.issue(for_clients().valid(2000, 2001)),
            VerifyFlag::Expired,
            AlertDescription::CertificateExpired,
        ),
        (
            root.issue(Leaf::new()),
            VerifyFlag::ExtKeyUsage,
            AlertDescription::UnsupportedCertificate,
        ),
    ] {
        for asked in [ClientAuth::Optional, ClientAuth::Required] {
            let (port, server) = serve(config(&root, asked(verifier(&root))));
            let refused = rustls_client(&root, Some(&identity), SUITES[0], port);
            assert_alert(&refused.expect_err("refused"), alert);
            match server.join().expect("no panic") {
                Err(Error::Verify(error)) => {
                    let flags: Vec<_> = error.problems().iter().map(|p| p.flag).collect();
                    assert_eq!(flags, [flag], "{error}");
                }
                other => panic!("{flag:?}: {other:?}"),
            }
        }
    }
}

/// Shows one certificate and signs with the key of another.
#[derive(Debug)]
struct Impostor(Arc<CertifiedKey>);

impl ResolvesClientCert for Impostor {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[test]
fn a_certificate_without_its_key_is_refused() {
    let root = Authority::root("Impostor");
    let (shown, own) = (root.issue(for_clients()), root.issue(for_clients()));
    let provider = rustls_peer::restricted(Some(SUITES[0]), None);
    let key = provider
        .key_provider
        .load_private_key(own.key())
        .expect("a sound key");
    let impostor = Impostor(Arc::new(CertifiedKey::new(shown.chain(), key)));
    let mut roots = RootCertStore::empty();
    roots.add(certificate(&root.pem())).expect("a sound root");
    let client = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(rustls_peer::TLS12)
        .expect("a sound provider")
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(impostor));

    let (port, server) = serve(config(&root, ClientAuth::Required(verifier(&root))));
    let refused = exchange(client, port).expect_err("refused");
    assert_alert(&refused, AlertDescription::DecryptError);
    match server.join().expect("no panic") {
        Err(Error::Handshake(failure)) => {
            assert_eq!(failure.alert_sent, Some(Alert::DecryptError), "{failure}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn openssl_shows_its_certificate() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let root = Authority::root("OpenSSL as a client");
    for kind in [KeyKind::P256, KeyKind::Rsa] {
        for cipher in [
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
        ] {
            let identity = root.issue(for_clients().kind(kind));
            let dir = TempDir::new().expect("a folder");
            let files = identity.write_to(dir.path());
            let (port, server) = serve(config(&root, ClientAuth::Required(verifier(&root))));
            let mut command = Command::new(&openssl);
            command
                .args([
                    "s_client",
                    "-quiet",
                    "-no_ign_eof",
                    "-tls1_2",
                    "-cipher",
                    cipher,
                ])
                .args(["-connect", &format!("127.0.0.1:{port}")])
                .arg("-cert")
                .arg(&files.chain)
                .arg("-key")
                .arg(&files.key);
            let (_client, mut to_client, _from_client) = Process::start_with_data(&mut command);
            to_client.write_all(&[b'7'; 16]).expect("it reads");
            to_client.flush().expect("it reads");
            let (verdict, chain) = server.join().expect("no panic").expect("served");
            assert!(verdict.is_verified(), "{kind:?}, {cipher}");
            assert_eq!(chain, identity.chain(), "{kind:?}, {cipher}");
        }
    }
}

fn assert_alert(error: &std::io::Error, alert: AlertDescription) {
    let found = error
        .get_ref()
        .and_then(|e| e.downcast_ref::<rustls::Error>());
    assert_eq!(found, Some(&rustls::Error::AlertReceived(alert)), "{error}");
}
