//! One certificate.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::net::IpAddr;
#[cfg(feature = "std")]
use std::path::Path;
#[cfg(feature = "std")]
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use super::der::{self, Fields};
use super::raw::{self, CertificateList};
#[cfg(feature = "std")]
use super::read_file;
use super::signature::VerifyingKey;
use super::{pem, unusable};
use crate::error::{Error, ErrorCode, Result};

/// One X.509 certificate: immutable, cheap to clone, shared between threads.
///
/// A `Certificate` can be read: its encoding is sound, and the engine knows
/// the algorithms in it. Nothing says that it can be trusted; that is what a
/// [`Verifier`](super::Verifier) finds out.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
/// # let pem = key.cert.pem();
/// use embertls::Certificate;
///
/// let certificate = Certificate::from_pem(&pem)?;
/// println!("{} until {:?}", certificate.subject(), certificate.not_after());
/// assert_eq!(certificate.dns_names(), ["a.example"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    der: Box<[u8]>,
    fields: Fields,
    /// The engine's form of the key, or why it cannot use it.
    key: Result<VerifyingKey, ErrorCode>,
}

impl Certificate {
    /// Reads one certificate in DER. Nothing may follow it.
    ///
    /// ```
    /// assert!(embertls::Certificate::from_der(b"not DER").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] with the field that cannot be read and why, or
    /// with what the engine does not support in it.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self> {
        Self::checked(der.as_ref(), "the certificate")
    }

    /// Reads the only certificate in a PEM text. Text around it is passed
    /// over, as are blocks of other kinds.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert_eq!(certificate.dns_names(), ["a.example"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`], also if there is no certificate or more than
    /// one: see [`chain_from_pem`](Self::chain_from_pem).
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self> {
        let mut chain = Self::read_pem(pem.as_ref(), "the PEM text")?;
        match (chain.pop(), chain.len()) {
            (Some(only), 0) => Ok(only),
            (_, others) => Err(Error::certificate(
                "the PEM text",
                format!(
                    "it holds {} certificates where one is expected; `chain_from_pem` reads them all",
                    others + 1
                ),
            )),
        }
    }

    /// Reads all certificates of a PEM text in their order: a server's chain
    /// with its own certificate first.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = format!("{}{}", key.cert.pem(), key.cert.pem());
    /// let chain = embertls::Certificate::chain_from_pem(&pem)?;
    /// assert_eq!(chain.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] that says which one cannot be used, by number
    /// and line, or what the text holds if no certificate. Unlike in a
    /// [`TrustStore`](super::TrustStore) none is left out.
    pub fn chain_from_pem(pem: impl AsRef<[u8]>) -> Result<Vec<Self>> {
        Self::read_pem(pem.as_ref(), "the PEM text")
    }

    /// Reads all certificates of a PEM file. See
    /// [`chain_from_pem`](Self::chain_from_pem).
    ///
    /// ```no_run
    /// let chain = embertls::Certificate::chain_from_pem_file("fullchain.pem")?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, else [`Error::Certificate`].
    #[cfg(feature = "std")]
    pub fn chain_from_pem_file(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        Self::read_pem(&read_file(path)?, &path.display().to_string())
    }

    /// The certificate in DER, exactly as it was read.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert_eq!(embertls::Certificate::from_der(certificate.as_der())?, certificate);
    /// # Ok(())
    /// # }
    /// ```
    pub fn as_der(&self) -> &[u8] {
        &self.inner.der
    }

    /// Whose certificate it is, for people: `C=NL, O=Example, CN=a.example`.
    ///
    /// An empty name is `(empty)`. Never compare or parse it: what could
    /// forge a second name or line is escaped, and different names may look
    /// the same.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert_eq!(certificate.subject(), "CN=rcgen self signed cert");
    /// # Ok(())
    /// # }
    /// ```
    pub fn subject(&self) -> String {
        der::describe_name(self.subject_der())
    }

    /// Who issued it. As [`subject`](Self::subject).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert_eq!(certificate.issuer(), certificate.subject());
    /// # Ok(())
    /// # }
    /// ```
    pub fn issuer(&self) -> String {
        der::describe_name(self.issuer_der())
    }

    /// The serial number in hexadecimal digits, two for each byte.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert!(certificate.serial().bytes().all(|digit| digit.is_ascii_hexdigit()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn serial(&self) -> String {
        hex(strip_sign(self.serial_der()))
    }

    /// The first moment at which it is valid.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert!(certificate.not_before() < std::time::SystemTime::now());
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "std")]
    pub fn not_before(&self) -> SystemTime {
        self.inner.fields.not_before.to_system_time()
    }

    /// The last moment at which it is valid.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert!(certificate.not_after() > std::time::SystemTime::now());
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "std")]
    pub fn not_after(&self) -> SystemTime {
        self.inner.fields.not_after.to_system_time()
    }

    /// The DNS names in its subjectAltName, as they are written there:
    /// `a.example`, `*.b.example`. Empty if it has none.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert_eq!(certificate.dns_names(), ["a.example"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dns_names(&self) -> &[String] {
        let names = self.inner.fields.extensions.alt_names.as_ref();
        names.map_or(&[], |names| &names.dns)
    }

    /// The IP addresses in its subjectAltName. Empty if it has none.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert!(certificate.ip_addresses().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn ip_addresses(&self) -> &[IpAddr] {
        let names = self.inner.fields.extensions.alt_names.as_ref();
        names.map_or(&[], |names| &names.ip)
    }

    /// SHA-256 of the whole certificate: what `openssl x509 -fingerprint
    /// -sha256` shows.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let pem = made.cert.pem();
    /// let certificate = embertls::Certificate::from_pem(&pem)?;
    /// assert_eq!(certificate.fingerprint_sha256().len(), 32);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fingerprint_sha256(&self) -> [u8; 32] {
        raw::sha256(self.as_der())
    }

    /// Reads the fields; the engine does not see it.
    pub(super) fn parse(der: &[u8]) -> Result<Self, der::FieldError> {
        let fields = Fields::parse(der)?;
        Ok(Self {
            inner: Arc::new(Inner {
                key: VerifyingKey::parse(&der[fields.key_info.clone()]),
                der: der.into(),
                fields,
            }),
        })
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.inner.fields
    }

    pub(super) fn subject_der(&self) -> &[u8] {
        &self.inner.der[self.inner.fields.subject.clone()]
    }

    pub(super) fn issuer_der(&self) -> &[u8] {
        &self.inner.der[self.inner.fields.issuer.clone()]
    }

    /// The whole `SubjectPublicKeyInfo`.
    pub(crate) fn key_info(&self) -> &[u8] {
        &self.inner.der[self.inner.fields.key_info.clone()]
    }

    pub(super) fn serial_der(&self) -> &[u8] {
        &self.inner.der[self.inner.fields.serial.clone()]
    }

    /// Where its revocation lists are; none if it does not say, and an empty
    /// list if what it says cannot be read.
    pub(super) fn distribution_points(&self) -> Option<Vec<der::Point>> {
        self.read_distribution_points()
            .map(Result::unwrap_or_default)
    }

    pub(super) fn read_distribution_points(
        &self,
    ) -> Option<Result<Vec<der::Point>, der::FieldError>> {
        let at = self.fields().extensions.distribution_points.clone()?;
        Some(der::distribution_points(self.inner.der.get(at)?))
    }

    /// The key in it, to check signatures with.
    ///
    /// # Errors
    ///
    /// What the engine says of a key that it cannot use.
    pub(super) fn key(&self) -> Result<&VerifyingKey, ErrorCode> {
        self.inner.key.as_ref().map_err(|code| *code)
    }

    /// Whether its signature was made with the key of this issuer.
    pub(super) fn is_signed_by(&self, issuer: &Self) -> bool {
        let fields = self.fields();
        let (Some(scheme), Ok(key)) = (fields.scheme, issuer.key()) else {
            return false;
        };
        let signed = &self.inner.der[fields.signed.clone()];
        key.verify(scheme, signed, &self.inner.der[fields.signature.clone()])
    }

    /// Whether the engine can parse it too.
    pub(super) fn check_with_engine(&self) -> Result<(), ErrorCode> {
        CertificateList::new().and_then(|mut list| list.push(self.as_der()))
    }

    fn checked(der: &[u8], which: &str) -> Result<Self> {
        let certificate =
            Self::parse(der).map_err(|reason| Error::certificate(which, reason.to_string()))?;
        match certificate.check_with_engine() {
            Ok(()) => Ok(certificate),
            Err(code) if code.is_out_of_memory() => Err(Error::OutOfMemory {
                action: "reading a certificate",
            }),
            Err(code) => Err(Error::Certificate {
                which: format!("{which} ({})", certificate.subject()),
                reason: unusable::why(&certificate, code),
                code: Some(code),
            }),
        }
    }

    fn read_pem(text: &[u8], which: &str) -> Result<Vec<Self>> {
        let blocks = pem::blocks(text);
        let mut chain = Vec::new();
        for block in blocks.iter().filter(|block| block.label == PEM_LABEL) {
            let which = format!(
                "{which}, certificate {} (line {})",
                chain.len() + 1,
                block.line
            );
            let der = block
                .decode()
                .map_err(|reason| Error::certificate(which.as_str(), reason))?;
            chain.push(Self::checked(&der, &which)?);
        }
        if chain.is_empty() {
            let found = pem::describe_contents(text, &blocks);
            return Err(Error::certificate(
                which,
                format!("no certificate found: {found}"),
            ));
        }
        Ok(chain)
    }
}

/// The same bytes are the same certificate.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.as_der() == other.as_der()
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_der().hash(state);
    }
}

/// Subject and fingerprint.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("fingerprint_sha256", &hex(&self.fingerprint_sha256()))
            .finish_non_exhaustive()
    }
}

impl TryFrom<&CertificateDer<'_>> for Certificate {
    type Error = Error;

    /// As [`from_der`](Certificate::from_der).
    fn try_from(der: &CertificateDer<'_>) -> Result<Self> {
        Self::from_der(der)
    }
}

impl From<&Certificate> for CertificateDer<'static> {
    fn from(certificate: &Certificate) -> Self {
        certificate.as_der().to_vec().into()
    }
}

/// Hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A positive INTEGER has a zero before a byte that would make it negative.
fn strip_sign(integer: &[u8]) -> &[u8] {
    match integer {
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    }
}

/// What stands behind `BEGIN` in a PEM file.
pub(super) const PEM_LABEL: &str = "CERTIFICATE";
