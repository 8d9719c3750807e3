//! Many clients at once: of the `tls_server` example, some of them resuming and
//! some dying in the middle of the handshake, and of one configuration.
//!
//! A short form runs always, 20,000 connections in the full tier.

#![cfg(feature = "full")]

mod common;
#[path = "soundness/pair.rs"]
#[allow(dead_code, reason = "shared with the tests of sessions")]
mod pair;
#[path = "soundness/pki.rs"]
#[allow(dead_code, reason = "shared with the tests of sessions")]
mod pki;
#[path = "examples/program.rs"]
#[allow(dead_code, reason = "shared with the tests of examples")]
mod program;
#[path = "soundness/wire.rs"]
#[allow(dead_code, reason = "shared with the tests of sessions")]
mod wire;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use embertls::{
    ClientSessions, Handshake, HandshakeError, MemoryTransport, NetContext, ServerName, SslConfig,
    TrustStore,
};

use common::certificates::HOST;
use common::process::{Process, patient};
use common::{PATIENCE, full_tier};

/// How long `tls_server` gives a client for its handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Of so many connections one dies in its handshake; of the rest every third
/// resumes a session.
const DYING: usize = 10;
const RESUMING: usize = 3;

struct Server {
    /// Behind a lock, for its lines are for one reader.
    _process: Mutex<Process>,
    id: u32,
    _folder: tempfile::TempDir,
    port: u16,
    config: SslConfig,
    /// A ClientHello, for those that go no further.
    hello: Vec<u8>,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("hello.txt"), b"hello").unwrap();
        let mut command = Command::new(program::path_of("tls_server"));
        // With one arena for each thread glibc's own swing is larger than what is looked for.
        command.env("MALLOC_ARENA_MAX", "1");
        let mut process =
            Process::start(command.args(["--listen", "127.0.0.1:0"]).arg(folder.path()));
        let line = process.line_with("listening: ");
        let port = line.trim_end_matches('/').rsplit(':').next().unwrap();
        let trust = TrustStore::from_pem_file(process.seen("trust: ").unwrap()).unwrap();
        let config = SslConfig::client().trust_store(trust).build().unwrap();
        Self {
            port: port.parse().unwrap(),
            hello: hello(&config),
            id: process.id(),
            _process: Mutex::new(process),
            _folder: folder,
            config,
        }
    }

    /// Connects, asks for the file, and says whether the session was resumed.
    fn visit(&self, sessions: Option<&ClientSessions>) -> bool {
        let mut net = NetContext::connect(("127.0.0.1", self.port)).unwrap();
        net.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut handshake = Handshake::client(&self.config, name(), net).unwrap();
        if let Some(sessions) = sessions {
            handshake = handshake.remember(sessions);
        }
        let mut session = handshake.complete().unwrap();
        session
            .write_all(b"GET /hello.txt HTTP/1.0\r\n\r\n")
            .unwrap();
        session.flush().unwrap();
        let mut answer = String::new();
        session.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
        session.is_resumed()
    }

    /// Sends so much of a hello and hangs up; with all of it, after the first
    /// byte of the answer.
    fn die_after(&self, len: usize) {
        let mut stream = patient(TcpStream::connect(("127.0.0.1", self.port)).unwrap());
        stream.write_all(&self.hello[..len]).unwrap();
        if len == self.hello.len() {
            stream.read_exact(&mut [0]).unwrap();
        }
    }

    /// Resident memory in KiB.
    #[cfg(target_os = "linux")]
    fn resident(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.unwrap().split_whitespace().nth(1).unwrap();
        number.parse().unwrap()
    }

    #[cfg(target_os = "linux")]
    fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.id);
        fs::read_dir(folder).unwrap().count()
    }

    /// Waits until the connections are gone, which takes the server a moment.
    #[cfg(target_os = "linux")]
    fn settles_to(&self, descriptors: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.descriptors() != descriptors {
            assert!(
                Instant::now() < deadline,
                "{} descriptors are open, {descriptors} were before",
                self.descriptors()
            );
            thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// `connections` from `clients` threads; how many were resumed.
    fn under(&self, clients: usize, connections: usize) -> usize {
        let (next, resumed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| {
                    let sessions = ClientSessions::new(1);
                    self.visit(Some(&sessions));
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= connections {
                            return;
                        }
                        if number % DYING == 0 {
                            self.die_after(number / DYING % (self.hello.len() + 1));
                            continue;
                        }
                        let sessions = (number % RESUMING == 0).then_some(&sessions);
                        resumed.fetch_add(self.visit(sessions).into(), Ordering::Relaxed);
                    }
                });
            }
        });
        resumed.into_inner()
    }
}

