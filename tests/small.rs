//! What a build holds: each part does its work with a peer that is not ours,
//! or is not there and is refused by the name of the feature that brings it.
//!
//! Compiles and passes with any set of features that has `std`; `scripts/features`
//! runs it with those of small machines.

#![cfg(feature = "std")]

#[cfg(feature = "certificates")]
#[path = "small/certificates.rs"]
mod certificates;
mod common;
#[cfg(feature = "server")]
#[path = "small/servers.rs"]
mod servers;

use std::process::Command;

use embertls::{
    Certificate, CipherSuite, Error, NamedGroup, PreSharedKey, PrivateKey, SslConfig, TrustStore,
    Verdict,
};
use tempfile::TempDir;

use self::common::certificates::{Authority, Identity, Leaf};
use self::common::process::{Process, ReservedPort};
use self::common::{echo, ours, programs};

const CERTIFICATES: bool = cfg!(feature = "certificates");
const CCM: bool = cfg!(feature = "ccm");
const CHACHA20: bool = cfg!(feature = "chacha20");
const CURVES: bool = cfg!(feature = "curves");
const ECDHE: bool = cfg!(feature = "ecdhe");
const RSA: bool = cfg!(feature = "rsa");
const PSK: bool = cfg!(feature = "psk");
const SERVER: bool = cfg!(feature = "server");
const SHA384: bool = cfg!(feature = "sha384");

/// One suite of each part that suites are made of, with the features that bring
/// it.
const PARTS: &[(CipherSuite, &[(&str, bool)])] = &[
    (
        CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        &[("certificates", CERTIFICATES)],
    ),
    (
        CipherSuite::EcdheEcdsaWithAes256GcmSha384,
        &[("certificates", CERTIFICATES), ("sha384", SHA384)],
    ),
    (
        CipherSuite::EcdheEcdsaWithChacha20Poly1305Sha256,
        &[("certificates", CERTIFICATES), ("chacha20", CHACHA20)],
    ),
    (CipherSuite::EcdheRsaWithAes128GcmSha256, &[("rsa", RSA)]),
    (
        CipherSuite::EcdheEcdsaWithAes128Ccm,
        &[("certificates", CERTIFICATES), ("ccm", CCM)],
    ),
    (
        CipherSuite::EcdhePskWithChacha20Poly1305Sha256,
        &[("psk", PSK), ("ecdhe", ECDHE), ("chacha20", CHACHA20)],
    ),
    (CipherSuite::PskWithAes128GcmSha256, &[("psk", PSK)]),
    (
        CipherSuite::PskWithAes256Ccm8,
        &[("psk", PSK), ("ccm", CCM)],
    ),
    (
        CipherSuite::PskWithAes256GcmSha384,
        &[("psk", PSK), ("sha384", SHA384)],
    ),
];

const PSK_IDENTITY: &str = "kitchen";
const PSK_HEX: &str = "6bc1bee22e409f96e93d7e117393172a";

#[test]
fn the_lists_hold_what_is_compiled() {
    let aes = CipherSuite::EcdheEcdsaWithAes128GcmSha256;
    assert_eq!(CipherSuite::ALL.contains(&aes), CERTIFICATES);
    assert_eq!(CipherSuite::DEFAULT.first() == Some(&aes), CERTIFICATES);
    let psk = CipherSuite::PskWithAes128GcmSha256;
    assert_eq!(CipherSuite::PSK.contains(&psk), PSK);
    assert_eq!(NamedGroup::ALL.contains(&NamedGroup::Secp256r1), ECDHE);
    assert_eq!(NamedGroup::ALL.len() > 1, CURVES);
}

#[test]
fn a_suite_that_is_not_compiled_is_refused_by_the_name_of_its_feature() {
    for (suite, needed) in PARTS {
        let lists = [CipherSuite::ALL, CipherSuite::PSK].concat();
        let missing = missing_feature(needed);
        assert_eq!(lists.contains(suite), missing.is_none(), "{suite}");
        let Some(feature) = missing else {
            continue;
        };
        let refused = any_client().cipher_suites(&[*suite]).build();
        let error = refused.unwrap_err();
        assert!(names(&error, suite.name()), "{error}");
        assert!(names_feature(&error, feature), "{error}");
    }
}

#[test]
fn a_group_that_is_not_compiled_is_refused_by_the_name_of_its_feature() {
    for (group, feature, is_compiled) in [
        (NamedGroup::Secp256r1, "ecdhe", ECDHE),
        (NamedGroup::Secp384r1, "curves", CURVES),
        (NamedGroup::X25519, "curves", CURVES),
    ] {
        match any_client().groups(&[group]).build() {
            Ok(_) => assert!(is_compiled, "{group}"),
            Err(error) => {
                assert!(!is_compiled, "{group}: {error}");
                assert!(names(&error, group.name()) && names_feature(&error, feature));
            }
        }
    }
}

#[test]
fn servers_certificates_and_keys_are_refused_where_they_are_not_compiled() {
    if !SERVER {
        let error = SslConfig::server().build().unwrap_err();
        assert!(names_feature(&error, "server"), "{error}");
    }
    if !PSK {
        let client = SslConfig::client().pre_shared_key(PSK_IDENTITY, psk());
        let error = client.build().unwrap_err();
        assert!(names_feature(&error, "psk"), "{error}");
    }
    let identity = Authority::root("a root").issue(Leaf::new());
    let (certificate, key) = (
        Certificate::from_pem(&identity.chain_pem),
        PrivateKey::from_pem(&identity.key_pem),
    );
    assert_eq!(
        (certificate.is_ok(), key.is_ok()),
        (CERTIFICATES, CERTIFICATES)
    );
    if !CERTIFICATES {
        for error in [certificate.unwrap_err(), key.unwrap_err()] {
            assert!(names_feature(&error, "certificates"), "{error}");
        }
    }
}

