//! Handshake messages in the wrong order, in pieces, or wrong.

use embertls::{Alert, Error, Handshake, HandshakeFailure};

use crate::pair::pending;
use crate::peer::messages::{HELLO_REQUEST, SERVER_HELLO_DONE, message, server_extensions};
use crate::peer::records::{ALERT, CHANGE_CIPHER_SPEC, DATA, HANDSHAKE};
use crate::peer::{
    Peer, almost_finished_client, established_client, greeted_client, greeted_server, turn,
};
use crate::wire::End;

const FATAL: u8 = 2;

/// The handshake must fail now, and the peer must be told why.
fn refused(handshake: &mut Handshake<End>, peer: &mut Peer, alert: Alert) -> Box<HandshakeFailure> {
    peer.exchange(handshake.get_ref());
    let error = handshake.advance().expect_err("the handshake must fail");
    let Error::Handshake(failure) = error else {
        panic!("{error:?}");
    };
    assert_eq!(failure.alert_sent, Some(alert), "{failure}");
    peer.exchange(handshake.get_ref());
    peer.expect_alert(FATAL, alert.code());
    assert_eq!(peer.records.next(), None, "nothing behind the alert");
    assert!(matches!(handshake.advance(), Err(Error::Closed { .. })));
    failure
}

#[test]
fn a_finished_in_pieces_is_joined() {
    for piece in 1..=16 {
        let (mut client, mut peer) = almost_finished_client();
        peer.change_cipher_spec();
        let finished = peer.finished();
        peer.send_in_pieces(&finished, piece);
        peer.exchange(client.get_ref());
        client.advance().unwrap();
        let mut session = client.into_session().unwrap();
        peer.records.send(DATA, b"data");
        peer.exchange(session.get_ref());
        assert_eq!(crate::pair::read_available(&mut session), b"data");
    }
}

#[test]
fn a_clients_finished_in_pieces_is_joined() {
    for piece in 1..=16 {
        let (mut server, mut peer) = greeted_server();
        let exchange = peer.client_key_exchange();
        peer.send_in_pieces(&exchange, piece);
        peer.change_cipher_spec();
        let finished = peer.finished();
        peer.send_in_pieces(&finished, piece);
        peer.exchange(server.get_ref());
        server.advance().unwrap();
        peer.exchange(server.get_ref());
        peer.read_finished();
    }
}

#[test]
fn every_plain_message_in_one_byte_records() {
    let (mut client, mut peer) = greeted_client();
    for message in peer.server_flight() {
        peer.send_in_pieces(&message, 1);
    }
    turn(&mut client, &mut peer);
    peer.read_client_flight();
}

#[test]
fn a_wrong_finished_is_a_decrypt_error() {
    for byte in [4, 15] {
        let (mut client, mut peer) = almost_finished_client();
        peer.change_cipher_spec();
        let mut finished = peer.finished();
        finished[byte] ^= 1;
        peer.send(&finished);
        refused(&mut client, &mut peer, Alert::DecryptError);
    }
    let (mut server, mut peer) = greeted_server();
    let exchange = peer.client_key_exchange();
    peer.send(&exchange);
    peer.change_cipher_spec();
    let mut finished = peer.finished();
    finished[4] ^= 1;
    peer.send(&finished);
    peer.records.opening = None;
    refused(&mut server, &mut peer, Alert::DecryptError);
}

#[test]
fn a_finished_under_another_type_is_refused_with_one_alert() {
    for (kind, alert) in [(DATA, Alert::BadRecordMac), (ALERT, Alert::BadRecordMac)] {
        let (mut client, mut peer) = almost_finished_client();
        peer.change_cipher_spec();
        let finished = peer.finished();
        let start = peer.records.outgoing.len();
        peer.send(&finished);
        peer.records.outgoing[start] = kind;
        let failure = refused(&mut client, &mut peer, alert);
        assert!(failure.reason.contains("Finished"), "{failure}");
    }
}

#[test]
fn a_malformed_finished_is_refused() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, Alert); 5] = [
        (|finished| finished[0] = 14, Alert::UnexpectedMessage),
        (|finished| finished[3] = 11, Alert::DecodeError),
        (|finished| finished[1] = 1, Alert::DecodeError),
        (|finished| finished.push(0), Alert::UnexpectedMessage),
        (
            |finished| finished.extend_from_slice(&HELLO_REQUEST),
            Alert::UnexpectedMessage,
        ),
    ];
    for (change, alert) in changes {
        let (mut client, mut peer) = almost_finished_client();
        peer.change_cipher_spec();
        let mut finished = peer.finished();
        change(&mut finished);
        peer.send(&finished);
        refused(&mut client, &mut peer, alert);
    }
}

#[test]
fn an_empty_piece_of_a_finished_is_refused() {
    let (mut client, mut peer) = almost_finished_client();
    peer.change_cipher_spec();
    peer.records.send(HANDSHAKE, &[]);
    refused(&mut client, &mut peer, Alert::DecodeError);
}

