//! Sessions that never had a handshake: some tens of microseconds each instead
//! of milliseconds.

use super::pki::Terms;
use crate::ssl::fuzzing::{Agreed, Engine, Link};
use crate::{CipherSuite, Client, Server, SslConfig, SslSession};

/// What both sides would have agreed upon.
pub(crate) fn agreed(suite: CipherSuite) -> Agreed {
    Agreed {
        suite,
        master: std::array::from_fn(|i| i as u8),
        randoms: std::array::from_fn(|i| 100 + i as u8),
    }
}

/// What such sessions are made with.
pub(crate) fn configs() -> (SslConfig<Client>, SslConfig<Server>) {
    (Terms::new(0).client(), Terms::new(0).server())
}

pub(crate) fn client<T>(
    config: &SslConfig<Client>,
    suite: CipherSuite,
    transport: T,
) -> SslSession<T> {
    let engine = Engine::established_client(config, &agreed(suite)).expect("memory");
    SslSession::new(Link::new(engine, transport))
}

pub(crate) fn server<T>(
    config: &SslConfig<Server>,
    suite: CipherSuite,
    transport: T,
) -> SslSession<T> {
    let engine = Engine::established_server(config, &agreed(suite)).expect("memory");
    SslSession::new(Link::new(engine, transport))
}

/// The other side of such a session: it seals whatever it is told to.
pub(super) struct Sealer(Engine);

impl Sealer {
    pub(super) fn client(config: &SslConfig<Client>, suite: CipherSuite) -> Self {
        Self(Engine::established_client(config, &agreed(suite)).expect("memory"))
    }

    pub(super) fn server(config: &SslConfig<Server>, suite: CipherSuite) -> Self {
        Self(Engine::established_server(config, &agreed(suite)).expect("memory"))
    }

    /// The record of this type and content.
    pub(super) fn seal(&mut self, kind: u8, content: &[u8]) -> Vec<u8> {
        self.0.seal_record(kind, content).expect("it fits");
        let record = self.0.output().to_vec();
        self.0.output_taken(record.len());
        record
    }
}
