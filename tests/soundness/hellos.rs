//! Malformed messages of a handshake: duplicates, sizes, bad key shares.

use embertls::ssl::ChannelBinding;
use embertls::{Acceptor, Alert, Error, Handshake, HandshakeFailure, MemoryTransport, SslConfig};

use crate::peer::messages::*;
use crate::peer::records::HANDSHAKE;
use crate::peer::{
    Peer, established_client, established_client_without_secure_renegotiation, established_server,
    greeted_client, greeted_server,
};
use crate::pki::{self, pki};
use crate::wire::End;

const FATAL: u8 = 2;

fn refused(handshake: &mut Handshake<End>, peer: &mut Peer, alert: Alert) -> Box<HandshakeFailure> {
    peer.exchange(handshake.get_ref());
    let Err(Error::Handshake(failure)) = handshake.advance() else {
        panic!("the handshake must fail");
    };
    assert_eq!(failure.alert_sent, Some(alert), "{failure}");
    peer.exchange(handshake.get_ref());
    peer.expect_alert(FATAL, alert.code());
    assert_eq!(peer.records.next(), None, "nothing behind the alert");
    failure
}

fn waiting_server() -> (Handshake<End>, Peer) {
    let config = pki::server_config();
    let server = Handshake::server(&config, End::alone()).unwrap();
    (server, Peer::client())
}

#[test]
fn a_server_hello_with_an_extension_twice_is_refused() {
    for twice in [extension(0xff01, &[0]), extension(23, &[])] {
        let (mut client, mut peer) = greeted_client();
        let hello = peer.server_hello(&twice.repeat(2));
        peer.send(&hello);
        let failure = refused(&mut client, &mut peer, Alert::DecodeError);
        assert!(failure.reason.contains("twice"), "{failure}");
    }
}

#[test]
fn a_server_hello_with_an_extension_not_offered_is_refused() {
    for number in [5, 16, 22, 12345] {
        let (mut client, mut peer) = greeted_client();
        let hello = peer.server_hello(&extension(number, &[]));
        peer.send(&hello);
        refused(&mut client, &mut peer, Alert::UnsupportedExtension);
    }
}

#[test]
fn a_client_hello_with_an_extension_twice_is_refused() {
    for twice in [
        extension(0, &[0, 4, 0, 0, 1, b'a']),
        extension(10, &[0, 2, 0, 23]),
        extension(23, &[]),
        extension(12345, b"anything"),
    ] {
        let (mut server, mut peer) = waiting_server();
        let hello = peer.client_hello(&twice.repeat(2));
        peer.send(&hello);
        let failure = refused(&mut server, &mut peer, Alert::DecodeError);
        assert!(failure.reason.contains("twice"), "{failure}");
    }
}

#[test]
fn a_hello_without_uncompressed_points_is_refused() {
    let extensions = [extension(10, &[0, 2, 0, 23]), extension(11, &[1, 1])].concat();
    let (mut server, mut peer) = waiting_server();
    let hello = peer.client_hello(&extensions);
    peer.send(&hello);
    refused(&mut server, &mut peer, Alert::IllegalParameter);

    let (mut client, mut peer) = greeted_client();
    let hello = peer.server_hello(&extension(11, &[1, 1]));
    peer.send(&hello);
    refused(&mut client, &mut peer, Alert::IllegalParameter);
}

#[test]
fn two_server_names_are_refused() {
    let names = [0, 8, 0, 0, 1, b'a', 0, 0, 1, b'b'];
    let (mut server, mut peer) = waiting_server();
    let hello = peer.client_hello(&extension(0, &names));
    peer.send(&hello);
    refused(&mut server, &mut peer, Alert::IllegalParameter);
}

#[test]
fn a_hello_cut_short_anywhere_is_refused() {
    let whole = Peer::client().client_hello(&client_extensions());
    // Without any extension it would be a hello again.
    let no_extensions = whole.len() - client_extensions().len() - 2;
    for len in (4..whole.len()).filter(|&len| len != no_extensions) {
        let (mut server, mut peer) = waiting_server();
        let mut cut = whole[..len].to_vec();
        cut[1..4].copy_from_slice(&length3(len - 4));
        peer.send(&cut);
        refused(&mut server, &mut peer, Alert::DecodeError);
    }
}

#[test]
fn a_server_hello_cut_short_anywhere_is_refused() {
    let whole = Peer::server().server_hello(&server_extensions());
    let no_extensions = whole.len() - server_extensions().len() - 2;
    for len in (4..whole.len()).filter(|&len| len != no_extensions) {
        let (mut client, mut peer) = greeted_client();
        let mut cut = whole[..len].to_vec();
        cut[1..4].copy_from_slice(&length3(len - 4));
        peer.send(&cut);
        refused(&mut client, &mut peer, Alert::DecodeError);
    }
}

