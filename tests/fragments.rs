//! Handshake messages in other pieces than one record each (RFC 5246, 6.2.1):
//! split over records, several in a record, and records in pieces of any size.

#![cfg(feature = "full")]

mod common;

use std::process::Command;
use std::sync::Arc;

use embertls::{Alert, CipherSuite, Error, MaxFragmentLength, NamedGroup, Server, SslConfig};
use rustls::{ClientConnection, ServerConnection};
use tempfile::TempDir;

use common::certificates::{Authority, Identity, Leaf};
use common::forger::{self, Forger, KeyCatcher, Peer};
use common::memory::{self, Wire};
use common::process::{Process, ReservedPort, patient};
use common::records::{ALERT, Cut, HANDSHAKE, Record, Reframer};
use common::{echo, ours, programs, rustls_peer};

/// Sizes around those of headers and messages, down to single bytes.
const SIZES: [usize; 9] = [1, 2, 3, 4, 5, 37, 64, 255, 512];

#[test]
fn a_server_that_splits_every_message() {
    let pki = Pki::new(Leaf::new());
    for size in SIZES {
        let mut wire = Reframed::new(Cut::Into(size));
        pki.client_exchanges(&mut wire);
    }
}

#[test]
fn a_server_that_joins_its_messages() {
    Pki::new(Leaf::new()).client_exchanges(&mut Reframed::new(Cut::Merged));
}

#[test]
fn a_server_whose_bytes_come_one_by_one() {
    Pki::new(Leaf::new()).client_exchanges(&mut ByteByByte);
}

#[test]
fn a_client_that_splits_every_message() {
    let pki = Pki::new(Leaf::new());
    for size in SIZES {
        pki.server_exchanges(&mut Reframed::new(Cut::Into(size)));
    }
    pki.server_exchanges(&mut Reframed::new(Cut::Merged));
    pki.server_exchanges(&mut ByteByByte);
}

/// A Certificate message of several full records, and of one byte each.
#[test]
fn a_chain_larger_than_a_record() {
    let pki = Pki::new(Leaf::new());
    let mut identity = pki.identity.clone();
    let unrelated = Authority::root("Unrelated").issue(Leaf::new().padded(15_000));
    for _ in 0..4 {
        identity.chain_pem += &unrelated.chain_pem;
    }
    let pki = Pki { identity, ..pki };
    pki.client_exchanges(&mut memory::Plain);
    pki.client_exchanges(&mut Reframed::new(Cut::Into(1)));
}

/// A leaf of nearly a record: the largest that the engine takes.
#[test]
fn a_leaf_of_nearly_a_record() {
    let pki = Pki::new(Leaf::new().padded(15_000));
    pki.client_exchanges(&mut memory::Plain);
    pki.client_exchanges(&mut Reframed::new(Cut::Into(1)));
    pki.server_exchanges(&mut memory::Plain);
}

#[test]
fn an_encrypted_finished_in_pieces() {
    let pki = Pki::new(Leaf::new());
    for size in [1, 3, 4, 5, 15] {
        let split = |record: Record| match record.kind {
            HANDSHAKE => pieces(&record.content, size),
            _ => vec![record],
        };
        pki.with_forged_server(split, |result| {
            result.unwrap_or_else(|refused| panic!("pieces of {size}: {refused:?}"));
        });
        pki.with_forged_client(split, |result| {
            result.unwrap_or_else(|refused| panic!("pieces of {size}: {refused:?}"));
        });
    }
}

#[test]
fn warnings_between_the_pieces_of_a_finished() {
    let warning = Record::new(ALERT, [1, Alert::UserCanceled.code()]);
    let pki = Pki::new(Leaf::new());
    pki.with_forged_server(
        |record| match record.kind {
            HANDSHAKE => [
                vec![warning.clone()],
                pieces(&record.content, 9),
                vec![warning.clone()],
            ]
            .concat(),
            _ => vec![record],
        },
        |result| {
            result.expect("warnings change nothing");
        },
    );
}

