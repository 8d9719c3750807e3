//! Where trusted certificates come from.

#[cfg(feature = "std")]
mod system;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use rustls_pki_types::TrustAnchor;

use super::anchor::as_certificate;
use super::{Inner, RejectedCertificate, TrustStore};
use crate::error::{Error, ErrorCode, Result};
use crate::x509::certificate::PEM_LABEL;
use crate::x509::der::oid;
use crate::x509::{Certificate, pem, unusable};

/// Collects certificates for a [`TrustStore`].
///
/// A source that gives no usable certificate at all is an error at once. A
/// certificate that cannot be used beside others that can is listed in
/// [`TrustStore::rejected`].
///
/// ```no_run
/// let store = embertls::TrustStore::builder()
///     .system()?
///     .path("/etc/company/ca.pem")?
///     .build()?;
/// # Ok::<(), embertls::Error>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "call `build`"]
pub struct TrustStoreBuilder {
    certificates: Vec<Certificate>,
    rejected: Vec<RejectedCertificate>,
    /// The DER of all that were seen, usable or not.
    seen: BTreeSet<Vec<u8>>,
}

/// What became of one source.
#[derive(Default)]
struct Outcome {
    /// How many certificates it held that can be used, known before or not.
    usable: usize,
    first_refused: Option<RejectedCertificate>,
}

impl Outcome {
    fn refused(refused: RejectedCertificate) -> Self {
        Self {
            usable: 0,
            first_refused: Some(refused),
        }
    }

    fn add(&mut self, other: Self) {
        self.usable += other.usable;
        self.first_refused = self.first_refused.take().or(other.first_refused);
    }
}

impl TrustStoreBuilder {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds the certificates of a PEM text. Text around them is passed over,
    /// as are blocks of other kinds.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ca = rcgen::generate_simple_self_signed(["ca".to_owned()])?.cert;
    /// let builder = embertls::TrustStore::builder().pem(ca.pem())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if no certificate in it can be used.
    pub fn pem(mut self, pem: impl AsRef<[u8]>) -> Result<Self> {
        let pem = pem.as_ref();
        let outcome = self.take_pem(pem, "the PEM text")?;
        self.accept(outcome, || no_certificate("the PEM text", pem))
    }

    /// Adds one certificate in DER.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ca = rcgen::generate_simple_self_signed(["ca".to_owned()])?.cert;
    /// let builder = embertls::TrustStore::builder().der(ca.der())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if it cannot be used.
    pub fn der(mut self, der: impl AsRef<[u8]>) -> Result<Self> {
        let outcome = self.take_der(der.as_ref(), "the certificate")?;
        self.accept(outcome, || {
            Error::certificate("the certificate", "unusable")
        })
    }

    /// Adds certificates of `rustls-pki-types`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ca = rcgen::generate_simple_self_signed(["ca".to_owned()])?.cert;
    /// let builder = embertls::TrustStore::builder().certificates([ca.der()])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if none of them can be used.
    pub fn certificates(
        mut self,
        certificates: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Self> {
        let mut all = Outcome::default();
        for (index, der) in certificates.into_iter().enumerate() {
            let outcome = self.take_der(der.as_ref(), &format!("certificate {}", index + 1))?;
            all.add(outcome);
        }
        self.accept(all, || {
            Error::certificate("the list of certificates", "it is empty")
        })
    }

    /// Adds trust anchors of `rustls-pki-types`, as `webpki-roots` carries
    /// them: names and keys without certificates.
    ///
    /// In a [`VerifiedChain`](crate::VerifiedChain) such an anchor appears as
    /// a certificate made for the purpose, with a signature of no meaning.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let ca = rcgen::generate_simple_self_signed(["ca".to_owned()])?;
    /// # let mut roots = rustls::RootCertStore::empty();
    /// # roots.add(ca.cert.der().clone())?;
    /// # let webpki_roots = roots.roots;
    /// let store = embertls::TrustStore::builder()
    ///     .anchors(&webpki_roots)?
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if none of them can be used.
    pub fn anchors<'a>(
        mut self,
        anchors: impl IntoIterator<Item = &'a TrustAnchor<'a>>,
    ) -> Result<Self> {
        let mut all = Outcome::default();
        for (index, anchor) in anchors.into_iter().enumerate() {
            let which = format!("trust anchor {}", index + 1);
            all.add(self.take_der(&as_certificate(anchor), &which)?);
        }
        self.accept(all, || {
            Error::certificate("the list of trust anchors", "it is empty")
        })
    }

