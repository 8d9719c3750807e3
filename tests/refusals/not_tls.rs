//! Peers that do not speak TLS, or nothing at all.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use embertls::{
    Acceptor, Alert, CipherSuite, Error, Handshake, HandshakeFailure, MemoryTransport, NamedGroup,
    NetContext, ServerName, SslConfig,
};

use crate::common::certificates::{Authority, HOST, Leaf};
use crate::common::records::{ALERT, HANDSHAKE, Record, take_records};
use crate::common::{PATIENCE, echo, ours};

#[test]
fn a_server_of_plain_http() {
    let (failure, sent) = client_meets(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    assert!(failure.reason.contains("plain HTTP"), "{failure}");
    assert_alert(&failure, &sent, Alert::UnexpectedMessage);
}

#[test]
fn servers_that_greet_in_plain_text() {
    for greeting in [
        &b"220 mail.example ESMTP\r\n"[..],
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ] {
        let (failure, sent) = client_meets(greeting);
        let shown = std::str::from_utf8(&greeting[..8]).expect("text");
        assert!(failure.reason.contains(shown), "{failure}");
        assert_alert(&failure, &sent, Alert::UnexpectedMessage);
    }
}

#[test]
fn garbage() {
    for seed in 1..=64 {
        let mut noise = echo::payload(600, seed);
        // Leave out what happens to be a record header.
        noise[0] |= 0x40;
        let (failure, sent) = client_meets(&noise);
        let alert = failure.alert_sent.expect("an alert for noise");
        assert!(
            matches!(alert, Alert::UnexpectedMessage | Alert::ProtocolVersion),
            "{failure}"
        );
        assert_alert(&failure, &sent, alert);
    }
}

#[test]
fn garbage_in_records() {
    for kind in [HANDSHAKE, 20, 23] {
        let noise = Record::new(kind, echo::payload(600, 7)).to_bytes();
        let (failure, sent) = client_meets(&noise);
        assert!(failure.alert_sent.is_some(), "{failure}");
        assert_alert(&failure, &sent, failure.alert_sent.expect("checked"));
    }
}

#[test]
fn a_version_that_never_was() {
    let (failure, sent) = client_meets(&[HANDSHAKE, 9, 9, 0, 4, 2, 0, 0, 0]);
    assert_alert(&failure, &sent, Alert::ProtocolVersion);
}

#[test]
fn an_alert_at_once() {
    let (failure, _) = client_meets(&[ALERT, 3, 3, 0, 2, 2, Alert::UnrecognizedName.code()]);
    assert_eq!(failure.alert_received, Some(Alert::UnrecognizedName));
    assert_eq!(failure.alert_sent, None);
    assert_eq!(failure.reason, Alert::UnrecognizedName.meaning());
}

/// Warnings before the hello change nothing, unless they have no end.
#[test]
fn warnings_before_the_hello() {
    let warning = [ALERT, 3, 3, 0, 2, 1, Alert::UserCanceled.code()];
    let mut transport = MemoryTransport::new();
    transport.push_incoming(&warning);
    let accepted = Acceptor::new(transport).accept();
    assert!(
        matches!(accepted, Err(embertls::HandshakeError::WouldBlock(_))),
        "{accepted:?}"
    );

    let mut transport = MemoryTransport::new();
    transport.push_incoming(&warning.repeat(5));
    let refused = Acceptor::new(transport).accept().expect_err("a flood");
    let Error::Handshake(failure) = refused.into_error() else {
        panic!("not a refusal");
    };
    assert_eq!(failure.alert_sent, Some(Alert::UnexpectedMessage));
}

/// What a server sees when its clients do not speak TLS.
#[test]
fn clients_that_do_not_speak_tls() {
    let hello_of_tls10 = {
        let mut hello = vec![1, 0, 0, 45, 3, 1];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0xc0, 0x2b, 1, 0]);
        hello.extend([0; 2]);
        hello[3] = (hello.len() - 4) as u8;
        Record::new(HANDSHAKE, hello).to_bytes()
    };
    let mut ssl2 = vec![0x80, 46, 1, 0, 2];
    ssl2.extend([0; 43]);
    for (bytes, alert, word) in [
        (
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
            Alert::UnexpectedMessage,
            "HTTP",
        ),
        (
            b"\x05\x01\x00 a SOCKS proxy?".to_vec(),
            Alert::UnexpectedMessage,
            "not TLS",
        ),
        (ssl2, Alert::ProtocolVersion, "SSL 2.0"),
        (hello_of_tls10, Alert::ProtocolVersion, "TLS 1.0"),
        (
            vec![HANDSHAKE, 3, 1, 0xff, 0xff],
            Alert::RecordOverflow,
            "record",
        ),
        (vec![23, 3, 3, 0, 1, 0], Alert::UnexpectedMessage, "data"),
    ] {
        let mut transport = MemoryTransport::new();
        transport.push_incoming(&bytes);
        let refused = Acceptor::new(transport).accept().expect_err("not a hello");
        let embertls::HandshakeError::Failed { error, mut parts } = refused else {
            panic!("{alert} is expected for {bytes:?}");
        };
        let Error::Handshake(failure) = error else {
            panic!("{error:?}");
        };
        assert_alert(&failure, &parts.transport.take_outgoing(), alert);
        assert!(failure.reason.contains(word), "{failure}");

        // Without the look ahead it is the same.
        let mut transport = MemoryTransport::new();
        transport.push_incoming(&bytes);
        let refused = Handshake::server(&server(), transport)
            .expect("memory")
            .complete();
        let Err(embertls::HandshakeError::Failed { error, mut parts }) = refused else {
            panic!("{alert} is expected for {bytes:?}");
        };
        let Error::Handshake(failure) = error else {
            panic!("{error:?}");
        };
        assert_alert(&failure, &parts.transport.take_outgoing(), alert);
    }
}

