//! Peers that resume what they may not, on the wire between our two sides.

use embertls::{Alert, CipherSuite, ClientSessions, Error, HandshakeFailure};

use crate::common::certificates::HOST;
use crate::common::records::{self, CHANGE_CIPHER_SPEC, HANDSHAKE, Record, SERVER_HELLO};
use crate::pair::*;

const SUITE: CipherSuite = CipherSuite::EcdheEcdsaWithAes128GcmSha256;
const OTHER: CipherSuite = CipherSuite::EcdheEcdsaWithAes256GcmSha384;

/// Replaces the one place where `from` stands.
fn replace(bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<_> = (0..bytes.len().saturating_sub(from.len() - 1))
        .filter(|&at| bytes[at..].starts_with(from))
        .collect();
    assert_eq!(places.len(), 1, "{from:?}");
    let mut bytes = bytes;
    bytes.splice(places[0]..places[0] + from.len(), to.iter().copied());
    bytes
}

/// What becomes of a session that is resumed through a wire that changes the
/// first bytes of one side.
fn resumed_through(
    side: From,
    mut change: impl FnMut(Vec<u8>) -> Vec<u8>,
) -> (Result<Pair, Box<Failed>>, ClientSessions) {
    let server = server()
        .alpn(["one", "two"])
        .tickets(tickets())
        .build()
        .unwrap();
    let client = client()
        .alpn(["one", "two"])
        .cipher_suites(&[SUITE, OTHER])
        .build()
        .unwrap();
    let sessions = ClientSessions::new(10);
    run(begin_client(&client, HOST).remember(&sessions), &server).unwrap();
    assert_eq!(sessions.len(), 1);
    let handshake = begin_client(&client, HOST).remember(&sessions);
    let mut is_first = true;
    let result = run_through(handshake, &server, |from, bytes| {
        match from == side && !bytes.is_empty() && std::mem::take(&mut is_first) {
            true => change(bytes),
            false => bytes,
        }
    });
    (result, sessions)
}

fn handshake_failure(error: Option<Error>) -> HandshakeFailure {
    match error {
        Some(Error::Handshake(failure)) => *failure,
        other => panic!("{other:?}"),
    }
}

/// The client refuses, says so, and forgets the session.
#[track_caller]
fn client_refuses(change: impl FnMut(Vec<u8>) -> Vec<u8>, alert: Alert, reason: &str) {
    let (result, sessions) = resumed_through(From::Server, change);
    let Err(failed) = result else {
        panic!("the client goes on");
    };
    let client = handshake_failure(failed.client);
    assert_eq!(client.alert_sent, Some(alert), "{client}");
    assert!(client.to_string().contains(reason), "{client}");
    let server = handshake_failure(failed.server);
    assert_eq!(server.alert_received, Some(alert), "{server}");
    assert!(sessions.is_empty(), "the session is forgotten");
}

#[test]
fn a_wire_that_changes_nothing_lets_the_session_be_resumed() {
    for side in [From::Client, From::Server] {
        let (result, _) = resumed_through(side, |bytes| bytes);
        assert!(result.unwrap().is_resumed());
    }
}

#[test]
fn a_server_that_resumes_with_another_suite() {
    let [from, to] = [SUITE, OTHER].map(|suite| suite.iana_number().to_be_bytes());
    client_refuses(
        |bytes| replace(bytes, &[from[0], from[1], 0], &[to[0], to[1], 0]),
        Alert::IllegalParameter,
        "another cipher suite",
    );
}

#[test]
fn a_server_that_resumes_without_extended_master_secret() {
    // An empty session_ticket in the place of extended_master_secret.
    client_refuses(
        |bytes| replace(bytes, &[0, 23, 0, 0], &[0, 35, 0, 0]),
        Alert::HandshakeFailure,
        "no extended master secret",
    );
}

#[test]
fn a_server_that_resumes_with_another_protocol() {
    client_refuses(
        |bytes| replace(bytes, b"\x03one", b"\x03two"),
        Alert::IllegalParameter,
        "another protocol",
    );
}

