//! Two shims and what is between them.
//!
//! Each connects to us, as it would to the runner, and says which it is. We
//! carry the records from one to the other.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use embertls::testing::{Authority, Leaf};
use tempfile::TempDir;

/// Far more than anything takes; then the connections are cut.
const PATIENCE: Duration = Duration::from_secs(120);

const ENDED: u64 = 0;
const CLIENT: u64 = 1;
const SERVER: u64 = 2;

/// What is done to the records on their way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Clean,
    /// The last bit of the client's first record of data is turned.
    DamagesClientData,
    /// What the server sends ends with its first record of data.
    CutsServerData,
}

/// How a shim ended.
pub struct Ended {
    pub status: Option<i32>,
    pub said: String,
}

/// Files for the shims.
pub struct Runner {
    directory: TempDir,
}

impl Runner {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let runner = Self { directory };
        let authority = Authority::new();
        fs::write(runner.file("root"), authority.pem()).unwrap();
        fs::write(runner.file("strangers"), Authority::new().pem()).unwrap();
        runner.write("server", &authority.server_leaf(["test"]));
        runner.write("client", &authority.client_leaf("somebody"));
        runner
    }

    fn write(&self, name: &str, leaf: &Leaf) {
        fs::write(self.file(name), &leaf.certificate_pem).unwrap();
        fs::write(self.file(&format!("{name}-key")), &leaf.key_pem).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Both sides with these flags, where `@name` is one of our files.
    pub fn run(&self, way: Way, client: &str, server: &str) -> (Ended, Ended) {
        let ipv6 = client.contains("-ipv6");
        let listener = TcpListener::bind(if ipv6 { "[::1]:0" } else { "127.0.0.1:0" }).unwrap();
        let address = listener.local_addr().unwrap();
        let server = format!("-server -cert-file @server -key-file @server-key {server}");
        let client = format!("-trust-cert @root {client}");
        let mut server = server;
        if ipv6 {
            server.push_str(" -ipv6");
        }
        let start = |id: u64, flags: &str| {
            let port = address.port().to_string();
            let mut command = Command::new(env!("CARGO_BIN_EXE_bogo_shim"));
            command.args(["-port", &port, "-shim-id", &id.to_string()]);
            command.args(flags.split_whitespace().map(|word| self.argument(word)));
            command.stdin(Stdio::null());
            thread::spawn(move || {
                let output = command.output().unwrap();
                // Wakes whoever waits for a connection.
                let mut notice = TcpStream::connect(address).unwrap();
                notice.write_all(&ENDED.to_le_bytes()).unwrap();
                output
            })
        };
        let client = start(CLIENT, &client);
        let server = start(SERVER, &server);
        carry(&listener, way);
        (ended(client), ended(server))
    }

    fn argument(&self, word: &str) -> String {
        match word.strip_prefix('@') {
            Some(name) => self.file(name).to_str().unwrap().to_owned(),
            // A length before a name.
            None => word.replace("\\2", "\u{2}").replace("\\3", "\u{3}"),
        }
    }

    /// Both sides end well.
    pub fn agree(&self, client: &str, server: &str) {
        let (client_ended, server_ended) = self.run(Way::Clean, client, server);
        for (ended, side) in [(client_ended, "client"), (server_ended, "server")] {
            assert_eq!(
                (ended.status, ended.said.as_str()),
                (Some(0), ""),
                "the {side}, with {client} | {server}"
            );
        }
    }

    /// Both sides fail, and say so.
    pub fn disagree(&self, client: &str, of_client: &str, server: &str, of_server: &str) {
        let (client_ended, server_ended) = self.run(Way::Clean, client, server);
        client_ended.fails_with(of_client);
        server_ended.fails_with(of_server);
    }
}

impl Ended {
    #[track_caller]
    pub fn fails_with(&self, words: &str) {
        assert_eq!(self.status, Some(1), "{}", self.said);
        assert!(self.said.contains(words), "{words:?} in {:?}", self.said);
    }
}

/// Ends by itself, with these flags alone.
pub fn alone(flags: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bogo_shim"));
    command.args(flags.split_whitespace()).stdin(Stdio::null());
    command.output().unwrap()
}

fn ended(shim: JoinHandle<Output>) -> Ended {
    let output = shim.join().unwrap();
    assert!(output.stdout.is_empty());
    Ended {
        status: output.status.code(),
        said: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Pairs the connections until both shims have ended.
fn carry(listener: &TcpListener, way: Way) {
    let mut clients = VecDeque::new();
    let mut servers = VecDeque::new();
    let mut carriers = Vec::new();
    let mut ended = 0;
    while ended < 2 {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut id = [0; 8];
        stream.read_exact(&mut id).unwrap();
        match u64::from_le_bytes(id) {
            CLIENT => clients.push_back(stream),
            SERVER => servers.push_back(stream),
            ENDED => {
                ended += 1;
                // Nobody comes for these any more.
                clients.clear();
                servers.clear();
            }
            other => panic!("a shim says that it is {other}"),
        }
        if let (Some(client), Some(server)) = (clients.front(), servers.front()) {
            let there = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
            carriers.push(thread::spawn(move || one_way(there, way, true)));
            carriers.push(thread::spawn(move || one_way(back, way, false)));
            clients.pop_front();
            servers.pop_front();
        }
    }
    for carrier in carriers {
        carrier.join().unwrap();
    }
}

/// Carries records until there are no more.
fn one_way((mut from, mut to): (TcpStream, TcpStream), way: Way, of_client: bool) {
    let mut is_first = true;
    while let Ok(mut record) = record(&mut from) {
        if record[0] == 23 && is_first {
            is_first = false;
            match way {
                Way::DamagesClientData if of_client => *record.last_mut().unwrap() ^= 1,
                Way::CutsServerData if !of_client => break,
                _ => {}
            }
        }
        if to.write_all(&record).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn record(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut record = vec![0; 5];
    from.read_exact(&mut record)?;
    let len = usize::from(u16::from_be_bytes([record[3], record[4]]));
    record.resize(5 + len, 0);
    from.read_exact(&mut record[5..])?;
    Ok(record)
}
