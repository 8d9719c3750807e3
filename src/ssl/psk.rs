//! Pre-shared keys (RFC 4279, RFC 5487, RFC 5489): both sides know a secret,
//! and no certificate is needed.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::error::Error as StdError;
use core::fmt;

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// A secret that client and server share.
///
/// It is made by a random generator, never by a person: who has seen one
/// handshake can try passwords at leisure. A different one for each client
/// keeps a lost device from being all devices.
///
/// Suites named `ECDHE_PSK` have forward secrecy. Those named `PSK` alone have
/// not: who learns the key later reads all that was recorded before.
///
/// A clone shares the key and is cheap. Nothing prints the key, and all copies
/// that are made of it are wiped.
///
/// ```
/// use embertls::PreSharedKey;
///
/// # fn main() -> embertls::Result<()> {
/// let key = PreSharedKey::from_hex("6bc1bee22e409f96e93d7e117393172a")?;
/// assert_eq!(format!("{key:?}"), "PreSharedKey(128 bits)");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PreSharedKey(Arc<Zeroizing<Vec<u8>>>);

impl PreSharedKey {
    /// A key of 16 to 64 bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] where it is shorter or longer.
    ///
    /// ```
    /// use embertls::PreSharedKey;
    ///
    /// assert!(PreSharedKey::new([0x5a; 32]).is_ok());
    /// assert!(PreSharedKey::new(b"password").is_err());
    /// ```
    pub fn new(key: impl AsRef<[u8]>) -> Result<Self> {
        let key = key.as_ref();
        if (1..SAFE_LEN).contains(&key.len()) {
            return Err(Error::config(format!(
                "a pre-shared key of {} bytes can be guessed: use {SAFE_LEN} random bytes or more, or \
                 `danger_short`",
                key.len()
            )));
        }
        Self::danger_short(key)
    }

    /// A key of 1 to 64 bytes.
    ///
    /// **What is lost:** with fewer than 16 bytes, or bytes that are not
    /// random, anybody who has seen one handshake of a `PSK` suite, or takes
    /// part in one, can find the key by trying.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] where it is empty or longer.
    ///
    /// ```
    /// use embertls::PreSharedKey;
    ///
    /// assert!(PreSharedKey::danger_short(b"password").is_ok());
    /// assert!(PreSharedKey::danger_short(b"").is_err());
    /// ```
    pub fn danger_short(key: impl AsRef<[u8]>) -> Result<Self> {
        let key = key.as_ref();
        if key.is_empty() {
            return Err(Error::config("the pre-shared key is empty"));
        }
        if key.len() > MAX_LEN {
            return Err(Error::config(format!(
                "the pre-shared key has {} bytes; {MAX_LEN} is the most",
                key.len()
            )));
        }
        Ok(Self(Arc::new(Zeroizing::new(key.to_vec()))))
    }

    /// As [`new`](Self::new), from hexadecimal digits: the form that OpenSSL
    /// and GnuTLS take.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] where these are no pairs of digits, and as
    /// [`new`](Self::new).
    ///
    /// ```
    /// let error = embertls::PreSharedKey::from_hex("0x1234").unwrap_err();
    /// assert!(error.to_string().contains("hexadecimal"));
    /// ```
    pub fn from_hex(digits: impl AsRef<[u8]>) -> Result<Self> {
        let digits = digits.as_ref();
        let mut key = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
        for pair in digits.chunks(2) {
            match pair {
                [high, low] => match (digit(*high), digit(*low)) {
                    (Some(high), Some(low)) => key.push(high << 4 | low),
                    _ => return Err(Error::config(NOT_HEX)),
                },
                _ => return Err(Error::config(NOT_HEX)),
            }
        }
        Self::new(&*key)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PreSharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreSharedKey({} bits)", 8 * self.0.len())
    }
}

/// A key of 128 bits.
const SAFE_LEN: usize = 16;
/// What the engine can take, and what every implementation must (RFC 4279,
/// section 5.3).
pub(crate) const MAX_LEN: usize = 64;

const NOT_HEX: &str = "the pre-shared key is not made of pairs of hexadecimal digits";

fn digit(character: u8) -> Option<u8> {
    u8::try_from(char::from(character).to_digit(16)?).ok()
}

/// What a lookup of keys may fail with: any error.
///
/// ```
/// let error: embertls::ssl::LookupError = "the database does not answer".into();
/// # let _ = error;
/// ```
pub type LookupError = Box<dyn StdError + Send + Sync>;

