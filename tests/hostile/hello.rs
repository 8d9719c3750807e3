//! ClientHellos with fields and lengths that are wrong, odd, or merely large.

use embertls::Alert;

use crate::client::Client;
use crate::peer::messages::{client_extensions, extension, length2, length3, message};
use crate::peer::records::{DATA, HANDSHAKE, Suite};
use crate::server::{Deed, Server};

/// Where the fields of a hello begin that has no session id and two suites.
const SESSION_ID: usize = 38;
const SUITES: usize = 39;
const COMPRESSIONS: usize = 45;
const EXTENSIONS: usize = 47;

/// Sends a hello of which some bytes were changed, its length put right again.
fn spoilt(client: &mut Client, change: impl Fn(&mut Vec<u8>)) {
    let mut hello = client.hello().message();
    change(&mut hello);
    let len = hello.len() - 4;
    hello[1..4].copy_from_slice(&length3(len));
    client.send(&hello);
}

#[test]
fn malformed() {
    let deeds: [(&str, Alert, Deed); 19] = [
        ("a hello without a body", Alert::DecodeError, |client| {
            client.send(&message(1, &[]));
        }),
        ("a hello of a version alone", Alert::DecodeError, |client| {
            client.send(&message(1, &[3, 3]));
        }),
        ("a short random", Alert::DecodeError, |client| {
            client.send(&message(1, &[3; 33]));
        }),
        ("a session id of 33 bytes", Alert::DecodeError, |client| {
            let mut hello = client.hello();
            hello.session_id = vec![7; 33];
            client.send(&hello.message());
        }),
        ("a session id of 255 bytes", Alert::DecodeError, |client| {
            let mut hello = client.hello();
            hello.session_id = vec![7; 255];
            client.send(&hello.message());
        }),
        (
            "a session id beyond the hello",
            Alert::DecodeError,
            |client| {
                spoilt(client, |hello| hello[SESSION_ID] = 200);
            },
        ),
        ("no suite", Alert::DecodeError, |client| {
            let mut hello = client.hello();
            hello.suites = Vec::new();
            client.send(&hello.message());
        }),
        ("half a suite", Alert::DecodeError, |client| {
            let mut hello = client.hello();
            hello.suites.push(0);
            client.send(&hello.message());
        }),
        ("suites beyond the hello", Alert::DecodeError, |client| {
            spoilt(client, |hello| hello[SUITES] = 0x7f);
        }),
        ("one suite less than sent", Alert::DecodeError, |client| {
            spoilt(client, |hello| hello[SUITES + 1] = 2);
        }),
        ("no compression", Alert::DecodeError, |client| {
            let mut hello = client.hello();
            hello.compressions = Vec::new();
            client.send(&hello.message());
        }),
        (
            "compressions beyond the hello",
            Alert::DecodeError,
            |client| {
                spoilt(client, |hello| hello[COMPRESSIONS] = 0xff);
            },
        ),
        (
            "compression without null",
            Alert::IllegalParameter,
            |client| {
                let mut hello = client.hello();
                hello.compressions = vec![1, 64];
                client.send(&hello.message());
            },
        ),
        (
            "extensions longer than sent",
            Alert::DecodeError,
            |client| {
                spoilt(client, |hello| hello[EXTENSIONS + 1] += 1);
            },
        ),
        (
            "extensions shorter than sent",
            Alert::DecodeError,
            |client| {
                spoilt(client, |hello| hello[EXTENSIONS + 1] -= 1);
            },
        ),
        ("one byte of extensions", Alert::DecodeError, |client| {
            spoilt(client, |hello| hello.truncate(EXTENSIONS + 1));
        }),
        (
            "a byte behind the extensions",
            Alert::DecodeError,
            |client| {
                spoilt(client, |hello| hello.push(0));
            },
        ),
        (
            "a message shorter than its body",
            Alert::DecodeError,
            |client| {
                let mut hello = client.hello().message();
                hello[3] -= 1;
                client.send(&hello);
            },
        ),
        ("a message of 16 MiB", Alert::DecodeError, |client| {
            client.send(&[1, 0xff, 0xff, 0xff, 3, 3]);
        }),
    ];
    Server::start().refuses(&deeds);
}