#[test]
fn an_openssl_server_with_each_suite_for_pre_shared_keys() {
    for suite in CipherSuite::PSK {
        let client = SslConfig::client().pre_shared_key(PSK_IDENTITY, psk());
        let config = client.cipher_suites(&[*suite]).build().unwrap();
        let Some(verdict) = exchange(&config, *suite, None) else {
            return;
        };
        assert!(matches!(verdict, Verdict::PreSharedKey), "{suite}");
    }
}

/// With a default configuration, as a user has it.
#[test]
fn an_openssl_server_with_the_defaults() {
    let root = Authority::root("a root");
    let identity = root.issue(Leaf::new());
    let (config, suite) = match CERTIFICATES {
        true => (ours::client(&root), CipherSuite::DEFAULT[0]),
        false => (
            SslConfig::client().pre_shared_key(PSK_IDENTITY, psk()),
            CipherSuite::PSK_DEFAULT[0],
        ),
    };
    let identity = CERTIFICATES.then_some(&identity);
    exchange(&config.build().unwrap(), suite, identity);
}

/// What is left out is not in the library: neither the engine's nor ours leads
/// to it.
#[test]
fn symbols_of_what_is_left_out_are_absent() {
    let Some(nm) = programs::needed("nm", "binutils") else {
        return;
    };
    let archive = concat!(env!("OUT_DIR"), "/libembertls_c.a");
    let output = Command::new(nm)
        .args(["--defined-only", archive])
        .output()
        .unwrap();
    let symbols = String::from_utf8_lossy(&output.stdout);
    let has = |name: &str| {
        let mut names = symbols.lines().filter_map(|line| line.split(' ').nth(2));
        names.any(|symbol| symbol.ends_with(name))
    };
    let in_c = !cfg!(feature = "accel");
    for (symbol, is_wanted) in [
        ("mbedtls_ssl_handshake_client_step", true),
        ("mbedtls_ssl_handshake_server_step", SERVER),
        ("mbedtls_x509_crt_parse_der", CERTIFICATES),
        ("mbedtls_pk_verify_ext", CERTIFICATES),
        ("mbedtls_asn1_get_tag", CERTIFICATES),
        ("mbedtls_ecdsa_verify", CERTIFICATES),
        ("mbedtls_rsa_public", RSA),
        ("mbedtls_ecp_mul", ECDHE),
        ("mbedtls_ecdh_calc_secret", ECDHE),
        ("mbedtls_mpi_exp_mod", ECDHE),
        ("mbedtls_ssl_psk_derive_premaster", PSK),
        ("mbedtls_ccm_encrypt_and_tag", CCM),
        ("mbedtls_chacha20_update", CHACHA20),
        ("mbedtls_sha512_update_ret", SHA384 && in_c),
        ("mbedtls_sha1_update_ret", RSA),
    ] {
        assert_eq!(has(symbol), is_wanted, "{symbol}");
    }
}

/// A client's configuration that lacks nothing.
fn any_client() -> embertls::ssl::ClientConfigBuilder {
    match CERTIFICATES {
        true => SslConfig::client().trust_store(
            TrustStore::from_pem(Authority::root("a root").pem()).expect("a root on P-256"),
        ),
        false => SslConfig::client().pre_shared_key(PSK_IDENTITY, psk()),
    }
}

fn psk() -> PreSharedKey {
    PreSharedKey::from_hex(PSK_HEX).unwrap()
}

/// The first of these features that is off.
fn missing_feature(needed: &[(&'static str, bool)]) -> Option<&'static str> {
    let missing = needed.iter().find(|(_, is_on)| !is_on);
    missing.map(|(feature, _)| *feature)
}

fn names(error: &Error, what: &str) -> bool {
    error.to_string().contains(what)
}

fn names_feature(error: &Error, feature: &str) -> bool {
    names(error, &format!("the feature `{feature}`"))
}

/// Sends data to OpenSSL's server and back. `None` without OpenSSL.
fn exchange(
    config: &SslConfig,
    suite: CipherSuite,
    identity: Option<&Identity>,
) -> Option<Verdict> {
    let openssl = programs::openssl()?;
    let dir = TempDir::new().unwrap();
    let reserved = ReservedPort::new();
    let identity = identity.map(|identity| (identity, &dir));
    let mut server = s_server(&openssl, reserved.port, identity);
    let mut session = ours::connect(config, server.connect(reserved.port))
        .unwrap_or_else(|error| panic!("{suite}: {error}"));
    assert_eq!(session.cipher_suite(), suite);
    let data = echo::payload(20_000, 1);
    let back = echo::send_and_receive(&mut session, &data);
    assert_eq!(back, echo::digest(&data), "{suite}");
    Some(session.verify_result().clone())
}

/// A server that sends back what it gets, with this certificate or with the
/// pre-shared key.
fn s_server(
    openssl: &std::path::Path,
    port: u16,
    identity: Option<(&Identity, &TempDir)>,
) -> Process {
    let mut command = Command::new(openssl);
    command
        .args(["s_server", "-tls1_2", "-quiet", "-naccept", "1"])
        .args(["-cipher", "ALL:@SECLEVEL=0"])
        .args(["-accept", &format!("127.0.0.1:{port}")]);
    match identity {
        Some((identity, dir)) => {
            let files = identity.write_to(dir.path());
            command.arg("-cert").arg(&files.chain);
            command.arg("-key").arg(&files.key);
        }
        None => {
            command.args(["-nocert", "-psk", PSK_HEX]);
            command.args(["-psk_identity", PSK_IDENTITY]);
        }
    }
    Process::start_echo(&mut command)
}
