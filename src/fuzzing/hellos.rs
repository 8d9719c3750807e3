//! ClientHello, ServerHello and CertificateRequest.

use std::sync::OnceLock;

use super::pki::{Terms, name};
use super::transport::Transport;
use super::{Target, handshakes, seed};
use crate::ssl::fuzzing::{CertificateRequest, ServerHello};
use crate::ssl::{Acceptor, ClientHello};
use crate::{Error, Handshake, MemoryTransport, NamedGroup};

pub(super) const TARGET: Target = Target {
    name: "hellos",
    run,
    seeds,
    words: handshakes::WORDS,
};

const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE_REQUEST: u8 = 13;
/// A ClientHello that goes on to the engine, if it is accepted.
const TO_THE_ENGINE: u8 = 0x81;

fn run(data: &[u8]) {
    let [kind, body @ ..] = data else {
        return;
    };
    let body = &body[..body.len().min(16_380)];
    // Always the right length of the whole: what is in it counts here.
    let message = message(kind & 0x7f, body);
    match *kind {
        CLIENT_HELLO => client_hello(&message),
        TO_THE_ENGINE => to_the_engine(&message),
        SERVER_HELLO => server_hello(&message),
        CERTIFICATE_REQUEST => {
            let _ = CertificateRequest::parse(&message);
        }
        _ => assert!(ClientHello::parse(&message).is_err()),
    }
}

fn client_hello(message: &[u8]) {
    let Ok(hello) = ClientHello::parse(message) else {
        return;
    };
    assert!(hello.session_id.len() <= 32);
    assert!(hello.legacy_version >= 0x0303);
    assert!(hello.alpn.iter().all(|protocol| !protocol.is_empty()));
    for (index, number) in hello.extensions.iter().enumerate() {
        assert!(!hello.extensions[..index].contains(number), "twice");
    }
    for len in [0, 3, message.len() / 2, message.len() - 1] {
        assert!(ClientHello::parse(&message[..len]).is_err());
    }
    // What the engine gets is a hello that fits it and says the same.
    let is_known = |name: &[u8]| name.len() % 2 == 0;
    let reduced = hello.for_engine(message, NamedGroup::ALL, is_known);
    assert!(reduced.len() <= 16_384);
    let again = ClientHello::parse(&reduced).expect("a hello of ours");
    for name in hello.alpn.iter().filter(|name| is_known(name)) {
        assert!(again.alpn.contains(name));
    }
    assert_eq!(again.alpn.is_empty(), hello.alpn.is_empty());
    assert_eq!(again.session_id, hello.session_id);
    assert_eq!(
        again.for_engine(&reduced, NamedGroup::ALL, is_known),
        reduced
    );
}

/// What Rust accepts, the engine answers or refuses.
fn to_the_engine(message: &[u8]) {
    let record = [&[22, 3, 1], &seed::vec16(message)[..]].concat();
    let accepted = Acceptor::new(Transport::new(&record, 0)).accept();
    assert_eq!(accepted.is_ok(), ClientHello::parse(message).is_ok());
    let Ok(accepted) = accepted else {
        return;
    };
    let config = Terms::new(0).server();
    let mut handshake = accepted.into_handshake(&config).expect("memory");
    match handshake.advance() {
        Ok(()) => panic!("a handshake of one message"),
        Err(Error::WouldBlock) => {
            let records = seed::records(&handshake.get_ref().outgoing);
            assert_eq!(records[0][5], SERVER_HELLO);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A server chooses nothing that was not offered.
fn server_hello(message: &[u8]) {
    let offer = our_hello();
    let Ok(hello) = ServerHello::parse(message, offer) else {
        return;
    };
    assert!(offer.cipher_suites.contains(&hello.cipher_suite));
    assert!(hello.alpn.is_none_or(|chosen| offer.alpn.contains(&chosen)));
}

fn our_hello() -> &'static ClientHello {
    static HELLO: OnceLock<ClientHello> = OnceLock::new();
    HELLO.get_or_init(|| ClientHello::parse(&seed_messages()[0]).expect("our own hello"))
}

/// A ClientHello, then what a server answers to it.
fn seed_messages() -> Vec<Vec<u8>> {
    let terms = Terms::new(2 + 8);
    let transport = MemoryTransport::new;
    let mut client = Handshake::client(&terms.client(), name(), transport()).expect("memory");
    let mut server = Handshake::server(&terms.server(), transport()).expect("memory");
    let _ = client.advance();
    let hello = client.get_mut().take_outgoing();
    server.get_mut().push_incoming(&hello);
    let _ = server.advance();
    let answer = server.get_mut().take_outgoing();
    let records = seed::records(&hello).into_iter();
    let records = records.chain(seed::records(&answer));
    records.map(|record| record[5..].to_vec()).collect()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = (body.len() as u32).to_be_bytes();
    [&[kind, a, b, c], body].concat()
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for message in seed_messages() {
        let (kind, body) = (message[0], &message[4..]);
        if [CLIENT_HELLO, SERVER_HELLO, CERTIFICATE_REQUEST].contains(&kind) {
            seeds.push([&[kind], body].concat());
        }
        if kind == CLIENT_HELLO {
            seeds.push([&[TO_THE_ENGINE], body].concat());
        }
    }
    assert_eq!(seeds.len(), 4, "the server asks for a certificate");
    seeds
}
