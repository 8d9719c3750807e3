//! Tells the structures apart that hold a private key.

use pkcs8::der::{Reader, SliceReader, Tag};

use super::refusal::Refusal;

/// A structure around a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// `RSAPrivateKey` of RFC 8017: a version and eight numbers.
    Pkcs1,
    /// `PrivateKeyInfo` of RFC 5958: a version, an algorithm, the key.
    Pkcs8,
    /// `ECPrivateKey` of RFC 5915: a version and the secret.
    Sec1,
    /// `EncryptedPrivateKeyInfo` of RFC 5958: an algorithm and octets.
    Encrypted,
}

impl Container {
    /// Looks at the first two elements only.
    pub(super) fn of(der: &[u8]) -> Result<Self, Refusal> {
        let first_two = || -> pkcs8::der::Result<(Tag, Tag)> {
            let mut reader = SliceReader::new(der)?;
            reader.sequence(|reader| {
                let first = Tag::peek(reader)?;
                reader.tlv_bytes()?;
                let second = Tag::peek(reader)?;
                reader.drain(reader.remaining_len())?;
                Ok((first, second))
            })
        };
        match first_two().map_err(|e| Refusal::new(format!("it is not DER: {e}")))? {
            (Tag::Integer, Tag::Integer) => Ok(Self::Pkcs1),
            (Tag::Integer, Tag::Sequence) => Ok(Self::Pkcs8),
            (Tag::Integer, Tag::OctetString) => Ok(Self::Sec1),
            (Tag::Sequence, Tag::OctetString) => Ok(Self::Encrypted),
            _ => Err(Refusal::new(
                "it is DER, but no private key in PKCS#8, PKCS#1 or SEC1",
            )),
        }
    }
}
