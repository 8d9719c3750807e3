//! Our client and our server, connected in memory.

use std::io::{ErrorKind, Read, Write};

use embertls::{Error, Handshake, Result, Server, SslConfig, SslSession};

use crate::pki::{self, client_config, server_config};
use crate::wire::{End, wire};

pub type Session = SslSession<End>;

/// Two established sessions, and the ends of the wire between them.
pub struct Pair {
    pub client: Session,
    pub server: Session,
    pub client_end: End,
    pub server_end: End,
}

impl Pair {
    pub fn new() -> Self {
        Self::with(&client_config(), &server_config())
    }

    pub fn with(client: &SslConfig, server: &SslConfig<Server>) -> Self {
        let mut pair = Handshakes::with(client, server);
        pair.run().unwrap();
        pair.into_pair()
    }
}

/// Two handshakes under way.
pub struct Handshakes {
    pub client: Handshake<End>,
    pub server: Handshake<End>,
    pub client_end: End,
    pub server_end: End,
}

impl Handshakes {
    pub fn new() -> Self {
        Self::with(&client_config(), &server_config())
    }

    pub fn with(client: &SslConfig, server: &SslConfig<Server>) -> Self {
        let (client_end, server_end) = wire();
        Self {
            client: Handshake::client(client, pki::name(), client_end.clone()).unwrap(),
            server: Handshake::server(server, server_end.clone()).unwrap(),
            client_end,
            server_end,
        }
    }

    /// Advances both sides in turn until both are done or one fails.
    pub fn run(&mut self) -> Result<()> {
        for _ in 0..100_000 {
            let client = pending(self.client.advance())?;
            let server = pending(self.server.advance())?;
            if !client && !server {
                return Ok(());
            }
        }
        panic!("the handshake does not come to an end");
    }

    pub fn into_pair(self) -> Pair {
        Pair {
            client: self.client.into_session().unwrap(),
            server: self.server.into_session().unwrap(),
            client_end: self.client_end,
            server_end: self.server_end,
        }
    }
}

/// Whether a call has to be repeated.
pub fn pending(result: Result<()>) -> Result<bool> {
    match result {
        Ok(()) => Ok(false),
        Err(Error::WouldBlock) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Sends `data` through `from`, which must have room for it.
pub fn send<T: Read + Write>(from: &mut SslSession<T>, data: &[u8]) {
    from.write_all(data).unwrap();
    from.flush().unwrap();
}

/// Reads what there is, until the session would block.
pub fn read_available<T: Read + Write>(from: &mut SslSession<T>) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return all,
            Ok(len) => all.extend_from_slice(&buffer[..len]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return all,
            Err(error) => panic!("reading: {error}"),
        }
    }
}

/// Both sessions understand each other, each way.
pub fn check_exchange<T: Read + Write>(one: &mut SslSession<T>, other: &mut SslSession<T>) {
    send(one, b"there");
    assert_eq!(read_available(other), b"there");
    send(other, b"and back");
    assert_eq!(read_available(one), b"and back");
}

/// The same error again: the kind of a dead session.
pub fn assert_dead<T: Read + Write>(session: &mut SslSession<T>) {
    let mut buffer = [0; 16];
    let not_connected = |result: std::io::Result<()>, call: &str| {
        let error = result.expect_err(call);
        assert_eq!(error.kind(), ErrorKind::NotConnected, "{call}: {error}");
        let inner = error.downcast::<Error>().expect(call);
        assert!(matches!(inner, Error::Closed { .. }), "{call}: {inner}");
    };
    for _ in 0..2 {
        not_connected(session.read(&mut buffer).map(drop), "read");
        not_connected(session.write(b"more").map(drop), "write");
        not_connected(session.flush(), "flush");
        not_connected(session.close(), "close");
    }
}
