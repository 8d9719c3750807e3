//! Certificates and their private key from one PKCS#12 file.

use alloc::vec::Vec;
use core::fmt;
#[cfg(feature = "std")]
use std::path::Path;

use super::Certificate;
use crate::error::{Error, Result};
use crate::pk::{PrivateKey, pkcs12};

/// A certificate chain and the private key of its first certificate, as a
/// PKCS#12 file (`.p12`, `.pfx`; RFC 7292) holds them.
///
/// What OpenSSL 3 and current versions of Java and Windows write is read:
/// PBES2 with AES, under a key made by PBKDF2 or scrypt, and a MAC with
/// SHA-256, SHA-384 or SHA-512. Older ways (RC2, 3DES, SHA-1) are refused with
/// the command that converts them, and so is a file without a MAC. Needs the
/// feature `pkcs12`.
///
/// ```no_run
/// use embertls::{Pkcs12, SslConfig};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let identity = Pkcs12::from_file("server.p12", &std::env::var("P12_PASSWORD")?)?;
/// let (chain, key) = identity.into_parts();
/// let config = SslConfig::server().identity(chain, key).build()?;
/// # let _ = config;
/// # Ok(())
/// # }
/// ```
pub struct Pkcs12 {
    chain: Vec<Certificate>,
    key: PrivateKey,
}

impl Pkcs12 {
    /// Reads the bytes of a file.
    ///
    /// The certificate of the key comes first, then that of its issuer, and so
    /// on; a root at the end and certificates that lead nowhere are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] where the password is wrong, the file is no PKCS#12 or
    /// protected in an old way, opening it would take unreasonably long, or it
    /// holds no private key or several; [`Error::Certificate`] where a
    /// certificate cannot be read or none belongs to the key.
    ///
    /// ```
    /// let error = embertls::Pkcs12::from_der(b"no PKCS#12", "secret").unwrap_err();
    /// assert!(matches!(error, embertls::Error::Key { .. }));
    /// ```
    pub fn from_der(file: impl AsRef<[u8]>, password: &str) -> Result<Self> {
        open("PKCS#12 data", file.as_ref(), password)
    }

    /// As [`from_der`](Self::from_der), from a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] where the file cannot be read, else as
    /// [`from_der`](Self::from_der); both name the file.
    ///
    /// ```
    /// let error = embertls::Pkcs12::from_file("/nowhere/server.p12", "secret").unwrap_err();
    /// assert!(error.to_string().starts_with("reading /nowhere/server.p12: "));
    /// ```
    #[cfg(feature = "std")]
    pub fn from_file(path: impl AsRef<Path>, password: &str) -> Result<Self> {
        let path = path.as_ref();
        let file = crate::pk::read_file(path)?;
        open(&path.display().to_string(), &file, password)
    }

    /// The chain, the key's own certificate first.
    ///
    /// ```
    /// # fn example(identity: embertls::Pkcs12) {
    /// println!("{}", identity.chain()[0].subject());
    /// # }
    /// ```
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The private key.
    ///
    /// ```
    /// # fn example(identity: embertls::Pkcs12) {
    /// println!("{:?}", identity.key());
    /// # }
    /// ```
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// What the builders' `identity` takes.
    ///
    /// ```
    /// # fn example(identity: embertls::Pkcs12) {
    /// let (chain, key) = identity.into_parts();
    /// let builder = embertls::SslConfig::server().identity(chain, key);
    /// # let _ = builder;
    /// # }
    /// ```
    pub fn into_parts(self) -> (Vec<Certificate>, PrivateKey) {
        (self.chain, self.key)
    }
}

impl fmt::Debug for Pkcs12 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs12")
            .field("chain", &self.chain)
            .field("key", &self.key)
            .finish()
    }
}

fn open(which: &str, file: &[u8], password: &str) -> Result<Pkcs12> {
    let contents = pkcs12::open(which, file, password)?;
    let mut certificates = Vec::with_capacity(contents.certificates.len());
    for (number, der) in (1..).zip(&contents.certificates) {
        let certificate = Certificate::from_der(der).map_err(|error| match error {
            Error::Certificate { reason, code, .. } => Error::Certificate {
                which: format!("{which}, certificate {number}"),
                reason,
                code,
            },
            other => other,
        })?;
        certificates.push(certificate);
    }
    let chain = chain_of(certificates, &contents.key)
        .ok_or_else(|| Error::certificate(which, "it holds no certificate for its private key"))?;
    Ok(Pkcs12 {
        chain,
        key: contents.key,
    })
}

/// From the certificate of the key to below the root.
fn chain_of(mut rest: Vec<Certificate>, key: &PrivateKey) -> Option<Vec<Certificate>> {
    let own = rest
        .iter()
        .position(|certificate| certificate.key_info() == key.public_key_der())?;
    let mut chain = vec![rest.swap_remove(own)];
    while let Some(last) = chain.last() {
        let above = rest.iter().position(|candidate| is_above(candidate, last));
        match above {
            Some(above) => chain.push(rest.swap_remove(above)),
            None => break,
        }
    }
    Some(chain)
}

/// Whether this may be the issuer's certificate, and is no root's.
fn is_above(candidate: &Certificate, last: &Certificate) -> bool {
    candidate.subject_der() == last.issuer_der()
        && candidate.subject_der() != candidate.issuer_der()
}