#[cfg(target_os = "linux")]
impl Server {
    /// The same, and somebody who comes all the time: how long the slowest of
    /// these visits took.
    fn under_with_prober(&self, clients: usize, connections: usize) -> (usize, Duration) {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let prober = scope.spawn(|| {
                let mut slowest = Duration::ZERO;
                while !over.load(Ordering::Relaxed) {
                    let start = Instant::now();
                    self.visit(None);
                    slowest = slowest.max(start.elapsed());
                }
                slowest
            });
            let resumed = self.under(clients, connections);
            over.store(true, Ordering::Relaxed);
            (resumed, prober.join().unwrap())
        })
    }
}

fn name() -> ServerName {
    ServerName::try_from(HOST).unwrap()
}

fn hello(config: &SslConfig) -> Vec<u8> {
    let handshake = Handshake::client(config, name(), MemoryTransport::new()).unwrap();
    let Err(HandshakeError::WouldBlock(mut handshake)) = handshake.complete() else {
        panic!("nobody answers");
    };
    handshake.get_mut().take_outgoing()
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_under_load_keeps_nothing_and_fails_nobody() {
    let (clients, connections, rounds) = match full_tier() {
        true => (200, 2500, 8),
        false => (20, 100, 4),
    };
    let server = Server::start();
    server.visit(None);
    let idle = {
        // The descriptors of one that nobody is connected to.
        let deadline = Instant::now() + PATIENCE;
        let mut last = server.descriptors();
        loop {
            thread::park_timeout(Duration::from_millis(50));
            let now = server.descriptors();
            if now == last || Instant::now() > deadline {
                break now;
            }
            last = now;
        }
    };

    let (mut resumed, mut slowest, mut resident) = (0, Duration::ZERO, Vec::new());
    for _ in 0..rounds {
        let (more, later) = server.under_with_prober(clients, connections);
        server.settles_to(idle);
        resumed += more;
        slowest = slowest.max(later);
        resident.push(server.resident());
    }
    assert!(slowest < HANDSHAKE_LIMIT, "{slowest:?}");
    // Those that do not die, and whose number is a multiple of three.
    let expected = rounds * (connections / RESUMING - connections / (RESUMING * DYING));
    assert!(
        resumed + clients * rounds >= expected,
        "{resumed} of {expected}"
    );
    println!("{resumed} resumed, slowest {slowest:?}, {resident:?} KiB");
    if full_tier() {
        // What glibc keeps free swings by a sixth from round to round; what is lost stays.
        let (before, after) = resident.split_at(rounds / 2);
        let (before, after) = (before.iter().min(), after.iter().min());
        let (before, after) = before.zip(after).unwrap();
        assert!(after * 100 <= before * 105, "{resident:?} KiB");
    }
}

#[test]
fn a_thousand_threads_share_one_configuration() {
    let threads = if full_tier() { 1000 } else { 50 };
    let (client, server) = (pki::client_config(), pki::server_config());
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                start.wait();
                let mut pair = pair::Pair::with(&client, &server);
                pair::check_exchange(&mut pair.client, &mut pair.server);
            });
        }
    });
}
