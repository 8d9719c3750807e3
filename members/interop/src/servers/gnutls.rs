//! `gnutls-serv`.

use std::net::TcpStream;
use std::process::Command;

use super::{Running, Server, Setup, Told, exchange};
use crate::common::process::{Process, ReservedPort};
use crate::common::programs;
use crate::ours::By;
use crate::ours::client::Session;
use crate::pki::{Case, Pki};
use crate::version;

/// Everything that it has for TLS 1.2 with forward secrecy.
const PRIORITY: &str = "NONE:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+AES-256-GCM:\
                        +CHACHA20-POLY1305:+AES-128-CCM:+AES-256-CCM:+AES-128-CCM-8:\
                        +AES-256-CCM-8:+AEAD:+SIGN-ALL:+COMP-NULL:+GROUP-EC-ALL:+CTYPE-X509";

pub struct Serv;

impl Server for Serv {
    fn name(&self) -> &'static str {
        "gnutls-serv"
    }

    fn version(&self) -> Option<String> {
        version::first_line(programs::gnutls_serv()?, "--version")
    }

    fn has(&self, _: Case) -> bool {
        true
    }

    fn start(&self, pki: &Pki, setup: Setup) -> Box<dyn Running> {
        let files = pki.server_files(setup.key);
        let port = ReservedPort::new();
        let mut command = Command::new(programs::gnutls_serv().expect("its version is known"));
        command
            .args(["--echo", "--crlf", "--port", &port.port.to_string()])
            .args(["--priority", PRIORITY, "--x509certfile"])
            .arg(&files.chain)
            .arg("--x509keyfile")
            .arg(&files.key);
        if setup.by == By::Id {
            command.arg("--noticket");
        }
        if let Some(alpn) = setup.alpn {
            command.args(["--alpn", alpn]);
        }
        if setup.asks {
            command.args([
                "--require-client-cert",
                "--verify-client-cert",
                "--x509cafile",
            ]);
            command.arg(pki.client_ca());
        } else {
            command.arg("--disable-client-cert");
        }
        let mut process = Process::start(&mut command);
        process.line_with("listening on IPv4");
        Box::new(Started { process, port })
    }
}

struct Started {
    process: Process,
    port: ReservedPort,
}

impl Running for Started {
    fn connect(&mut self) -> TcpStream {
        self.process.connect(self.port.port)
    }

    fn talk(&mut self, session: &mut Session, size: usize) -> Told {
        exchange(session, size);
        let lines = self.process.lines_until("- Channel bindings");
        let rest = |prefix: &str| {
            let mut lines = lines.iter();
            lines.find_map(|line| line.split(prefix).nth(1).map(str::to_owned))
        };
        assert!(rest("(TLS1.2-X.509)").is_some(), "{lines:?}");
        Told {
            resumed: Some(rest("This is a resumed session").is_some()),
            alpn: rest("- Application protocol: "),
            client: rest("	Subject: CN="),
        }
    }
}
