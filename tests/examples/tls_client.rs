//! `tls_client`: the demonstration, and connections that work.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::pki::{EXPIRED, GOOD, Leaf, Pki};
use crate::program::{Run, run};
use crate::servers::{End, hang_up, listen_http, listen_tls, read_request};

const ANSWER: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nhello\n";

fn client(args: &[&str]) -> Run {
    run("tls_client", args)
}

/// The names of the steps, in order.
fn steps(run: &Run) -> Vec<&str> {
    let lines = run.lines("step: ");
    let names = lines.iter().map(|line| line.split(':').next());
    names.map(Option::unwrap_or_default).collect()
}

#[test]
fn without_arguments_it_takes_every_step_and_refuses_twice() {
    let run = client(&[]).ended(0);
    assert_eq!(run.text().lines().next(), Some("Mbed TLS 2.16.0"));
    assert_eq!(run.stderr, "");

    let up_to_the_handshake = [
        "initialise",
        "seed",
        "defaults",
        "minimum version",
        "verification",
        "server name",
        "trusted roots",
        "revocation list",
        "alpn",
        "connect",
        "handshake",
        "verification result",
    ];
    let after_it = ["write", "read", "close", "free"];
    let all = [
        &up_to_the_handshake[..],
        &after_it,
        &up_to_the_handshake,
        &up_to_the_handshake,
    ];
    assert_eq!(steps(&run), all.concat());

    let verdicts = run.lines("verify: ");
    let [ok, expired, wrong_host] = verdicts[..] else {
        panic!("{}", run.shown());
    };
    assert_eq!(ok, "ok");
    assert!(
        expired.starts_with("depth 0 CN=localhost: MBEDTLS_X509_BADCERT_EXPIRED: "),
        "{expired}"
    );
    assert!(expired.contains("2021-01-01"), "{expired}");
    assert!(
        wrong_host.starts_with("depth 0 CN=localhost: MBEDTLS_X509_BADCERT_CN_MISMATCH: "),
        "{wrong_host}"
    );
    assert!(wrong_host.contains("other.example"), "{wrong_host}");
    assert_eq!(run.lines("demo: refused, as it should be").len(), 2);
    assert!(
        run.lines("reply: ")
            .contains(&"Hello, client of localhost!")
    );
}

#[test]
fn a_good_server_is_verified_and_answers() {
    let pki = Pki::new();
    let mut config = pki.server(&GOOD);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let port = listen_http(config, End::CloseNotify, |_| ANSWER.into());

    let target = format!("localhost:{port}");
    let run = client(&[&target, "--ca", &pki.ca_file(), "--alpn", "h2,http/1.1"]).ended(0);
    assert_eq!(run.text().lines().next(), Some("Mbed TLS 2.16.0"));
    assert_eq!(run.lines("version: "), ["TLSv1.2"]);
    assert_eq!(run.lines("alpn: "), ["http/1.1"]);
    assert!(run.lines("cipher suite: ")[0].starts_with("TLS_ECDHE_ECDSA_WITH_"));
    assert_eq!(run.lines("verify: "), ["ok"]);
    assert_eq!(run.lines("reply: "), ["HTTP/1.0 200 OK", "", "hello"]);
    assert_eq!(run.stderr, "");
}

#[test]
fn host_and_place_may_differ() {
    let pki = Pki::new();
    let leaf = Leaf {
        name: "www.example",
        ..GOOD
    };
    let port = listen_http(pki.server(&leaf), End::CloseNotify, |_| ANSWER.into());
    let place = format!("127.0.0.1:{port}");
    let run = client(&["www.example", "--connect", &place, "--ca", &pki.ca_file()]).ended(0);
    assert_eq!(run.lines("verify: "), ["ok"]);
}

#[test]
fn an_address_is_verified_as_an_address() {
    let pki = Pki::new();
    let leaf = Leaf {
        name: "127.0.0.1",
        ..GOOD
    };
    let port = listen_http(pki.server(&leaf), End::CloseNotify, |_| ANSWER.into());
    let target = format!("127.0.0.1:{port}");
    let run = client(&[&target, "--ca", &pki.ca_dir()]).ended(0);
    assert_eq!(run.lines("verify: "), ["ok"]);
    let name = run.lines("step: server name: ");
    assert!(name[0].contains("no SNI"), "{name:?}");
}

#[test]
fn an_ipv6_address_stands_in_brackets() {
    // Reserved and not listened on: the address alone matters here.
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("it has an address").port();
    let pki = Pki::new();
    let target = format!("[::1]:{port}");
    client(&[&target, "--ca", &pki.ca_file()])
        .ended(2)
        .complained(&[&format!("connecting to [::1]:{port}: ")]);
}

#[test]
fn optional_verification_lists_the_problems_and_goes_on() {
    let pki = Pki::new();
    let port = listen_http(pki.server(&EXPIRED), End::CloseNotify, |_| ANSWER.into());
    let place = format!("127.0.0.1:{port}");
    let run = client(&[
        "other.example",
        "--connect",
        &place,
        "--ca",
        &pki.ca_file(),
        "--verify",
        "optional",
    ])
    .ended(0);
    let verdicts = run.lines("verify: ");
    assert_eq!(verdicts.len(), 2, "{}", run.shown());
    for flag in ["EXPIRED", "CN_MISMATCH"] {
        let line = format!("depth 0 CN=localhost: MBEDTLS_X509_BADCERT_{flag}: ");
        assert!(
            verdicts.iter().any(|verdict| verdict.starts_with(&line)),
            "{verdicts:?}"
        );
    }
    assert!(run.lines("reply: ").contains(&"hello"));
}