    /// Adds the roots of Mozilla's programme, as the crate `webpki-roots`
    /// carries them: compiled in, and as old as that crate. With the feature
    /// `webpki-roots`.
    ///
    /// ```
    /// let store = embertls::TrustStore::builder().webpki_roots()?.build()?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`anchors`](Self::anchors).
    #[cfg(feature = "webpki-roots")]
    pub fn webpki_roots(self) -> Result<Self> {
        self.anchors(webpki_roots::TLS_SERVER_ROOTS)
    }

    /// Makes the store.
    ///
    /// ```
    /// let error = embertls::TrustStore::builder().build().unwrap_err();
    /// assert!(error.to_string().contains("empty"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if no source was added: nothing would ever be
    /// trusted.
    pub fn build(self) -> Result<TrustStore> {
        if self.certificates.is_empty() {
            return Err(Error::config(
                "the trust store is empty, so nothing would be trusted: add a source, such as `system()`",
            ));
        }
        let mut by_subject = BTreeMap::<Box<[u8]>, Vec<usize>>::new();
        for (index, certificate) in self.certificates.iter().enumerate() {
            let subject = certificate.fields().canonical_subject.clone();
            by_subject.entry(subject).or_default().push(index);
        }
        Ok(TrustStore {
            inner: Arc::new(Inner {
                certificates: self.certificates,
                rejected: self.rejected,
                by_subject,
            }),
        })
    }

    fn take_pem(&mut self, text: &[u8], which: &str) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut number = 0;
        for block in pem::blocks(text) {
            let reason = match block.label {
                PEM_LABEL => None,
                "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => Some(format!(
                    "{} is a format of OpenSSL only; `openssl x509` turns it into CERTIFICATE",
                    block.label
                )),
                _ => continue,
            };
            number += 1;
            let which = format!("{which}, certificate {number} (line {})", block.line);
            let one = match reason.map_or_else(|| block.decode(), Err) {
                Ok(der) => self.take_der(&der, &which)?,
                Err(reason) => Outcome::refused(self.reject(which, reason)),
            };
            outcome.add(one);
        }
        Ok(outcome)
    }

    fn take_der(&mut self, der: &[u8], which: &str) -> Result<Outcome> {
        if self.seen.contains(der) {
            let mut known = self.certificates.iter();
            let usable = known.any(|certificate| certificate.as_der() == der);
            return Ok(Outcome {
                usable: usable.into(),
                first_refused: None,
            });
        }
        self.seen.insert(der.to_vec());
        match self.add(der, which) {
            Ok(()) => Ok(Outcome {
                usable: 1,
                first_refused: None,
            }),
            Err(Refused::OutOfMemory) => Err(Error::OutOfMemory {
                action: "loading trusted certificates",
            }),
            Err(Refused::Because { which, reason }) => {
                Ok(Outcome::refused(self.reject(which, reason)))
            }
        }
    }

    fn add(&mut self, der: &[u8], which: &str) -> Result<(), Refused> {
        let certificate = Certificate::parse(der).map_err(|reason| Refused::Because {
            which: which.into(),
            reason: reason.to_string(),
        })?;
        let refused = |code: ErrorCode| match code {
            code if code.is_out_of_memory() => Refused::OutOfMemory,
            code => Refused::Because {
                which: format!("{which} ({})", certificate.subject()),
                reason: format!("{} [{code}]", unusable::why(&certificate, code)),
            },
        };
        if let Some(id) = certificate.fields().extensions.unknown_critical.first() {
            return Err(Refused::Because {
                which: format!("{which} ({})", certificate.subject()),
                reason: format!(
                    "the critical extension {} is not understood",
                    oid::describe(id)
                ),
            });
        }
        certificate.check_with_engine().map_err(refused)?;
        self.certificates.push(certificate);
        Ok(())
    }

    fn reject(&mut self, which: String, reason: String) -> RejectedCertificate {
        let rejected = RejectedCertificate { which, reason };
        self.rejected.push(rejected.clone());
        rejected
    }

    /// A source must have given something.
    fn accept(self, outcome: Outcome, nothing: impl FnOnce() -> Error) -> Result<Self> {
        match outcome {
            Outcome { usable: 1.., .. } => Ok(self),
            Outcome {
                first_refused: Some(refused),
                ..
            } => Err(Error::from(&refused)),
            _ => Err(nothing()),
        }
    }
}

enum Refused {
    OutOfMemory,
    Because { which: String, reason: String },
}

fn no_certificate(which: &str, text: &[u8]) -> Error {
    let found = pem::describe_contents(text, &pem::blocks(text));
    Error::certificate(which, format!("no certificate found: {found}"))
}
