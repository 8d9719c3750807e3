//! Clients and servers that do not share a key.

use std::panic::{AssertUnwindSafe, catch_unwind};

use embertls::ssl::PskTable;
use embertls::{Alert, CipherSuite, Error, HandshakeFailure, PreSharedKey, Server, SslConfig};

use crate::pair::{IDENTITY, Pair, client, key};

const SUITES: [CipherSuite; 2] = [
    CipherSuite::PskWithAes128GcmSha256,
    CipherSuite::EcdhePskWithChacha20Poly1305Sha256,
];

fn refusal(result: Result<(), Error>) -> HandshakeFailure {
    match result {
        Err(Error::Handshake(failure)) => *failure,
        other => panic!("{other:?}"),
    }
}

fn server_knowing(keys: PskTable) -> SslConfig<Server> {
    let server = SslConfig::server().pre_shared_keys(keys);
    server.cipher_suites(CipherSuite::PSK).build().unwrap()
}

#[test]
fn an_unknown_identity_is_refused_by_that_name() {
    for suite in SUITES {
        let others = PskTable::new().with("cellar", key());
        let (client, server) = Pair::new(&client(suite), &server_knowing(others)).run();
        let failure = refusal(server);
        assert_eq!(failure.alert_sent, Some(Alert::UnknownPskIdentity));
        assert!(failure.reason.contains(IDENTITY), "{failure}");
        let failure = refusal(client);
        assert_eq!(failure.alert_received, Some(Alert::UnknownPskIdentity));
    }
}

#[test]
fn a_wrong_key_fails_at_finished() {
    for suite in SUITES {
        let wrong = PskTable::new().with(IDENTITY, PreSharedKey::new([7; 16]).unwrap());
        let (client, server) = Pair::new(&client(suite), &server_knowing(wrong)).run();
        let failure = refusal(server);
        assert_eq!(failure.alert_sent, Some(Alert::BadRecordMac));
        assert!(failure.reason.contains("pre-shared key"), "{failure}");
        assert_eq!(refusal(client).alert_received, Some(Alert::BadRecordMac));
    }
}

#[test]
fn a_hidden_identity_looks_like_a_wrong_key() {
    for suite in SUITES {
        let server = SslConfig::server()
            .pre_shared_keys(PskTable::new())
            .hide_unknown_identities()
            .cipher_suites(CipherSuite::PSK)
            .build()
            .unwrap();
        let mut pair = Pair::new(&client(suite), &server);
        let (client, server) = pair.run();
        assert_eq!(refusal(server).alert_sent, Some(Alert::BadRecordMac));
        assert_eq!(refusal(client).alert_received, Some(Alert::BadRecordMac));
    }
}

#[test]
fn a_lookup_that_fails_is_the_source_of_the_error() {
    let server = SslConfig::server()
        .pre_shared_keys(|_: &[u8]| Err("the database does not answer".into()))
        .build()
        .unwrap();
    let (client, server) = Pair::new(&client(SUITES[1]), &server).run();
    let error = server.unwrap_err();
    assert_eq!(
        error.to_string(),
        "looking up the client's pre-shared key: the database does not answer"
    );
    assert!(matches!(error, Error::PreSharedKey { .. }));
    assert_eq!(refusal(client).alert_received, Some(Alert::InternalError));
}

#[test]
fn a_panic_in_a_lookup_reaches_the_caller_unchanged() {
    let server = SslConfig::server()
        .pre_shared_keys(|_: &[u8]| std::panic::panic_any(42_u8))
        .build()
        .unwrap();
    let mut pair = Pair::new(&client(SUITES[1]), &server);
    let panic = catch_unwind(AssertUnwindSafe(|| pair.run())).unwrap_err();
    assert_eq!(panic.downcast_ref::<u8>(), Some(&42));
    let after = pair.server.advance();
    assert!(matches!(after, Err(Error::Closed { .. })), "{after:?}");
}

#[test]
fn a_client_without_a_key_is_told_what_is_missing() {
    let ca = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
    let trust = embertls::TrustStore::from_pem(ca.cert.pem()).unwrap();
    let client = SslConfig::client().trust_store(trust).build().unwrap();
    let (_, server) = Pair::new(&client, &server_knowing(PskTable::new())).run();
    let failure = refusal(server);
    assert_eq!(failure.alert_sent, Some(Alert::HandshakeFailure));
    assert!(failure.reason.contains("TLS_PSK_WITH"), "{failure}");
}
