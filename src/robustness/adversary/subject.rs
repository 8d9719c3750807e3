//! What is tested: a session, or the engine alone.

use std::io::{self, Read, Write};
use std::sync::OnceLock;

use super::records::Suite;
use super::wire::End;
use crate::fuzzing::established;
use crate::{CipherSuite, Client, Server, SslConfig, SslSession};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

pub(super) trait Subject {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    fn write(&mut self, data: &[u8]) -> io::Result<usize>;
    fn flush(&mut self) -> io::Result<()>;
    fn close(&mut self) -> io::Result<()>;
    /// Encrypted bytes that the transport has not taken.
    fn pending(&self) -> usize;
    /// Whether a write that would block may have sent some of its bytes.
    fn runs_ahead(&self) -> bool;
}

pub(super) type Session = SslSession<End>;

/// A session that never had a handshake.
pub(super) fn session(side: Side, suite: Suite, end: End) -> Session {
    static CONFIGS: OnceLock<(SslConfig<Client>, SslConfig<Server>)> = OnceLock::new();
    let (client, server) = CONFIGS.get_or_init(established::configs);
    match side {
        Side::Client => established::client(client, cipher_suite(suite), end),
        Side::Server => established::server(server, cipher_suite(suite), end),
    }
}

pub(super) fn cipher_suite(suite: Suite) -> CipherSuite {
    let number = u16::from_be_bytes(suite.number());
    CipherSuite::from_iana_number(number).expect("one of ours")
}

impl Subject for Session {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Read::read(self, buffer)
    }

    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Write::write(self, data)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(self)
    }

    fn close(&mut self) -> io::Result<()> {
        SslSession::close(self)
    }

    fn pending(&self) -> usize {
        self.bytes_pending()
    }

    fn runs_ahead(&self) -> bool {
        false
    }
}
