//! Sides that have nothing in common.

use embertls::{
    Alert, Certificate, CipherSuite, Error, Handshake, HandshakeFailure, MemoryTransport,
    NamedGroup, PrivateKey, Server, SslConfig,
};
use rustls::AlertDescription;

use crate::common::certificates::{Authority, Identity, Leaf};
use crate::common::memory::{self, Plain, Refused};
use crate::common::{ours, rustls_peer};

const AES_128: CipherSuite = CipherSuite::EcdheEcdsaWithAes128GcmSha256;
const AES_256: CipherSuite = CipherSuite::EcdheEcdsaWithAes256GcmSha384;

#[test]
fn client_no_common_suite() {
    let pki = Pki::new();
    let config = ours::client_offering(&pki.root, AES_128, NamedGroup::Secp256r1);
    let provider = rustls_peer::restricted(Some(AES_256), None);
    let failure = pki.refused_by_server(&config, provider, rustls_peer::TLS12);
    assert_eq!(
        failure.alert_received,
        Some(Alert::HandshakeFailure),
        "{failure}"
    );
    assert_eq!(failure.report.cipher_suites_offered, [AES_128.name()]);
    assert!(failure.reason.contains(AES_128.name()), "{failure}");
}

#[test]
fn client_no_common_group() {
    let pki = Pki::new();
    let config = ours::client_offering(&pki.root, AES_128, NamedGroup::Secp521r1);
    let provider = rustls_peer::restricted(None, None);
    let failure = pki.refused_by_server(&config, provider, rustls_peer::TLS12);
    assert_eq!(
        failure.alert_received,
        Some(Alert::HandshakeFailure),
        "{failure}"
    );
    assert_eq!(failure.report.groups_offered, ["secp521r1"]);
    assert!(failure.reason.contains("secp521r1"), "{failure}");
}

/// The groups that a client offers hold for the key of a certificate as well
/// (RFC 8422, 5.1). rustls shows its certificate all the same.
#[test]
fn client_with_a_certificate_on_another_curve() {
    let pki = Pki::new();
    let config = ours::client_offering(&pki.root, AES_128, NamedGroup::Secp384r1);
    let provider = rustls_peer::restricted(None, None);
    let server = rustls_peer::server_config(&pki.identity, provider);
    let mut server = rustls_peer::server(server);
    let refused = memory::connect(&config, &mut server, &mut Plain).err();
    let refused = refused.expect("a P-256 key");
    expect_alert_at_peer(&refused, AlertDescription::UnsupportedCertificate);
    let failure = handshake_failure(*refused);
    let alert = Some(Alert::UnsupportedCertificate);
    assert_eq!(failure.alert_sent, alert, "{failure}");
    assert!(failure.reason.contains("curve"), "{failure}");
}

#[test]
fn client_with_a_server_of_tls13_only() {
    let pki = Pki::new();
    let config = ours::client(&pki.root).build().expect("sound");
    let provider = rustls_peer::restricted(None, None);
    let failure = pki.refused_by_server(&config, provider, rustls_peer::TLS13);
    assert_eq!(
        failure.alert_received,
        Some(Alert::ProtocolVersion),
        "{failure}"
    );
    let reason = "the server does not speak TLS 1.2, which is all that was offered";
    assert_eq!(failure.reason, reason);
    assert_eq!(failure.report.versions_offered, ["TLS 1.2"]);
}

#[test]
fn client_no_common_protocol() {
    let pki = Pki::new();
    let config = ours::client(&pki.root)
        .alpn(["ours"])
        .build()
        .expect("sound");
    let mut server = rustls_peer::server_config(&pki.identity, rustls_peer::restricted(None, None));
    server.alpn_protocols = vec![b"theirs".to_vec()];
    let mut server = rustls_peer::server(server);
    let refused = memory::connect(&config, &mut server, &mut Plain).err();
    let failure = handshake_failure(*refused.expect("nothing in common"));
    assert_eq!(
        failure.alert_received,
        Some(Alert::NoApplicationProtocol),
        "{failure}"
    );
    assert_eq!(failure.report.alpn_offered, ["ours"]);
    assert!(failure.reason.contains("ours"), "{failure}");
    assert!(!failure.reason.contains("cipher suite"), "{failure}");
}

