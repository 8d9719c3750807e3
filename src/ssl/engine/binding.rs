//! What names this session towards a protocol above it (RFC 5929, RFC 9266).

use alloc::vec::Vec;

use super::Engine;
use crate::error::{Error, Result};
use crate::ssl::binding::ChannelBinding;
use crate::ssl::config::Identity;
use crate::x509::end_point_digest;

impl Engine {
    /// On a server that has chosen its suite: remembers what it shows.
    pub(super) fn note_own_identity(&mut self) {
        if !self.is_client() && self.own_identity.is_none() {
            let mut identities = self.config.identities().iter();
            self.own_identity = identities.position(|identity| self.raw.shows(&identity.chain));
        }
    }

    /// On a server: the identity that it shows, or showed in the full handshake
    /// of a session that is resumed.
    pub(super) fn own_identity(&self) -> Option<&Identity> {
        self.config.identities().get(self.own_identity?)
    }

    /// Before the Finished message of either side: the first one is kept.
    pub(super) fn keep_first_finished(&mut self, of_client: bool) -> Result<()> {
        if !self.config.common.keeps_first_finished || self.first_finished.is_some() {
            return Ok(());
        }
        let verify_data = self.raw.next_finished(of_client);
        self.first_finished = Some(verify_data.map_err(|code| self.engine_refused(code))?);
        Ok(())
    }

    pub(crate) fn channel_binding(&self, binding: ChannelBinding) -> Result<Vec<u8>> {
        match binding {
            ChannelBinding::TlsServerEndPoint => self.server_end_point(),
            ChannelBinding::TlsUnique => self.tls_unique(),
            ChannelBinding::TlsExporter => {
                let mut material = vec![0; 32];
                self.export(&mut material, b"EXPORTER-Channel-Binding", Some(b""))?;
                Ok(material)
            }
        }
    }

    fn server_end_point(&self) -> Result<Vec<u8>> {
        let shown = match self.is_client() {
            true => self.peer_chain.first().map(|der| der.as_ref()),
            false => self.own_identity().map(|identity| identity.leaf.as_der()),
        };
        let Some(der) = shown else {
            return Err(refused("the server has shown no certificate in it"));
        };
        end_point_digest(der).ok_or_else(|| {
            refused("none is defined for the signature algorithm of the server's certificate")
        })
    }

    fn tls_unique(&self) -> Result<Vec<u8>> {
        if !self.extended_master_secret() {
            return Err(refused(
                "without extended master secret a peer in the middle can give two sessions the same",
            ));
        }
        match self.first_finished {
            Some(verify_data) => Ok(verify_data.to_vec()),
            None => Err(Error::config(
                "tls-unique must be asked for before the handshake: call `tls_unique` on the builder",
            )),
        }
    }
}

fn refused(reason: &str) -> Error {
    Error::Protocol {
        action: "binding to the session",
        reason: reason.into(),
        code: None,
        alert: None,
    }
}
