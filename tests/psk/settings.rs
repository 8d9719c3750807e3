//! Configurations with keys: what goes together, and what a builder refuses.

use embertls::ssl::PskTable;
use embertls::{
    Certificate, CipherSuite, ClientAuth, PreSharedKey, PrivateKey, SslConfig, TrustStore, Verdict,
    Verifier,
};

use crate::common::certificates::{Authority, Identity, Leaf};
use crate::common::ours;
use crate::pair::{IDENTITY, Pair, key, table};

fn identity_of(identity: &Identity) -> (Vec<Certificate>, PrivateKey) {
    (
        Certificate::chain_from_pem(&identity.chain_pem).unwrap(),
        PrivateKey::from_pem(&identity.key_pem).unwrap(),
    )
}

fn refused<T: std::fmt::Debug>(result: embertls::Result<T>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, embertls::Error::Config { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn what_does_not_go_together_is_refused() {
    let root = Authority::root("root");
    let trust = TrustStore::from_pem(root.pem()).unwrap();
    let certificates = CipherSuite::EcdheEcdsaWithAes128GcmSha256;
    let psk = CipherSuite::PskWithAes128GcmSha256;

    let client = || SslConfig::client().pre_shared_key(IDENTITY, key());
    assert!(refused(client().cipher_suites(&[psk, certificates]).build()).contains("certificates"));
    assert!(refused(client().cipher_suites(&[certificates]).build()).contains("pre-shared key"));
    let verifying = SslConfig::client().trust_store(trust.clone());
    assert!(refused(verifying.cipher_suites(&[psk]).build()).contains("pre-shared key"));
    for identity in [String::new(), "x".repeat(257)] {
        let client = SslConfig::client().pre_shared_key(identity, key());
        assert!(refused(client.build()).contains("identity"));
    }

    let required = SslConfig::server()
        .pre_shared_keys(table())
        .client_auth(ClientAuth::Required(Verifier::new(trust)));
    assert!(refused(required.build()).contains("required"));
    let server = SslConfig::server().pre_shared_keys(table());
    assert!(refused(server.cipher_suites(&[certificates]).build()).contains("pre-shared key"));
}

#[test]
fn keys_and_certificates_live_side_by_side() {
    let root = Authority::root("root");
    let identity = root.issue(Leaf::new());
    let (chain, private_key) = identity_of(&identity);
    let server = SslConfig::server()
        .identity(chain, private_key)
        .pre_shared_keys(table())
        .build()
        .unwrap();

    let by_certificate = ours::client(&root).build().unwrap();
    let (client, server_side) = Pair::new(&by_certificate, &server).sessions();
    assert!(client.verify_result().is_verified());
    assert_eq!(server_side.psk_identity(), None);

    let by_key = SslConfig::client()
        .pre_shared_key(IDENTITY, key())
        .build()
        .unwrap();
    let (client, server_side) = Pair::new(&by_key, &server).sessions();
    assert!(matches!(client.verify_result(), Verdict::PreSharedKey));
    assert_eq!(server_side.psk_identity(), Some(IDENTITY.as_bytes()));

    // The server's order decides, and its keys come first.
    let by_either = ours::client(&root)
        .pre_shared_key(IDENTITY, key())
        .build()
        .unwrap();
    let (client, _) = Pair::new(&by_either, &server).sessions();
    assert!(matches!(client.verify_result(), Verdict::PreSharedKey));

    // A server of certificates alone is verified as ever.
    let (chain, private_key) = identity_of(&identity);
    let plain = SslConfig::server()
        .identity(chain, private_key)
        .build()
        .unwrap();
    let (client, _) = Pair::new(&by_either, &plain).sessions();
    assert!(client.verify_result().is_verified());
    assert_eq!(client.psk_identity(), None);
    let stranger = ours::client(&Authority::root("another"))
        .pre_shared_key(IDENTITY, key())
        .build()
        .unwrap();
    let (client, _) = Pair::new(&stranger, &plain).run();
    assert!(
        matches!(client, Err(embertls::Error::Verify(_))),
        "{client:?}"
    );
}

#[test]
fn a_key_of_64_bytes_and_an_identity_of_256_work() {
    let identity = "i".repeat(256);
    let long = PreSharedKey::new([9; 64]).unwrap();
    let client = SslConfig::client().pre_shared_key(identity.as_str(), long.clone());
    let server = SslConfig::server().pre_shared_keys(PskTable::new().with(identity.as_str(), long));
    let (client, _) = Pair::new(&client.build().unwrap(), &server.build().unwrap()).sessions();
    assert_eq!(client.psk_identity(), Some(identity.as_bytes()));
}
