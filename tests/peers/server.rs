//! Our server with the clients of other implementations.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use embertls::{CipherSuite, Error, NamedGroup};
use tempfile::TempDir;

use crate::cases::Case;
use crate::common::certificates::HOST;
use crate::common::process::{Process, patient};
use crate::common::{echo, ours, programs, rustls_peer};
use crate::names;

/// Our server, waiting for one client.
struct Waiting {
    port: u16,
    thread: std::thread::JoinHandle<Result<ours::Served, Error>>,
    dir: TempDir,
}

impl Waiting {
    fn start(case: Case, limit: u64) -> Self {
        let pki = case.pki();
        let dir = TempDir::new().expect("a folder");
        std::fs::write(dir.path().join("ca.pem"), pki.root.pem()).expect("a file can be written");
        let config = ours::server_accepting(&pki.identity, CipherSuite::ALL, NamedGroup::ALL);
        let (port, thread) = ours::serve_one(config, limit);
        Self { port, thread, dir }
    }

    fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// Waits until the client has gone, and checks what it came to.
    fn finish(self, case: Case) {
        let served = self.thread.join().expect("no panic");
        let served = served.unwrap_or_else(|error| panic!("{case:?}: {error}"));
        assert_eq!(served.suite, case.suite);
        assert_eq!(served.server_name.as_deref(), Some(HOST));
    }
}

#[test]
fn openssl_client() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let data = echo::payload(200_000, 5);
    for case in Case::all() {
        let server = Waiting::start(case, data.len() as u64);
        let mut command = Command::new(&openssl);
        command
            .args(["s_client", "-brief", "-ign_eof", "-tls1_2"])
            .args(["-connect", &format!("127.0.0.1:{}", server.port)])
            .args(["-servername", HOST, "-verify_hostname", HOST])
            .args(["-verify_return_error", "-CAfile"])
            .arg(server.ca())
            .args(["-cipher", &names::openssl_cipher_list(case.suite)])
            .args(["-groups", names::openssl_group(case.group)]);
        let mut client = relay(&mut command, &data);

        assert_eq!(
            client.line_with("Protocol version"),
            "Protocol version: TLSv1.2"
        );
        assert_eq!(client.line_with("Verification"), "Verification: OK");
        let suite = format!("Ciphersuite: {}", names::openssl_suite(case.suite));
        assert_eq!(client.line_with("Ciphersuite"), suite);
        let key = client.line_with("Server Temp Key");
        assert!(key.contains(names::openssl_group(case.group)), "{key}");
        server.finish(case);
    }
}

#[test]
fn gnutls_client() {
    let Some(gnutls_cli) = programs::gnutls_cli() else {
        return;
    };
    let data = echo::payload(200_000, 6);
    for case in Case::all() {
        let server = Waiting::start(case, u64::MAX);
        let dir = TempDir::new().expect("a folder");
        let log = dir.path().join("log");
        let mut command = Command::new(&gnutls_cli);
        command
            .args(["--port", &server.port.to_string()])
            .args(["--sni-hostname", HOST, "--verify-hostname", HOST])
            .args([
                "--priority",
                &names::gnutls_priority(case.suite, case.group),
            ])
            .arg("--x509cafile")
            .arg(server.ca())
            .arg("--logfile")
            .arg(&log)
            .arg("127.0.0.1");
        let mut client = relay(&mut command, &data);
        server.finish(case);
        // The log is complete once the client has ended.
        client.all_lines();

        let log = std::fs::read_to_string(log).expect("a log");
        for part in [
            "- Status: The certificate is trusted.".to_owned(),
            format!("(TLS1.2-X.509)-(ECDHE-{})", names::gnutls_group(case.group)),
            format!("({})", names::gnutls_cipher(case.suite)),
        ] {
            assert!(log.contains(&part), "no {part} in:\n{log}");
        }
    }
}

#[test]
fn python_client() {
    let Some(python) = programs::python() else {
        return;
    };
    for case in Case::all() {
        if case.group == NamedGroup::X25519 {
            continue; // Python cannot ask for it alone.
        }
        let server = Waiting::start(case, u64::MAX);
        let mut command = Command::new(&python);
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/echo_client.py"))
            .args(["--port", &server.port.to_string()])
            .arg("--ca")
            .arg(server.ca())
            .args(["--ciphers", &names::openssl_cipher_list(case.suite)])
            .args(["--group", names::openssl_group(case.group)])
            .arg("--sizes")
            .args(echo::SIZES.map(|size| size.to_string()));
        let mut client = Process::start(&mut command);

        let suite = names::openssl_suite(case.suite);
        client.line_with(&format!("negotiated TLSv1.2 {suite}"));
        for size in echo::SIZES {
            client.line_with(&format!("exchanged {size}"));
        }
        client.line_with("closed by close_notify");
        server.finish(case);
    }
}

#[test]
fn rustls_client() {
    for case in Case::all() {
        if !rustls_peer::supports(case.suite, case.group) {
            continue;
        }
        let server = Waiting::start(case, u64::MAX);
        let provider = rustls_peer::restricted(Some(case.suite), Some(case.group));
        let client = rustls_peer::client(&case.pki().root, provider);
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).expect("it listens");
        let mut stream = rustls::StreamOwned::new(client, patient(stream));

        echo::exchange_all_sizes(&mut stream);
        stream.conn.send_close_notify();
        stream.flush().expect("close_notify can be sent");
        assert_eq!(stream.read(&mut [0; 16]).expect("our server closes"), 0);
        server.finish(case);
    }
}

/// Runs a client that sends what it reads and prints what it gets; sends
/// `data` through it, expects it back, and then ends what the client reads.
fn relay(command: &mut Command, data: &[u8]) -> Process {
    let (process, mut stdin, mut stdout) = Process::start_with_data(command);
    let mut back = vec![0; data.len()];
    std::thread::scope(|scope| {
        scope.spawn(|| stdin.write_all(data).expect("the client takes data"));
        stdout
            .read_exact(&mut back)
            .expect("the client prints data");
    });
    assert!(
        echo::digest(&back) == echo::digest(data),
        "changed on its way"
    );
    process
}
