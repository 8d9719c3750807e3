//! Our server with the clients of OpenSSL and GnuTLS.

use std::io::{Read, Write};
use std::process::Command;

use embertls::CipherSuite;

use crate::clients::{NAMES, priority};
use crate::common::process::Process;
use crate::common::{echo, ours, programs};
use crate::pair::{IDENTITY, KEY_HEX, server};

const LEN: usize = 5_000;

/// `limit`: after how many bytes it is the server that closes.
fn exchange(suite: CipherSuite, limit: u64, start: impl FnOnce(u16) -> Command) {
    let data = echo::payload(LEN, 3);
    let (port, thread) = ours::serve_one(server(), limit);
    let (process, mut stdin, mut stdout) = Process::start_with_data(&mut start(port));
    stdin.write_all(&data).unwrap();
    stdin.flush().unwrap();
    let mut back = vec![0; data.len()];
    let came = stdout.read_exact(&mut back);
    drop(stdin);
    let served = thread.join().unwrap();
    let served = served.unwrap_or_else(|error| panic!("{suite}: {error}; data came: {came:?}"));
    assert_eq!(served.suite, suite);
    assert_eq!(back, data, "{suite}");
    drop(process);
}

#[test]
fn openssl_client() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    for (suite, name, _) in NAMES {
        exchange(suite, LEN as u64, |port| {
            let mut command = Command::new(&openssl);
            command
                .args(["s_client", "-tls1_2", "-quiet", "-connect"])
                .arg(format!("127.0.0.1:{port}"))
                .args(["-psk", KEY_HEX, "-psk_identity", IDENTITY])
                .args(["-cipher", &format!("{name}:@SECLEVEL=0")]);
            command
        });
    }
}

#[test]
fn gnutls_client() {
    let Some(gnutls) = programs::gnutls_cli() else {
        return;
    };
    for (suite, _, name) in NAMES {
        if suite.has_forward_secrecy() {
            // gnutls-cli 3.7.9 crashes when it has connected and describes such a session.
            continue;
        }
        exchange(suite, u64::MAX, |port| {
            let mut command = Command::new(&gnutls);
            command
                .args(["--logfile=/dev/null", "--port", &port.to_string()])
                .args(["--pskusername", IDENTITY, "--pskkey", KEY_HEX])
                .args(["--priority", &priority(name), "127.0.0.1"]);
            command
        });
    }
}
