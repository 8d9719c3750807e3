//! The key log, as it is used: tshark reads a session of ours with it.

#![cfg(feature = "full")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use embertls::{
    CipherSuite, ClientSessions, Error, Handshake, MemoryTransport, NamedGroup, Server, ServerName,
    SslConfig, SslSession, TicketKeys,
};
use tempfile::TempDir;

use common::certificates::{Authority, HOST, Identity, Leaf};
use common::{full_tier, ours, programs};

const QUESTION: &[u8] = b"what the client asks, unseen";
const ANSWER: &[u8] = b"what the server says, unseen";

/// What went over the wire: whether the client sent it, and the bytes.
type Capture = Vec<(bool, Vec<u8>)>;
type Session = SslSession<MemoryTransport>;

struct Recorded {
    capture: Capture,
    /// The line that each end writes.
    lines: [String; 2],
    resumed: bool,
}

/// A session in memory that says something each way.
fn record(client: &SslConfig, server: &SslConfig<Server>, sessions: &ClientSessions) -> Recorded {
    let mut capture = Capture::new();
    let (mut client, mut server) = handshake(client, server, sessions, &mut capture);
    client.write_all(QUESTION).unwrap();
    client.flush().unwrap();
    carry(client.get_mut(), server.get_mut(), true, &mut capture);
    let mut heard = vec![0; QUESTION.len()];
    server.read_exact(&mut heard).unwrap();
    assert_eq!(heard, QUESTION);
    server.write_all(ANSWER).unwrap();
    server.flush().unwrap();
    carry(server.get_mut(), client.get_mut(), false, &mut capture);
    client.read_exact(&mut heard).unwrap();
    assert_eq!(heard, ANSWER);
    Recorded {
        capture,
        lines: [
            client.danger_key_log_line().unwrap(),
            server.danger_key_log_line().unwrap(),
        ],
        resumed: client.is_resumed(),
    }
}

fn handshake(
    client: &SslConfig,
    server: &SslConfig<Server>,
    sessions: &ClientSessions,
    capture: &mut Capture,
) -> (Session, Session) {
    let name = ServerName::try_from(HOST).unwrap();
    let client = Handshake::client(client, name, MemoryTransport::new()).unwrap();
    let mut client = client.remember(sessions);
    let mut server = Handshake::server(server, MemoryTransport::new()).unwrap();
    for _ in 0..10 {
        advance(&mut client);
        carry(client.get_mut(), server.get_mut(), true, capture);
        advance(&mut server);
        carry(server.get_mut(), client.get_mut(), false, capture);
        if client.is_complete() && server.is_complete() {
            return (
                client.into_session().unwrap(),
                server.into_session().unwrap(),
            );
        }
    }
    panic!("each side waits for the other");
}

fn advance(handshake: &mut Handshake<MemoryTransport>) {
    match handshake.advance() {
        Ok(()) | Err(Error::WouldBlock) => {}
        Err(error) => panic!("{error}"),
    }
}

fn carry(
    from: &mut MemoryTransport,
    to: &mut MemoryTransport,
    by_client: bool,
    capture: &mut Capture,
) {
    let bytes = from.take_outgoing();
    to.push_incoming(&bytes);
    if !bytes.is_empty() {
        capture.push((by_client, bytes));
    }
}

/// Makes packets of it: a file that tshark reads.
fn packets(dir: &Path, capture: &Capture) -> Option<PathBuf> {
    let text2pcap = programs::needed("text2pcap", "tshark")?;
    let mut text = String::new();
    // A packet holds 1,460 bytes at most.
    for (by_client, bytes) in capture {
        for piece in bytes.chunks(1_400) {
            text += if *by_client { "O\n" } else { "I\n" };
            for (line, row) in piece.chunks(16).enumerate() {
                write!(text, "{:06x}", line * 16).unwrap();
                for byte in row {
                    write!(text, " {byte:02x}").unwrap();
                }
                text += "\n";
            }
        }
    }
    let (dump, file) = (dir.join("dump.txt"), dir.join("session.pcap"));
    fs::write(&dump, text).unwrap();
    let output = Command::new(text2pcap)
        .args(["-q", "-D", "-T", "50000,443"])
        .arg(&dump)
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(file)
}

/// What tshark finds in the session with this log.
fn seen(dir: &Path, packets: &Path, log: &str) -> Option<String> {
    let tshark = programs::needed("tshark", "tshark")?;
    let keys = dir.join("keys.log");
    fs::write(&keys, log).unwrap();
    let output = Command::new(tshark)
        // Nothing of the user's own settings.
        .env("HOME", dir)
        .env("XDG_CONFIG_HOME", dir)
        .args(["-q", "-z", "follow,tls,ascii,0", "-o"])
        .arg(format!("tls.keylog_file:{}", keys.display()))
        .arg("-r")
        .arg(packets)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8_lossy(&output.stdout).into())
}

fn is_readable(seen: &str) -> bool {
    let holds = |text: &[u8]| seen.contains(std::str::from_utf8(text).unwrap());
    assert_eq!(holds(QUESTION), holds(ANSWER), "{seen}");
    holds(ANSWER)
}

/// The line with one digit of its secret changed.
fn with_another_secret(line: &str) -> String {
    let (rest, last) = line.split_at(line.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

/// The line with the random of another session.
fn of_another_session(line: &str) -> String {
    let mut parts: Vec<_> = line.split(' ').map(str::to_owned).collect();
    parts[1] = with_another_secret(&parts[1]);
    parts.join(" ")
}

fn server(identity: &Identity, suite: CipherSuite) -> SslConfig<Server> {
    let (chain, key) = ours::loaded(identity);
    SslConfig::server()
        .identity(chain, key)
        .cipher_suites(&[suite])
        .tickets(TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME).unwrap())
        .build()
        .unwrap()
}

#[test]
fn tshark_reads_a_capture_with_it_and_with_no_other() {
    if !full_tier() {
        return;
    }
    let root = Authority::root("root");
    let identity = root.issue(Leaf::new());
    for suite in [
        CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        CipherSuite::EcdheEcdsaWithAes256GcmSha384,
        CipherSuite::EcdheEcdsaWithChacha20Poly1305Sha256,
        CipherSuite::EcdheEcdsaWithAes256Ccm,
    ] {
        let client = ours::client_offering(&root, suite, NamedGroup::Secp256r1);
        let server = server(&identity, suite);
        let sessions = ClientSessions::new(1);
        for resumed in [false, true] {
            let recorded = record(&client, &server, &sessions);
            assert_eq!(recorded.resumed, resumed, "{suite}");
            let [line, same] = recorded.lines;
            assert_eq!(line, same, "both ends write the same");
            let dir = TempDir::new().unwrap();
            let Some(packets) = packets(dir.path(), &recorded.capture) else {
                return;
            };
            let logs = [
                (line.clone() + "\n", true),
                (with_another_secret(&line) + "\n", false),
                (of_another_session(&line) + "\n", false),
                (String::new(), false),
            ];
            for (log, readable) in logs {
                let Some(seen) = seen(dir.path(), &packets, &log) else {
                    return;
                };
                assert_eq!(is_readable(&seen), readable, "{suite}, {log}: {seen}");
            }
        }
    }
}
