//! What a configuration says about pre-shared keys.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{ClientConfigBuilder, ServerConfigBuilder};
use crate::ssl::psk::{ClientPsk, PreSharedKey, PreSharedKeys, UnknownIdentity};

impl ClientConfigBuilder {
    /// A key that the server knows under this identity (1 to 256 bytes).
    ///
    /// Offers the suites with pre-shared keys. Alone, it takes the place of
    /// trust anchors: who knows the key is the server. With
    /// [`trust_store`](Self::trust_store) or [`verifier`](Self::verifier) as
    /// well, the server chooses between key and certificate. The identity goes
    /// out in plain text; a hint of the server is ignored (RFC 4279, section
    /// 5.2).
    ///
    /// ```
    /// use embertls::{PreSharedKey, SslConfig};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let key = PreSharedKey::from_hex("6bc1bee22e409f96e93d7e117393172a")?;
    /// let config = SslConfig::client().pre_shared_key("kitchen", key).build()?;
    /// # let _ = config;
    /// # Ok(())
    /// # }
    /// ```
    pub fn pre_shared_key(mut self, identity: impl Into<Vec<u8>>, key: PreSharedKey) -> Self {
        match ClientPsk::new(identity.into(), key) {
            Ok(psk) => self.psk = Some(psk),
            Err(mistake) => self.mistake = self.mistake.or(Some(mistake)),
        }
        self
    }
}

impl ServerConfigBuilder {
    /// Where the pre-shared keys of clients are found.
    ///
    /// Accepts the suites with pre-shared keys, besides those for certificates
    /// where there is an [`identity`](Self::identity) as well. Such a client
    /// shows no certificate, so this does not go with
    /// [`ClientAuth::Required`](crate::ClientAuth::Required). No identity hint
    /// is sent (RFC 4279, section 5.2).
    ///
    /// A client with an unknown identity is refused with
    /// `unknown_psk_identity`; see
    /// [`hide_unknown_identities`](Self::hide_unknown_identities).
    ///
    /// ```
    /// use embertls::ssl::PskTable;
    /// use embertls::{PreSharedKey, SslConfig};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let keys = PskTable::new().with("kitchen", PreSharedKey::new([1; 32])?);
    /// let config = SslConfig::server().pre_shared_keys(keys).build()?;
    /// # let _ = config;
    /// # Ok(())
    /// # }
    /// ```
    pub fn pre_shared_keys(mut self, keys: impl PreSharedKeys + 'static) -> Self {
        self.psks = Some(Arc::new(keys));
        self
    }

    /// Lets the handshake of an unknown identity fail as one with a wrong key
    /// does, with `bad_record_mac`, so that nobody can ask which identities
    /// exist (RFC 4279, section 2).
    ///
    /// How long the lookup takes is up to [`pre_shared_keys`](Self::pre_shared_keys).
    ///
    /// ```
    /// use embertls::{ssl::PskTable, SslConfig};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let config = SslConfig::server()
    ///     .pre_shared_keys(PskTable::new())
    ///     .hide_unknown_identities()
    ///     .build()?;
    /// # let _ = config;
    /// # Ok(())
    /// # }
    /// ```
    pub fn hide_unknown_identities(mut self) -> Self {
        self.unknown_identity = UnknownIdentity::Hidden;
        self
    }
}
