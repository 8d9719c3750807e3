//! `psk`: both sides on this machine, and with OpenSSL.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::program::{path_of, run};

const KEY: &str = "6bc1bee22e409f96e93d7e117393172a";

#[test]
fn without_arguments_one_client_is_answered_and_two_are_refused() {
    let run = run("psk", &[]).ended(0);
    assert_eq!(run.text().lines().next(), Some("Mbed TLS 2.16.0"));
    let answered = run.lines("1 of 3: ");
    let suite = "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256 with the key of \"kitchen\"";
    assert!(answered[0].starts_with(suite), "{}", run.shown());
    assert!(
        answered[0].ends_with("answer: you said hello"),
        "{}",
        run.shown()
    );
    assert!(
        run.lines("2 of 3")[0].ends_with("bad_record_mac (20)"),
        "{}",
        run.shown()
    );
    assert!(
        run.lines("3 of 3")[0].ends_with("unknown_psk_identity (115)"),
        "{}",
        run.shown()
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn a_server_and_a_client_read_their_keys_from_a_file() {
    let dir = tempfile::TempDir::new().unwrap();
    let file = dir.path().join("keys.txt");
    std::fs::write(&file, format!("# ours\nkitchen:{KEY}\n")).unwrap();
    let file = file.to_str().unwrap();
    let mut server = Command::new(path_of("psk"))
        .args(["serve", "127.0.0.1:0", "--key-file", file])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let listening = lines.next().unwrap().unwrap();
    let address = listening.strip_prefix("listening on ").unwrap().to_owned();
    let client = run(
        "psk",
        &[
            "connect",
            &address,
            "--identity",
            "kitchen",
            "--key-file",
            file,
        ],
    );
    let seen = lines.next();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(client.ended(0).text().contains("answer: you said hello"));
    assert!(seen.unwrap().unwrap().contains("the key of \"kitchen\""));
    run(
        "psk",
        &[
            "connect",
            &address,
            "--identity",
            "attic",
            "--key-file",
            file,
        ],
    )
    .ended(1)
    .complained(&["no key for \"attic\""]);
}
