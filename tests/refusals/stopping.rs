//! Peers that stop in the middle of the handshake: at every message, and in
//! the middle of every message.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use embertls::{CipherSuite, Error, Handshake, NamedGroup, NetContext, ServerName};

use crate::common::certificates::{Authority, HOST, Identity, Leaf};
use crate::common::memory::{self, Wire};
use crate::common::process::patient;
use crate::common::records::{HANDSHAKE, Reader, Record, Sent};
use crate::common::{PATIENCE, ours, proxy, rustls_peer};

/// What a server sends, in its order.
const FROM_SERVER: [&str; 6] = [
    "ServerHello",
    "the server's Certificate",
    "ServerKeyExchange",
    "CertificateRequest or ServerHelloDone",
    "ChangeCipherSpec",
    "Finished",
];

/// What a client sends.
const FROM_CLIENT: [&str; 4] = [
    "ClientHello",
    "ClientKeyExchange",
    "ChangeCipherSpec",
    "Finished",
];

#[test]
fn a_server_that_closes() {
    let pki = Pki::new();
    for (passed, awaited) in FROM_SERVER.iter().enumerate() {
        for rest in [0, 1, 5, 6, 12] {
            let refused = pki.client_with(Stop::after(passed, rest));
            expect_cut(refused.expect_err("the server stops"), awaited, rest);
        }
    }
    let whole = pki.client_with(Stop::after(FROM_SERVER.len(), 0));
    assert!(
        whole.is_ok(),
        "the server sends {} messages",
        FROM_SERVER.len()
    );
}

#[test]
fn a_client_that_closes() {
    let pki = Pki::new();
    for (passed, awaited) in FROM_CLIENT.iter().enumerate() {
        for rest in [0, 1, 5, 6, 12] {
            let refused = pki.server_with(Stop::after(passed, rest));
            expect_cut(refused.expect_err("the client stops"), awaited, rest);
        }
    }
    let whole = pki.server_with(Stop::after(FROM_CLIENT.len(), 0));
    assert!(
        whole.is_ok(),
        "the client sends {} messages",
        FROM_CLIENT.len()
    );
}

/// Each at once, because all that they do is wait.
#[test]
fn a_server_that_falls_silent() {
    let pki = Pki::new();
    std::thread::scope(|scope| {
        for (passed, awaited) in FROM_SERVER.iter().enumerate() {
            let pki = &pki;
            scope.spawn(move || pki.client_waits_in_vain(passed, awaited));
        }
    });
}

struct Pki {
    root: Authority,
    identity: Identity,
}

impl Pki {
    fn new() -> Self {
        let root = Authority::root("Stopping Test Root");
        Self {
            identity: root.issue(Leaf::new()),
            root,
        }
    }

    fn rustls_server(&self) -> rustls::ServerConfig {
        let provider = rustls_peer::restricted(None, None);
        rustls_peer::server_config(&self.identity, provider)
    }

    fn client_with(&self, mut stop: Stop) -> Result<(), Box<memory::Refused>> {
        let config = ours::client(&self.root).build().expect("sound");
        let mut server = rustls_peer::server(self.rustls_server());
        memory::connect(&config, &mut server, &mut stop).map(drop)
    }

    fn server_with(&self, mut stop: Stop) -> Result<(), Box<memory::Refused>> {
        let config = ours::server_accepting(&self.identity, CipherSuite::ALL, NamedGroup::ALL);
        let mut client = rustls_peer::client(&self.root, rustls_peer::restricted(None, None));
        memory::accept(&config, &mut client, &mut stop).map(drop)
    }

    fn client_waits_in_vain(&self, passed: usize, awaited: &str) {
        let (port, server) = rustls_peer::serve_with(self.rustls_server(), |mut stream| {
            // Until the client gives up.
            let mut data = Vec::new();
            let _ = stream.read_to_end(&mut data);
            let _ = stream.flush();
        });
        let upstream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        let mut stop = Stop::after(passed, 0);
        let port = proxy::start(patient(upstream), move |bytes| stop.carry(bytes).concat());

        let net = NetContext::connect(("127.0.0.1", port)).expect("it listens");
        let name = ServerName::try_from(HOST).expect("a name");
        let config = ours::client(&self.root).build().expect("sound");
        let limit = Duration::from_millis(500);
        let start = Instant::now();
        let handshake = Handshake::client(&config, name, net).expect("memory");
        let result = handshake.complete_within(limit);
        let took = start.elapsed();
        let error = result.expect_err("the server is silent").into_error();
        assert!(took >= limit && took < PATIENCE, "{awaited}: {took:?}");
        match error {
            Error::Io { source, .. } => assert_eq!(source.kind(), ErrorKind::TimedOut),
            other => panic!("{awaited}: {other:?}"),
        }
        server.join().expect("the server sees the client go");
    }
}

fn expect_cut(refused: Box<memory::Refused>, awaited: &str, rest: usize) {
    let Error::Io { action, source } = refused.ours else {
        panic!("{awaited}: {refused:?}");
    };
    assert_eq!(
        source.kind(),
        ErrorKind::UnexpectedEof,
        "{awaited}: {source}"
    );
    assert!(action.contains(awaited), "{action} instead of {awaited}");
    let middle = source.to_string().contains("in the middle");
    assert_eq!(middle, rest > 0, "{awaited}, {rest} bytes: {source}");
}

/// Lets so many messages through, then so many bytes, then nothing.
struct Stop {
    reader: Reader,
    messages: usize,
    bytes: usize,
    stopped: bool,
}

impl Stop {
    fn after(messages: usize, bytes: usize) -> Self {
        Self {
            reader: Reader::default(),
            messages,
            bytes,
            stopped: false,
        }
    }
}

impl Wire for Stop {
    fn carry(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for sent in self.reader.read(&bytes) {
            let record = match sent {
                Sent::Message(message) => Record::new(HANDSHAKE, message),
                Sent::Record(record) => record,
            };
            let mut bytes = record.to_bytes();
            if self.messages == 0 {
                bytes.truncate(self.bytes.min(bytes.len() - 1));
                self.bytes = 0;
                self.stopped = true;
            } else {
                self.messages -= 1;
            }
            out.push(bytes);
            if self.stopped {
                break;
            }
        }
        out
    }

    fn is_cut(&self) -> bool {
        self.stopped
    }
}