#[test]
fn a_revocation_list_without_the_certificate_changes_nothing() {
    let pki = Pki::new();
    let port = listen_http(pki.server(&GOOD), End::CloseNotify, |_| ANSWER.into());
    let crl = pki.crl_file(&[GOOD.serial + 1]);
    let crl = crl.path().to_str().expect("a UTF-8 path");
    let target = format!("localhost:{port}");
    let run = client(&[&target, "--ca", &pki.ca_file(), "--crl", crl]).ended(0);
    assert_eq!(run.lines("verify: "), ["ok"]);
}

#[test]
fn send_sends_the_text_as_it_is_and_silence_ends_the_reply() {
    let pki = Pki::new();
    let port = listen_tls(pki.server(&GOOD), |mut tls| {
        let mut text = [0; 7];
        tls.read_exact(&mut text)?;
        text.reverse();
        tls.write_all(&text)?;
        tls.flush()?;
        // Neither closes nor says more.
        let mut rest = Vec::new();
        tls.read_to_end(&mut rest).map(drop)
    });
    let target = format!("localhost:{port}");
    let run = client(&[&target, "--ca", &pki.ca_file(), "--send", "-abc\\n-"]).ended(0);
    assert_eq!(run.lines("reply: "), ["-n\\cba-"]);
    assert_eq!(run.lines("step: read: "), ["7 bytes, then silence"]);
}

#[test]
fn a_reply_that_is_cut_off_is_shown_and_said_to_be_cut() {
    let pki = Pki::new();
    let port = listen_http(pki.server(&GOOD), End::Cut, |_| ANSWER.into());
    let target = format!("localhost:{port}");
    let run = client(&[&target, "--ca", &pki.ca_file()]).ended(0);
    assert!(run.lines("reply: ").contains(&"hello"));
    let read = run.lines("step: read: ");
    assert!(read[0].contains("cut without close_notify"), "{read:?}");
}

#[test]
fn a_reply_without_end_is_bounded() {
    let pki = Pki::new();
    let port = listen_tls(pki.server(&GOOD), |mut tls| {
        read_request(&mut tls)?;
        loop {
            tls.write_all(&[b'x'; 1000])?;
            tls.write_all(b"\n")?;
        }
    });
    let target = format!("localhost:{port}");
    let ca = pki.ca_file();
    let short = client(&[&target, "--ca", &ca]).ended(0);
    assert!(short.stdout.len() < 8 * 1024, "{}", short.stdout.len());
    let long = client(&[&target, "--ca", &ca, "-v"]).ended(0);
    assert!(long.stdout.len() < 72 * 1024, "{}", long.stdout.len());
    assert_eq!(
        long.lines("step: read: "),
        ["65536 bytes, and there may be more"]
    );
}

#[test]
fn a_hostile_server_cannot_forge_a_verdict_or_drive_the_terminal() {
    let pki = Pki::new();
    let leaf = Leaf {
        subject: "x\nverify: ok\r\u{1b}[2J",
        ..EXPIRED
    };
    let port = listen_http(pki.server(&leaf), End::CloseNotify, |_| {
        b"verify: ok\nx\rverify: ok\n\x1b[1;1Hverify: ok\n\xe2\x80\xaeko :yfirev\n".into()
    });
    let target = format!("localhost:{port}");
    let ca = pki.ca_file();
    for verbose in [&[][..], &["-v"]] {
        let args = [&[&target, "--ca", &ca, "--verify", "optional"], verbose].concat();
        let run = client(&args).ended(0);
        let verdicts = run.lines("verify: ");
        assert_eq!(verdicts.len(), 1, "{}", run.shown());
        assert!(verdicts[0].starts_with("depth 0 CN=x"), "{verdicts:?}");
        let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!run.text().contains(bad), "{:?}", run.text());
        assert!(!run.stderr.contains(bad), "{:?}", run.stderr);
    }
}

#[test]
fn close_notify_ends_the_session_on_both_sides() {
    let pki = Pki::new();
    let (sender, receiver) = std::sync::mpsc::channel();
    let port = listen_tls(pki.server(&GOOD), move |mut tls| {
        read_request(&mut tls)?;
        tls.write_all(ANSWER)?;
        tls.conn.send_close_notify();
        tls.flush()?;
        // Gives 0 only for close_notify; a cut is an error.
        let _ = sender.send(tls.read(&mut [0; 16]).ok());
        hang_up(tls, End::CloseNotify)
    });
    let target = format!("localhost:{port}");
    let run = client(&[&target, "--ca", &pki.ca_file()]).ended(0);
    assert_eq!(run.lines("step: close: "), ["close_notify is sent"]);
    assert_eq!(receiver.recv(), Ok(Some(0)));
}
