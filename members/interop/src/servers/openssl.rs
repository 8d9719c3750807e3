//! `openssl s_server`: as one that sends back data, as one that sends a page
//! about the session, or as one that prints what it knows of the client.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use super::{Running, Server, Setup, Told, exchange};
use crate::common::process::{Process, ReservedPort};
use crate::common::programs;
use crate::ours::By;
use crate::ours::client::Session;
use crate::pki::{Case, Pki};
use crate::version;

pub struct SServer;

impl Server for SServer {
    fn name(&self) -> &'static str {
        "openssl s_server"
    }

    fn version(&self) -> Option<String> {
        version::first_line(programs::openssl()?, "version")
    }

    fn has(&self, _: Case) -> bool {
        true
    }

    fn start(&self, pki: &Pki, setup: Setup) -> Box<dyn Running> {
        let files = pki.server_files(setup.key);
        let port = ReservedPort::new();
        let mut command = Command::new(programs::openssl().expect("its version is known"));
        command
            .args(["s_server", "-tls1_2", "-cipher", "ALL:@SECLEVEL=0"])
            .args(["-accept", &format!("127.0.0.1:{}", port.port)])
            .arg("-cert")
            .arg(&files.chain)
            .arg("-cert_chain")
            .arg(&files.intermediates)
            .arg("-key")
            .arg(&files.key);
        if setup.by == By::Id {
            command.arg("-no_ticket");
        }
        if let Some(alpn) = setup.alpn {
            command.args(["-alpn", alpn]);
        }
        if setup.asks {
            command.args(["-Verify", "3", "-verify_return_error", "-CAfile"]);
            command.arg(pki.client_ca());
        }
        let process = match (setup.echo, setup.prints()) {
            (true, _) => Process::start_echo(command.arg("-quiet")),
            (false, true) => Process::start(&mut command),
            (false, false) => Process::start(command.arg("-www")),
        };
        Box::new(Started {
            process,
            port,
            setup,
        })
    }
}

struct Started {
    process: Process,
    port: ReservedPort,
    setup: Setup,
}

impl Running for Started {
    fn connect(&mut self) -> TcpStream {
        self.process.connect(self.port.port)
    }

    fn talk(&mut self, session: &mut Session, size: usize) -> Told {
        if self.setup.echo {
            exchange(session, size);
            return Told::default();
        }
        let request = session.write_all(b"GET / HTTP/1.0\r\n\r\n");
        request.and_then(|()| session.flush()).expect("a request");
        if self.setup.prints() {
            return self.printed();
        }
        let mut page = String::new();
        session.read_to_string(&mut page).expect("a page");
        let line = page
            .lines()
            .find(|line| line.contains(", TLSv1.2, Cipher is "));
        let line = line.unwrap_or_else(|| panic!("{page}"));
        Told {
            resumed: Some(line.starts_with("Reused, ")),
            ..Told::default()
        }
    }
}

impl Started {
    /// What it prints, before the data that came.
    fn printed(&mut self) -> Told {
        let lines = self.process.lines_until("GET / HTTP/1.0");
        let last_word = |prefix: &str| {
            let line = lines.iter().find(|line| line.starts_with(prefix))?;
            line.rsplit(' ').next().map(str::to_owned)
        };
        Told {
            resumed: None,
            alpn: last_word("ALPN protocols selected: "),
            client: last_word("subject="),
        }
    }
}

impl Setup {
    /// Whether only what it prints says what is wanted.
    fn prints(self) -> bool {
        self.alpn.is_some() || self.asks
    }
}
