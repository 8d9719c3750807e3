//! Whole handshakes: the bytes of a server for our client, and the reverse.
//!
//! Both sides draw fixed random bytes, so what a peer said once is right
//! again, to the last signature and the Finished message, and so is what it
//! said afterwards.

use std::io::{Read, Write};

use super::pki::{self, Terms, certificate, name};
use super::transport::Transport;
use super::{Target, seed};
use crate::{Error, Handshake, MemoryTransport, SslSession};

pub(super) const CLIENT: Target = Target {
    name: "client",
    run: client,
    seeds: client_seeds,
    words: WORDS,
};

pub(super) const SERVER: Target = Target {
    name: "server",
    run: server,
    seeds: server_seeds,
    words: WORDS,
};

/// Record headers, messages, alerts, extensions.
pub(super) const WORDS: &[&[u8]] = &[
    b"\x14\x03\x03\x00\x01\x01",
    b"\x15\x03\x03\x00\x02\x01\x00",
    b"\x15\x03\x03\x00\x02\x02\x28",
    b"\x15\x03\x03\x00\x02\x01\x5a",
    b"\x16\x03\x03\x00\x04\x00\x00\x00\x00",
    b"\x16\x03\x03\x00\x04\x0e\x00\x00\x00",
    b"\x16\x03\x01",
    b"\x17\x03\x03\x00\x00",
    b"\x01\x00\x00",
    b"\x02\x00\x00",
    b"\x04\x00\x00\x06\x00\x00\x00\x00\x00\x00",
    b"\x0b\x00\x00\x03\x00\x00\x00",
    b"\x0c\x00\x00",
    b"\x0d\x00\x00",
    b"\x0f\x00\x00",
    b"\x10\x00\x00",
    b"\x14\x00\x00\x0c",
    b"\x03\x00\x17\x41\x04",
    b"\x03\x00\x18\x61\x04",
    b"\x03\x00\x1d\x20",
    b"\x00\x00\x00\x10\x00\x0e\x00\x00\x0bserver.test",
    b"\x00\x01\x00\x01\x01",
    b"\x00\x0a\x00\x04\x00\x02\x00\x17",
    b"\x00\x0b\x00\x02\x01\x00",
    b"\x00\x0d\x00\x04\x00\x02\x04\x03",
    b"\x00\x10\x00\x06\x00\x04\x03two",
    b"\x00\x16\x00\x00",
    b"\x00\x17\x00\x00",
    b"\x00\x23\x00\x00",
    b"\x00\x2b\x00\x03\x02\x03\x04",
    b"\xff\x01\x00\x01\x00",
    b"\xc0\x2b",
    b"\xc0\x30",
    b"\xcc\xa8",
    b"\xcc\xa9",
    b"\x00\xff",
    b"\x56\x00",
];

/// The first two bytes of an input say what was agreed and how the rest comes.
fn split(data: &[u8]) -> Option<(Terms, u8, &[u8])> {
    let [terms, cut, bytes @ ..] = data else {
        return None;
    };
    Some((Terms::new(*terms), *cut, bytes))
}

fn client(data: &[u8]) {
    let Some((terms, cut, bytes)) = split(data) else {
        return;
    };
    let Some(mut session) = client_session(terms, Transport::new(bytes, cut)) else {
        return;
    };
    assert!(session.verify_result().is_verified(), "nobody verified it");
    let shown = &session.peer_certificates()[0];
    let ours = [pki::SERVER, pki::SERVER_RSA].map(certificate);
    assert!(ours.iter().any(|leaf| leaf.as_der() == &shown[..]));
    use_up(&mut session);
}

