//! Alerts, empty records and requests to renegotiate, with and without end.

use std::io::{ErrorKind, Read, Write};

use embertls::{Alert, Error, SslSession};

use crate::pair::{assert_dead, read_available, send};
use crate::peer::messages::{HELLO_REQUEST, client_extensions};
use crate::peer::records::{ALERT, DATA, HANDSHAKE, Suite};
use crate::peer::{
    Peer, almost_finished_client, established_client, established_client_with, established_server,
    greeted_client, greeted_server,
};
use crate::wire::End;

const WARNING: u8 = 1;
const FATAL: u8 = 2;
const USER_CANCELED: u8 = 90;
const NO_RENEGOTIATION: u8 = 100;

/// Reading must fail with a protocol error, the peer must get the alert, and
/// the session must be dead.
fn refused(session: &mut SslSession<End>, peer: &mut Peer, alert: Alert) {
    peer.exchange(session.get_ref());
    let error = loop {
        match session.read(&mut [0; 64]) {
            Ok(0) => panic!("reading ended in peace"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
    let error = error.downcast::<Error>().unwrap();
    assert!(
        matches!(&error, Error::Protocol { alert: Some(sent), .. } if *sent == alert),
        "{error:?}"
    );
    peer.exchange(session.get_ref());
    while let Some(record) = peer.records.next() {
        if record == (ALERT, vec![FATAL, alert.code()]) {
            assert_eq!(peer.records.next(), None, "nothing behind the alert");
            assert_dead(session);
            assert_eq!(session.get_ref().outgoing_len(), 0);
            return;
        }
        assert_eq!(record, (ALERT, vec![WARNING, NO_RENEGOTIATION]));
    }
    panic!("no alert {alert}");
}

#[test]
fn a_few_warnings_are_ignored() {
    let (mut client, mut peer) = established_client();
    for round in 0..20 {
        for _ in 0..4 {
            peer.alert(WARNING, USER_CANCELED);
        }
        peer.records.send(DATA, &[round]);
    }
    peer.exchange(client.get_ref());
    assert_eq!(read_available(&mut client), (0..20).collect::<Vec<u8>>());
}

#[test]
fn warnings_without_end_are_refused() {
    for description in [USER_CANCELED, NO_RENEGOTIATION, 255] {
        let (mut client, mut peer) = established_client();
        for _ in 0..5 {
            peer.alert(WARNING, description);
        }
        refused(&mut client, &mut peer, Alert::UnexpectedMessage);
    }
}

#[test]
fn an_alert_of_unknown_level_is_refused() {
    for level in [0, 3, 255] {
        for description in [0, USER_CANCELED, NO_RENEGOTIATION] {
            let (mut client, mut peer) = established_client();
            peer.alert(level, description);
            peer.records.send(DATA, b"behind it");
            refused(&mut client, &mut peer, Alert::IllegalParameter);
        }
    }
}

#[test]
fn warnings_without_end_in_the_handshake_are_refused() {
    // Before the server's hello, before its Finished, and sealed.
    for sealed in [None, Some(false), Some(true)] {
        let (mut client, mut peer) = match sealed {
            None => greeted_client(),
            Some(_) => almost_finished_client(),
        };
        if sealed == Some(true) {
            peer.change_cipher_spec();
        }
        for _ in 0..1000 {
            peer.alert(WARNING, USER_CANCELED);
        }
        peer.exchange(client.get_ref());
        let error = client.advance().unwrap_err();
        assert!(
            matches!(&error, Error::Handshake(failure)
                if failure.alert_sent == Some(Alert::UnexpectedMessage)),
            "{sealed:?}: {error}"
        );
        peer.exchange(client.get_ref());
        peer.expect_alert(FATAL, Alert::UnexpectedMessage.code());
    }
}

#[test]
fn some_warnings_in_the_handshake_are_ignored() {
    let (mut client, mut peer) = greeted_client();
    for message in peer.server_flight() {
        peer.alert(WARNING, USER_CANCELED);
        peer.send(&message);
    }
    crate::peer::turn(&mut client, &mut peer);
    peer.read_client_flight();
    peer.alert(WARNING, USER_CANCELED);
    peer.change_cipher_spec();
    peer.alert(WARNING, USER_CANCELED);
    peer.alert(WARNING, NO_RENEGOTIATION);
    let finished = peer.finished();
    peer.send(&finished);
    peer.exchange(client.get_ref());
    client.advance().unwrap();
}

#[test]
fn a_fatal_alert_ends_the_handshake_with_its_name() {
    for sealed in [false, true] {
        let (mut client, mut peer) = almost_finished_client();
        if sealed {
            peer.change_cipher_spec();
        }
        peer.alert(FATAL, Alert::InternalError.code());
        peer.exchange(client.get_ref());
        let error = client.advance().unwrap_err();
        assert!(
            matches!(&error, Error::Handshake(failure)
                if failure.alert_received == Some(Alert::InternalError)
                    && failure.alert_sent.is_none()),
            "{error}"
        );
        assert_eq!(client.get_ref().outgoing_len(), 0, "no alert in return");
        assert!(matches!(client.advance(), Err(Error::Closed { .. })));
    }
}

#[test]
fn close_notify_ends_the_handshake() {
    for sealed in [false, true] {
        let (mut client, mut peer) = almost_finished_client();
        if sealed {
            peer.change_cipher_spec();
        }
        peer.alert(WARNING, Alert::CloseNotify.code());
        peer.exchange(client.get_ref());
        let error = client.advance().unwrap_err();
        assert!(
            matches!(&error, Error::Handshake(failure)
                if failure.alert_received == Some(Alert::CloseNotify)),
            "{error}"
        );
    }
}

#[test]
fn a_fatal_alert_ends_the_session_with_its_name() {
    let (mut client, mut peer) = established_client();
    peer.records.send(DATA, b"before");
    peer.alert(FATAL, Alert::InternalError.code());
    peer.records.send(DATA, b"behind");
    peer.exchange(client.get_ref());
    let mut buffer = [0; 64];
    assert_eq!(client.read(&mut buffer).unwrap(), 6);
    let error = client.read(&mut buffer).unwrap_err();
    let error = error.downcast::<Error>().unwrap();
    assert!(
        matches!(
            error,
            Error::Protocol {
                alert: Some(Alert::InternalError),
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(client.get_ref().outgoing_len(), 0, "no alert in return");
    assert_dead(&mut client);
}

#[test]
fn a_malformed_alert_is_refused() {
    for body in [&[][..], &[1], &[1, 0, 0]] {
        let (mut client, mut peer) = established_client();
        peer.records.send(ALERT, body);
        refused(&mut client, &mut peer, Alert::DecodeError);
    }
}

#[test]
fn empty_data_records_are_skipped() {
    let (mut client, mut peer) = established_client();
    for round in 0..10 {
        for _ in 0..16 {
            peer.records.send(DATA, &[]);
        }
        peer.records.send(DATA, &[round]);
    }
    peer.exchange(client.get_ref());
    assert_eq!(read_available(&mut client), (0..10).collect::<Vec<u8>>());
}

#[test]
fn empty_data_records_without_end_are_refused() {
    let (mut client, mut peer) = established_client();
    for _ in 0..33 {
        peer.records.send(DATA, &[]);
    }
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn empty_handshake_records_are_refused() {
    let (mut client, mut peer) = established_client();
    peer.records.send(HANDSHAKE, &[]);
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn a_hello_request_is_answered_with_no_renegotiation() {
    let (mut client, mut peer) = established_client();
    for round in 0..10 {
        peer.records.send(HANDSHAKE, &HELLO_REQUEST);
        peer.records.send(DATA, &[round]);
        peer.exchange(client.get_ref());
        assert_eq!(read_available(&mut client), [round]);
        peer.exchange(client.get_ref());
        peer.expect_alert(WARNING, NO_RENEGOTIATION);
        assert_eq!(peer.records.next(), None);
    }
    send(&mut client, b"on it goes");
    peer.exchange(client.get_ref());
    assert_eq!(peer.records.next(), Some((DATA, b"on it goes".to_vec())));
}

#[test]
fn hello_requests_without_end_are_refused() {
    let (mut client, mut peer) = established_client();
    for _ in 0..33 {
        peer.records.send(HANDSHAKE, &HELLO_REQUEST);
    }
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);

    // All in one record.
    let (mut client, mut peer) = established_client();
    peer.records.send(HANDSHAKE, &HELLO_REQUEST.repeat(4096));
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn several_hello_requests_in_a_record_are_one_request() {
    let (mut client, mut peer) = established_client();
    peer.records.send(HANDSHAKE, &HELLO_REQUEST.repeat(3));
    peer.records.send(DATA, b"data");
    peer.exchange(client.get_ref());
    assert_eq!(read_available(&mut client), b"data");
    peer.exchange(client.get_ref());
    peer.expect_alert(WARNING, NO_RENEGOTIATION);
    assert_eq!(peer.records.next(), None);
}

#[test]
fn a_client_hello_after_the_handshake_is_answered_with_no_renegotiation() {
    let (mut server, mut peer) = established_server();
    let hello = peer.client_hello(&client_extensions());
    peer.records.send(HANDSHAKE, &hello);
    peer.records.send(DATA, b"data");
    peer.exchange(server.get_ref());
    assert_eq!(read_available(&mut server), b"data");
    peer.exchange(server.get_ref());
    peer.expect_alert(WARNING, NO_RENEGOTIATION);
    send(&mut server, b"on it goes");
    peer.exchange(server.get_ref());
    assert_eq!(peer.records.next(), Some((DATA, b"on it goes".to_vec())));
}

#[test]
fn client_hellos_without_end_are_refused() {
    let (mut server, mut peer) = established_server();
    let hello = peer.client_hello(&client_extensions());
    for _ in 0..1000 {
        peer.records.send(HANDSHAKE, &hello);
    }
    refused(&mut server, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn other_messages_after_the_handshake_are_refused() {
    for message in [
        &[20, 0, 0, 0][..],
        &[1, 0, 0, 0],
        &[4, 0, 0, 6, 0, 0, 0, 0, 0, 0],
        &[0, 0, 0, 1, 0],
        // Pieces of messages.
        &[0],
        &[0, 0, 0],
        &[1, 0, 1, 0, 3, 3],
        &[0xff; 8],
    ] {
        let (mut client, mut peer) = established_client();
        peer.records.send(HANDSHAKE, message);
        refused(&mut client, &mut peer, Alert::UnexpectedMessage);
    }
}

#[test]
fn a_renegotiation_that_the_handshake_precedes_is_refused() {
    let (mut server, mut peer) = greeted_server();
    let hello = peer.client_hello(&client_extensions());
    peer.send(&hello);
    peer.exchange(server.get_ref());
    let error = server.advance().unwrap_err();
    assert!(
        matches!(&error, Error::Handshake(failure)
            if failure.alert_sent == Some(Alert::UnexpectedMessage)),
        "{error}"
    );
}

#[test]
fn a_record_that_was_tampered_with_is_a_bad_record_mac() {
    for kind in [ALERT, HANDSHAKE, DATA] {
        // Header of the record, explicit nonce, content, tag.
        for position in [5, 13, 14, 28] {
            let (mut client, mut peer) = established_client();
            let start = peer.records.outgoing.len();
            peer.records.send(kind, &[0; 4]);
            peer.records.outgoing[start + position] ^= 1;
            refused(&mut client, &mut peer, Alert::BadRecordMac);
        }
    }
}

#[test]
fn a_record_too_short_to_be_sealed_is_a_bad_record_mac() {
    for len in [1, 7, 8, 23] {
        for kind in [ALERT, HANDSHAKE, DATA] {
            let (mut client, mut peer) = established_client();
            peer.records.send_raw(kind, &vec![0; len]);
            refused(&mut client, &mut peer, Alert::BadRecordMac);
        }
    }
}

#[test]
fn a_replayed_record_is_a_bad_record_mac() {
    let (mut client, mut peer) = established_client();
    peer.records.send(DATA, b"once");
    let record = peer.records.outgoing.clone();
    peer.records.outgoing.extend(record);
    refused(&mut client, &mut peer, Alert::BadRecordMac);
}

#[test]
fn the_largest_record_is_read_and_a_larger_one_refused() {
    // With GCM the header tells that it is too large. ChaCha20-Poly1305 adds 8
    // bytes less, so 8 more fit the largest record, and are found once it is
    // opened.
    for (suite, len) in [
        (Suite::Aes128Gcm, 16385),
        (Suite::Chacha20Poly1305, 16385),
        (Suite::Chacha20Poly1305, 16392),
        (Suite::Chacha20Poly1305, 16393),
    ] {
        for kind in [ALERT, HANDSHAKE, DATA] {
            let (mut client, mut peer) = established_client_with(suite);
            peer.records.send(DATA, &[7; 16384]);
            peer.exchange(client.get_ref());
            assert_eq!(read_available(&mut client), [7; 16384]);

            peer.records.send(kind, &vec![0; len]);
            refused(&mut client, &mut peer, Alert::RecordOverflow);
        }
    }
}

#[test]
fn an_alert_is_sent_once() {
    // The engine and our layer must not both write it.
    let (mut client, mut peer) = established_client();
    client.write_all(b"before").unwrap();
    peer.exchange(client.get_ref());
    assert_eq!(peer.records.next(), Some((DATA, b"before".to_vec())));
    peer.records.send_raw(DATA, &[0; 64]);
    refused(&mut client, &mut peer, Alert::BadRecordMac);
}

#[test]
fn a_record_of_unknown_type_is_refused() {
    let (mut client, mut peer) = established_client();
    peer.records.send_raw(24, &[0; 64]);
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}
