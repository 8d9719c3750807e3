//! Exported keying material and key log lines, held against rustls.

#![cfg(feature = "full")]

use std::io::Read;
use std::sync::{Arc, Mutex};

use embertls::{
    CipherSuite, Error, Handshake, MemoryTransport, ServerName, SslConfig, SslSession, TrustStore,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::{KeyLog, ServerConfig, ServerConnection};

/// What rustls would write to a key log file.
#[derive(Debug, Default)]
struct Lines(Mutex<Vec<String>>);

impl KeyLog for Lines {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
        let line = format!("{label} {} {}", hex(client_random), hex(secret));
        self.0.lock().unwrap().push(line);
    }
}

fn handshake(suite: CipherSuite) -> (SslSession<MemoryTransport>, ServerConnection, Arc<Lines>) {
    let made = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let lines = Arc::new(Lines::default());
    config.key_log = lines.clone();
    let mut theirs = ServerConnection::new(Arc::new(config)).unwrap();

    let config = SslConfig::client()
        .trust_store(TrustStore::from_pem(made.cert.pem().as_bytes()).unwrap())
        .cipher_suites(&[suite])
        .build()
        .unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut ours = Handshake::client(&config, name, MemoryTransport::new()).unwrap();
    loop {
        match ours.advance() {
            Ok(()) => break,
            Err(Error::WouldBlock) => {}
            Err(error) => panic!("{error}"),
        }
        let mut sent = &ours.get_mut().take_outgoing()[..];
        while theirs.read_tls(&mut sent).unwrap() > 0 {
            theirs.process_new_packets().unwrap();
        }
        let mut answer = Vec::new();
        while theirs.write_tls(&mut answer).unwrap() > 0 {}
        ours.get_mut().push_incoming(&answer);
    }
    (ours.into_session().unwrap(), theirs, lines)
}

#[test]
fn both_ends_export_the_same() {
    for suite in [
        CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        CipherSuite::EcdheEcdsaWithAes256GcmSha384,
    ] {
        let (ours, theirs, _) = handshake(suite);
        assert!(ours.extended_master_secret());
        // Longer than a label that the engine's own function has room for, and than one block.
        let long = &b"EXPORTER-a-label-that-is-rather-long"[..];
        for (label, context) in [
            (long, None),
            (long, Some(&b""[..])),
            (long, Some(&[7; 300])),
            // RFC 5705 sets no least length.
            (b"", None),
        ] {
            for len in [1, 32, 48, 100] {
                let mut exported = vec![0; len];
                ours.export_keying_material(&mut exported, label, context)
                    .unwrap();
                let expected = theirs
                    .export_keying_material(vec![0; len], label, context)
                    .unwrap();
                assert_eq!(exported, expected, "{suite}, {context:?}, {len} bytes");
            }
        }
    }
}

#[test]
fn labels_of_tls_and_long_contexts_are_refused() {
    let (ours, ..) = handshake(CipherSuite::EcdheEcdsaWithAes128GcmSha256);
    for label in [&b"master secret"[..], b"key expansion", b"client finished"] {
        let refused = ours.export_keying_material(&mut [0; 8], label, None);
        assert!(matches!(refused, Err(Error::Config { .. })), "{label:?}");
    }
    let refused = ours.export_keying_material(&mut [0; 8], b"EXPORTER-x", Some(&[0; 65_536]));
    assert!(matches!(refused, Err(Error::Config { .. })), "{refused:?}");
}

#[test]
fn the_key_log_line_is_the_one_that_rustls_writes() {
    let (ours, _, lines) = handshake(CipherSuite::EcdheEcdsaWithAes256GcmSha384);
    let line = ours.danger_key_log_line().unwrap();
    assert_eq!(*lines.0.lock().unwrap(), [line]);
}

#[test]
fn a_session_is_no_source_of_secrets_by_its_debug_form() {
    let (mut ours, ..) = handshake(CipherSuite::EcdheEcdsaWithAes128GcmSha256);
    let line = ours.danger_key_log_line().unwrap();
    let master = line.rsplit(' ').next().unwrap();
    assert!(!format!("{ours:?}").contains(&master[..16]));
    assert!(ours.read(&mut []).is_ok());
}
