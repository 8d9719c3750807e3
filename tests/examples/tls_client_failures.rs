//! `tls_client`: what it refuses, what fails, and what it says about it.

use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};

use crate::pki::{EXPIRED, GOOD, Leaf, Pki, file_with};
use crate::program::{Run, run};
use crate::servers::{End, closed_port, hang_up, listen, listen_http, listen_tls, wait_for_end};

fn client(args: &[&str]) -> Run {
    run("tls_client", args)
}

/// Runs the client against a server that it must not trust, and looks at the
/// one line of the verdict and at the alert. No data may reach the server.
#[track_caller]
fn refuses(pki: &Pki, leaf: &Leaf<'_>, args: &[&str], flag: &str, alert: &str) {
    let (sender, receiver) = mpsc::channel();
    let port = listen_tls(pki.server_with(leaf, &[&TLS12]), move |mut tls| {
        let result = tls.conn.complete_io(&mut tls.sock);
        let _ = sender.send(result.map_err(|error| error.to_string()));
        Ok(())
    });
    let place = format!("127.0.0.1:{port}");
    let run = client(&[args, &["--connect", &place]].concat()).ended(1);
    let expected = format!("received fatal alert: {alert}");
    assert_eq!(receiver.recv(), Ok(Err(expected)), "{}", run.shown());

    assert_eq!(run.text().lines().next(), Some("Mbed TLS 2.16.0"));
    let verdicts = run.lines("verify: ");
    let expected = format!("depth 0 CN=localhost: MBEDTLS_X509_BADCERT_{flag}: ");
    assert_eq!(verdicts.len(), 1, "{}", run.shown());
    assert!(verdicts[0].starts_with(&expected), "{}", run.shown());
    run.complained(&["certificate verification failed", &place]);
}

#[test]
fn an_expired_certificate() {
    let pki = Pki::new();
    let args = ["localhost", "--ca", &pki.ca_file()];
    refuses(&pki, &EXPIRED, &args, "EXPIRED", "CertificateExpired");
}

#[test]
fn a_certificate_for_another_host() {
    let pki = Pki::new();
    let args = ["other.example", "--ca", &pki.ca_file()];
    refuses(&pki, &GOOD, &args, "CN_MISMATCH", "BadCertificate");
}

#[test]
fn an_unknown_authority() {
    let (pki, other) = (Pki::new(), Pki::new());
    let args = ["localhost", "--ca", &other.ca_file()];
    refuses(&pki, &GOOD, &args, "NOT_TRUSTED", "UnknownCA");
}

#[test]
fn a_revoked_certificate() {
    let pki = Pki::new();
    let crl = pki.crl_file(&[3, GOOD.serial]);
    let crl = crl.path().to_str().expect("a UTF-8 path");
    let args = ["localhost", "--ca", &pki.ca_file(), "--crl", crl];
    refuses(&pki, &GOOD, &args, "REVOKED", "CertificateRevoked");
}

#[test]
fn a_closed_port() {
    let (_socket, port) = closed_port();
    let pki = Pki::new();
    let target = format!("127.0.0.1:{port}");
    client(&[&target, "--ca", &pki.ca_file()])
        .ended(2)
        .complained(&[&format!("connecting to {target}: "), "refused"]);
}

#[test]
fn a_name_that_does_not_exist() {
    let pki = Pki::new();
    let run = client(&["nobody.invalid", "--ca", &pki.ca_file(), "--timeout", "5"]);
    run.ended(2).complained(&["resolving nobody.invalid:443: "]);
}

#[test]
fn silence_ends_with_the_timeout() {
    let pki = Pki::new();
    let port = listen(wait_for_client);
    let target = format!("localhost:{port}");
    let begin = Instant::now();
    let run = client(&[&target, "--ca", &pki.ca_file(), "--timeout", "1"]).ended(2);
    let took = begin.elapsed();
    assert!(took >= Duration::from_secs(1), "{took:?}");
    assert!(took < Duration::from_secs(8), "{took:?}");
    run.complained(&[
        "handshake with localhost",
        "--timeout",
        &format!("127.0.0.1:{port}"),
    ]);
}

#[test]
fn silence_after_the_handshake_as_well() {
    let pki = Pki::new();
    let port = listen_tls(pki.server(&GOOD), |mut tls| {
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(&mut tls.sock)?;
        }
        wait_for_client(tls.sock)
    });
    let target = format!("localhost:{port}");
    let run = client(&[&target, "--ca", &pki.ca_file(), "--timeout", "1"]).ended(2);
    assert_eq!(run.lines("verify: "), ["ok"]);
    run.complained(&["reading the reply of localhost", "--timeout"]);
}

#[test]
fn a_session_that_is_cut_before_the_reply() {
    let pki = Pki::new();
    let port = listen_http(pki.server(&GOOD), End::Cut, |_| Vec::new());
    let target = format!("localhost:{port}");
    client(&[&target, "--ca", &pki.ca_file()])
        .ended(2)
        .complained(&["reading the reply of localhost", "cut"]);
}

