//! Clients that are programs in other languages: Python, Node and Java.
//!
//! All take the same arguments, and print one line for each connection:
//! `connection new|reused PROTOCOL same SIZE`.

use std::path::Path;
use std::process::Command;

use super::{Client, Task, Told};
use crate::common::process::Process;
use crate::ours::server::Service;
use crate::pki::{Case, Pki};
use crate::scripts::{self, Language};

pub struct Script {
    language: Language,
    name: &'static str,
    file: &'static str,
    service: Service,
}

pub fn python() -> Script {
    Script {
        language: Language::Python,
        name: "Python ssl",
        file: "client.py",
        service: Service::Echo,
    }
}

pub fn node() -> Script {
    Script {
        language: Language::Node,
        name: "Node tls",
        file: "client.js",
        service: Service::Echo,
    }
}

pub fn java() -> Script {
    Script {
        language: Language::Java,
        name: "Java HttpsURLConnection",
        file: "Client.java",
        service: Service::Http,
    }
}

impl Script {
    fn command(&self, ca: &Path, ports: &[u16], rounds: usize, size: usize) -> Command {
        let mut command = self.language.command(self.file);
        let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
        command.arg("--ca").arg(ca);
        command.args(["--ports", &ports.join(",")]);
        command.args(["--rounds", &rounds.to_string()]);
        command.args(["--size", &size.to_string()]);
        command
    }
}

impl Client for Script {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> Option<String> {
        self.language.version()
    }

    fn service(&self) -> Service {
        self.service
    }

    fn has(&self, case: Case) -> bool {
        scripts::has(self.language, case)
    }

    fn run(&self, pki: &Pki, task: &Task) -> Vec<Told> {
        let ports: Vec<_> = task.servers.iter().map(|(port, _)| *port).collect();
        let mut command = self.command(&pki.ca(), &ports, task.rounds, task.size);
        if let Some(alpn) = task.alpn {
            command.args(["--alpn", alpn]);
        }
        if task.identified {
            let files = pki.client_files();
            command.arg("--cert").arg(files.chain);
            command.arg("--key").arg(files.key);
        }
        let mut process = Process::start(&mut command);
        let lines = process.all_lines().to_vec();
        let status = process.wait();
        assert!(status.success(), "{command:?}: {status}: {lines:?}");
        lines
            .iter()
            .filter_map(|line| told(line, task.size))
            .collect()
    }

    fn page(&self, _: &Pki, ca: &Path, port: u16) -> Option<String> {
        if self.service != Service::Http {
            return None;
        }
        let mut command = self.command(ca, &[port], 1, 0);
        let output = command
            .arg("--get")
            .arg("yes")
            .output()
            .expect("it can be run");
        assert!(output.status.success(), "{output:?}");
        Some(String::from_utf8_lossy(&output.stdout).into())
    }
}

fn told(line: &str, size: usize) -> Option<Told> {
    let parts: Vec<_> = line.split(' ').collect();
    let ["connection", resumed, alpn, "same", bytes] = parts[..] else {
        return None;
    };
    assert_eq!(bytes, size.to_string());
    Some(Told {
        resumed: Some(resumed == "reused"),
        alpn: (alpn != "none").then(|| alpn.into()),
    })
}
