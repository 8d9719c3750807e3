//! The certificates that are trusted because the user says so.

mod anchor;
mod builder;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
#[cfg(feature = "std")]
use std::path::Path;

pub use self::builder::TrustStoreBuilder;
use super::Certificate;
use crate::error::{Error, Result};

/// The certificates that you trust, usually the roots of authorities.
/// Immutable, cheap to clone, shared between threads.
///
/// A store is never empty. What could not be used is left out and listed in
/// [`rejected`](Self::rejected). The same certificate from several places is
/// taken once. [`builder`](Self::builder) joins several sources.
///
/// A chain is trusted if it leads to an authority in the store, or if it is a
/// self-signed certificate that is itself in the store.
///
/// ```no_run
/// use embertls::TrustStore;
///
/// let store = TrustStore::system()?;
/// println!("{} certificates", store.certificates().len());
/// for rejected in store.rejected() {
///     println!("left out: {rejected}");
/// }
/// # Ok::<(), embertls::Error>(())
/// ```
#[derive(Clone)]
pub struct TrustStore {
    inner: Arc<Inner>,
}

struct Inner {
    certificates: Vec<Certificate>,
    rejected: Vec<RejectedCertificate>,
    /// Where the certificates with one subject are, by its compared form.
    by_subject: BTreeMap<Box<[u8]>, Vec<usize>>,
}

/// A certificate that a [`TrustStore`] could not use, and why.
///
/// Displays as one line.
///
/// ```
/// fn warn(rejected: &embertls::RejectedCertificate) {
///     eprintln!("not trusted: {rejected}");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RejectedCertificate {
    /// Where it stands: the file, its number and line there, its subject.
    pub which: String,
    /// Why it cannot be used.
    pub reason: String,
}

impl TrustStore {
    /// Starts a store from several sources.
    ///
    /// ```no_run
    /// let store = embertls::TrustStore::builder()
    ///     .system()?
    ///     .path("/etc/company/ca.pem")?
    ///     .build()?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    pub fn builder() -> TrustStoreBuilder {
        TrustStoreBuilder::new()
    }

    /// The certificates of one file: many in PEM, or one in DER.
    ///
    /// ```no_run
    /// let store = embertls::TrustStore::from_pem_file("ca.pem")?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TrustStoreBuilder::pem_file`].
    #[cfg(feature = "std")]
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::builder().pem_file(path)?.build()
    }

    /// The certificates in the files of a directory, such as
    /// `/etc/ssl/certs`.
    ///
    /// ```no_run
    /// let store = embertls::TrustStore::from_dir("/etc/ssl/certs")?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TrustStoreBuilder::directory`].
    #[cfg(feature = "std")]
    pub fn from_dir(path: impl AsRef<Path>) -> Result<Self> {
        Self::builder().directory(path)?.build()
    }

    /// The certificates of a PEM text.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ca_pem = rcgen::generate_simple_self_signed(["ca".to_owned()])?.cert.pem();
    /// let store = embertls::TrustStore::from_pem(&ca_pem)?;
    /// assert_eq!(store.certificates().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TrustStoreBuilder::pem`].
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self> {
        Self::builder().pem(pem)?.build()
    }

    /// One certificate in DER.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ca = rcgen::generate_simple_self_signed(["ca".to_owned()])?.cert;
    /// let store = embertls::TrustStore::from_der(ca.der())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if it cannot be used.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self> {
        Self::builder().der(der)?.build()
    }

    /// Certificates of `rustls-pki-types`, as `rcgen` or
    /// `rustls-native-certs` make them.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ca = rcgen::generate_simple_self_signed(["ca".to_owned()])?;
    /// let store = embertls::TrustStore::from_certificates([ca.cert.der()])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if none of them can be used.
    pub fn from_certificates(
        certificates: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Self> {
        Self::builder().certificates(certificates)?.build()
    }

    /// The certificates that this system trusts. See
    /// [`TrustStoreBuilder::system`].
    ///
    /// ```no_run
    /// let store = embertls::TrustStore::system()?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if there are none.
    #[cfg(feature = "std")]
    pub fn system() -> Result<Self> {
        Self::builder().system()?.build()
    }

    /// The certificates that `SSL_CERT_FILE` and `SSL_CERT_DIR` name. See
    /// [`TrustStoreBuilder::from_env`].
    ///
    /// ```no_run
    /// use embertls::TrustStore;
    ///
    /// // Where the variables are not set: what the system trusts.
    /// let store = TrustStore::from_env().or_else(|_| TrustStore::system())?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TrustStoreBuilder::from_env`].
    #[cfg(feature = "std")]
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env()?.build()
    }

    /// The roots of Mozilla's programme, compiled in. See
    /// [`TrustStoreBuilder::webpki_roots`].
    ///
    /// ```
    /// let store = embertls::TrustStore::webpki_roots()?;
    /// assert!(store.certificates().len() > 100);
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TrustStoreBuilder::anchors`].
    #[cfg(feature = "webpki-roots")]
    pub fn webpki_roots() -> Result<Self> {
        Self::builder().webpki_roots()?.build()
    }

    /// The trusted certificates, in the order in which they were found.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ca = rcgen::generate_simple_self_signed(["ca".to_owned()])?.cert;
    /// let store = embertls::TrustStore::from_der(ca.der())?;
    /// assert_eq!(store.certificates().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn certificates(&self) -> &[Certificate] {
        &self.inner.certificates
    }

    /// What could not be used, and why.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ca = rcgen::generate_simple_self_signed(["ca".to_owned()])?.cert;
    /// let store = embertls::TrustStore::from_der(ca.der())?;
    /// assert!(store.rejected().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn rejected(&self) -> &[RejectedCertificate] {
        &self.inner.rejected
    }

    /// The certificates with this subject, in the form that is compared.
    pub(super) fn with_subject<'a>(
        &'a self,
        canonical: &[u8],
    ) -> impl Iterator<Item = (usize, &'a Certificate)> + use<'a> {
        let found = self.inner.by_subject.get(canonical);
        let found = found.map_or(&[][..], |indices| indices);
        found
            .iter()
            .map(|index| (*index, &self.certificates()[*index]))
    }

    /// Whether this very certificate is in the store.
    pub(super) fn contains(&self, certificate: &Certificate) -> bool {
        let subject = &certificate.fields().canonical_subject;
        self.with_subject(subject)
            .any(|(_, known)| known == certificate)
    }
}

/// A test looks at the order.
#[cfg(test)]
impl Drop for Inner {
    fn drop(&mut self) {
        crate::ffi::trace::record("TrustStore");
    }
}

/// How many certificates there are, and what was left out.
impl fmt::Debug for TrustStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustStore")
            .field("certificates", &self.certificates().len())
            .field("rejected", &self.rejected())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for RejectedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::error::Printable;
        write!(f, "{}: {}", Printable(&self.which), Printable(&self.reason))
    }
}

impl From<&RejectedCertificate> for Error {
    fn from(rejected: &RejectedCertificate) -> Self {
        Self::certificate(rejected.which.as_str(), rejected.reason.as_str())
    }
}