#[test]
fn a_server_that_only_says_goodbye_has_answered() {
    let pki = Pki::new();
    let port = listen_tls(pki.server(&GOOD), |mut tls| {
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(&mut tls.sock)?;
        }
        hang_up(tls, End::CloseNotify)
    });
    let target = format!("localhost:{port}");
    let run = client(&[&target, "--ca", &pki.ca_file()]).ended(0);
    assert_eq!(run.lines("step: read: "), ["0 bytes, then close_notify"]);
}

#[test]
fn a_plain_http_server() {
    not_tls(
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        &["not TLS", "HTTP"],
    );
}

#[test]
fn garbage() {
    not_tls(b"\x00\x01garbage\x1b[2J\n\nverify: ok\n", &["not TLS"]);
}

#[test]
fn a_server_that_hangs_up() {
    not_tls(b"", &["handshake with localhost", "cut"]);
}

fn not_tls(answer: &'static [u8], complaint: &[&str]) {
    let pki = Pki::new();
    let port = listen(move |mut stream| {
        stream.write_all(answer)?;
        wait_for_end(stream)
    });
    let target = format!("localhost:{port}");
    let run = client(&[&target, "--ca", &pki.ca_file()]).ended(2);
    assert_eq!(run.lines("verify: "), [""; 0]);
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
    let place = format!("127.0.0.1:{port}");
    run.complained(complaint).complained(&[&place]);
}

#[test]
fn an_alert_is_named() {
    let pki = Pki::new();
    let port = listen(|mut stream| {
        stream.write_all(&[21, 3, 3, 0, 2, 2, 112])?;
        wait_for_end(stream)
    });
    let target = format!("localhost:{port}");
    client(&[&target, "--ca", &pki.ca_file()])
        .ended(2)
        .complained(&["handshake with localhost", "alert unrecognized_name (112)"]);
}

#[test]
fn a_server_without_our_version_is_named_with_both_offers() {
    let pki = Pki::new();
    let port = listen_http(pki.server_with(&GOOD, &[&TLS13]), End::CloseNotify, |_| {
        Vec::new()
    });
    let target = format!("localhost:{port}");
    client(&[&target, "--ca", &pki.ca_file(), "-v"])
        .ended(2)
        .complained(&[
            "alert protocol_version (70)",
            "versions offered: ",
            "cipher suites offered: TLS_ECDHE_",
        ]);
}

#[test]
fn a_ca_file_that_is_missing() {
    client(&["localhost", "--ca", "no/such/file.pem"])
        .ended(2)
        .complained(&["reading no/such/file.pem: "]);
}

#[test]
fn a_ca_file_with_a_fault_is_named_with_its_line() {
    let pki = Pki::new();
    let good = std::fs::read_to_string(pki.ca_file()).expect("the CA is there");
    let broken = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";

    let file = file_with(&format!("# comment\n\n{broken}"));
    let path = file.path().to_str().expect("a UTF-8 path");
    client(&["localhost", "--ca", path])
        .ended(2)
        .complained(&[path, "line 3"]);

    let file = file_with("nothing of use\n");
    let path = file.path().to_str().expect("a UTF-8 path");
    client(&["localhost", "--ca", path])
        .ended(2)
        .complained(&[path, "no certificate found"]);

    // One that cannot be used beside one that can is worth a warning.
    let port = listen_http(pki.server(&GOOD), End::CloseNotify, |_| b"hello\n".into());
    let file = file_with(&format!("{broken}{good}"));
    let path = file.path().to_str().expect("a UTF-8 path");
    let run = client(&[&format!("localhost:{port}"), "--ca", path]).ended(0);
    assert_eq!(run.lines("verify: "), ["ok"]);
    run.complained(&["warning: not trusted: ", path, "line 1"]);
}

#[test]
fn a_crl_file_that_is_none() {
    let pki = Pki::new();
    let ca = pki.ca_file();
    client(&["localhost", "--ca", &ca, "--crl", &ca])
        .ended(2)
        .complained(&[&ca, "no revocation list found"]);
}

#[test]
fn usage_errors_end_with_2() {
    for args in [
        &["https://localhost/"][..],
        &["localhost:0"],
        &["localhost:99999"],
        &["[::1"],
        &[""],
        &["localhost", "--timeout", "0"],
        &["localhost", "--verify", "maybe"],
        &["--ca", "ca.pem"],
    ] {
        let run = client(args).ended(2);
        assert!(
            run.stderr.starts_with("error: "),
            "{args:?}: {}",
            run.stderr
        );
    }
    client(&["local*host"]).ended(2).complained(&["local*host"]);
}

#[test]
fn a_list_of_protocols_that_cannot_be_offered() {
    let pki = Pki::new();
    client(&["localhost", "--ca", &pki.ca_file(), "--alpn", "h2,,h3"])
        .ended(2)
        .complained(&["ALPN"]);
}

/// Says nothing until the client goes.
fn wait_for_client(mut stream: TcpStream) -> std::io::Result<()> {
    std::io::copy(&mut stream, &mut std::io::sink()).map(drop)
}