#[test]
fn a_finished_that_is_wrong_is_refused() {
    let pki = Pki::new(Leaf::new());
    let wrong = |record: Record| {
        let mut content = record.content;
        *content.last_mut().expect("a Finished") ^= 1;
        pieces(&content, 5)
    };
    let longer = |record: Record| {
        let mut content = record.content;
        content[3] += 1;
        content.push(0);
        vec![Record::new(HANDSHAKE, content)]
    };
    let of_another_type = |record: Record| {
        let mut content = record.content;
        content[0] = 14;
        pieces(&content, 1)
    };
    let followed_by_more = |record: Record| {
        let more = [record.content, vec![0]].concat();
        vec![Record::new(HANDSHAKE, more)]
    };
    type Rewrite = fn(Record) -> Vec<Record>;
    let cases: [(Rewrite, Alert); 4] = [
        (wrong, Alert::DecryptError),
        (longer, Alert::DecodeError),
        (of_another_type, Alert::UnexpectedMessage),
        (followed_by_more, Alert::UnexpectedMessage),
    ];
    for (rewrite, alert) in cases {
        pki.with_forged_server(rewrite, |result| expect_refusal(result, alert));
        pki.with_forged_client(rewrite, |result| expect_refusal(result, alert));
    }
}

#[test]
fn openssl_with_small_records() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let pki = Pki::new(Leaf::new().padded(2_000));
    for options in [
        &["-max_send_frag", "512"][..],
        &["-max_send_frag", "1024", "-split_send_frag", "512"],
    ] {
        pki.with_openssl(&openssl, options, |server, port| {
            let stream = server.connect(port);
            let config = ours::client(&pki.root).build().expect("sound");
            let mut session = ours::connect(&config, stream).expect("pieces are joined");
            let longest = session.get_ref().records().into_iter();
            let longest = longest.map(|record| record.content.len()).max();
            assert!(longest <= Some(1024), "{longest:?}");
            echo::exchange_all_sizes(&mut session);
        });
    }
}

/// Both sides keep to the length that the client asks for.
#[test]
fn openssl_with_a_maximum_fragment_length() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let pki = Pki::new(Leaf::new().padded(5_000));
    for length in [
        MaxFragmentLength::Bytes512,
        MaxFragmentLength::Bytes1024,
        MaxFragmentLength::Bytes2048,
        MaxFragmentLength::Bytes4096,
    ] {
        pki.with_openssl(&openssl, &[], |server, port| {
            let stream = server.connect(port);
            let config = ours::client(&pki.root).max_fragment_length(length);
            let config = config.build().expect("sound");
            let mut session = ours::connect(&config, stream).expect("pieces are joined");
            echo::exchange_all_sizes(&mut session);

            // What AES-GCM adds to the plaintext: a nonce and a tag.
            let most = length.bytes() + 8 + 16;
            let records = session.get_ref().records();
            let longest = records.iter().map(|record| record.content.len()).max();
            assert!(longest <= Some(most), "{longest:?} bytes for {length:?}");
            assert!(
                longest > Some(length.bytes() / 2),
                "{longest:?} for {length:?}"
            );
        });
    }
}

/// `openssl s_server` through a proxy that cuts its messages into single bytes.
#[test]
fn openssl_behind_a_proxy_that_splits() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let pki = Pki::new(Leaf::new());
    for cut in [Cut::Into(1), Cut::Merged] {
        pki.with_openssl(&openssl, &[], |server, port| {
            let upstream = server.connect(port);
            let mut reframer = Reframer::new(cut);
            let port = common::proxy::start(upstream, move |bytes| reframer.reframe(&bytes));
            let stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
            let config = ours::client(&pki.root).build().expect("sound");
            let mut session = ours::connect(&config, patient(stream)).expect("pieces are joined");
            echo::exchange_all_sizes(&mut session);
        });
    }
}

struct Pki {
    root: Authority,
    identity: Identity,
}

impl Pki {
    fn new(leaf: Leaf) -> Self {
        let root = Authority::root("Fragment Test Root");
        let intermediate = root.intermediate("Fragment Test Intermediate");
        Self {
            identity: intermediate.issue(leaf),
            root,
        }
    }

    /// Our client and a rustls server with this wire in between.
    fn client_exchanges(&self, wire: &mut dyn Wire) {
        let config = ours::client(&self.root).build().expect("sound");
        let provider = rustls_peer::restricted(None, None);
        let config_of_peer = rustls_peer::server_config(&self.identity, provider);
        let mut server = rustls_peer::server(config_of_peer);
        let mut session = memory::connect(&config, &mut server, wire)
            .unwrap_or_else(|refused| panic!("{refused:?}"));
        memory::exchange(&mut session, &mut server, wire, &echo::payload(40_000, 1));
    }

    /// Our server and a rustls client with this wire in between.
    fn server_exchanges(&self, wire: &mut dyn Wire) {
        let config = self.our_server();
        let provider = rustls_peer::restricted(None, None);
        let mut client = rustls_peer::client(&self.root, provider);
        let mut session = memory::accept(&config, &mut client, wire)
            .unwrap_or_else(|refused| panic!("{refused:?}"));
        memory::exchange(&mut session, &mut client, wire, &echo::payload(40_000, 2));
    }

