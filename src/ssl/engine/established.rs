//! Sessions without a handshake, for fuzzing and for tests that need very many.

use super::{Engine, Phase};
use crate::error::{Error, ErrorCode, Result};
use crate::ssl::config::{Client, Server, SslConfig};
use crate::ssl::terms::CipherSuite;

/// What a handshake would have agreed upon.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    pub(crate) suite: CipherSuite,
    pub(crate) master: [u8; 48],
    /// The client's, then the server's.
    pub(crate) randoms: [u8; 64],
}

impl Engine {
    pub(crate) fn established_client(config: &SslConfig<Client>, agreed: &Agreed) -> Result<Self> {
        Self::new(config.inner(), true)?.establish(agreed)
    }

    pub(crate) fn established_server(config: &SslConfig<Server>, agreed: &Agreed) -> Result<Self> {
        Self::new(config.inner(), false)?.establish(agreed)
    }

    fn establish(mut self, agreed: &Agreed) -> Result<Self> {
        let suite = agreed.suite.iana_number();
        self.raw
            .establish(suite, &agreed.master, &agreed.randoms)
            .map_err(|code| Error::Config {
                reason: format!("no session can be made of it: {code}"),
            })?;
        self.raw.stop_collecting();
        self.peer_encrypts = true;
        self.phase = Phase::Open;
        Ok(self)
    }

    /// Goes on as if so many records had been sent and received.
    #[cfg(test)]
    pub(crate) fn number_records(&mut self, sent: u64, received: u64) {
        self.raw.number_records(sent, received);
    }

    /// Seals a record of any type. The output must have gone out before.
    pub(crate) fn seal_record(&mut self, kind: u8, content: &[u8]) -> Result<(), ErrorCode> {
        self.raw.seal_record(kind, content)
    }
}