#[test]
fn versions() {
    let mut server = Server::start();
    for version in [[0, 0], [2, 0], [3, 0], [3, 1], [3, 2]] {
        let mut client = server.client();
        let mut hello = client.hello();
        hello.version = version;
        client.send(&hello.message());
        client.refused(&format!("version {version:?}"), Alert::ProtocolVersion);
    }
    // RFC 7507: it spoke TLS 1.2 and was refused, it says.
    let mut client = server.client();
    let mut hello = client.hello();
    hello.version = [3, 2];
    hello.suites.extend([0x56, 0]);
    client.send(&hello.message());
    client.refused("a fallback", Alert::InappropriateFallback);
    // RFC 5246, E.1: a version that does not exist yet is answered with ours.
    for version in [[3, 4], [3, 255], [4, 0], [5, 3], [0xfe, 0xfd], [255, 255]] {
        let client = server.client();
        let mut hello = client.hello();
        hello.version = version;
        served(client, &hello.message(), &format!("version {version:?}"));
    }
    // That of the record says nothing (E.1).
    for minor in [0, 1, 3, 4, 255] {
        let mut client = server.client();
        let hello = client.hello().message();
        client.peer.send(&hello);
        client.peer.records.outgoing[2] = minor;
        finish(client, &format!("records of version 3.{minor}"));
    }
    server.is_unharmed();
}

/// The handshake goes on after this hello, to its end.
#[track_caller]
fn served(mut client: Client, hello: &[u8], what: &str) {
    client.peer.send(hello);
    finish(client, what);
}

#[track_caller]
fn finish(mut client: Client, what: &str) {
    client.wait_for_flight();
    let exchange = client.peer.client_key_exchange();
    client.send(&exchange);
    client.peer.change_cipher_spec();
    let finished = client.peer.finished();
    client.send(&finished);
    client.wait_for_finished();
    client.must_be_served(what);
}

#[test]
fn odd_ones_are_served() {
    let mut server = Server::start();
    for len in [0, 1, 31, 32] {
        let client = server.client();
        let mut hello = client.hello();
        hello.session_id = vec![7; len];
        served(client, &hello.message(), &format!("a session id of {len}"));
    }
    let client = server.client();
    let mut hello = client.hello();
    hello.compressions = (0..=255).rev().skip(1).collect();
    hello.compressions.push(0);
    hello.compressions.retain({
        let mut zeros = 0;
        move |&method| {
            zeros += usize::from(method == 0);
            method != 0 || zeros == 1
        }
    });
    served(client, &hello.message(), "every compression, null last");

    let client = server.client();
    let mut hello = client.hello();
    let unknown = (0x5000..0x5000 + 7000_u16).flat_map(u16::to_be_bytes);
    hello.suites.splice(0..0, unknown);
    served(client, &hello.message(), "7,000 suites, one of them known");
    server.is_unharmed();
}