/// Where a server finds the keys of its clients, by the identity that a client
/// sends.
///
/// A [`PskTable`] is one, and so is every function
/// `Fn(&[u8]) -> Result<Option<PreSharedKey>, LookupError>`. It is called from Rust
/// between two steps of the handshake, and blocks it.
///
/// ```
/// use embertls::ssl::PreSharedKeys;
/// use embertls::{PreSharedKey, SslConfig};
///
/// # fn main() -> embertls::Result<()> {
/// # fn look_up(_: &str) -> std::io::Result<Option<[u8; 32]>> { Ok(None) }
/// let config = SslConfig::server()
///     .pre_shared_keys(|identity: &[u8]| match std::str::from_utf8(identity) {
///         Ok(device) => look_up(device)?.map(PreSharedKey::new).transpose().map_err(Into::into),
///         Err(_) => Ok(None),
///     })
///     .build()?;
/// # let _ = config;
/// # Ok(())
/// # }
/// ```
pub trait PreSharedKeys: Send + Sync {
    /// The key for this identity (1 byte to 16 KiB, chosen by a client that
    /// has proved nothing yet); `None` where it is unknown.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from finding out; it becomes the source of
    /// [`Error::PreSharedKey`].
    fn find(&self, identity: &[u8]) -> Result<Option<PreSharedKey>, LookupError>;
}

impl<F> PreSharedKeys for F
where
    F: Fn(&[u8]) -> Result<Option<PreSharedKey>, LookupError> + Send + Sync,
{
    fn find(&self, identity: &[u8]) -> Result<Option<PreSharedKey>, LookupError> {
        self(identity)
    }
}

/// Identities and their keys, in memory.
///
/// ```
/// use embertls::ssl::PskTable;
/// use embertls::{PreSharedKey, SslConfig};
///
/// # fn main() -> embertls::Result<()> {
/// let keys = PskTable::new()
///     .with("kitchen", PreSharedKey::new([1; 32])?)
///     .with("cellar", PreSharedKey::new([2; 32])?);
/// let config = SslConfig::server().pre_shared_keys(keys).build()?;
/// # let _ = config;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct PskTable(BTreeMap<Vec<u8>, PreSharedKey>);

impl PskTable {
    /// An empty table.
    ///
    /// ```
    /// let keys = embertls::ssl::PskTable::new();
    /// # let _ = keys;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key, or replaces that of this identity.
    ///
    /// ```
    /// # fn main() -> embertls::Result<()> {
    /// use embertls::{PreSharedKey, ssl::PskTable};
    ///
    /// let keys = PskTable::new().with("kitchen", PreSharedKey::new([1; 32])?);
    /// # let _ = keys;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with(mut self, identity: impl Into<Vec<u8>>, key: PreSharedKey) -> Self {
        self.0.insert(identity.into(), key);
        self
    }
}

impl PreSharedKeys for PskTable {
    fn find(&self, identity: &[u8]) -> Result<Option<PreSharedKey>, LookupError> {
        Ok(self.0.get(identity).cloned())
    }
}

impl fmt::Debug for PskTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PskTable({} keys)", self.0.len())
    }
}

/// What a server does with a client whose identity it does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownIdentity {
    /// The alert unknown_psk_identity.
    #[default]
    Refused,
    /// A random key: it fails as a wrong key does.
    Hidden,
}

/// A client's identity and key.
#[derive(Clone, Debug)]
pub(crate) struct ClientPsk {
    pub(crate) identity: Vec<u8>,
    pub(crate) key: PreSharedKey,
}

impl ClientPsk {
    pub(crate) fn new(identity: Vec<u8>, key: PreSharedKey) -> Result<Self> {
        /// RFC 4279, section 5.3, asks for 128 bytes; OpenSSL takes 256.
        const MAX_IDENTITY: usize = 256;
        if !(1..=MAX_IDENTITY).contains(&identity.len()) {
            return Err(Error::config(format!(
                "the identity of the pre-shared key has {} bytes; 1 to {MAX_IDENTITY} are allowed",
                identity.len()
            )));
        }
        Ok(Self { identity, key })
    }
}

/// A server's keys.
#[derive(Clone)]
pub(crate) struct ServerPsks {
    pub(crate) keys: Arc<dyn PreSharedKeys>,
    pub(crate) unknown: UnknownIdentity,
}

impl fmt::Debug for ServerPsks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerPsks")
            .field("unknown", &self.unknown)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_bounds_and_are_not_printed() {
        for len in [0, 65, 1000] {
            assert!(PreSharedKey::new(vec![1; len]).is_err(), "{len}");
            assert!(PreSharedKey::danger_short(vec![1; len]).is_err(), "{len}");
        }
        assert!(PreSharedKey::new([1; 15]).is_err());
        assert!(PreSharedKey::danger_short([1; 1]).is_ok());
        assert!(PreSharedKey::new([1; 64]).is_ok());
        let key = PreSharedKey::new([0xA5; 16]).unwrap();
        let shown = format!(
            "{key:?} {:?}",
            ClientPsk::new(vec![1], key.clone()).unwrap()
        );
        assert!(!shown.contains("165") && !shown.to_lowercase().contains("a5"));
    }

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        let key = PreSharedKey::from_hex("000102030405060708090A0b0c0d0e0f").unwrap();
        assert_eq!(key.as_bytes(), (0..16).collect::<Vec<u8>>());
        for wrong in ["0", "0g", "", " 00", "00 00", "0x00"] {
            assert!(PreSharedKey::from_hex(wrong).is_err(), "{wrong:?}");
        }
    }
}