    fn our_server(&self) -> SslConfig<Server> {
        ours::server_accepting(&self.identity, CipherSuite::ALL, NamedGroup::ALL)
    }

    /// A handshake of our client with a rustls server whose encrypted
    /// handshake records are rewritten; when it succeeds, data as well.
    fn with_forged_server(
        &self,
        rewrite: impl Fn(Record) -> Vec<Record>,
        check: impl FnOnce(Result<(), Box<memory::Refused>>),
    ) {
        let keys = Arc::new(KeyCatcher::default());
        let provider = rustls_peer::restricted(Some(forger::SUITE), None);
        let mut config = rustls_peer::server_config(&self.identity, provider);
        config.key_log = keys.clone();
        let mut server: ServerConnection = rustls_peer::server(config);
        let mut forger = Forger::new(Peer::Server, keys, only_handshake(rewrite));

        let config = ours::client(&self.root).build().expect("sound");
        let result = memory::connect(&config, &mut server, &mut forger);
        check(result.map(|mut session| {
            memory::exchange(&mut session, &mut server, &mut forger, b"after the pieces");
        }));
    }

    /// The same with our server and a rustls client.
    fn with_forged_client(
        &self,
        rewrite: impl Fn(Record) -> Vec<Record>,
        check: impl FnOnce(Result<(), Box<memory::Refused>>),
    ) {
        let keys = Arc::new(KeyCatcher::default());
        let provider = rustls_peer::restricted(Some(forger::SUITE), None);
        let mut client: ClientConnection =
            rustls_peer::client_logging(&self.root, provider, keys.clone());
        let mut forger = Forger::new(Peer::Client, keys, only_handshake(rewrite));

        let result = memory::accept(&self.our_server(), &mut client, &mut forger);
        check(result.map(|mut session| {
            memory::exchange(&mut session, &mut client, &mut forger, b"after the pieces");
        }));
    }

    /// Runs `s_server`, which sends back what it gets.
    fn with_openssl(
        &self,
        openssl: &std::path::Path,
        options: &[&str],
        client: impl FnOnce(&mut Process, u16),
    ) {
        let dir = TempDir::new().expect("a folder");
        let files = self.identity.write_to(dir.path());
        let reserved = ReservedPort::new();
        let mut command = Command::new(openssl);
        command
            .args(["s_server", "-quiet", "-naccept", "1", "-tls1_2"])
            .args(["-accept", &format!("127.0.0.1:{}", reserved.port)])
            .args(options)
            .arg("-cert")
            .arg(&files.chain)
            .arg("-cert_chain")
            .arg(&files.intermediates)
            .arg("-key")
            .arg(&files.key);
        let mut server = Process::start_echo(&mut command);
        client(&mut server, reserved.port);
    }
}

fn expect_refusal(result: Result<(), Box<memory::Refused>>, alert: Alert) {
    let refused = result.expect_err("a wrong Finished is refused");
    match refused.ours {
        Error::Handshake(failure) => assert_eq!(failure.alert_sent, Some(alert), "{failure}"),
        other => panic!("{other:?}"),
    }
    let seen = refused.peers.expect("the peer sees an alert");
    let description = rustls::AlertDescription::from(alert.code());
    assert_eq!(seen, rustls::Error::AlertReceived(description));
}

/// The content in records of `size` bytes.
fn pieces(content: &[u8], size: usize) -> Vec<Record> {
    let pieces = content.chunks(size);
    pieces.map(|piece| Record::new(HANDSHAKE, piece)).collect()
}

fn only_handshake(rewrite: impl Fn(Record) -> Vec<Record>) -> impl FnMut(Record) -> Vec<Record> {
    move |record| match record.kind {
        HANDSHAKE => rewrite(record),
        _ => vec![record],
    }
}

/// Cuts the plain messages anew.
struct Reframed(Reframer);

impl Reframed {
    fn new(cut: Cut) -> Self {
        Self(Reframer::new(cut))
    }
}

impl Wire for Reframed {
    fn carry(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        vec![self.0.reframe(&bytes)]
    }
}

/// Changes nothing, but brings every byte by itself.
struct ByteByByte;

impl Wire for ByteByByte {
    fn carry(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        bytes.chunks(1).map(<[u8]>::to_vec).collect()
    }
}