#[test]
fn data_before_finished_is_refused() {
    // In the clear, at every point of the handshake.
    let (mut client, mut peer) = greeted_client();
    peer.records.send(DATA, b"early");
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);

    for messages in 1..=3 {
        let (mut client, mut peer) = greeted_client();
        for message in &peer.server_flight()[..messages] {
            peer.send(message);
        }
        peer.records.send(DATA, b"early");
        refused(&mut client, &mut peer, Alert::UnexpectedMessage);
    }

    let (mut client, mut peer) = almost_finished_client();
    peer.records.send(DATA, b"early");
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);

    // Sealed, behind ChangeCipherSpec.
    let (mut client, mut peer) = almost_finished_client();
    peer.change_cipher_spec();
    peer.records.send(DATA, b"early");
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn a_finished_that_is_not_sealed_is_refused() {
    let (mut client, mut peer) = almost_finished_client();
    let finished = peer.finished();
    peer.send(&finished);
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn an_early_change_cipher_spec_is_refused() {
    for messages in 0..=3 {
        let (mut client, mut peer) = greeted_client();
        for message in &peer.server_flight()[..messages] {
            peer.send(message);
        }
        peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
        refused(&mut client, &mut peer, Alert::UnexpectedMessage);
    }
    // Before ClientHello, and in place of ClientKeyExchange (CVE-2014-0224).
    let config = crate::pki::server_config();
    let mut server = Handshake::server(&config, End::alone()).unwrap();
    let mut peer = Peer::client();
    peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
    refused(&mut server, &mut peer, Alert::UnexpectedMessage);

    let (mut server, mut peer) = greeted_server();
    peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
    refused(&mut server, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn a_change_cipher_spec_inside_a_message_is_refused() {
    let (mut client, mut peer) = greeted_client();
    let hello = peer.server_hello(&server_extensions());
    peer.records.send(HANDSHAKE, &hello[..10]);
    peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);

    // Behind a piece of a message that would come next in the clear.
    let (mut client, mut peer) = almost_finished_client();
    let finished = peer.finished();
    peer.records.send(HANDSHAKE, &finished[..10]);
    peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn a_second_change_cipher_spec_is_refused() {
    // In the clear and sealed.
    let (mut client, mut peer) = almost_finished_client();
    peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
    peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);

    let (mut client, mut peer) = almost_finished_client();
    peer.change_cipher_spec();
    peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn a_late_change_cipher_spec_is_refused() {
    let (mut client, mut peer) = established_client();
    peer.records.send(CHANGE_CIPHER_SPEC, &[1]);
    peer.exchange(client.get_ref());
    let error = std::io::Read::read(&mut client, &mut [0; 8]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    peer.exchange(client.get_ref());
    peer.expect_alert(FATAL, Alert::UnexpectedMessage.code());
    crate::pair::assert_dead(&mut client);
}

#[test]
fn a_malformed_change_cipher_spec_is_refused() {
    for body in [&[0][..], &[2], &[1, 1]] {
        let (mut client, mut peer) = almost_finished_client();
        peer.records.send(CHANGE_CIPHER_SPEC, body);
        refused(&mut client, &mut peer, Alert::UnexpectedMessage);
    }
}

#[test]
fn hello_requests_during_the_handshake_are_ignored() {
    let (mut client, mut peer) = greeted_client();
    peer.records.send(HANDSHAKE, &HELLO_REQUEST);
    for message in peer.server_flight() {
        peer.send(&message);
        peer.records.send(HANDSHAKE, &HELLO_REQUEST);
    }
    turn(&mut client, &mut peer);
    peer.read_client_flight();
    peer.records.send(HANDSHAKE, &HELLO_REQUEST);
    peer.change_cipher_spec();
    let finished = peer.finished();
    peer.send(&finished);
    peer.exchange(client.get_ref());
    client.advance().unwrap();
}

#[test]
fn hello_requests_without_end_are_refused() {
    let (mut client, mut peer) = greeted_client();
    for _ in 0..1000 {
        peer.records.send(HANDSHAKE, &HELLO_REQUEST);
    }
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn every_message_out_of_turn_is_refused() {
    for position in 0..4 {
        for other in 0..4 {
            if position == other {
                continue;
            }
            let (mut client, mut peer) = greeted_client();
            let flight = peer.server_flight();
            for message in &flight[..position] {
                peer.send(message);
            }
            // ServerHelloDone may take the place of CertificateRequest, not earlier.
            peer.send(&flight[other]);
            refused(&mut client, &mut peer, Alert::UnexpectedMessage);
        }
    }
    let (mut client, mut peer) = almost_finished_client();
    peer.send(&message(SERVER_HELLO_DONE, &[]));
    refused(&mut client, &mut peer, Alert::UnexpectedMessage);
}

#[test]
fn a_peer_that_stops_anywhere_is_waited_for_and_then_missed() {
    let flight = |peer: &Peer| -> Vec<u8> {
        let mut other = Peer::server();
        for message in peer.server_flight() {
            other.send(&message);
        }
        other.records.outgoing
    };
    let (_, peer) = greeted_client();
    let len = flight(&peer).len();
    for stop in (0..len).step_by(37) {
        let (mut client, peer) = greeted_client();
        let bytes = flight(&peer);
        client
            .get_ref()
            .push_incoming(&bytes[..stop.min(bytes.len())]);
        assert!(pending(client.advance()).unwrap());
        client.get_ref().end_incoming();
        let error = client.advance().unwrap_err();
        assert!(
            matches!(&error, Error::Io { source, .. }
                if source.kind() == std::io::ErrorKind::UnexpectedEof),
            "{error}"
        );
        assert!(matches!(client.advance(), Err(Error::Closed { .. })));
    }
}

#[test]
fn a_plain_alert_of_wrong_form_is_refused() {
    for (body, alert) in [
        (&[1][..], Alert::DecodeError),
        (&[1, 0, 0], Alert::DecodeError),
        (&[3, 0], Alert::IllegalParameter),
    ] {
        let (mut client, mut peer) = greeted_client();
        peer.records.send(ALERT, body);
        refused(&mut client, &mut peer, alert);
    }
}
