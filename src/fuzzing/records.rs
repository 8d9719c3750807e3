//! Records after the handshake: any type and content, sealed with the right
//! keys, with noise in between.

use std::io::{ErrorKind, Read, Write};
use std::sync::OnceLock;

use super::established::{self, Sealer};
use super::transport::Transport;
use super::{Target, seed};
use crate::{CipherSuite, Client, Server, SslConfig, SslSession};

pub(super) const TARGET: Target = Target {
    name: "records",
    run,
    seeds,
    words: &[
        b"\x14\x00\x01\x01",
        b"\x15\x00\x02\x01\x00",
        b"\x15\x00\x02\x01\x5a",
        b"\x15\x00\x02\x01\x64",
        b"\x15\x00\x02\x02\x28",
        b"\x15\x00\x01\x01",
        b"\x16\x00\x04\x00\x00\x00\x00",
        b"\x16\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\x16\x00\x04\x01\x00\x00\x00",
        b"\x16\x00\x02\x01\x00",
        b"\x16\x00\x05\x14\x00\x00\x0c\x00",
        b"\x17\x00\x00",
        b"\x17\x00\x03abc",
        b"\x17\x40\x00",
        b"\x97\x03\x03\x00\x20",
        b"\x80\x00\x00",
    ],
};

const DATA: u8 = 23;
const ALERT: u8 = 21;
/// What follows is sent as it is, never sealed.
const UNSEALED: u8 = 0x80;

/// What the peer sends, and what may be read of it.
struct Sent {
    stream: Vec<u8>,
    data: Vec<u8>,
    has_close: bool,
}

fn run(data: &[u8]) {
    let [terms, cut, script @ ..] = data else {
        return;
    };
    let suite = match terms >> 1 & 1 {
        0 => CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        _ => CipherSuite::EcdheEcdsaWithChacha20Poly1305Sha256,
    };
    let (client, server) = configs();
    if terms & 1 == 0 {
        let sent = send(script, Sealer::server(server, suite));
        let transport = Transport::new(&sent.stream, *cut);
        check(established::client(client, suite, transport), &sent);
    } else {
        let sent = send(script, Sealer::client(client, suite));
        let transport = Transport::new(&sent.stream, *cut);
        check(established::server(server, suite, transport), &sent);
    }
}

fn configs() -> &'static (SslConfig<Client>, SslConfig<Server>) {
    static CONFIGS: OnceLock<(SslConfig<Client>, SslConfig<Server>)> = OnceLock::new();
    CONFIGS.get_or_init(established::configs)
}

/// Does as the script says: types, lengths, contents.
fn send(mut script: &[u8], mut sealer: Sealer) -> Sent {
    let mut sent = Sent {
        stream: Vec::new(),
        data: Vec::new(),
        has_close: false,
    };
    let mut readable = true;
    while let [kind, rest @ ..] = script {
        script = rest;
        let Some(content) = seed::take_vec16(&mut script) else {
            break;
        };
        if kind & UNSEALED != 0 {
            sent.stream.push(kind & !UNSEALED);
            sent.stream.extend_from_slice(content);
            readable = false;
            continue;
        }
        let content = &content[..content.len().min(16_384)];
        sent.stream.extend(sealer.seal(*kind, content));
        match *kind {
            DATA if readable => sent.data.extend_from_slice(content),
            DATA => {}
            ALERT if readable && content == [1, 0] => {
                sent.has_close = true;
                readable = false;
            }
            ALERT if content.first() == Some(&1) && content.len() == 2 => {}
            22 => {}
            _ => readable = false,
        }
    }
    sent
}

fn check(mut session: SslSession<Transport<'_>>, sent: &Sent) {
    let mut got = Vec::new();
    let mut buffer = [0; 777];
    loop {
        let left = session.get_ref().left();
        match session.read(&mut buffer) {
            Ok(0) => {
                assert!(sent.has_close, "an end that nobody sent");
                assert!(got == sent.data, "an end before all was read");
                session.write_all(b"the other way").expect("it is open");
                session.close().expect("it is open");
                break;
            }
            Ok(len) => got.extend_from_slice(&buffer[..len]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if session.get_ref().left() == left {
                    break;
                }
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                let again = session.read(&mut buffer).map_err(|error| error.kind());
                assert_eq!(again, Err(ErrorKind::NotConnected));
                let written = session.write(b"x").map_err(|error| error.kind());
                assert_eq!(written, Err(ErrorKind::NotConnected));
                break;
            }
        }
    }
    assert!(sent.data.starts_with(&got), "other bytes than were sent");
    drop(session.into_inner());
}

fn seeds() -> Vec<Vec<u8>> {
    let data = |text: &[u8]| record(DATA, text);
    let close = record(ALERT, &[1, 0]);
    let scripts = [
        [data(b"hello"), data(&[7; 3000]), close.clone()].concat(),
        [data(b""), data(b"x"), data(b""), close.clone()].concat(),
        [
            record(ALERT, &[1, 90]),
            data(b"after a warning"),
            record(ALERT, &[2, 40]),
        ]
        .concat(),
        // A HelloRequest, two in one record, a ClientHello.
        [
            record(22, &[0; 4]),
            record(22, &[0; 8]),
            record(22, &[1, 0, 0, 2, 3, 3]),
            data(b"still open"),
        ]
        .concat(),
        [record(22, &[20, 0, 0, 12]), data(b"a message in pieces")].concat(),
        [record(20, &[1]), data(b"a second ChangeCipherSpec")].concat(),
        [
            data(b"noise follows"),
            record(UNSEALED | 23, &[3, 3, 0, 4, 1, 2, 3, 4]),
        ]
        .concat(),
        [data(&[9; 16_384]), close, data(b"behind the end")].concat(),
    ];
    let each = scripts.iter().enumerate();
    each.map(|(index, script)| [&[index as u8, index as u8], &script[..]].concat())
        .collect()
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind], &seed::vec16(content)[..]].concat()
}