#[test]
fn a_server_that_resumes_what_was_not_offered() {
    let server = ticket_server();
    let client = client().build().unwrap();
    // ServerHello, and nothing behind it but what ends an abbreviated handshake.
    let result = run_through(begin_client(&client, HOST), &server, |from, mut bytes| {
        if from == From::Client || bytes.is_empty() {
            return bytes;
        }
        let records = records::take_records(&mut bytes);
        assert_eq!(records[0].kind, HANDSHAKE);
        assert_eq!(records[0].content[0], SERVER_HELLO);
        let finished = Record::new(HANDSHAKE, vec![0; 40]);
        [
            records[0].to_bytes(),
            Record::new(CHANGE_CIPHER_SPEC, [1]).to_bytes(),
            finished.to_bytes(),
        ]
        .concat()
    });
    let failure = handshake_failure(result.err().unwrap().client);
    assert_eq!(failure.alert_sent, Some(Alert::UnexpectedMessage));
    assert!(
        failure
            .to_string()
            .contains("instead of the server's Certificate")
    );
}

#[test]
fn a_server_that_resumes_under_an_id_of_its_own() {
    // Another id than the client's says that the session is a new one; ChangeCipherSpec belongs elsewhere then.
    client_refuses(
        |bytes| {
            let mut bytes = bytes;
            bytes[5 + 4 + 2 + 32 + 1] ^= 1;
            bytes
        },
        Alert::UnexpectedMessage,
        "instead of the server's Certificate",
    );
}

#[test]
fn a_client_that_resumes_without_extended_master_secret() {
    // RFC 7627, 5.3: the server must not go on.
    let (result, _) = resumed_through(From::Client, |bytes| {
        replace(bytes, &[0, 23, 0, 0], &[0xfa, 0xfa, 0, 0])
    });
    let failed = result.err().unwrap();
    let server = handshake_failure(failed.server);
    assert_eq!(server.alert_sent, Some(Alert::HandshakeFailure), "{server}");
    assert!(
        server
            .to_string()
            .contains("without the extended master secret")
    );
    let client = handshake_failure(failed.client);
    assert_eq!(client.alert_received, Some(Alert::HandshakeFailure));
}

#[test]
fn a_malformed_ticket_message_is_refused() {
    for body in [
        &b""[..],
        b"\0\0\0\x01\0",
        b"\0\0\0\x01\0\x02a",
        b"\0\0\0\x01\0\x01ab",
    ] {
        let server = ticket_server();
        let client = client().build().unwrap();
        let result = run_through(begin_client(&client, HOST), &server, |from, mut bytes| {
            if from == From::Client {
                return bytes;
            }
            let mut out = Vec::new();
            for mut record in records::take_records(&mut bytes) {
                if record.kind == HANDSHAKE && record.content[0] == 4 {
                    let length = [0, 0, body.len() as u8];
                    record.content = [&[4], &length[..], body].concat();
                }
                out.extend(record.to_bytes());
            }
            out
        });
        let failure = handshake_failure(result.err().unwrap().client);
        assert_eq!(failure.alert_sent, Some(Alert::DecodeError), "{body:?}");
        assert!(failure.to_string().contains("NewSessionTicket"));
    }
}

#[test]
fn a_session_that_fails_later_is_forgotten_on_both_sides() {
    use std::io::Read;
    use std::sync::Arc;

    use embertls::{MemoryStore, SessionCache};

    let store = Arc::new(MemoryStore::new(10));
    let cache = SessionCache::new(Arc::clone(&store), tickets());
    let server = server().session_cache(cache).build().unwrap();
    let client = client().build().unwrap();
    let sessions = ClientSessions::new(10);
    let handshake = begin_client(&client, HOST).remember(&sessions);
    let mut pair = run(handshake, &server).unwrap();
    assert_eq!((store.len(), sessions.len()), (1, 1));

    let forged = Record::new(23, vec![0; 40]).to_bytes();
    pair.server.get_mut().push_incoming(&forged);
    pair.server.read(&mut [0; 8]).unwrap_err();
    let alert = pair.server.get_mut().take_outgoing();
    assert!(!alert.is_empty());
    pair.client.get_mut().push_incoming(&alert);
    pair.client.read(&mut [0; 8]).unwrap_err();
    assert_eq!((store.len(), sessions.len()), (0, 0));
    assert!(pair.client.resumption_data().is_none());
}
