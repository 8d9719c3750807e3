//! The server under attack, and a client who must not notice.

use std::fs;
use std::io::{Read, Write};
use std::process::Command;

use embertls::{Alert, Handshake, NetContext, ServerName, SslConfig, SslSession, TrustStore};

use crate::client::Client;
use crate::common::PATIENCE;
use crate::common::process::Process;
use crate::program;

/// A `tls_server` with a throwaway certificate, and a session that is open all
/// the time.
pub struct Server {
    _process: Process,
    _folder: tempfile::TempDir,
    port: u16,
    config: SslConfig,
    bystander: SslSession<NetContext>,
}

/// What a client does, up to the point where it must be refused.
pub type Deed = fn(&mut Client);

impl Server {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("hello.txt"), b"hello").unwrap();
        let mut command = Command::new(program::path_of("tls_server"));
        let mut process =
            Process::start(command.args(["--listen", "127.0.0.1:0"]).arg(folder.path()));
        let line = process.line_with("listening: ");
        let port = line.trim_end_matches('/').rsplit(':').next().unwrap();
        let port = port.parse().unwrap();
        let trust = TrustStore::from_pem_file(process.seen("trust: ").unwrap()).unwrap();
        let config = SslConfig::client().trust_store(trust).build().unwrap();
        Self {
            _process: process,
            _folder: folder,
            port,
            bystander: connect(&config, port),
            config,
        }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.port)
    }

    /// Every deed must be answered with its alert, and with nothing else.
    #[track_caller]
    pub fn refuses(&mut self, deeds: &[(&str, Alert, Deed)]) {
        for (name, alert, deed) in deeds {
            let mut client = self.client();
            deed(&mut client);
            client.refused(name, *alert);
        }
        self.is_unharmed();
    }

    /// Who was there before goes on, and who comes now is served.
    #[track_caller]
    pub fn is_unharmed(&mut self) {
        assert!(get(&mut self.bystander).ends_with("hello"));
        let mut newcomer = connect(&self.config, self.port);
        assert!(get(&mut newcomer).ends_with("hello"));
    }
}

fn connect(config: &SslConfig, port: u16) -> SslSession<NetContext> {
    let mut net = NetContext::connect(("127.0.0.1", port)).unwrap();
    net.set_read_timeout(Some(PATIENCE)).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let handshake = Handshake::client(config, name, net).unwrap();
    handshake.complete().unwrap()
}

/// Asks for the file, and leaves the session open.
fn get(session: &mut SslSession<NetContext>) -> String {
    session
        .write_all(b"GET /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    session.flush().unwrap();
    let mut answer = String::new();
    let mut buffer = [0; 4096];
    while !answer.ends_with("\r\n\r\nhello") {
        let len = session.read(&mut buffer).unwrap();
        assert!(len > 0, "{answer}");
        answer.push_str(std::str::from_utf8(&buffer[..len]).unwrap());
    }
    answer
}
