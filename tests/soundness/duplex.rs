//! Reading and writing at once: output that waits, and what comes meanwhile.

use std::io::{ErrorKind, Read, Write};

use embertls::{Alert, Error};

use crate::pair::{Pair, assert_dead, check_exchange, read_available, send};
use crate::peer::messages::HELLO_REQUEST;
use crate::peer::records::{ALERT, DATA, HANDSHAKE};
use crate::peer::{Peer, established_client};

const WARNING: u8 = 1;
const FATAL: u8 = 2;
const NO_RENEGOTIATION: u8 = 100;
const FULL: usize = 16384;

fn blocks<R: std::fmt::Debug>(result: std::io::Result<R>) {
    assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldBlock);
}

fn records(peer: &mut Peer) -> Vec<(u8, Vec<u8>)> {
    std::iter::from_fn(|| peer.records.next()).collect()
}

#[test]
fn a_peer_that_stops_reading_and_asks_for_a_renegotiation() {
    for room in [0, 1, 5, 100, FULL, FULL + 28] {
        let (mut client, mut peer) = established_client();
        client.get_ref().set_room(Some(room));
        assert_eq!(client.write(&[7; FULL]).unwrap(), FULL);
        let pending = client.bytes_pending();
        assert_eq!(pending, FULL + 29 - room);
        blocks(client.write(b"more"));
        for round in 0..20 {
            peer.records.send(HANDSHAKE, &HELLO_REQUEST);
            peer.records.send(DATA, &[round]);
            peer.exchange(client.get_ref());
            assert_eq!(read_available(&mut client), [round]);
            assert_eq!(client.bytes_pending(), pending);
        }
        client.get_ref().set_room(None);
        client.flush().unwrap();
        assert_eq!(read_available(&mut client), [], "gives time to answer");
        send(&mut client, b"more");
        peer.exchange(client.get_ref());
        assert_eq!(
            records(&mut peer),
            [
                (DATA, vec![7; FULL]),
                (ALERT, vec![WARNING, NO_RENEGOTIATION]),
                (DATA, b"more".to_vec())
            ]
        );
    }
}

#[test]
fn a_bad_record_with_output_pending_is_answered_behind_it() {
    for room in [0, 100, FULL + 28] {
        let (mut client, mut peer) = established_client();
        client.get_ref().set_room(Some(room));
        assert_eq!(client.write(&[7; FULL]).unwrap(), FULL);
        peer.records.send_raw(DATA, &[0; 64]);
        peer.exchange(client.get_ref());
        let error = client.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        blocks(client.flush());
        client.get_ref().set_room(None);
        // All goes out, and then the session is over.
        assert_dead(&mut client);
        peer.exchange(client.get_ref());
        assert_eq!(
            records(&mut peer),
            [
                (DATA, vec![7; FULL]),
                (ALERT, vec![FATAL, Alert::BadRecordMac.code()])
            ]
        );
    }
}

#[test]
fn a_write_repeated_with_other_bytes_sends_those() {
    let mut pair = Pair::new();
    pair.client_end.set_room(Some(3));
    assert_eq!(pair.client.write(b"first").unwrap(), 5);
    blocks(pair.client.write(b"second, never accepted"));
    blocks(pair.client.write(b"x"));
    blocks(pair.client.flush());
    pair.client_end.set_room(None);
    assert_eq!(pair.client.write(b" third").unwrap(), 6);
    assert_eq!(pair.client.write(b"").unwrap(), 0);
    assert_eq!(read_available(&mut pair.server), b"first third");
}

#[test]
fn what_was_accepted_is_no_longer_the_callers() {
    let mut pair = Pair::new();
    pair.client_end.set_room(Some(0));
    let mut data = b"accepted".to_vec();
    assert_eq!(pair.client.write(&data).unwrap(), 8);
    data.fill(0);
    drop(data);
    pair.client_end.set_room(None);
    pair.client.flush().unwrap();
    assert_eq!(read_available(&mut pair.server), b"accepted");
}

