//! Servers that are programs in other languages: Python, Node and Java.
//!
//! All take the same arguments, print their port, and then one line for each
//! connection: `connection new|reused PROTOCOL CLIENT`.

use std::net::TcpStream;

use super::{Running, Server, Setup, Told, exchange};
use crate::common::process::Process;
use crate::ours::By;
use crate::ours::client::Session;
use crate::pki::{Case, Pki};
use crate::scripts::{self, Language};

pub struct Script {
    language: Language,
    name: &'static str,
    file: &'static str,
}

pub const PYTHON: Script = Script {
    language: Language::Python,
    name: "Python ssl",
    file: "server.py",
};

pub const NODE: Script = Script {
    language: Language::Node,
    name: "Node tls",
    file: "server.js",
};

pub const JAVA: Script = Script {
    language: Language::Java,
    name: "Java SSLServerSocket",
    file: "Server.java",
};

impl Server for Script {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> Option<String> {
        self.language.version()
    }

    fn has(&self, case: Case) -> bool {
        scripts::has(self.language, case)
    }

    fn start(&self, pki: &Pki, setup: Setup) -> Box<dyn Running> {
        let files = pki.server_files(setup.key);
        let mut command = self.language.command(self.file);
        command.arg("--cert").arg(files.chain);
        command.arg("--key").arg(files.key);
        command.args([
            "--tickets",
            if setup.by == By::Ticket { "yes" } else { "no" },
        ]);
        if let Some(alpn) = setup.alpn {
            command.args(["--alpn", alpn]);
        }
        if setup.asks {
            command.arg("--client-ca").arg(pki.client_ca());
        }
        let mut process = Process::start(&mut command);
        let line = process.line_with("port ");
        let port = line.trim_start_matches("port ").parse();
        let port = port.unwrap_or_else(|_| panic!("{line}"));
        Box::new(Started { process, port })
    }
}

struct Started {
    process: Process,
    port: u16,
}

impl Running for Started {
    fn connect(&mut self) -> TcpStream {
        self.process.connect(self.port)
    }

    fn talk(&mut self, session: &mut Session, size: usize) -> Told {
        exchange(session, size);
        let line = self.process.next_line_with("connection ");
        let parts: Vec<_> = line.split(' ').collect();
        let ["connection", resumed, alpn, client] = parts[..] else {
            panic!("{line}");
        };
        let some = |text: &str| (text != "none").then(|| text.to_owned());
        Told {
            resumed: Some(resumed == "reused"),
            alpn: some(alpn),
            client: some(client),
        }
    }
}
