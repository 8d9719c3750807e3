//! Private keys.
//!
//! | the guide | here |
//! | --- | --- |
//! | `mbedtls_pk_init`, `mbedtls_pk_parse_keyfile` | [`PrivateKey::from_pem_file`] |
//! | `mbedtls_pk_parse_key` | [`PrivateKey::from_pem`], [`PrivateKey::from_der`] |
//! | `mbedtls_pk_check_pair` | done while loading |
//! | `mbedtls_pk_setup_rsa_alt` | [`PrivateKey::from_signing_key`] |
//! | `mbedtls_pk_free` | dropping it |
//!
//! The files are read in Rust, and Mbed TLS gets the bare numbers: its own
//! parser knows no encryption of today, takes keys that do not fit together,
//! and computes parts of an RSA key anew in a way that can be timed.

mod container;
mod curve;
mod decrypt;
#[cfg(feature = "accel")]
mod fast;
#[cfg(feature = "std")]
mod file;
mod numbers;
mod pem;
#[cfg(feature = "pkcs12")]
pub(crate) mod pkcs12;
mod raw;
mod refusal;
mod scheme;
pub(crate) mod signer;
mod signing_key;
mod spki;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use rustls_pki_types::PrivateKeyDer;

use self::container::Container;
#[cfg(feature = "accel")]
use self::fast::FastKey;
#[cfg(all(feature = "std", feature = "pkcs12"))]
pub(crate) use self::file::read_file;
use self::numbers::{EcNumbers, Numbers, RsaNumbers};
use self::raw::RawKey;
use self::refusal::Refusal;
pub use self::scheme::SignatureScheme;
use self::signer::Signer;
pub use self::signing_key::{Signing, SigningError, SigningKey, ecdsa_signature_der};
use crate::compiled;
use crate::error::{Error, Result};
use crate::ffi;

/// A private key that signs handshakes: RSA from 1024 bits, or ECDSA on
/// P-256, P-384 or P-521.
///
/// It is loaded from a file or from memory, or it stays in a token or a service
/// and signs from there (see [`SigningKey`]).
///
/// Loading checks that the parts of the key belong together, and the public
/// part to the private one. A clone shares the key and is cheap. Nothing
/// prints the key, and all copies that are made of it are wiped.
///
/// ```
/// use embertls::PrivateKey;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pem = rcgen::KeyPair::generate()?.serialize_pem();
/// let key = PrivateKey::from_pem(pem)?;
/// assert_eq!(key.bits(), 256);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PrivateKey {
    inner: Arc<Inner>,
}

struct Inner {
    signer: Signer,
    schemes: Vec<SignatureScheme>,
    kind: KeyKind,
    bits: u32,
    spki: Vec<u8>,
}

/// What a private key signs with.
///
/// ```
/// assert_eq!(embertls::pk::KeyKind::Rsa.to_string(), "RSA");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA: suites with `RSA` in their name.
    Rsa,
    /// ECDSA: suites with `ECDSA` in their name.
    Ecdsa,
}

impl PrivateKey {
    /// The first private key in a text of PEM sections. Certificates and
    /// parameters around it are skipped.
    ///
    /// Takes `PRIVATE KEY` (PKCS#8), `RSA PRIVATE KEY` (PKCS#1) and
    /// `EC PRIVATE KEY` (SEC1).
    ///
    /// # Errors
    ///
    /// [`Error::Key`], which says what is wrong and what cures it: no key in
    /// the text, an encrypted key, a broken one, one whose parts do not belong
    /// together, a curve or algorithm that cannot be used.
    ///
    /// ```
    /// use embertls::{Error, PrivateKey};
    ///
    /// let error = PrivateKey::from_pem("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----");
    /// assert!(matches!(error, Err(Error::Key { .. })));
    /// ```
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self> {
        load_pem(MEMORY, pem.as_ref(), None)
    }