#[test]
fn a_close_with_output_pending_sends_both() {
    for room in 0..=60 {
        let mut pair = Pair::new();
        pair.client_end.set_room(Some(room));
        assert_eq!(pair.client.write(b"last words").unwrap(), 10);
        if let Err(error) = pair.client.close() {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
        }
        pair.client_end.set_room(None);
        pair.client.close().unwrap();
        let sent = pair.client_end.outgoing_len();
        assert_eq!(sent, (10 + 29) + (2 + 29), "once each");
        pair.client.close().unwrap();
        assert_eq!(pair.client_end.outgoing_len(), sent, "once");
        let mut all = Vec::new();
        pair.server.read_to_end(&mut all).unwrap();
        assert_eq!(all, b"last words");
    }
}

#[test]
fn a_write_while_an_alert_waits_loses_nothing() {
    for room in 0..31 {
        let (mut client, mut peer) = established_client();
        client.get_ref().set_room(Some(room));
        peer.records.send(HANDSHAKE, &HELLO_REQUEST);
        peer.exchange(client.get_ref());
        blocks(client.read(&mut [0; 8]));
        assert_eq!(client.bytes_pending(), 31 - room, "the alert waits");
        blocks(client.write(b"fresh data"));
        client.get_ref().set_room(None);
        client.write_all(b"fresh data").unwrap();
        peer.exchange(client.get_ref());
        assert_eq!(
            records(&mut peer),
            [
                (ALERT, vec![WARNING, NO_RENEGOTIATION]),
                (DATA, b"fresh data".to_vec())
            ]
        );
    }
}

#[test]
fn an_empty_write_sends_nothing() {
    let mut pair = Pair::new();
    assert_eq!(pair.client.write(&[]).unwrap(), 0);
    pair.client.flush().unwrap();
    assert_eq!(pair.client_end.outgoing_len(), 0);
    assert_eq!(pair.server.read(&mut []).unwrap(), 0);
    check_exchange(&mut pair.client, &mut pair.server);
}

#[test]
fn a_write_after_close_is_refused_and_reading_goes_on() {
    let mut pair = Pair::new();
    pair.client.close().unwrap();
    for data in [&b"late"[..], b""] {
        let error = pair.client.write(data).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConnected);
        let error = error.downcast::<Error>().unwrap();
        assert!(matches!(error, Error::Closed { .. }), "{error:?}");
    }
    pair.client.flush().unwrap();
    send(&mut pair.server, b"still heard");
    assert_eq!(read_available(&mut pair.client), b"still heard");
    assert_eq!(pair.server.read(&mut [0; 8]).unwrap(), 0);
    send(&mut pair.server, b"still sent");
    assert_eq!(read_available(&mut pair.client), b"still sent");
    pair.server.close().unwrap();
    assert_eq!(pair.client.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn a_hello_request_after_close_is_not_answered() {
    let (mut client, mut peer) = established_client();
    client.close().unwrap();
    peer.records.send(HANDSHAKE, &HELLO_REQUEST);
    peer.exchange(client.get_ref());
    blocks(client.read(&mut [0; 8]));
    peer.exchange(client.get_ref());
    assert_eq!(
        records(&mut peer),
        [(ALERT, vec![WARNING, Alert::CloseNotify.code()])]
    );
}

#[test]
fn both_ways_at_once_through_a_narrow_wire() {
    let mut pair = Pair::new();
    let data: Vec<u8> = (0..300_000_u32).map(|i| (i / 7) as u8).collect();
    let mut sent = [0, 0];
    let mut received = [Vec::new(), Vec::new()];
    let mut buffer = [0; 5000];
    while received.iter().any(|received| received.len() < data.len()) {
        pair.client_end.set_room(Some(1777));
        pair.server_end.set_room(Some(1777));
        for (side, session) in [&mut pair.client, &mut pair.server].into_iter().enumerate() {
            match session.write(&data[sent[side]..]) {
                Ok(len) => sent[side] += len,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            if let Err(error) = session.flush() {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
            }
            match session.read(&mut buffer) {
                Ok(len) => received[side].extend_from_slice(&buffer[..len]),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
    }
    assert!(received.iter().all(|received| *received == data));
}
