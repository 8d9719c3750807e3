//! Our client with the servers of OpenSSL and GnuTLS.

use std::fs;
use std::process::Command;

use embertls::{CipherSuite, Verdict};
use tempfile::TempDir;

use crate::common::process::{Process, ReservedPort};
use crate::common::{echo, ours, programs};
use crate::pair::{IDENTITY, KEY_HEX, client};

/// By IANA's name, those of OpenSSL and GnuTLS.
pub const NAMES: [(CipherSuite, &str, &str); 8] = [
    (
        CipherSuite::EcdhePskWithChacha20Poly1305Sha256,
        "ECDHE-PSK-CHACHA20-POLY1305",
        "+ECDHE-PSK:+CHACHA20-POLY1305",
    ),
    (
        CipherSuite::PskWithAes128GcmSha256,
        "PSK-AES128-GCM-SHA256",
        "+PSK:+AES-128-GCM",
    ),
    (
        CipherSuite::PskWithAes256GcmSha384,
        "PSK-AES256-GCM-SHA384",
        "+PSK:+AES-256-GCM",
    ),
    (
        CipherSuite::PskWithChacha20Poly1305Sha256,
        "PSK-CHACHA20-POLY1305",
        "+PSK:+CHACHA20-POLY1305",
    ),
    (
        CipherSuite::PskWithAes128Ccm,
        "PSK-AES128-CCM",
        "+PSK:+AES-128-CCM",
    ),
    (
        CipherSuite::PskWithAes256Ccm,
        "PSK-AES256-CCM",
        "+PSK:+AES-256-CCM",
    ),
    (
        CipherSuite::PskWithAes128Ccm8,
        "PSK-AES128-CCM8",
        "+PSK:+AES-128-CCM-8",
    ),
    (
        CipherSuite::PskWithAes256Ccm8,
        "PSK-AES256-CCM8",
        "+PSK:+AES-256-CCM-8",
    ),
];

/// The priority string of GnuTLS with this alone.
pub fn priority(suite: &str) -> String {
    format!("NONE:+VERS-TLS1.2:{suite}:+AEAD:+SIGN-ALL:+COMP-NULL:+GROUP-SECP256R1")
}

/// The file with keys that GnuTLS reads.
pub fn passwords(dir: &TempDir) -> std::path::PathBuf {
    let path = dir.path().join("psk.txt");
    fs::write(&path, format!("{IDENTITY}:{KEY_HEX}\n")).unwrap();
    path
}

fn exchange(suite: CipherSuite, process: &mut Process, port: u16) {
    let stream = process.connect(port);
    let mut session =
        ours::connect(&client(suite), stream).unwrap_or_else(|error| panic!("{suite}: {error}"));
    assert_eq!(session.cipher_suite(), suite);
    assert!(matches!(session.verify_result(), Verdict::PreSharedKey));
    let data = echo::payload(20_000, 1);
    assert_eq!(
        echo::send_and_receive(&mut session, &data),
        echo::digest(&data),
        "{suite}"
    );
}

#[test]
fn openssl_server() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    for (suite, name, _) in NAMES {
        // With a hint, it sends a ServerKeyExchange for plain keys, too.
        for hint in [None, Some("which key?")] {
            let reserved = ReservedPort::new();
            let mut command = Command::new(&openssl);
            command
                .args(["s_server", "-nocert", "-tls1_2", "-quiet", "-naccept", "1"])
                .args(["-psk", KEY_HEX, "-psk_identity", IDENTITY])
                .args(["-cipher", &format!("{name}:@SECLEVEL=0"), "-accept"])
                .arg(format!("127.0.0.1:{}", reserved.port));
            if let Some(hint) = hint {
                command.args(["-psk_hint", hint]);
            }
            let mut process = Process::start_echo(&mut command);
            exchange(suite, &mut process, reserved.port);
        }
    }
}

#[test]
fn gnutls_server() {
    let Some(gnutls) = programs::gnutls_serv() else {
        return;
    };
    let dir = TempDir::new().unwrap();
    for (suite, _, name) in NAMES {
        let reserved = ReservedPort::new();
        let mut command = Command::new(&gnutls);
        command
            .args([
                "--echo",
                "--port",
                &reserved.port.to_string(),
                "--pskpasswd",
            ])
            .arg(passwords(&dir))
            .args(["--priority", &priority(name)]);
        let mut process = Process::start(&mut command);
        process.line_with("listening on IPv4");
        exchange(suite, &mut process, reserved.port);
    }
}