fn client_session(terms: Terms, transport: Transport<'_>) -> Option<SslSession<Transport<'_>>> {
    run(Handshake::client(&terms.client(), name(), transport).expect("memory"))
}

fn server(data: &[u8]) {
    let Some((terms, cut, bytes)) = split(data) else {
        return;
    };
    let Some(mut session) = server_session(terms, Transport::new(bytes, cut)) else {
        return;
    };
    let has_certificate = !session.peer_certificates().is_empty();
    assert_eq!(session.verify_result().is_verified(), has_certificate);
    assert!(terms.client_auth > 0 || !has_certificate, "nobody asked");
    assert!(terms.client_auth < 2 || has_certificate, "it was required");
    use_up(&mut session);
}

fn server_session(terms: Terms, transport: Transport<'_>) -> Option<SslSession<Transport<'_>>> {
    run(Handshake::server(&terms.server(), transport).expect("memory"))
}

/// Goes on until nothing more comes.
pub(super) fn run(mut handshake: Handshake<Transport<'_>>) -> Option<SslSession<Transport<'_>>> {
    loop {
        let before = handshake.get_ref().left();
        match handshake.advance() {
            Ok(()) => return handshake.into_session().ok(),
            Err(Error::WouldBlock) if handshake.get_ref().left() < before => {}
            Err(Error::WouldBlock) => return None,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                check_refused(&mut handshake);
                return None;
            }
        }
    }
}

/// A handshake that failed stays so, and its last words are an alert.
fn check_refused(handshake: &mut Handshake<Transport<'_>>) {
    let sent = handshake.get_ref().outgoing.len();
    let again = handshake.advance();
    assert!(matches!(again, Err(Error::Closed { .. })), "{again:?}");
    assert_eq!(handshake.get_ref().outgoing.len(), sent, "it went on");
    let records = seed::records(&handshake.get_ref().outgoing);
    let alerts = records.iter().filter(|record| record[0] == 21).count();
    assert!(alerts <= 1, "{alerts} alerts");
    assert!(alerts == 0 || records.last().is_some_and(|last| last[0] == 21));
}

pub(super) fn use_up(session: &mut SslSession<Transport<'_>>) {
    let _ = session.write_all(b"some data");
    let mut buffer = [0; 1000];
    while matches!(session.read(&mut buffer), Ok(len) if len > 0) {}
    let _ = session.close();
}

fn client_seeds() -> Vec<Vec<u8>> {
    recordings().into_iter().map(|(_, server)| server).collect()
}

fn server_seeds() -> Vec<Vec<u8>> {
    recordings().into_iter().map(|(client, _)| client).collect()
}

/// Both halves of a few handshakes.
pub(super) fn seeds_of_both() -> Vec<Vec<u8>> {
    let numbers = [0, 3, 6, 10, 20];
    let pairs = numbers.into_iter().map(recording);
    pairs
        .flat_map(|(client, server)| [client, server])
        .collect()
}

/// What each side said in a handshake of each kind, and in the session.
fn recordings() -> Vec<(Vec<u8>, Vec<u8>)> {
    (0..Terms::COUNT).map(recording).collect()
}

fn recording(number: u8) -> (Vec<u8>, Vec<u8>) {
    let terms = Terms::new(number);
    let transport = MemoryTransport::new;
    let client = Handshake::client(&terms.client(), name(), transport()).expect("memory");
    let server = Handshake::server(&terms.server(), transport()).expect("memory");
    record([number, number], client, server)
}

/// What each side says in this handshake and in the session, behind the bytes
/// that an input begins with.
pub(super) fn record(
    begin: [u8; 2],
    mut client: Handshake<MemoryTransport>,
    mut server: Handshake<MemoryTransport>,
) -> (Vec<u8>, Vec<u8>) {
    let mut said = (begin.to_vec(), begin.to_vec());
    for _ in 0..3 {
        pending(client.advance());
        let bytes = client.get_mut().take_outgoing();
        said.0.extend_from_slice(&bytes);
        server.get_mut().push_incoming(&bytes);
        pending(server.advance());
        let bytes = server.get_mut().take_outgoing();
        said.1.extend_from_slice(&bytes);
        client.get_mut().push_incoming(&bytes);
    }
    let mut client = client.into_session().expect("a session");
    let mut server = server.into_session().expect("a session");
    for (session, said) in [(&mut client, &mut said.0), (&mut server, &mut said.1)] {
        session.write_all(&[b'x'; 700]).expect("room");
        session.close().expect("room");
        said.extend_from_slice(&session.get_mut().take_outgoing());
    }
    said
}

fn pending(result: crate::Result<()>) {
    assert!(
        matches!(result, Ok(()) | Err(Error::WouldBlock)),
        "{result:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Else all that grows out of the seeds would stop at a Finished message.
    #[test]
    fn what_was_recorded_is_right_again() {
        for number in 0..Terms::COUNT {
            let terms = Terms::new(number);
            let (client, server) = recording(number);
            let of_client = client_session(terms, Transport::new(&server[2..], 0));
            assert!(of_client.is_some(), "what a server said: {terms:?}");
            let of_server = server_session(terms, Transport::new(&client[2..], 0));
            assert!(of_server.is_some(), "what a client said: {terms:?}");
        }
    }
}
