//! curl.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Client, Task, Told};
use crate::common::{echo, programs};
use crate::names;
use crate::ours::server::Service;
use crate::pki::{Case, Pki};
use crate::version;

pub struct Curl;

impl Client for Curl {
    fn name(&self) -> &'static str {
        "curl"
    }

    fn version(&self) -> Option<String> {
        let line = version::first_line(programs::curl()?, "--version")?;
        // The libraries behind the second one are of no interest.
        let parts: Vec<_> = line.split(' ').collect();
        let tls = parts.iter().find(|part| part.starts_with("OpenSSL/"));
        Some(format!("{} {}", parts.get(..2)?.join(" "), tls?))
    }

    fn service(&self) -> Service {
        Service::Http
    }

    fn has(&self, _: Case) -> bool {
        true
    }

    /// It has turned them off in OpenSSL.
    fn takes_tickets(&self) -> bool {
        false
    }

    fn run(&self, pki: &Pki, task: &Task) -> Vec<Told> {
        let dir = pki.folder("curl");
        let (sent, back) = (dir.join("sent"), dir.join("back"));
        let data = echo::payload(task.size, 1);
        fs::write(&sent, &data).expect("a file can be written");
        let mut told = Vec::new();
        for (port, case) in &task.servers {
            let mut command = Command::new(programs::curl().expect("its version is known"));
            for round in 0..task.rounds {
                if round > 0 {
                    command.arg("--next");
                }
                one(&mut command, pki, task, *port, *case);
                command
                    .arg("--data-binary")
                    .arg(format!("@{}", sent.display()));
                command.arg("--output").arg(&back);
            }
            let said = run(&mut command);
            let got = fs::read(&back).unwrap_or_default();
            assert!(got == data, "{} bytes came back changed", data.len());
            told.extend(connections(&said));
        }
        told
    }

    fn page(&self, _: &Pki, ca: &Path, port: u16) -> Option<String> {
        let mut command = Command::new(programs::curl()?);
        command.args(["--silent", "--show-error", "--ipv4", "--noproxy", "*"]);
        command.arg("--cacert").arg(ca);
        command.arg(format!("https://localhost:{port}/"));
        let output = command.output().expect("curl can be run");
        assert!(output.status.success(), "{output:?}");
        Some(String::from_utf8_lossy(&output.stdout).into())
    }
}

/// The options of one transfer.
fn one(command: &mut Command, pki: &Pki, task: &Task, port: u16, case: Option<Case>) {
    command
        .args(["--silent", "--show-error", "--verbose", "--ipv4"])
        .args(["--noproxy", "*", "--tls-max", "1.2", "--header", "Expect:"])
        .arg("--cacert")
        .arg(pki.ca());
    match task.alpn {
        // It has two protocols to offer, the older one by this option.
        Some("http/1.1") => command.arg("--http1.1"),
        Some(other) => panic!("curl cannot be told to offer {other}"),
        None => command.args(["--http1.1", "--no-alpn"]),
    };
    if let Some(case) = case {
        command.args(["--ciphers", &names::openssl_cipher_list(case.suite)]);
        let groups = case.groups();
        let groups: Vec<_> = groups.into_iter().map(names::openssl_group).collect();
        command.args(["--curves", &groups.join(":")]);
    }
    if task.identified {
        let files = pki.client_files();
        command.arg("--cert").arg(files.chain);
        command.arg("--key").arg(files.key);
    }
    command.arg(format!("https://localhost:{port}/"));
}

/// What it says of all its transfers.
fn run(command: &mut Command) -> String {
    let output = command.output().expect("curl can be run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    assert!(said.contains("SSL certificate verify ok."), "{said}");
    said
}

/// It says which messages came: a server that resumes sends no certificate.
fn connections(said: &str) -> Vec<Told> {
    said.split("* Connected to ")
        .skip(1)
        .map(|connection| Told {
            resumed: Some(!connection.contains("(IN), TLS handshake, Certificate (11)")),
            alpn: connection
                .lines()
                .find_map(|line| line.split("ALPN: server accepted ").nth(1))
                .map(|alpn| alpn.trim().into()),
        })
        .collect()
}
