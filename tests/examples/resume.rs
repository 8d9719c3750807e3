//! `resume`: by ticket, by id, saved, and when not.

use std::io;

use super::pki::{GOOD, Pki};
use super::program::run;
use super::servers::{self, End};

/// The kinds of the handshakes that it tells of, in order.
fn kinds(text: &str) -> Vec<&'static str> {
    let lines = text.lines().map(str::trim_start);
    lines
        .filter_map(|line| match line {
            _ if line.starts_with("full handshake") => Some("full"),
            _ if line.starts_with("resumed") => Some("resumed"),
            _ => None,
        })
        .collect()
}

#[test]
fn without_arguments_it_shows_all_ways_on_this_machine() {
    let run = run("resume", &[]).ended(0);
    let text = run.text();
    assert!(text.starts_with("Mbed TLS 2.16.0\n"), "{text}");
    let parts: Vec<_> = text.split("\n\n").skip(1).map(kinds).collect();
    let [full, resumed] = ["full", "resumed"];
    let expected = [
        vec![full, resumed, resumed],
        vec![resumed, resumed],
        vec![full, resumed],
        vec![full],
        vec![full, resumed, resumed],
    ];
    assert_eq!(parts, expected, "{text}");
    assert!(text.contains("the saved session does not fit"), "{text}");
    assert!(!text.contains("not verified"), "{text}");
}

#[test]
fn with_a_server_it_connects_several_times() {
    let pki = Pki::new();
    let config = pki.server_with(&GOOD, &[&rustls::version::TLS12]);
    let port = servers::listen_tls(config, |mut tls| {
        // Until the client closes.
        io::copy(&mut tls, &mut io::sink())?;
        servers::hang_up(tls, End::CloseNotify)
    });
    let target = format!("localhost:{port}");
    let run = run("resume", &[&target, "--ca", &pki.ca_file()]).ended(0);
    let expected = ["full", "resumed", "resumed"];
    assert_eq!(kinds(run.text()), expected, "{}", run.shown());
}

#[test]
fn mistakes_are_told() {
    run("resume", &["localhost:http"])
        .ended(1)
        .complained(&["resume: \"http\" in \"localhost:http\" is no port"]);
    run("resume", &["localhost", "--ca", "/nonexistent"])
        .ended(1)
        .complained(&["resume: ", "/nonexistent"]);
}
