//! Records of wrong length, type, version or content, and alerts.

use embertls::Alert;

use crate::peer::records::{ALERT, CHANGE_CIPHER_SPEC, DATA, HANDSHAKE};
use crate::server::{Deed, Server};

const WARNING: u8 = 1;
const FATAL: u8 = 2;
const HEARTBEAT: u8 = 24;

#[test]
fn of_unknown_type() {
    let mut server = Server::start();
    for kind in [0, 1, 19, HEARTBEAT, 25, 26, 64, 128, 255] {
        let mut client = server.client();
        client.record(kind, &[1, 0, 3, 1, 2, 3]);
        client.refused(&format!("type {kind} first"), Alert::UnexpectedMessage);

        let mut client = server.client();
        client.greet();
        client.record(kind, &[1, 0, 3, 1, 2, 3]);
        client.refused(&format!("type {kind} in between"), Alert::UnexpectedMessage);

        let mut client = server.client();
        client.establish();
        client.record(kind, &[1, 0, 3, 1, 2, 3]);
        client.refused(&format!("type {kind} later"), Alert::UnexpectedMessage);
    }
    server.is_unharmed();
}

#[test]
fn too_long_and_empty() {
    let deeds: [(&str, Alert, Deed); 8] = [
        ("a hello of 16,385 bytes", Alert::RecordOverflow, |client| {
            client.record(HANDSHAKE, &[1; 16_385]);
        }),
        (
            "a record of 65,535 bytes",
            Alert::RecordOverflow,
            |client| {
                client.record(HANDSHAKE, &[1; 65_535]);
            },
        ),
        ("16,385 bytes, sealed", Alert::RecordOverflow, |client| {
            client.establish();
            client.record(DATA, &[7; 16_385]);
        }),
        ("65,000 bytes, sealed", Alert::RecordOverflow, |client| {
            client.establish();
            client.record(DATA, &[7; 65_000]);
        }),
        ("an empty record first", Alert::DecodeError, |client| {
            client.record(HANDSHAKE, &[]);
        }),
        ("an empty CCS", Alert::DecodeError, |client| {
            client.greet();
            let exchange = client.peer.client_key_exchange();
            client.send(&exchange);
            client.record(CHANGE_CIPHER_SPEC, &[]);
        }),
        (
            "an empty record for Finished",
            Alert::DecodeError,
            |client| {
                client.exchange_keys();
                client.record(HANDSHAKE, &[]);
            },
        ),
        (
            "empty records without end",
            Alert::UnexpectedMessage,
            |client| {
                client.establish();
                for _ in 0..1000 {
                    client.peer.records.send(DATA, &[]);
                }
                client.flush();
            },
        ),
    ];
    Server::start().refuses(&deeds);
}

#[test]
fn of_another_version() {
    let mut server = Server::start();
    for version in [[0, 2], [2, 0], [4, 0], [0xfe, 0xfd], [255, 255]] {
        let mut client = server.client();
        let hello = client.hello().message();
        client.peer.send(&hello);
        client.peer.records.outgoing[1..3].copy_from_slice(&version);
        client.flush();
        client.refused(&format!("records of {version:?}"), Alert::ProtocolVersion);
    }
    server.is_unharmed();
}

#[test]
fn not_of_tls() {
    let deeds: [(&str, Alert, Deed); 4] = [
        ("an SSL 2.0 hello", Alert::ProtocolVersion, |client| {
            client.bytes(&[0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10, 1, 0, 0x80]);
        }),
        (
            "one that offers TLS 1.2",
            Alert::ProtocolVersion,
            |client| {
                client.bytes(&[0x80, 0x2e, 1, 3, 3, 0, 0x15, 0, 0, 0, 0x10, 0xc0, 0x2b]);
            },
        ),
        ("HTTP", Alert::UnexpectedMessage, |client| {
            client.bytes(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        }),
        ("another protocol", Alert::UnexpectedMessage, |client| {
            client.bytes(b"SSH-2.0-OpenSSH_9\r\n");
        }),
    ];
    Server::start().refuses(&deeds);
}

#[test]
fn changed_on_the_way() {
    let mut server = Server::start();
    // Nonce, content, tag.
    for byte in [5, 12, 13, 16, 17, 32] {
        let mut client = server.client();
        client.establish();
        client.peer.records.send(DATA, b"GET ");
        client.peer.records.outgoing[byte] ^= 0x10;
        client.flush();
        client.refused(&format!("byte {byte}"), Alert::BadRecordMac);
    }
    let mut client = server.client();
    client.establish();
    client.peer.records.send(DATA, b"GET ");
    let record = client.peer.records.outgoing.clone();
    client.bytes(&record);
    client.refused("a record sent again", Alert::BadRecordMac);

    let mut client = server.client();
    client.establish();
    client.peer.records.send_raw(DATA, b"in the clear");
    client.flush();
    client.refused("a record in the clear", Alert::BadRecordMac);
    server.is_unharmed();
}

#[test]
fn alerts() {
    let deeds: [(&str, Alert, Deed); 6] = [
        (
            "warnings without end, first",
            Alert::UnexpectedMessage,
            |client| {
                for _ in 0..10_000 {
                    client.peer.alert(WARNING, 90);
                }
                client.flush();
            },
        ),
        (
            "warnings without end, between",
            Alert::UnexpectedMessage,
            |client| {
                client.greet();
                for _ in 0..10_000 {
                    client.peer.alert(WARNING, 90);
                }
                client.flush();
            },
        ),
        (
            "warnings without end, sealed",
            Alert::UnexpectedMessage,
            |client| {
                client.exchange_keys();
                for _ in 0..1000 {
                    client.peer.alert(WARNING, 90);
                }
                client.flush();
            },
        ),
        (
            "warnings without end, later",
            Alert::UnexpectedMessage,
            |client| {
                client.establish();
                for _ in 0..1000 {
                    client.peer.alert(WARNING, 90);
                }
                client.flush();
            },
        ),
        ("half an alert", Alert::DecodeError, |client| {
            client.record(ALERT, &[1]);
        }),
        (
            "an alert of unknown level",
            Alert::IllegalParameter,
            |client| {
                client.record(ALERT, &[3, 0]);
            },
        ),
    ];
    let mut server = Server::start();
    server.refuses(&deeds);

    // A fatal one is not answered (RFC 5246, 7.2.2).
    for established in [false, true] {
        let mut client = server.client();
        match established {
            true => client.establish(),
            false => client.greet(),
        }
        client.peer.alert(FATAL, Alert::InternalError.code());
        client.flush();
        client.dropped("a fatal alert");
    }
    server.is_unharmed();
}
