//! Where the suites are not used.

use std::sync::Arc;

use embertls::pk::{Signing, SigningKey};
use embertls::{
    Acceptor, Certificate, CipherSuite, Error, Handshake, MemoryTransport, NamedGroup, PrivateKey,
    ServerName, SignatureScheme, SslConfig, VerifyFlag,
};
use rcgen::KeyUsagePurpose;

use super::Pki;
use crate::common::certificates::{HOST, KeyKind};
use crate::common::process::patient;
use crate::common::{ours, programs};

fn connect(config: &SslConfig, port: u16) -> Result<CipherSuite, Error> {
    let stream = std::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port));
    let session = ours::connect(config, patient(stream.expect("it listens")))?;
    Ok(session.cipher_suite())
}

/// Compiling them turns none on, on neither side.
#[test]
fn nobody_uses_one_that_is_not_named() {
    if programs::openssl().is_none() {
        return;
    }
    for suite in [
        CipherSuite::EcdheRsaWithAes256CbcSha384,
        CipherSuite::RsaWithAes128GcmSha256,
    ] {
        let pki = Pki::of(suite);
        let named = ours::server_accepting(&pki.identity, &[suite], NamedGroup::ALL);
        let (port, server) = ours::serve_one(named, 0);
        let default = ours::client(&pki.root)
            .build()
            .expect("a sound configuration");
        let error = connect(&default, port).expect_err("nothing in common");
        assert!(error.to_string().contains("handshake_failure"), "{error}");
        assert!(server.join().expect("no panic").is_err());

        let chain = Certificate::chain_from_pem(&pki.identity.chain_pem).expect("a chain");
        let key = PrivateKey::from_pem(&pki.identity.key_pem).expect("a key");
        let default = SslConfig::server().identity(chain, key).build();
        let (port, server) = ours::serve_one(default.expect("a sound configuration"), 0);
        let named = ours::client_offering(&pki.root, suite, NamedGroup::Secp256r1);
        connect(&named, port).expect_err("nothing in common");
        assert!(server.join().expect("no panic").is_err());
    }
}

/// A hello offers encrypt-then-MAC (RFC 7366) for suites that have a use for it,
/// and for no other.
#[test]
fn encrypt_then_mac_is_offered_with_cbc_alone() {
    const ENCRYPT_THEN_MAC: u16 = 22;
    let offers = |suites: &[CipherSuite]| {
        let pki = Pki::of(CipherSuite::EcdheEcdsaWithAes128CbcSha);
        let config = ours::client(&pki.root).cipher_suites(suites).build();
        let name = ServerName::try_from(HOST).expect("a host name");
        let transport = MemoryTransport::new();
        let config = config.expect("a sound configuration");
        let mut client = Handshake::client(&config, name, transport).expect("memory");
        client.advance().expect_err("no server answers");
        let mut transport = MemoryTransport::new();
        transport.push_incoming(&client.get_mut().take_outgoing());
        let accepted = Acceptor::new(transport).accept();
        let hello = accepted.expect("a sound hello").client_hello().clone();
        hello.extensions.contains(&ENCRYPT_THEN_MAC)
    };
    assert!(!offers(CipherSuite::DEFAULT));
    assert!(!offers(&[CipherSuite::RsaWithAes128GcmSha256]));
    assert!(offers(&[CipherSuite::EcdheEcdsaWithAes128CbcSha]));
}

/// A certificate whose key may only sign does not decrypt.
#[test]
fn a_key_that_may_not_decrypt() {
    if programs::openssl().is_none() {
        return;
    }
    let suite = CipherSuite::RsaWithAes128GcmSha256;
    let pki = Pki::new(KeyKind::Rsa, KeyUsagePurpose::DigitalSignature);
    let config = ours::server_accepting(&pki.identity, &[suite], NamedGroup::ALL);
    let (port, server) = ours::serve_one(config, 0);
    let client = ours::client_offering(&pki.root, suite, NamedGroup::Secp256r1);
    connect(&client, port).expect_err("the server has no such certificate");
    let Err(error) = server.join().expect("no panic") else {
        panic!("the server has no such certificate");
    };
    assert!(error.to_string().contains("keyEncipherment"), "{error}");
}

/// The same where the server does not mind: the client does.
#[test]
fn a_server_whose_key_may_not_decrypt() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let suite = CipherSuite::RsaWithAes128GcmSha256;
    let pki = Pki::new(KeyKind::Rsa, KeyUsagePurpose::DigitalSignature);
    let dir = tempfile::TempDir::new().expect("a folder");
    let files = pki.identity.write_to(dir.path());
    let reserved = crate::common::process::ReservedPort::new();
    let mut command = std::process::Command::new(openssl);
    command
        .args(["s_server", "-quiet", "-naccept", "1", "-tls1_2"])
        .args(["-accept", &format!("127.0.0.1:{}", reserved.port)])
        .args(["-cipher", "AES128-GCM-SHA256", "-cert"])
        .arg(&files.chain)
        .arg("-key")
        .arg(&files.key);
    let mut server = crate::common::process::Process::start_echo(&mut command);
    let client = ours::client_offering(&pki.root, suite, NamedGroup::Secp256r1);
    let error = ours::connect(&client, server.connect(reserved.port)).expect_err("key usage");
    let Error::Verify(problems) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(problems.problems()[0].flag, VerifyFlag::KeyUsage);
    assert!(error.to_string().contains("keyEncipherment"), "{error}");
}

/// A key that is elsewhere.
struct Signer(Vec<u8>);

impl SigningKey for Signer {
    fn public_key_der(&self) -> &[u8] {
        &self.0
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &[SignatureScheme::RsaPkcs1Sha256]
    }

    fn sign(&self, _: SignatureScheme, _: &[u8]) -> Signing {
        Signing::failed("nothing is signed here")
    }
}

#[test]
fn a_key_that_is_elsewhere_cannot_decrypt() {
    if programs::openssl().is_none() {
        return;
    }
    let suite = CipherSuite::RsaWithAes128GcmSha256;
    let pki = Pki::of(suite);
    let chain = Certificate::chain_from_pem(&pki.identity.chain_pem).expect("a chain");
    let loaded = PrivateKey::from_pem(&pki.identity.key_pem).expect("a key");
    let public = loaded.public_key_der().to_vec();
    let key = PrivateKey::from_signing_key(Arc::new(Signer(public))).expect("a sound public key");
    let built = SslConfig::server()
        .identity(chain, key)
        .cipher_suites(&[suite])
        .build();
    let error = built.expect_err("such a key only signs").to_string();
    assert!(error.contains("TLS_RSA_WITH_AES_128_GCM_SHA256"), "{error}");
    assert!(error.contains("only signs"), "{error}");
}
