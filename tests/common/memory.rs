//! Both sides of a session in memory: no sockets, no threads, no time.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};

use embertls::{
    Error, Handshake, HandshakeError, MemoryTransport, Server, ServerName, SslConfig, SslSession,
};
use rustls::{ClientConnection, ConnectionCommon, ServerConnection, SideData};

use super::certificates::HOST;
use super::rustls_peer::{plaintext, turn};
use super::tap::Tap;

/// What lies between the peer and us: gets what the peer sends, gives what
/// comes to us.
pub trait Wire {
    /// The pieces in which the bytes come to us.
    fn carry(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>>;

    /// Gets what we send.
    fn overhear(&mut self, _bytes: &[u8]) {}

    /// Whether nothing will come any more.
    fn is_cut(&self) -> bool {
        false
    }
}

/// A wire that changes nothing.
pub struct Plain;

impl Wire for Plain {
    fn carry(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        vec![bytes]
    }
}

/// A wire that brings all bytes at once, as this function makes them.
impl<F: FnMut(Vec<u8>) -> Vec<u8>> Wire for F {
    fn carry(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        vec![self(bytes)]
    }
}

/// A handshake that failed: what we say of it, and what the peer does.
#[derive(Debug)]
pub struct Refused {
    pub ours: Error,
    pub peers: Option<rustls::Error>,
    /// Everything that we sent.
    pub sent: Vec<u8>,
}

pub type Session = SslSession<Tap<MemoryTransport>>;

/// The handshake of our client with a rustls server.
pub fn connect(
    config: &SslConfig,
    server: &mut ServerConnection,
    wire: &mut dyn Wire,
) -> Result<Session, Box<Refused>> {
    connect_to(HOST, config, server, wire)
}

/// As [`connect`], with a server of which this name is expected.
pub fn connect_to(
    name: &str,
    config: &SslConfig,
    server: &mut ServerConnection,
    wire: &mut dyn Wire,
) -> Result<Session, Box<Refused>> {
    let name = ServerName::try_from(name).expect("a name");
    let transport = Tap::new(MemoryTransport::new());
    let handshake = Handshake::client(config, name, transport).expect("memory");
    run(handshake, server, wire)
}

/// The handshake of our server with a rustls client.
pub fn accept(
    config: &SslConfig<Server>,
    client: &mut ClientConnection,
    wire: &mut dyn Wire,
) -> Result<Session, Box<Refused>> {
    let transport = Tap::new(MemoryTransport::new());
    let handshake = Handshake::server(config, transport).expect("memory");
    run(handshake, client, wire)
}

/// Our handshake, prepared in whatever way, with a rustls peer.
pub fn run<S: SideData>(
    mut handshake: Handshake<Tap<MemoryTransport>>,
    peer: &mut ConnectionCommon<S>,
    wire: &mut dyn Wire,
) -> Result<Session, Box<Refused>> {
    let mut sent = Vec::new();
    let mut peers = None;
    let mut coming = VecDeque::new();
    loop {
        let mut completed = handshake.complete();
        let transport = match &mut completed {
            Ok(session) => session.get_mut(),
            Err(HandshakeError::WouldBlock(unfinished)) => unfinished.get_mut(),
            Err(HandshakeError::Failed { parts, .. }) => &mut parts.transport,
        };
        let from_us = transport.inner_mut().take_outgoing();
        wire.overhear(&from_us);
        let (from_peer, result) = turn(peer, &from_us);
        peers = peers.or(result.err());
        coming.extend(wire.carry(from_peer));
        sent.extend(from_us);

        match completed {
            Ok(mut session) => {
                let rest: Vec<u8> = coming.into_iter().flatten().collect();
                session.get_mut().inner_mut().push_incoming(&rest);
                return Ok(session);
            }
            Err(HandshakeError::WouldBlock(unfinished)) => handshake = *unfinished,
            Err(HandshakeError::Failed { error: ours, .. }) => {
                return Err(Box::new(Refused { ours, peers, sent }));
            }
        }
        let transport = handshake.get_mut().inner_mut();
        match coming.pop_front() {
            Some(piece) => transport.push_incoming(&piece),
            None if wire.is_cut() => transport.end_incoming(),
            None => panic!("each side waits for the other; the peer's error: {peers:?}"),
        }
    }
}

/// Sends `data` from us to the peer and back, through the same wire.
pub fn exchange<S: SideData>(
    session: &mut Session,
    peer: &mut ConnectionCommon<S>,
    wire: &mut dyn Wire,
    data: &[u8],
) {
    let (mut sent, mut back) = (0, Vec::new());
    let mut buffer = vec![0; 1 << 14];
    while back.len() < data.len() {
        if sent < data.len() {
            sent += session.write(&data[sent..]).expect("memory takes data");
            session.flush().expect("memory takes data");
        }
        let from_us = session.get_mut().inner_mut().take_outgoing();
        let (handshake_rest, result) = turn(peer, &from_us);
        result.expect("the peer accepts what we send");
        let received = plaintext(peer);
        let mut writer = peer.writer();
        writer.write_all(&received).expect("memory takes data");
        let (echo, _) = turn(peer, &[]);
        for piece in wire.carry([handshake_rest, echo].concat()) {
            session.get_mut().inner_mut().push_incoming(&piece);
            match session.read(&mut buffer) {
                Ok(len) => back.extend_from_slice(&buffer[..len]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
        }
        while let Ok(len @ 1..) = session.read(&mut buffer) {
            back.extend_from_slice(&buffer[..len]);
        }
    }
    assert!(back == data, "the data changed on its way");
}