#[test]
fn in_pieces_and_large() {
    let mut server = Server::start();
    for piece in [1, 2, 3, 4, 5, 40] {
        let mut client = server.client();
        let hello = client.hello().message();
        client.peer.send_in_pieces(&hello, piece);
        finish(client, &format!("a hello in pieces of {piece}"));
    }

    // The largest that goes into one record, and the same in small ones.
    for piece in [16_384, 300] {
        let mut client = server.client();
        let mut hello = client.hello();
        let rest = 16_384 - hello.message().len() - 4;
        hello.extensions.extend(extension(21, &vec![0; rest]));
        let hello = hello.message();
        assert_eq!(hello.len(), 16_384);
        client.peer.send_in_pieces(&hello, piece);
        finish(client, &format!("16 KiB in pieces of {piece}"));
    }

    // What fills the fields of a hello to their ends, and the record several times.
    let client = server.client();
    let mut hello = client.hello();
    let unknown = (0x5000..0x7000_u16).flat_map(u16::to_be_bytes);
    hello.suites = unknown.collect::<Vec<_>>().repeat(4);
    hello.suites.truncate(65_530);
    hello.suites.extend(Suite::Aes128Gcm.number());
    let rest = 65_535 - hello.extensions.len() - 4;
    hello.extensions.extend(extension(21, &vec![0; rest]));
    let hello = hello.message();
    assert!(hello.len() > 131_000);
    let mut client = client;
    client.peer.send_in_pieces(&hello, 16_384);
    finish(client, "the largest hello");

    let mut client = server.client();
    let mut hello = client.hello();
    let schemes = (0x0900..0x0900 + 30_000_u16).chain([0x0403]);
    let schemes: Vec<u8> = schemes.flat_map(u16::to_be_bytes).collect();
    let list = [&length2(schemes.len())[..], &schemes].concat();
    hello.extensions = [extension(10, &[0, 2, 0, 23]), extension(13, &list)].concat();
    client.peer.send_in_pieces(&hello.message(), 16_384);
    finish(client, "30,000 signature algorithms");

    let mut client = server.client();
    let mut hello = client.hello();
    let many = (1000..5000).flat_map(|number| extension(number, &[]));
    hello.extensions.extend(many);
    client.peer.send(&hello.message());
    finish(client, "4,000 extensions");
    server.is_unharmed();
}

#[test]
fn interleaved_and_unfinished() {
    let mut server = Server::start();
    let deeds: [(&str, Alert, Deed); 3] = [
        ("data inside a hello", Alert::UnexpectedMessage, |client| {
            let hello = client.hello().message();
            client.peer.records.send(HANDSHAKE, &hello[..20]);
            client.peer.records.send(DATA, b"data");
            client.record(HANDSHAKE, &hello[20..]);
        }),
        ("CCS inside a hello", Alert::UnexpectedMessage, |client| {
            let hello = client.hello().message();
            client.peer.records.send(HANDSHAKE, &hello[..2]);
            client.peer.records.send(20, &[1]);
            client.record(HANDSHAKE, &hello[2..]);
        }),
        (
            "a hello and more in one",
            Alert::UnexpectedMessage,
            |client| {
                let hello = client.hello().message();
                client.record(HANDSHAKE, &hello.repeat(2));
            },
        ),
    ];
    server.refuses(&deeds);

    for len in [0, 1, 4, 5, 6, 8, 9, 40] {
        let mut client = server.client();
        let hello = client.hello().message();
        let record = [&[22, 3, 1][..], &length2(hello.len()), &hello].concat();
        client.bytes(&record[..len]);
        client.stop();
        client.dropped(&format!("{len} bytes of a hello"));
    }
    server.is_unharmed();
}

#[test]
fn nothing_in_common() {
    let deeds: [(&str, Alert, Deed); 4] = [
        ("signals alone", Alert::HandshakeFailure, |client| {
            let mut hello = client.hello();
            hello.suites = vec![0, 0xff, 0x56, 0];
            client.send(&hello.message());
        }),
        ("unknown suites", Alert::HandshakeFailure, |client| {
            let mut hello = client.hello();
            hello.suites = vec![0xee, 1, 0xee, 2, 0, 0];
            client.send(&hello.message());
        }),
        ("suites of TLS 1.3", Alert::HandshakeFailure, |client| {
            let mut hello = client.hello();
            hello.suites = vec![0x13, 1, 0x13, 2, 0x13, 3];
            client.send(&hello.message());
        }),
        ("no extension at all", Alert::HandshakeFailure, |client| {
            // So SHA-1 and no curve is what it means.
            spoilt(client, |hello| {
                hello.truncate(hello.len() - client_extensions().len() - 2);
            });
        }),
    ];
    Server::start().refuses(&deeds);
}
