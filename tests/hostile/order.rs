//! Messages in the wrong order, left out, repeated, or where there is no place
//! for them.

use embertls::Alert;

use crate::client::Client;
use crate::peer::messages::{client_extensions, message};
use crate::peer::records::{ALERT, CHANGE_CIPHER_SPEC, DATA, HANDSHAKE};
use crate::server::{Deed, Server};

/// Every type of a handshake message that was ever given a number, and others.
const TYPES: [u8; 20] = [
    0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16, 20, 21, 22, 24, 67, 255,
];
const CLIENT_HELLO: u8 = 1;
const CLIENT_KEY_EXCHANGE: u8 = 16;
const FINISHED: u8 = 20;

#[test]
fn another_message_than_expected() {
    let mut server = Server::start();
    for kind in TYPES {
        if kind != CLIENT_HELLO {
            let mut client = server.client();
            client.send(&message(kind, &[0; 40]));
            client.refused(
                &format!("type {kind} for ClientHello"),
                Alert::UnexpectedMessage,
            );
        }
        if kind != CLIENT_KEY_EXCHANGE {
            let mut client = server.client();
            client.greet();
            client.send(&message(kind, &[0; 40]));
            client.refused(
                &format!("type {kind} for ClientKeyExchange"),
                Alert::UnexpectedMessage,
            );
        }
        if kind != FINISHED {
            let mut client = server.client();
            client.exchange_keys();
            client.send(&message(kind, &[0; 12]));
            client.refused(
                &format!("type {kind} for Finished"),
                Alert::UnexpectedMessage,
            );
        }
        // In the clear, where ChangeCipherSpec is due.
        let mut client = server.client();
        client.greet();
        let exchange = client.peer.client_key_exchange();
        client.send(&exchange);
        client.send(&message(kind, &[0; 12]));
        client.refused(&format!("type {kind} for CCS"), Alert::UnexpectedMessage);
    }
    server.is_unharmed();
}

#[test]
fn left_out_and_repeated() {
    let deeds: [(&str, Alert, Deed); 10] = [
        ("CCS first", Alert::UnexpectedMessage, |client| {
            client.record(CHANGE_CIPHER_SPEC, &[1]);
        }),
        ("data first", Alert::UnexpectedMessage, |client| {
            client.record(DATA, b"GET / HTTP/1.0\r\n\r\n");
        }),
        ("no ClientKeyExchange", Alert::UnexpectedMessage, |client| {
            client.greet();
            client.record(CHANGE_CIPHER_SPEC, &[1]);
        }),
        ("no CCS", Alert::UnexpectedMessage, |client| {
            client.greet();
            let exchange = client.peer.client_key_exchange();
            client.send(&exchange);
            let finished = client.peer.finished();
            client.send(&finished);
        }),
        ("no Finished", Alert::UnexpectedMessage, |client| {
            client.exchange_keys();
            client.record(DATA, b"GET / HTTP/1.0\r\n\r\n");
        }),
        ("ClientHello twice", Alert::UnexpectedMessage, |client| {
            client.greet();
            let hello = client.hello().message();
            client.send(&hello);
        }),
        (
            "ClientKeyExchange twice",
            Alert::UnexpectedMessage,
            |client| {
                client.greet();
                let exchange = client.peer.client_key_exchange();
                client.send(&exchange);
                client.send(&exchange);
            },
        ),
        (
            "CCS twice in the clear",
            Alert::UnexpectedMessage,
            |client| {
                client.greet();
                let exchange = client.peer.client_key_exchange();
                client.send(&exchange);
                client.record(CHANGE_CIPHER_SPEC, &[1]);
                client.record(CHANGE_CIPHER_SPEC, &[1]);
            },
        ),
        ("CCS twice, sealed", Alert::UnexpectedMessage, |client| {
            client.exchange_keys();
            client.record(CHANGE_CIPHER_SPEC, &[1]);
        }),
        ("data in the clear", Alert::UnexpectedMessage, |client| {
            client.greet();
            client.record(DATA, b"GET / HTTP/1.0\r\n\r\n");
        }),
    ];
    Server::start().refuses(&deeds);
}

#[test]
fn change_cipher_spec_of_another_form() {
    let mut server = Server::start();
    for content in [
        &[0][..],
        &[2],
        &[255],
        &[1, 1],
        &[1, 0],
        &[1; 64],
        &[1; 16_384],
    ] {
        let mut client = server.client();
        client.greet();
        let exchange = client.peer.client_key_exchange();
        client.send(&exchange);
        client.record(CHANGE_CIPHER_SPEC, content);
        let what = format!("CCS of {} bytes", content.len());
        client.refused(&what, Alert::UnexpectedMessage);
    }
    server.is_unharmed();
}

#[test]
fn inside_another_message() {
    let deeds: [(&str, Alert, Deed); 3] = [
        (
            "CCS inside ClientKeyExchange",
            Alert::UnexpectedMessage,
            |client| {
                client.greet();
                let exchange = client.peer.client_key_exchange();
                client.record(HANDSHAKE, &exchange[..30]);
                client.record(CHANGE_CIPHER_SPEC, &[1]);
                client.record(HANDSHAKE, &exchange[30..]);
            },
        ),
        (
            "data inside ClientKeyExchange",
            Alert::UnexpectedMessage,
            |client| {
                client.greet();
                let exchange = client.peer.client_key_exchange();
                client.record(HANDSHAKE, &exchange[..30]);
                client.record(DATA, b"data");
            },
        ),
        ("data inside Finished", Alert::UnexpectedMessage, |client| {
            client.exchange_keys();
            let finished = client.peer.finished();
            client.record(HANDSHAKE, &finished[..8]);
            client.record(DATA, b"data");
        }),
    ];
    Server::start().refuses(&deeds);
}

#[test]
fn after_the_handshake() {
    let deeds: [(&str, Alert, Deed); 7] = [
        (
            "CCS after the handshake",
            Alert::UnexpectedMessage,
            |client| {
                client.establish();
                client.record(CHANGE_CIPHER_SPEC, &[1]);
            },
        ),
        ("Finished twice", Alert::UnexpectedMessage, |client| {
            client.establish();
            let finished = client.peer.finished();
            client.record(HANDSHAKE, &finished);
        }),
        (
            "a late ClientKeyExchange",
            Alert::UnexpectedMessage,
            |client| {
                client.establish();
                client.record(HANDSHAKE, &message(CLIENT_KEY_EXCHANGE, &[0; 66]));
            },
        ),
        (
            "a HelloRequest of a client",
            Alert::UnexpectedMessage,
            |client| {
                client.establish();
                client.record(HANDSHAKE, &message(0, &[]));
            },
        ),
        ("a piece of a message", Alert::UnexpectedMessage, |client| {
            client.establish();
            client.record(HANDSHAKE, &[20, 0]);
        }),
        ("a malformed alert", Alert::DecodeError, |client| {
            client.establish();
            client.record(ALERT, &[1]);
        }),
        ("an alert of 16 KiB", Alert::DecodeError, |client| {
            client.establish();
            client.record(ALERT, &[1; 16_384]);
        }),
    ];
    Server::start().refuses(&deeds);
}

/// RFC 5246, 7.2.2: the session goes on.
#[test]
fn renegotiation_is_declined() {
    let mut server = Server::start();
    let mut client: Client = server.client();
    client.establish();
    let hello = client.peer.client_hello(&client_extensions());
    client.record(HANDSHAKE, &hello);
    client.declined();
    client.must_be_served("behind a request to renegotiate");
    server.is_unharmed();
}