#[test]
fn oversized_records_are_refused() {
    let (mut client, mut peer) = greeted_client();
    peer.records.send(HANDSHAKE, &[2; 16385]);
    refused(&mut client, &mut peer, Alert::RecordOverflow);
    let (mut server, mut peer) = waiting_server();
    peer.records.send(HANDSHAKE, &[1; 16385]);
    refused(&mut server, &mut peer, Alert::RecordOverflow);
}

#[test]
fn oversized_messages_are_refused_by_their_header() {
    for (kind, len) in [
        (SERVER_HELLO, 16381),
        (SERVER_KEY_EXCHANGE, 0xff_ffff),
        (CERTIFICATE, 1 << 17),
        (0, 0xff_ffff),
    ] {
        let (mut client, mut peer) = greeted_client();
        peer.records
            .send(HANDSHAKE, &[&[kind], &length3(len)[..]].concat());
        refused(&mut client, &mut peer, Alert::IllegalParameter);
    }
}

#[test]
fn a_malformed_certificate_message_is_refused() {
    let leaf = &pki().leaf_der[..];
    let mut cut_list = certificate(&[leaf]);
    cut_list[6] ^= 1;
    let mut cut_entry = certificate(&[leaf]);
    cut_entry[9] ^= 1;
    for malformed in [
        certificate(&[]),
        certificate(&[leaf, &[]]),
        message(CERTIFICATE, &[]),
        message(CERTIFICATE, &[0, 0]),
        cut_list,
        cut_entry,
    ] {
        let (mut client, mut peer) = greeted_client();
        let hello = peer.server_hello(&server_extensions());
        peer.send(&hello);
        peer.send(&malformed);
        refused(&mut client, &mut peer, Alert::DecodeError);
    }
}

/// A client refuses what `make` makes of a ServerKeyExchange.
fn key_exchange_refused(make: impl Fn(&Peer) -> Vec<u8>, alerts: &[Alert]) {
    let (mut client, mut peer) = greeted_client();
    let flight = peer.server_flight();
    peer.send(&flight[0]);
    peer.send(&flight[1]);
    let exchange = make(&peer);
    peer.send(&exchange);
    peer.send(&flight[3]);
    peer.exchange(client.get_ref());
    let Err(Error::Handshake(failure)) = client.advance() else {
        panic!("the handshake must fail");
    };
    let sent = failure.alert_sent.unwrap();
    assert!(alerts.contains(&sent), "{alerts:?}: {failure}");
    peer.exchange(client.get_ref());
    peer.expect_alert(FATAL, sent.code());
    assert_eq!(peer.records.next(), None, "nothing behind the alert");
    assert!(matches!(client.advance(), Err(Error::Closed { .. })));
}

/// The alerts that fit what is malformed and what does not suit.
const MALFORMED: &[Alert] = &[
    Alert::IllegalParameter,
    Alert::DecodeError,
    Alert::HandshakeFailure,
];

#[test]
fn a_key_share_of_wrong_form_is_refused_though_signed() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, &[Alert]); 9] = [
        // A point off the curve.
        (|share| share[68] ^= 1, &[Alert::IllegalParameter]),
        // Another kind of curve, a group not offered, a compressed point, infinity.
        (|share| share[0] = 1, MALFORMED),
        (|share| share[2] = 22, MALFORMED),
        (|share| share[4] = 2, MALFORMED),
        (|share| share.splice(3.., [1, 0]).for_each(drop), MALFORMED),
        // Cut short.
        (|share| share.truncate(68), MALFORMED),
        (|share| share.truncate(4), MALFORMED),
        (|share| share.truncate(2), MALFORMED),
        (|share| share.clear(), MALFORMED),
    ];
    for (change, alerts) in changes {
        let make = |peer: &Peer| {
            let mut share = peer.key_share();
            change(&mut share);
            peer.server_key_exchange(&share)
        };
        key_exchange_refused(make, alerts);
    }
}

#[test]
fn a_bad_signature_of_the_key_share_is_refused() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, &[Alert]); 9] = [
        (
            |exchange| *exchange.last_mut().unwrap() ^= 1,
            &[Alert::DecryptError],
        ),
        // Signed by nobody.
        (
            |exchange| exchange[73 + 4..].fill(0),
            &[Alert::DecryptError],
        ),
        // SHA-1 and SHA-224, which are not offered, a hash that does not exist, RSA with
        // an ECDSA suite. The engine does not come to computing the hash.
        (|exchange| exchange[73] = 2, MALFORMED),
        (|exchange| exchange[73] = 3, MALFORMED),
        (|exchange| exchange[73] = 99, MALFORMED),
        (|exchange| exchange[74] = 1, MALFORMED),
        // Cut short, and too long.
        (|exchange| exchange.truncate(74), MALFORMED),
        (|exchange| exchange.truncate(90), MALFORMED),
        (|exchange| exchange.push(0), MALFORMED),
    ];
    for (change, alerts) in changes {
        let make = |peer: &Peer| {
            let mut exchange = peer.server_key_exchange(&peer.key_share());
            change(&mut exchange);
            let len = exchange.len() - 4;
            exchange[1..4].copy_from_slice(&length3(len));
            exchange
        };
        key_exchange_refused(make, alerts);
    }
}

