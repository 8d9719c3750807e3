//! What a session tells of its key exchange.

#![cfg(feature = "full")]
#![cfg(feature = "testing")]

use embertls::testing::{Authority, connected};
use embertls::{CipherSuite, ClientAuth, NamedGroup, SignatureScheme, Verifier};

const HOST: &str = "server.example";

#[test]
fn group_and_signatures_are_told_on_both_sides() {
    let authority = Authority::new();
    let leaf = authority.client_leaf("somebody");
    for &group in NamedGroup::ALL {
        // The certificates are on P-256.
        let mut groups = vec![group, NamedGroup::Secp256r1];
        groups.dedup();
        let client = authority
            .client()
            .identity(leaf.chain(), leaf.key())
            .groups(&groups)
            .build()
            .unwrap();
        let server = authority
            .server(HOST)
            .groups(&groups)
            .client_auth(ClientAuth::Required(Verifier::new(authority.trust_store())))
            .build()
            .unwrap();
        let (client, server) = connected(&client, &server, HOST).unwrap();
        assert_eq!((client.group(), server.group()), (Some(group), Some(group)));
        for scheme in [
            client.peer_signature_scheme(),
            server.peer_signature_scheme(),
        ] {
            assert_eq!(scheme, Some(SignatureScheme::EcdsaSha256));
        }
    }
}

#[test]
fn who_did_not_sign_has_no_signature() {
    let authority = Authority::new();
    let server = authority.server(HOST).build().unwrap();
    let (client, server) = connected(&authority.client().build().unwrap(), &server, HOST).unwrap();
    assert!(client.peer_signature_scheme().is_some());
    assert_eq!(server.peer_signature_scheme(), None);
    assert_eq!(client.group(), server.group());
}

#[test]
fn without_a_key_exchange_there_is_no_group() {
    use embertls::ssl::PskTable;
    use embertls::{PreSharedKey, SslConfig};

    let key = || PreSharedKey::new([7; 32]).unwrap();
    for (suite, has_group) in [
        (CipherSuite::PskWithAes128GcmSha256, false),
        (CipherSuite::EcdhePskWithChacha20Poly1305Sha256, true),
    ] {
        let client = SslConfig::client()
            .pre_shared_key("somebody", key())
            .cipher_suites(&[suite])
            .build()
            .unwrap();
        let server = SslConfig::server()
            .pre_shared_keys(PskTable::new().with("somebody", key()))
            .build()
            .unwrap();
        let (client, server) = connected(&client, &server, HOST).unwrap();
        for session in [&client, &server] {
            assert_eq!(session.group().is_some(), has_group, "{suite}");
            assert_eq!(session.peer_signature_scheme(), None);
        }
    }
}
