//! `gnutls-cli`.

use std::process::Command;

use super::{Client, Task, Told, relay};
use crate::common::certificates::HOST;
use crate::common::process::Process;
use crate::common::programs;
use crate::names;
use crate::pki::{Case, Pki};
use crate::version;

pub struct Cli;

impl Client for Cli {
    fn name(&self) -> &'static str {
        "gnutls-cli"
    }

    fn version(&self) -> Option<String> {
        version::first_line(programs::gnutls_cli()?, "--version")
    }

    fn has(&self, _: Case) -> bool {
        true
    }

    /// It connects twice by itself.
    fn rounds(&self) -> usize {
        2
    }

    fn run(&self, pki: &Pki, task: &Task) -> Vec<Told> {
        let mut told = Vec::new();
        for (port, case) in &task.servers {
            let mut command = command(pki, task, *port, *case);
            if task.size > 0 {
                let log = pki.folder("gnutls").join("log");
                relay(command.arg("--logfile").arg(log), task.size);
                told.push(Told::default());
            } else {
                told.extend(facts(&mut command, task.rounds));
            }
        }
        told
    }
}

fn command(pki: &Pki, task: &Task, port: u16, case: Option<Case>) -> Command {
    let gnutls_cli = programs::gnutls_cli().expect("its version is known");
    let priority = match case {
        Some(case) => {
            let mut priority = names::gnutls_priority(case.suite, case.group);
            for group in case.groups().into_iter().skip(1) {
                priority += &format!(":+GROUP-{}", names::gnutls_group(group));
            }
            priority
        }
        None => "NORMAL:-VERS-ALL:+VERS-TLS1.2".into(),
    };
    let mut command = Command::new(gnutls_cli);
    command
        .args(["--port", &port.to_string(), "--priority", &priority])
        .args(["--sni-hostname", HOST, "--verify-hostname", HOST])
        .arg("--x509cafile")
        .arg(pki.ca());
    if let Some(alpn) = task.alpn {
        command.args(["--alpn", alpn]);
    }
    if task.identified {
        let files = pki.client_files();
        command.arg("--x509certfile").arg(files.chain);
        command.arg("--x509keyfile").arg(files.key);
    }
    command.arg("127.0.0.1");
    command
}

/// Sessions without data, two where they shall be resumed.
fn facts(command: &mut Command, rounds: usize) -> Vec<Told> {
    if rounds > 1 {
        command.arg("--resume");
    }
    let mut process = Process::start(command);
    process.line_with("- Status: The certificate is trusted.");
    process.line_with("(TLS1.2-X.509)");
    if rounds > 1 {
        process.line_with("Resume Handshake was completed");
    }
    process.end_input();
    let lines = process.all_lines();
    let alpn = lines
        .iter()
        .find_map(|line| line.strip_prefix("- Application protocol: "))
        .map(Into::into);
    let resumed = lines
        .iter()
        .any(|line| line.contains("*** This is a resumed session"));
    let again = (rounds > 1).then_some(Told {
        resumed: Some(resumed),
        alpn: None,
    });
    let first = Told {
        resumed: Some(false),
        alpn,
    };
    [first].into_iter().chain(again).collect()
}
