//! One certificate.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use super::der::{self, Fields, PublicKey, oid};
use super::raw::{self, CertificateList};
use super::{pem, read_file};
use crate::error::{Error, ErrorCode, Result};
use crate::ffi;

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
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, else [`Error::Certificate`].
    pub fn chain_from_pem_file(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        Self::read_pem(&read_file(path)?, &path.display().to_string())
    }

    /// The certificate in DER, exactly as it was read.
    pub fn as_der(&self) -> &[u8] {
        &self.inner.der
    }

    /// Whose certificate it is, for people: `C=NL, O=Example, CN=a.example`.
    ///
    /// An empty name is `(empty)`. Never compare or parse it: what could
    /// forge a second name or line is escaped, and different names may look
    /// the same.
    pub fn subject(&self) -> String {
        der::describe_name(self.subject_der())
    }

    /// Who issued it. As [`subject`](Self::subject).
    pub fn issuer(&self) -> String {
        der::describe_name(self.issuer_der())
    }

    /// The serial number in hexadecimal digits, two for each byte.
    pub fn serial(&self) -> String {
        hex(strip_sign(self.serial_der()))
    }

    /// The first moment at which it is valid.
    pub fn not_before(&self) -> SystemTime {
        self.inner.fields.not_before.to_system_time()
    }

    /// The last moment at which it is valid.
    pub fn not_after(&self) -> SystemTime {
        self.inner.fields.not_after.to_system_time()
    }

    /// The DNS names in its subjectAltName, as they are written there:
    /// `a.example`, `*.b.example`. Empty if it has none.
    pub fn dns_names(&self) -> &[String] {
        let names = self.inner.fields.alt_names.as_ref();
        names.map_or(&[], |names| &names.dns)
    }

    /// The IP addresses in its subjectAltName. Empty if it has none.
    pub fn ip_addresses(&self) -> &[IpAddr] {
        let names = self.inner.fields.alt_names.as_ref();
        names.map_or(&[], |names| &names.ip)
    }

    /// SHA-256 of the whole certificate: what `openssl x509 -fingerprint
    /// -sha256` shows.
    pub fn fingerprint_sha256(&self) -> [u8; 32] {
        raw::sha256(self.as_der())
    }

    /// Reads the fields; the engine does not see it.
    pub(super) fn parse(der: &[u8]) -> Result<Self, der::FieldError> {
        let fields = Fields::parse(der)?;
        Ok(Self {
            inner: Arc::new(Inner {
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

    pub(super) fn serial_der(&self) -> &[u8] {
        &self.inner.der[self.inner.fields.serial.clone()]
    }

    /// Whether it names itself as its issuer.
    pub(super) fn is_self_issued(&self) -> bool {
        der::is_same_name(self.subject_der(), self.issuer_der())
    }

    /// Why the engine cannot use this certificate, given what it returned.
    pub(super) fn why_unusable(&self, code: ErrorCode) -> String {
        let fields = self.fields();
        if let Some(id) = fields.unknown_critical.first() {
            return format!(
                "field extensions: the critical extension {} is not understood",
                oid::describe(id)
            );
        }
        if code.is(UNKNOWN_SIG_ALG) {
            let algorithm = oid::describe(&fields.signature_algorithm);
            return format!("it is signed with {algorithm}, which is not supported");
        }
        if code.is(UNKNOWN_KEY) || code.is(UNKNOWN_CURVE) {
            return format!(
                "its key is {}, which is not supported",
                describe_key(&fields.key)
            );
        }
        let field = FIELDS_BY_CODE
            .iter()
            .find(|(known, _)| code.is(ErrorCode::from_raw(*known)));
        match field {
            Some((_, field)) => format!("field {field} cannot be used"),
            None => "it cannot be used".into(),
        }
    }

    fn checked(der: &[u8], which: &str) -> Result<Self> {
        let certificate =
            Self::parse(der).map_err(|reason| Error::certificate(which, reason.to_string()))?;
        let result = CertificateList::new().and_then(|mut list| list.push(der));
        match result {
            Ok(()) => Ok(certificate),
            Err(raw::ALLOC_FAILED) => Err(Error::OutOfMemory {
                action: "reading a certificate",
            }),
            Err(code) => Err(Error::Certificate {
                which: format!("{which} ({})", certificate.subject()),
                reason: certificate.why_unusable(code),
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

/// The kind of a key and its size, for people.
pub(super) fn describe_key(key: &PublicKey) -> String {
    match key {
        PublicKey::Rsa {
            modulus_bits,
            exponent_bits: ..=33,
        } => format!("RSA of {modulus_bits} bits"),
        PublicKey::Rsa {
            modulus_bits,
            exponent_bits,
        } => format!("RSA of {modulus_bits} bits with an exponent of {exponent_bits} bits"),
        PublicKey::Ec { curve: Some(curve) } => format!("EC on {}", oid::describe(curve)),
        PublicKey::Ec { curve: None } => "EC on a curve without a name".into(),
        PublicKey::Other(id) => oid::describe(id),
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

pub(super) const UNKNOWN_SIG_ALG: ErrorCode =
    ErrorCode::from_raw(ffi::MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG);
pub(super) const UNKNOWN_KEY: ErrorCode = ErrorCode::from_raw(ffi::MBEDTLS_ERR_PK_UNKNOWN_PK_ALG);
pub(super) const UNKNOWN_CURVE: ErrorCode =
    ErrorCode::from_raw(ffi::MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE);

const FIELDS_BY_CODE: [(i32, &str); 13] = [
    (ffi::MBEDTLS_ERR_X509_INVALID_VERSION, "version"),
    (ffi::MBEDTLS_ERR_X509_UNKNOWN_VERSION, "version"),
    (ffi::MBEDTLS_ERR_X509_INVALID_SERIAL, "serialNumber"),
    (ffi::MBEDTLS_ERR_X509_INVALID_ALG, "signatureAlgorithm"),
    (ffi::MBEDTLS_ERR_X509_SIG_MISMATCH, "signatureAlgorithm"),
    (ffi::MBEDTLS_ERR_X509_INVALID_SIGNATURE, "signatureValue"),
    (ffi::MBEDTLS_ERR_X509_INVALID_NAME, "issuer or subject"),
    (ffi::MBEDTLS_ERR_X509_INVALID_DATE, "validity"),
    (ffi::MBEDTLS_ERR_X509_INVALID_EXTENSIONS, "extensions"),
    (ffi::MBEDTLS_ERR_PK_INVALID_PUBKEY, "subjectPublicKeyInfo"),
    (ffi::MBEDTLS_ERR_PK_INVALID_ALG, "subjectPublicKeyInfo"),
    (
        ffi::MBEDTLS_ERR_PK_KEY_INVALID_FORMAT,
        "subjectPublicKeyInfo",
    ),
    (ffi::MBEDTLS_ERR_X509_INVALID_FORMAT, "tbsCertificate"),
];