#[test]
fn server_no_common_suite() {
    let pki = Pki::new();
    let config = ours::server_accepting(&pki.identity, &[AES_128], NamedGroup::ALL);
    let provider = rustls_peer::restricted(Some(AES_256), None);
    let mut client = rustls_peer::client(&pki.root, provider);
    let refused = memory::accept(&config, &mut client, &mut Plain).err();
    let refused = refused.expect("nothing in common");
    expect_alert_at_peer(&refused, AlertDescription::HandshakeFailure);
    let failure = handshake_failure(*refused);
    assert_eq!(failure.alert_sent, Some(Alert::HandshakeFailure));
    assert!(failure.reason.contains(AES_256.name()), "{failure}");
    assert!(failure.reason.contains(AES_128.name()), "{failure}");
}

/// The suite is common, but not for the kind of key that the server has.
#[test]
fn server_no_suite_for_its_key() {
    let pki = Pki::new();
    let config = ours::server_accepting(&pki.identity, CipherSuite::ALL, NamedGroup::ALL);
    let only_rsa = CipherSuite::EcdheRsaWithAes128GcmSha256;
    let provider = rustls_peer::restricted(Some(only_rsa), None);
    let mut client = rustls_peer::client(&pki.root, provider);
    let refused = memory::accept(&config, &mut client, &mut Plain).err();
    let refused = refused.expect("nothing in common");
    expect_alert_at_peer(&refused, AlertDescription::HandshakeFailure);
    let failure = handshake_failure(*refused);
    assert!(failure.reason.contains("ECDSA"), "{failure}");
    assert!(failure.reason.contains(only_rsa.name()), "{failure}");
}

#[test]
fn server_no_common_group() {
    let pki = Pki::new();
    let config = ours::server_accepting(&pki.identity, CipherSuite::ALL, &[NamedGroup::Secp521r1]);
    let mut client = rustls_peer::client(&pki.root, rustls_peer::restricted(None, None));
    let refused = memory::accept(&config, &mut client, &mut Plain).err();
    let refused = refused.expect("nothing in common");
    expect_alert_at_peer(&refused, AlertDescription::HandshakeFailure);
    let failure = handshake_failure(*refused);
    assert!(failure.reason.contains("x25519"), "{failure}");
    assert!(failure.reason.contains("secp521r1"), "{failure}");
}

#[test]
fn server_no_common_protocol() {
    let identity = Pki::new().identity;
    let chain = Certificate::chain_from_pem(&identity.chain_pem).expect("sound");
    let key = PrivateKey::from_pem(&identity.key_pem).expect("sound");
    let config = SslConfig::server().identity(chain, key).alpn(["ours"]);
    let theirs = b"\0\x10\0\x09\0\x07\x06theirs";
    let extensions = [P256, WITH_SHA256, &theirs[..]].concat();
    let failure = refused_hello(&config.build().expect("sound"), &extensions);
    let alert = Some(Alert::NoApplicationProtocol);
    assert_eq!(failure.alert_sent, alert, "{failure}");
    assert!(failure.reason.contains("theirs"), "{failure}");
    assert!(failure.reason.contains("ours"), "{failure}");
}

/// Suite and group are common, and still nothing fits.
#[test]
fn server_no_common_signature_or_version() {
    const P521: &[u8] = &[0, 10, 0, 4, 0, 2, 0, 25];
    const WITH_SHA1: &[u8] = &[0, 13, 0, 4, 0, 2, 2, 3];
    const TLS13_ONLY: &[u8] = &[0, 43, 0, 3, 2, 3, 4];
    let pki = Pki::new();
    let config = ours::server_accepting(&pki.identity, CipherSuite::ALL, NamedGroup::ALL);
    for (extensions, words) in [
        ([P256, WITH_SHA1].concat(), ["ecdsa_sha1", "ecdsa_sha256"]),
        (P256.to_vec(), ["SHA-1 alone", "ecdsa_sha512"]),
        (
            [WITH_SHA1, TLS13_ONLY].concat(),
            ["no version in common", "TLS 1.3"],
        ),
        (
            [P521, WITH_SHA256].concat(),
            ["with the certificate", "secp521r1"],
        ),
    ] {
        let failure = refused_hello(&config, &extensions);
        assert_eq!(failure.alert_sent, Some(Alert::HandshakeFailure));
        for word in words {
            assert!(failure.reason.contains(word), "{failure}");
        }
    }
}

