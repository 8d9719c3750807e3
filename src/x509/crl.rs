//! Certificate revocation lists.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
#[cfg(feature = "std")]
use std::path::Path;

use super::der::{self, ALL_REASONS, ListFields, PointName};
#[cfg(feature = "std")]
use super::read_file;
use super::{Certificate, pem};
use crate::error::{Error, Result};

/// One or more certificate revocation lists: what authorities have revoked
/// before its time. Immutable, cheap to clone, shared between threads.
///
/// A list that says something we do not understand is refused when it is
/// read, because half of a revocation list is worse than none: critical
/// extensions, delta lists, indirect lists. A list for a part of an
/// authority's certificates (issuingDistributionPoint) counts for those.
///
/// ```no_run
/// use embertls::{Crl, TrustStore, Verifier};
///
/// let verifier = Verifier::new(TrustStore::from_pem_file("ca.pem")?)
///     .with_crls([Crl::from_pem_file("revoked.pem")?]);
/// # Ok::<(), embertls::Error>(())
/// ```
#[derive(Clone)]
pub struct Crl {
    lists: Arc<[List]>,
}

pub(super) struct List {
    pub(super) der: Box<[u8]>,
    pub(super) fields: ListFields,
}

impl Crl {
    /// Reads one list in DER. Nothing may follow it.
    ///
    /// ```
    /// assert!(embertls::Crl::from_der(b"not DER").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] with the field that cannot be read or is not
    /// supported, and why.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self> {
        Self::read_der(der.as_ref(), "the revocation list")
    }

    /// Reads all lists of a PEM text, of which there must be one at least.
    /// Text around them is passed over, as are blocks of other kinds.
    ///
    /// ```
    /// let error = embertls::Crl::from_pem("no list").unwrap_err();
    /// assert!(error.to_string().contains("no revocation list found"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if one cannot be used, with its number and
    /// line, or if there is none.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self> {
        Self::read_pem(pem.as_ref(), "the PEM text")
    }

    /// Reads all lists of a file in PEM, or the one of a file in DER.
    ///
    /// ```no_run
    /// let crl = embertls::Crl::from_pem_file("revoked.pem")?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, else [`Error::Certificate`].
    #[cfg(feature = "std")]
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = read_file(path)?;
        let which = path.display().to_string();
        match pem::is_der(&bytes) {
            true => Self::read_der(&bytes, &which),
            false => Self::read_pem(&bytes, &which),
        }
    }

    /// Who issued each of the lists, for people, as
    /// [`Certificate::subject`](super::Certificate::subject).
    ///
    /// ```no_run
    /// let crl = embertls::Crl::from_pem_file("revoked.pem")?;
    /// for issuer in crl.issuers() {
    ///     println!("a list of {issuer}");
    /// }
    /// # Ok::<(), embertls::Error>(())
    /// ```
    pub fn issuers(&self) -> impl Iterator<Item = String> + '_ {
        self.lists.iter().map(List::issuer)
    }

    pub(super) fn lists(&self) -> &[List] {
        &self.lists
    }

    fn read_der(der: &[u8], which: &str) -> Result<Self> {
        Ok(Self {
            lists: [List::new(der, which)?].into(),
        })
    }

    fn read_pem(text: &[u8], which: &str) -> Result<Self> {
        let blocks = pem::blocks(text);
        let mut lists = Vec::new();
        for block in blocks.iter().filter(|block| block.label == PEM_LABEL) {
            let which = format!("{which}, list {} (line {})", lists.len() + 1, block.line);
            let der = block
                .decode()
                .map_err(|reason| Error::certificate(which.as_str(), reason))?;
            lists.push(List::new(&der, &which)?);
        }
        if lists.is_empty() {
            let found = pem::describe_contents(text, &blocks);
            return Err(Error::certificate(
                which,
                format!("no revocation list found: {found}"),
            ));
        }
        Ok(Self {
            lists: lists.into(),
        })
    }
}

/// The issuers.
impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Crl ")?;
        f.debug_list().entries(self.issuers()).finish()
    }
}

/// A test looks at the order.
#[cfg(test)]
impl Drop for List {
    fn drop(&mut self) {
        crate::ffi::trace::record("Crl");
    }
}

impl List {
    pub(super) fn issuer(&self) -> String {
        der::describe_name(self.issuer_der())
    }

    pub(super) fn issuer_der(&self) -> &[u8] {
        &self.der[self.fields.issuer.clone()]
    }

    fn new(der: &[u8], which: &str) -> Result<Self> {
        let fields = ListFields::parse(der)
            .map_err(|reason| Error::certificate(which, reason.to_string()))?;
        Ok(Self {
            der: der.into(),
            fields,
        })
    }

    /// Whether it was signed with the key of this certificate.
    pub(super) fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let fields = &self.fields;
        let (Some(scheme), Ok(key)) = (fields.scheme, issuer.key()) else {
            return false;
        };
        let signed = &self.der[fields.signed.clone()];
        key.verify(scheme, signed, &self.der[fields.signature.clone()])
    }

    /// The reasons for which it says whether this certificate is revoked, as
    /// bits: none if it is about other certificates (RFC 5280, 6.3.3 (b) to
    /// (d)).
    pub(super) fn reasons_for(&self, certificate: &Certificate) -> u16 {
        let Some(scope) = &self.fields.scope else {
            return ALL_REASONS;
        };
        let is_ca = certificate.fields().extensions.is_ca();
        if (scope.only_users && is_ca) || (scope.only_authorities && !is_ca) {
            return 0;
        }
        let reasons = scope.reasons.unwrap_or(ALL_REASONS) & ALL_REASONS;
        let Some(names) = &scope.names else {
            return reasons;
        };
        let issuer = &self.fields.canonical_issuer;
        let is_here = |wanted: &[PointName]| {
            let mut all = names
                .iter()
                .flat_map(|name| wanted.iter().map(move |w| (name, w)));
            all.any(|(name, wanted)| name.is_same(wanted, issuer))
        };
        let of_issuer = [PointName::Directory(issuer.to_vec())];
        let points = match certificate.distribution_points() {
            Some(points) => points,
            // A list with the issuer's own name is implied.
            None if is_here(&of_issuer) => return reasons,
            None => return 0,
        };
        let here = points.iter().filter(|point| {
            let issuers = point.issuers.as_deref();
            let is_by_issuer = issuers.is_none_or(|issuers| issuers.contains(&of_issuer[0]));
            is_by_issuer && point.names.as_deref().or(issuers).is_some_and(is_here)
        });
        here.fold(0, |all, point| {
            all | (reasons & point.reasons.unwrap_or(ALL_REASONS))
        })
    }

    /// When it revoked the certificate with this serial number, if it did.
    pub(super) fn revocation_date(&self, serial: &[u8]) -> Option<::der::DateTime> {
        self.fields.revocation_date(&self.der, serial)
    }
}

/// What stands behind `BEGIN` in a PEM file.
const PEM_LABEL: &str = "X509 CRL";
