//! `openssl s_client`.

use std::path::Path;
use std::process::Command;

use super::{Client, Task, Told, relay};
use crate::common::certificates::HOST;
use crate::common::process::Process;
use crate::common::programs;
use crate::names;
use crate::pki::{Case, Pki};
use crate::version;

pub struct SClient;

impl Client for SClient {
    fn name(&self) -> &'static str {
        "openssl s_client"
    }

    fn version(&self) -> Option<String> {
        version::first_line(programs::openssl()?, "version")
    }

    fn has(&self, _: Case) -> bool {
        true
    }

    fn run(&self, pki: &Pki, task: &Task) -> Vec<Told> {
        let saved = pki.folder("openssl").join("session");
        let mut told = Vec::new();
        for (port, case) in &task.servers {
            for round in 0..task.rounds {
                let mut command = command(pki, task, *port, *case);
                if task.size > 0 {
                    relay(command.args(["-brief", "-nocommands"]), task.size);
                    told.push(Told::default());
                } else {
                    told.push(facts(&mut command, round, &saved));
                }
            }
        }
        told
    }
}

fn command(pki: &Pki, task: &Task, port: u16, case: Option<Case>) -> Command {
    let openssl = programs::openssl().expect("its version is known");
    let mut command = Command::new(openssl);
    command
        .args(["s_client", "-tls1_2", "-verify_return_error"])
        .args(["-connect", &format!("127.0.0.1:{port}")])
        .args(["-servername", HOST, "-verify_hostname", HOST, "-CAfile"])
        .arg(pki.ca());
    if let Some(case) = case {
        command.args(["-cipher", &names::openssl_cipher_list(case.suite)]);
        let groups: Vec<_> = case.groups();
        let groups: Vec<_> = groups.into_iter().map(names::openssl_group).collect();
        command.args(["-groups", &groups.join(":")]);
    }
    if let Some(alpn) = task.alpn {
        command.args(["-alpn", alpn]);
    }
    if task.identified {
        let files = pki.client_files();
        command.arg("-cert").arg(files.chain);
        command.arg("-key").arg(files.key);
    }
    command
}

/// A session without data.
fn facts(command: &mut Command, round: usize, saved: &Path) -> Told {
    let option = if round == 0 { "-sess_out" } else { "-sess_in" };
    let mut process = Process::start(command.arg(option).arg(saved));
    let resumed = process.line_with(", TLSv1.2, Cipher is ");
    let alpn = process.line_with("ALPN");
    process.line_with("Verify return code: 0 (ok)");
    process.end_input();
    let status = process.wait();
    assert!(status.success(), "{command:?}: {status}");
    Told {
        resumed: Some(resumed.starts_with("Reused, ")),
        alpn: alpn.strip_prefix("ALPN protocol: ").map(Into::into),
    }
}