    /// As [`from_pem`](Self::from_pem), for a key that may be encrypted:
    /// `ENCRYPTED PRIVATE KEY`, which is PKCS#8 with PBES2.
    ///
    /// It may be encrypted with AES (CBC or GCM) under a key made from the
    /// password by PBKDF2 or scrypt: what `openssl genpkey -aes256` and
    /// `openssl pkcs8 -topk8` write. Older ways (3DES, RC2, "legacy" PEM) are
    /// refused with the command that converts them. A key that is not
    /// encrypted is taken as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], as for [`from_pem`](Self::from_pem), and for a wrong
    /// password. A file says itself how much work its password costs; one that
    /// asks for more than 10,000,000 iterations of PBKDF2, or 1 GiB of memory or
    /// 4 GiB of writing with scrypt, is refused before any of it is done.
    ///
    /// ```no_run
    /// use embertls::PrivateKey;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pem = std::fs::read("server.key")?;
    /// let key = PrivateKey::from_pem_encrypted(pem, std::env::var("KEY_PASSWORD")?)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_pem_encrypted(pem: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Result<Self> {
        load_pem(MEMORY, pem.as_ref(), Some(password.as_ref()))
    }

    /// A private key in DER: PKCS#8, PKCS#1 or SEC1, told apart by what is
    /// inside.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], as for [`from_pem`](Self::from_pem).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let der = rcgen::KeyPair::generate()?.serialize_der();
    /// let key = embertls::PrivateKey::from_der(der)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self> {
        load_der(der.as_ref(), None).map_err(|refusal| refusal.of(MEMORY))
    }

    /// As [`from_der`](Self::from_der), for a key that may be encrypted (see
    /// [`from_pem_encrypted`](Self::from_pem_encrypted)).
    ///
    /// # Errors
    ///
    /// [`Error::Key`], as for [`from_pem`](Self::from_pem), and for a wrong
    /// password.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let der = std::fs::read("server.der")?;
    /// let key = embertls::PrivateKey::from_der_encrypted(der, "the password")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_der_encrypted(der: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Result<Self> {
        load_der(der.as_ref(), Some(password.as_ref())).map_err(|refusal| refusal.of(MEMORY))
    }

    /// A key of the `rustls-pki-types` crate, in which rcgen and others hand
    /// out their keys.
    ///
    /// # Errors
    ///
    /// [`Error::Key`], as for [`from_pem`](Self::from_pem).
    ///
    /// ```
    /// use rustls_pki_types::PrivateKeyDer;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let der = PrivateKeyDer::Pkcs8(rcgen::KeyPair::generate()?.serialize_der().into());
    /// let key = embertls::PrivateKey::from_pki_types(&der)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_pki_types(key: &PrivateKeyDer<'_>) -> Result<Self> {
        Self::from_der(key.secret_der())
    }

    /// A key that stays where it is, and signs from there.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] where the public key is not RSA from 1024 to 8192 bits
    /// and not ECDSA on P-256, P-384 or P-521, or the list of schemes is empty
    /// or names one of the other kind.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use embertls::{PrivateKey, SigningKey};
    ///
    /// fn server_key(token: Arc<dyn SigningKey>) -> embertls::Result<PrivateKey> {
    ///     PrivateKey::from_signing_key(token)
    /// }
    /// ```
    pub fn from_signing_key(key: Arc<dyn SigningKey>) -> Result<Self> {
        foreign(key).map_err(|refusal| refusal.of("signing key"))
    }

    /// What the key signs with.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = embertls::PrivateKey::from_pem(rcgen::KeyPair::generate()?.serialize_pem())?;
    /// assert_eq!(key.kind(), embertls::pk::KeyKind::Ecdsa);
    /// # Ok(())
    /// # }
    /// ```
    pub fn kind(&self) -> KeyKind {
        self.inner.kind
    }

    /// The size: bits of the RSA modulus or of the curve.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = embertls::PrivateKey::from_pem(rcgen::KeyPair::generate()?.serialize_pem())?;
    /// assert_eq!(key.bits(), 256);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bits(&self) -> u32 {
        self.inner.bits
    }

    /// The public key: a `SubjectPublicKeyInfo` in DER (RFC 5280, section
    /// 4.1.2.7), as a certificate for this key holds it.
    ///
    /// ```
    /// use rcgen::PublicKeyData;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pair = rcgen::KeyPair::generate()?;
    /// let key = embertls::PrivateKey::from_der(pair.serialize_der())?;
    /// assert_eq!(key.public_key_der(), pair.subject_public_key_info());
    /// # Ok(())
    /// # }
    /// ```
    pub fn public_key_der(&self) -> &[u8] {
        &self.inner.spki
    }

    /// The schemes that the key can sign with.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = embertls::PrivateKey::from_pem(rcgen::KeyPair::generate()?.serialize_pem())?;
    /// assert_eq!(key.schemes(), embertls::SignatureScheme::ECDSA);
    /// # Ok(())
    /// # }
    /// ```
    pub fn schemes(&self) -> &[SignatureScheme] {
        &self.inner.schemes
    }

    fn signer(&self) -> &Signer {
        &self.inner.signer
    }

    /// Whether the key is here, and not with a signer of the application.
    pub(crate) fn is_loaded(&self) -> bool {
        !matches!(self.signer(), Signer::Foreign { .. })
    }

    /// Calls `work` with an RSA key that the engine has and that nobody else
    /// works with meanwhile; `None` for other keys.
    pub(crate) fn with_rsa<R>(
        &self,
        work: impl FnOnce(*mut ffi::mbedtls_pk_context) -> R,
    ) -> Option<R> {
        match self.signer() {
            Signer::Own(key) if self.kind() == KeyKind::Rsa => Some(key.with_lock(work)),
            _ => None,
        }
    }

    /// The RSA key where aws-lc has it.
    #[cfg(feature = "accel")]
    pub(crate) fn fast_rsa(&self) -> Option<&crate::provider::rsa::Private> {
        match self.signer() {
            Signer::Fast(key) => key.as_rsa(),
            _ => None,
        }
    }

    /// Whether this is the private key to a public one, such as that of a
    /// certificate.
    ///
    /// # Safety
    ///
    /// `public` must point to an initialised context that nobody writes to.
    pub(crate) unsafe fn fits(&self, public: *const ffi::mbedtls_pk_context) -> bool {
        let key = match self.signer() {
            Signer::Own(key) | Signer::Foreign { public: key, .. } => key,
            #[cfg(feature = "accel")]
            Signer::Fast(key) => key.public(),
        };
        // SAFETY: both are initialised; the public part is never written to.
        unsafe { ffi::ember_pk_same_public(public, key.as_ptr()) == 1 }
    }
}

