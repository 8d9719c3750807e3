//! Handshake messages of a hand-written peer, and what they are made of.

use ring::digest::{SHA256, digest};
use ring::hmac;

use super::records::Suite;

pub const HELLO_REQUEST: [u8; 4] = [0; 4];
pub const CLIENT_HELLO: u8 = 1;
pub const SERVER_HELLO: u8 = 2;
pub const CERTIFICATE: u8 = 11;
pub const SERVER_KEY_EXCHANGE: u8 = 12;
pub const SERVER_HELLO_DONE: u8 = 14;
pub const CLIENT_KEY_EXCHANGE: u8 = 16;
pub const FINISHED: u8 = 20;

/// ecdsa_secp256r1_sha256.
const SCHEME: [u8; 2] = [4, 3];
/// A named curve, secp256r1.
const CURVE: [u8; 3] = [3, 0, 23];

pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &length3(body.len())[..], body].concat()
}

pub fn length3(len: usize) -> [u8; 3] {
    [(len >> 16) as u8, (len >> 8) as u8, len as u8]
}

pub fn length2(len: usize) -> [u8; 2] {
    (len as u16).to_be_bytes()
}

pub fn extension(number: u16, content: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes()[..], &length2(content.len()), content].concat()
}

/// What a client must send besides the suites.
pub fn client_extensions() -> Vec<u8> {
    [
        extension(10, &[0, 2, 0, 23]),
        extension(11, &[1, 0]),
        extension(13, &[0, 2, SCHEME[0], SCHEME[1]]),
    ]
    .concat()
}

pub fn client_hello(suite: Suite, random: &[u8; 32], extensions: &[u8]) -> Vec<u8> {
    let [high, low] = suite.number();
    let suites = [0, 4, high, low, 0, 0xff];
    let body = [
        &[3, 3],
        &random[..],
        &[0],
        &suites,
        &[1, 0],
        &length2(extensions.len()),
        extensions,
    ]
    .concat();
    message(CLIENT_HELLO, &body)
}

/// An answer to renegotiation_info, as every server gives it.
pub fn server_extensions() -> Vec<u8> {
    extension(0xff01, &[0])
}

pub fn server_hello(suite: Suite, random: &[u8; 32], extensions: &[u8]) -> Vec<u8> {
    let body = [
        &[3, 3],
        &random[..],
        &[0],
        &suite.number(),
        &[0],
        &length2(extensions.len()),
        extensions,
    ]
    .concat();
    message(SERVER_HELLO, &body)
}

pub fn certificate(chain: &[&[u8]]) -> Vec<u8> {
    let list: Vec<u8> = chain
        .iter()
        .flat_map(|der| [&length3(der.len())[..], der].concat())
        .collect();
    message(CERTIFICATE, &[&length3(list.len())[..], &list].concat())
}

/// The part of a ServerKeyExchange that is signed.
pub fn key_share(public: &[u8]) -> Vec<u8> {
    [&CURVE[..], &[public.len() as u8], public].concat()
}

pub fn server_key_exchange(share: &[u8], signature: &[u8]) -> Vec<u8> {
    let body = [share, &SCHEME, &length2(signature.len()), signature].concat();
    message(SERVER_KEY_EXCHANGE, &body)
}

pub fn client_key_exchange(public: &[u8]) -> Vec<u8> {
    message(
        CLIENT_KEY_EXCHANGE,
        &[&[public.len() as u8], public].concat(),
    )
}

/// The pseudorandom function of TLS 1.2 (RFC 5246, section 5).
pub fn prf(secret: &[u8], label: &str, seed: &[u8], len: usize) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let seed = [label.as_bytes(), seed].concat();
    let mut out = Vec::new();
    let mut a = hmac::sign(&key, &seed);
    while out.len() < len {
        out.extend_from_slice(hmac::sign(&key, &[a.as_ref(), &seed].concat()).as_ref());
        a = hmac::sign(&key, a.as_ref());
    }
    out.truncate(len);
    out
}

/// A Finished message over `transcript`.
pub fn finished(master: &[u8], label: &str, transcript: &[u8]) -> Vec<u8> {
    let hash = digest(&SHA256, transcript);
    message(FINISHED, &prf(master, label, hash.as_ref(), 12))
}