const P256: &[u8] = &[0, 10, 0, 4, 0, 2, 0, 23];
const WITH_SHA256: &[u8] = &[0, 13, 0, 4, 0, 2, 4, 3];

/// How a server refuses a hello with these extensions.
fn refused_hello(config: &SslConfig<Server>, extensions: &[u8]) -> HandshakeFailure {
    let mut transport = MemoryTransport::new();
    transport.push_incoming(&hello(AES_128, extensions));
    let handshake = Handshake::server(config, transport).expect("memory");
    let refused = handshake.complete().expect_err("nothing fits").into_error();
    match refused {
        Error::Handshake(failure) => *failure,
        other => panic!("{other:?}"),
    }
}

/// A ClientHello in a record.
fn hello(suite: CipherSuite, extensions: &[u8]) -> Vec<u8> {
    let mut message = vec![1, 0, 0, 0, 3, 3];
    message.extend([7; 32]);
    message.extend([0, 0, 2]);
    message.extend(suite.iana_number().to_be_bytes());
    message.extend([1, 0, 0, extensions.len() as u8]);
    message.extend(extensions);
    message[3] = (message.len() - 4) as u8;
    let mut record = vec![22, 3, 1, 0, message.len() as u8];
    record.extend(message);
    record
}

/// The client refuses our certificate, and we are told so.
#[test]
fn server_refused_by_the_client() {
    let pki = Pki::new();
    let config = ours::server_accepting(&pki.identity, CipherSuite::ALL, NamedGroup::ALL);
    let stranger = Authority::root("Another Root");
    let mut client = rustls_peer::client(&stranger, rustls_peer::restricted(None, None));
    let refused = memory::accept(&config, &mut client, &mut Plain).err();
    let failure = handshake_failure(*refused.expect("an unknown root"));
    assert_eq!(failure.alert_received, Some(Alert::UnknownCa), "{failure}");
    assert_eq!(failure.alert_sent, None);
}

/// A server that chooses an old version, though TLS 1.2 was offered.
#[test]
fn client_with_a_server_that_chooses_an_old_version() {
    let pki = Pki::new();
    let config = ours::client(&pki.root).build().expect("sound");
    for (minor, name) in [(0, "SSL 3.0"), (1, "TLS 1.0"), (2, "TLS 1.1")] {
        let provider = rustls_peer::restricted(None, None);
        let server = rustls_peer::server_config(&pki.identity, provider);
        let mut server = rustls_peer::server(server);
        // The version stands behind the headers of record and message.
        let mut older = |mut bytes: Vec<u8>| {
            if bytes.len() > 10 {
                bytes[10] = minor;
            }
            bytes
        };
        let refused = memory::connect(&config, &mut server, &mut older).err();
        let refused = refused.expect("an old version");
        expect_alert_at_peer(&refused, AlertDescription::ProtocolVersion);
        let failure = handshake_failure(*refused);
        assert_eq!(
            failure.alert_sent,
            Some(Alert::ProtocolVersion),
            "{failure}"
        );
        assert!(failure.reason.contains(name), "{failure}");
    }
}

struct Pki {
    root: Authority,
    identity: Identity,
}

impl Pki {
    fn new() -> Self {
        let root = Authority::root("Negotiation Test Root");
        Self {
            identity: root.issue(Leaf::new()),
            root,
        }
    }

    fn refused_by_server(
        &self,
        config: &SslConfig,
        provider: rustls::crypto::CryptoProvider,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> HandshakeFailure {
        let server = rustls_peer::server_config_of(&self.identity, provider, versions);
        let mut server = rustls_peer::server(server);
        let refused = memory::connect(config, &mut server, &mut Plain).err();
        handshake_failure(*refused.expect("nothing in common"))
    }
}

fn handshake_failure(refused: Refused) -> HandshakeFailure {
    match refused.ours {
        Error::Handshake(failure) => *failure,
        other => panic!("{other:?}"),
    }
}

fn expect_alert_at_peer(refused: &Refused, alert: AlertDescription) {
    assert_eq!(
        refused.peers,
        Some(rustls::Error::AlertReceived(alert)),
        "{refused:?}"
    );
}