/// Shows kind and size, and nothing of the key.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("kind", &self.inner.kind)
            .field("bits", &self.inner.bits)
            .finish_non_exhaustive()
    }
}

/// Kind and size, such as `ECDSA, 256 bits`.
impl fmt::Display for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} bits", self.inner.kind, self.inner.bits)
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::Ecdsa => "ECDSA",
        })
    }
}

/// How errors name a key that did not come from a file.
const MEMORY: &str = "private key";

fn load_pem(which: &str, pem: &[u8], password: Option<&[u8]>) -> Result<PrivateKey> {
    let section = pem::find_key(pem).map_err(|refusal| refusal.of(which))?;
    load_der(&section.der, password)
        .map_err(|refusal| refusal.of(&format!("{which}, line {}", section.line)))
}

fn load_der(der: &[u8], password: Option<&[u8]>) -> Result<PrivateKey, Refusal> {
    let decrypted;
    let numbers = match (Container::of(der)?, password) {
        (Container::Encrypted, None) => return Err(Refusal::new(ENCRYPTED)),
        (Container::Encrypted, Some(password)) => {
            decrypted = decrypt::decrypt(der, password)?;
            Numbers::of(&decrypted, Container::of(&decrypted)?)?
        }
        (container, _) => Numbers::of(der, container)?,
    };
    PrivateKey::from_numbers(&numbers)
}