/// A server that accepts the connection and says nothing.
#[test]
fn silence() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("bound");
    let net = NetContext::connect(address).expect("it listens");
    let (mut peer, _) = listener.accept().expect("a client");

    let limit = Duration::from_millis(150);
    let start = Instant::now();
    let name = ServerName::try_from(HOST).expect("a name");
    let handshake = Handshake::client(&client(), name, net).expect("memory");
    let error = handshake
        .complete_within(limit)
        .expect_err("silence")
        .into_error();
    let took = start.elapsed();
    assert!(took >= limit, "gave up after {took:?}");
    assert!(took < PATIENCE, "gave up after {took:?}");
    let Error::Io { action, source } = error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::TimedOut);
    assert!(action.contains(HOST), "{action}");
    assert!(action.contains("waiting"), "{action}");

    // The peer got a ClientHello and no more.
    let mut sent = Vec::new();
    peer.read_to_end(&mut sent).expect("the client has gone");
    let records = take_records(&mut sent);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].content[0], 1);
}

/// A server that sends a byte now and then cannot hold the client longer.
#[test]
fn a_trickle() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("bound");
    let drip = std::thread::spawn(move || {
        use std::io::Write;
        let (mut peer, _) = listener.accept().expect("a client");
        // The header of a long message, then its bytes for as long as somebody takes them.
        let header = [HANDSHAKE, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc];
        let mut result = peer.write_all(&header);
        while result.is_ok() {
            std::thread::park_timeout(Duration::from_millis(10));
            result = peer.write_all(&[0]);
        }
    });
    let net = NetContext::connect(address).expect("it listens");
    let name = ServerName::try_from(HOST).expect("a name");
    let handshake = Handshake::client(&client(), name, net).expect("memory");
    let limit = Duration::from_millis(150);
    let start = Instant::now();
    let error = handshake
        .complete_within(limit)
        .expect_err("no end")
        .into_error();
    assert!(start.elapsed() >= limit);
    assert!(start.elapsed() < PATIENCE);
    match error {
        Error::Io { source, .. } => assert_eq!(source.kind(), std::io::ErrorKind::TimedOut),
        other => panic!("{other:?}"),
    }
    drip.join().expect("the connection is closed");
}

/// The failure of a client whose server sends this, and what the client sent
/// behind its ClientHello.
fn client_meets(bytes: &[u8]) -> (HandshakeFailure, Vec<u8>) {
    let mut transport = MemoryTransport::new();
    transport.push_incoming(bytes);
    let name = ServerName::try_from(HOST).expect("a name");
    let handshake = Handshake::client(&client(), name, transport).expect("memory");
    match handshake.complete() {
        Err(embertls::HandshakeError::Failed {
            error: Error::Handshake(failure),
            mut parts,
        }) => {
            let mut sent = parts.transport.take_outgoing();
            let hello_len = 5 + usize::from(u16::from_be_bytes([sent[3], sent[4]]));
            (*failure, sent.split_off(hello_len))
        }
        other => panic!("{:?}", other.map(drop)),
    }
}

fn assert_alert(failure: &HandshakeFailure, sent: &[u8], alert: Alert) {
    assert_eq!(failure.alert_sent, Some(alert), "{failure}");
    assert_eq!(sent, [ALERT, 3, 3, 0, 2, 2, alert.code()], "{failure}");
}

fn client() -> SslConfig {
    ours::client(&Authority::root("Unused"))
        .build()
        .expect("sound")
}

fn server() -> SslConfig<embertls::Server> {
    let identity = Authority::root("Unused").issue(Leaf::new());
    ours::server_accepting(&identity, CipherSuite::ALL, NamedGroup::ALL)
}