#[test]
fn an_empty_list_of_protocols_is_none() {
    const ALPN: u16 = 16;
    for (protocols, is_offered) in [(&[b"h2"][..], true), (&[], false)] {
        let builder = SslConfig::client().trust_store(pki().trust_store());
        let config = builder.alpn(protocols).build().unwrap();
        let transport = MemoryTransport::new();
        let mut client = Handshake::client(&config, pki::name(), transport).unwrap();
        assert!(client.advance().is_err(), "waits for the server");
        let mut transport = MemoryTransport::new();
        transport.push_incoming(&client.get_mut().take_outgoing());
        let accepted = Acceptor::new(transport).accept().unwrap();
        let hello = accepted.client_hello();
        assert_eq!(hello.alpn, protocols);
        assert_eq!(hello.extensions.contains(&ALPN), is_offered);
    }
}

#[test]
fn a_failure_names_the_message_that_was_refused() {
    let (mut client, mut peer) = greeted_client();
    let mut flight = peer.server_flight();
    *flight[2].last_mut().unwrap() ^= 1;
    for message in flight {
        peer.send(&message);
    }
    let failure = refused(&mut client, &mut peer, Alert::DecryptError);
    assert!(failure.reason.contains("ServerKeyExchange"), "{failure}");
    assert_eq!(
        failure.report.waiting_for.as_deref(),
        Some("ServerKeyExchange")
    );
}

#[test]
fn a_bad_client_key_exchange_is_refused() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, &[Alert]); 5] = [
        (|point| point[64] ^= 1, &[Alert::IllegalParameter]),
        (
            |point| point[0] = 2,
            &[Alert::IllegalParameter, Alert::DecodeError],
        ),
        (
            |point| point.truncate(1),
            &[Alert::IllegalParameter, Alert::DecodeError],
        ),
        (
            |point| point.clear(),
            &[Alert::IllegalParameter, Alert::DecodeError],
        ),
        (
            |point| point.push(0),
            &[Alert::IllegalParameter, Alert::DecodeError],
        ),
    ];
    for (change, alerts) in changes {
        let (mut server, mut peer) = greeted_server();
        let mut point = peer.client_key_exchange()[5..].to_vec();
        change(&mut point);
        peer.send(&client_key_exchange(&point));
        peer.exchange(server.get_ref());
        let Err(Error::Handshake(failure)) = server.advance() else {
            panic!("the handshake must fail");
        };
        let sent = failure.alert_sent.unwrap();
        assert!(alerts.contains(&sent), "{failure}");
        assert!(
            failure.to_string().contains("ClientKeyExchange"),
            "{failure}"
        );
        peer.exchange(server.get_ref());
        peer.expect_alert(FATAL, sent.code());
    }
}

#[test]
fn a_client_without_extended_master_secret_is_refused_where_it_is_required() {
    let config = SslConfig::server()
        .identity([pki().leaf()], pki().key())
        .require_extended_master_secret()
        .build()
        .unwrap();
    let mut server = Handshake::server(&config, End::alone()).unwrap();
    let mut peer = Peer::client();
    let hello = peer.client_hello(&client_extensions());
    peer.send(&hello);
    let failure = refused(&mut server, &mut peer, Alert::HandshakeFailure);
    assert!(
        failure.reason.contains("extended master secret"),
        "{failure}"
    );
}

#[test]
fn a_server_without_extended_master_secret_is_refused_where_it_is_required() {
    let config = SslConfig::client()
        .trust_store(pki().trust_store())
        .require_extended_master_secret()
        .build()
        .unwrap();
    let mut client = Handshake::client(&config, pki::name(), End::alone()).unwrap();
    let mut peer = Peer::server();
    assert!(matches!(client.advance(), Err(Error::WouldBlock)));
    peer.exchange(client.get_ref());
    peer.read_client_hello();
    let hello = peer.server_hello(&server_extensions());
    peer.send(&hello);
    let failure = refused(&mut client, &mut peer, Alert::HandshakeFailure);
    assert!(
        failure.reason.contains("extended master secret"),
        "{failure}"
    );
}

#[test]
fn who_knows_secure_renegotiation_is_told() {
    assert!(established_client().0.secure_renegotiation());
    let (client, _peer) = established_client_without_secure_renegotiation();
    assert!(!client.secure_renegotiation());
    // By the signalling suite.
    assert!(established_server().0.secure_renegotiation());
}

#[test]
fn without_extended_master_secret_nothing_binds_to_the_session() {
    let (client, _peer) = established_client();
    for binding in [ChannelBinding::TlsUnique, ChannelBinding::TlsExporter] {
        let refused = client.channel_binding(binding);
        assert!(
            matches!(refused, Err(Error::Protocol { .. })),
            "{refused:?}"
        );
    }
    // This one names the server alone.
    let end_point = client.channel_binding(ChannelBinding::TlsServerEndPoint);
    assert_eq!(end_point.unwrap().len(), 32);
}
