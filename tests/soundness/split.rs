//! The two halves of a session over transports that misbehave.

use std::io::{ErrorKind, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::pair::Pair;
use crate::peer::established_client;
use crate::peer::messages::HELLO_REQUEST;
use crate::peer::records::{ALERT, DATA, HANDSHAKE};
use crate::wire::{Act, Call};

const WARNING: u8 = 1;
const FATAL: u8 = 2;
const BAD_RECORD_MAC: u8 = 20;
const NO_RENEGOTIATION: u8 = 100;

#[test]
fn a_reader_answers_while_the_writer_is_idle() {
    let (client, mut peer) = established_client();
    let end = client.get_ref().clone();
    let (mut reader, mut writer) = client.split(end.clone());
    peer.records.send(HANDSHAKE, &HELLO_REQUEST);
    peer.exchange(&end);
    let error = reader.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    writer.write_all(b"next").unwrap();
    peer.exchange(&end);
    let alert = (ALERT, vec![WARNING, NO_RENEGOTIATION]);
    assert_eq!(peer.records.next(), Some(alert));
    assert_eq!(peer.records.next(), Some((DATA, b"next".to_vec())));
}

#[test]
fn a_bad_record_is_answered_and_ends_both_halves() {
    let (client, mut peer) = established_client();
    let end = client.get_ref().clone();
    let (mut reader, mut writer) = client.split(end.clone());
    peer.records.send_raw(DATA, &[0; 64]);
    peer.exchange(&end);
    let error = reader.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let error = writer.write(b"x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    peer.exchange(&end);
    peer.expect_alert(FATAL, BAD_RECORD_MAC);
    assert_eq!(peer.records.next(), None);
}

#[test]
fn output_that_waits_goes_out_before_anything_else() {
    let pair = Pair::new();
    let (mut client, mut server) = (pair.client, pair.server);
    client.write_all(b"0").unwrap();
    let mut one = [0];
    server.read_exact(&mut one).unwrap();
    let end = pair.client_end;
    let (_, mut writer) = client.split(end.clone());
    end.set_room(Some(3));
    assert_eq!(writer.write(b"first").unwrap(), 5);
    let error = writer.write(b"second").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert_eq!(writer.close().unwrap_err().kind(), ErrorKind::WouldBlock);
    end.set_room(None);
    writer.write_all(b"third").unwrap();
    writer.close().unwrap();
    let mut received = String::new();
    server.read_to_string(&mut received).unwrap();
    assert_eq!(received, "firstthird");
}

#[test]
fn what_breaks_the_transport_for_one_half_breaks_it_for_both() {
    for (call, act) in [
        (Call::Read, Act::Panic("read")),
        (Call::Read, Act::Fail(ErrorKind::ConnectionReset)),
        (Call::Read, Act::Lie),
        (Call::Write, Act::Panic("write")),
        (Call::Write, Act::Fail(ErrorKind::BrokenPipe)),
        (Call::Write, Act::Zero),
        (Call::Write, Act::Lie),
        (Call::Flush, Act::Fail(ErrorKind::BrokenPipe)),
    ] {
        let pair = Pair::new();
        let end = pair.client_end;
        let (mut reader, mut writer) = pair.client.split(end.clone());
        end.next(call, &[act]);
        let result = catch_unwind(AssertUnwindSafe(|| match call {
            Call::Read => reader.read(&mut [0]).map(drop),
            Call::Write => writer.write(b"x").map(drop),
            Call::Flush => writer.flush(),
        }));
        match (act, result) {
            (Act::Panic(message), Err(panic)) => {
                assert_eq!(*panic.downcast::<&str>().unwrap(), message);
            }
            (Act::Panic(_), Ok(_)) => panic!("a panic must surface"),
            (_, result) => assert!(result.unwrap().is_err(), "{act:?}"),
        }
        let error = reader.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConnected, "{call:?}, {act:?}");
        let error = writer.write(b"x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConnected, "{call:?}, {act:?}");
        let error = writer.close().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConnected, "{call:?}, {act:?}");
    }
}

#[test]
fn interrupted_calls_are_made_again() {
    let pair = Pair::new();
    let end = pair.client_end;
    let mut server = pair.server;
    let (mut reader, mut writer) = pair.client.split(end.clone());
    let interrupted = [Act::Fail(ErrorKind::Interrupted), Act::Serve];
    for call in [Call::Read, Call::Write, Call::Flush] {
        end.next(call, &interrupted);
    }
    writer.write_all(b"up").unwrap();
    writer.flush().unwrap();
    let mut two = [0; 2];
    server.read_exact(&mut two).unwrap();
    server.write_all(&two).unwrap();
    reader.read_exact(&mut two).unwrap();
    assert_eq!(&two, b"up");
}