impl PrivateKey {
    fn from_numbers(numbers: &Numbers<'_>) -> Result<Self, Refusal> {
        numbers.check_parts()?;
        let inner = match numbers {
            Numbers::Rsa(numbers) => {
                let bits = numbers.check_size()?;
                let spki = spki::rsa(numbers)?;
                Inner {
                    bits,
                    kind: KeyKind::Rsa,
                    signer: rsa_signer(numbers, bits, &spki)?,
                    schemes: rsa_schemes(bits),
                    spki,
                }
            }
            Numbers::Ec(numbers) => {
                let (signer, spki) = ec_signer(numbers)?;
                Inner {
                    bits: numbers.curve.bits,
                    kind: KeyKind::Ecdsa,
                    signer,
                    schemes: hashed_here(SignatureScheme::ECDSA),
                    spki,
                }
            }
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }
}

fn rsa_signer(numbers: &RsaNumbers<'_>, bits: u32, spki: &[u8]) -> Result<Signer, Refusal> {
    #[cfg(feature = "accel")]
    if fast::takes_rsa(bits) {
        return FastKey::rsa(numbers, spki).map(Signer::Fast);
    }
    let _ = (bits, spki);
    RawKey::rsa(numbers).map(Signer::Own)
}

/// What signs, and the public key.
fn ec_signer(numbers: &EcNumbers<'_>) -> Result<(Signer, Vec<u8>), Refusal> {
    #[cfg(feature = "accel")]
    return FastKey::ec(numbers).map(|(key, spki)| (Signer::Fast(key), spki));
    #[cfg(not(feature = "accel"))]
    {
        let (raw, point) = RawKey::ec(numbers)?;
        numbers.check_public(&point)?;
        Ok((Signer::Own(raw), spki::ec(numbers.curve, &point)?))
    }
}

/// RSASSA-PSS needs room for digest and salt.
fn rsa_schemes(bits: u32) -> Vec<SignatureScheme> {
    let len = bits.div_ceil(8) as usize;
    let fits = |scheme: &SignatureScheme| !scheme.is_pss() || len >= 2 * scheme.digest_len() + 2;
    let schemes = hashed_here(SignatureScheme::RSA);
    schemes.into_iter().filter(fits).collect()
}

fn foreign(key: Arc<dyn SigningKey>) -> Result<PrivateKey, Refusal> {
    let spki = key.public_key_der().to_vec();
    let public = RawKey::public(&spki).map_err(|code| match code.is_out_of_memory() {
        true => Refusal::Other(Error::OutOfMemory {
            action: "loading a public key",
        }),
        false => Refusal::Key {
            reason: format!(
                "its public key is no SubjectPublicKeyInfo of RSA, or of ECDSA on P-256, P-384 or P-521{}",
                compiled::missing_for_keys()
            ),
            code: Some(code),
        },
    })?;
    let (kind, bits) = (public.kind(), public.bits());
    if kind == KeyKind::Rsa && !(1024..=8192).contains(&bits) {
        return Err(Refusal::new(format!(
            "its public key has {bits} bits; RSA keys of 1024 to 8192 bits can be used"
        )));
    }
    let schemes = hashed_here(key.schemes());
    if key.schemes().is_empty() {
        return Err(Refusal::new("it names no scheme that it can sign with"));
    }
    if schemes.is_empty() {
        return Err(Refusal::left_out(
            "the hash of each scheme that it signs with",
            "sha384",
        ));
    }
    if let Some(other) = schemes.iter().find(|scheme| scheme.key_kind() != kind) {
        return Err(Refusal::new(format!(
            "its public key is {kind}, and it says that it signs with {other}"
        )));
    }
    Ok(PrivateKey {
        inner: Arc::new(Inner {
            signer: Signer::Foreign { key, public },
            schemes,
            kind,
            bits,
            spki,
        }),
    })
}

/// Those of the schemes that this build can hash for.
fn hashed_here(schemes: &[SignatureScheme]) -> Vec<SignatureScheme> {
    let schemes = schemes.iter().copied();
    schemes.filter(SignatureScheme::is_compiled).collect()
}

const ENCRYPTED: &str = "it is encrypted, and no password was given: \
     load it with PrivateKey::from_pem_encrypted";

#[cfg(all(test, feature = "full"))]
pub(crate) mod tests;
