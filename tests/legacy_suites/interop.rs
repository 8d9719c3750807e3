//! Every suite, each alone, with `openssl s_server` and `openssl s_client`;
//! those with CBC also where OpenSSL does not know encrypt-then-MAC.

use std::io::{Read, Write};
use std::process::Command;

use embertls::{CipherSuite, NamedGroup};
use tempfile::TempDir;

use super::Pki;
use crate::common::certificates::{Authority, HOST, KeyKind, Leaf};
use crate::common::process::{Process, ReservedPort};
use crate::common::{echo, ours, programs};

/// A suite, and whether the peer knows encrypt-then-MAC.
fn cases() -> impl Iterator<Item = (CipherSuite, bool)> {
    let suites = CipherSuite::LEGACY.iter();
    suites.flat_map(|&suite| {
        let without = suite.name().contains("_CBC_").then_some((suite, false));
        [(suite, true)].into_iter().chain(without)
    })
}

/// OpenSSL's name for a suite, and that it need not be strong.
fn openssl_name(suite: CipherSuite) -> String {
    let name = suite.name().trim_start_matches("TLS_");
    let (exchange, cipher) = name.split_once("_WITH_").expect("a name of a suite");
    let exchange = match exchange {
        "RSA" => String::new(),
        exchange => exchange.replace('_', "-") + "-",
    };
    let cipher = cipher.replace("AES_", "AES").replace("_CBC", "");
    exchange + &cipher.replace("CCM_8", "CCM8").replace('_', "-")
}

fn options(suite: CipherSuite, encrypt_then_mac: bool) -> Vec<String> {
    let cipher = format!("{}:@SECLEVEL=0", openssl_name(suite));
    let mut options = vec!["-tls1_2".to_owned(), "-cipher".to_owned(), cipher];
    if !encrypt_then_mac {
        options.push("-no_etm".to_owned());
    }
    options
}

#[test]
fn our_client_with_an_openssl_server() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    for (suite, encrypt_then_mac) in cases() {
        let pki = Pki::of(suite);
        let dir = TempDir::new().expect("a folder");
        let files = pki.identity.write_to(dir.path());
        let reserved = ReservedPort::new();
        let mut command = Command::new(&openssl);
        command
            .args(["s_server", "-quiet", "-naccept", "1"])
            .args(["-accept", &format!("127.0.0.1:{}", reserved.port)])
            .args(options(suite, encrypt_then_mac))
            .arg("-cert")
            .arg(&files.chain)
            .arg("-key")
            .arg(&files.key);
        let mut server = Process::start_echo(&mut command);

        let config = ours::client_offering(&pki.root, suite, NamedGroup::Secp256r1);
        let mut session = ours::connect(&config, server.connect(reserved.port))
            .unwrap_or_else(|error| panic!("{suite}: {error}"));
        assert_eq!(session.cipher_suite(), suite);
        assert!(session.verify_result().is_verified());
        echo::exchange_all_sizes(&mut session);
        session.close().expect("close_notify can be sent");
        let end = session.read(&mut [0; 16]).expect("the server closes");
        assert_eq!(end, 0);
    }
}

#[test]
fn our_server_with_an_openssl_client() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let data = echo::payload(100_000, 7);
    for (suite, encrypt_then_mac) in cases() {
        let pki = Pki::of(suite);
        let dir = TempDir::new().expect("a folder");
        let ca = dir.path().join("ca.pem");
        std::fs::write(&ca, pki.root.pem()).expect("a file can be written");
        let config = ours::server_accepting(&pki.identity, &[suite], NamedGroup::ALL);
        let (port, thread) = ours::serve_one(config, data.len() as u64);
        let mut command = Command::new(&openssl);
        command
            .args(["s_client", "-brief", "-ign_eof"])
            .args(["-connect", &format!("127.0.0.1:{port}")])
            .args(["-servername", HOST, "-verify_hostname", HOST])
            .args(["-verify_return_error", "-CAfile"])
            .arg(&ca)
            .args(options(suite, encrypt_then_mac));
        let (mut client, mut stdin, mut stdout) = Process::start_with_data(&mut command);
        let mut back = vec![0; data.len()];
        std::thread::scope(|scope| {
            scope.spawn(|| stdin.write_all(&data).expect("the client takes data"));
            stdout
                .read_exact(&mut back)
                .expect("the client prints data");
        });
        assert!(back == data, "{suite}: changed on its way");
        let named = format!("Ciphersuite: {}", openssl_name(suite));
        assert_eq!(client.line_with("Ciphersuite"), named);
        let served = thread.join().expect("no panic");
        let served = served.unwrap_or_else(|error| panic!("{suite}: {error}"));
        assert_eq!(served.suite, suite);
    }
}

/// Where the key decrypts, it signs nothing: the client's list of signatures
/// does not matter.
#[test]
fn our_server_with_an_openssl_client_that_accepts_none_of_our_signatures() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let suite = CipherSuite::RsaWithAes128GcmSha256;
    let suites = [CipherSuite::EcdheRsaWithAes128GcmSha256, suite];
    let root = Authority::root("embertls test root");
    // A key for either.
    let identity = root.issue(Leaf::new().kind(KeyKind::Rsa).any_key_usage());
    let config = ours::server_accepting(&identity, &suites, NamedGroup::ALL);
    let (port, thread) = ours::serve_one(config, u64::MAX);
    let mut command = Command::new(openssl);
    command
        .args(["s_client", "-brief", "-tls1_2", "-sigalgs", "RSA+SHA1"])
        .args([
            "-cipher",
            "ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256:@SECLEVEL=0",
        ])
        .args(["-connect", &format!("127.0.0.1:{port}")]);
    let mut client = Process::start(&mut command);
    let named = format!("Ciphersuite: {}", openssl_name(suite));
    assert_eq!(client.line_with("Ciphersuite"), named);
    client.end_input();
    let served = thread.join().expect("no panic").expect("a session");
    assert_eq!(served.suite, suite);
}
