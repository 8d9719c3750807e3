//! What comes out of a verification.

use alloc::sync::Arc;
use core::fmt;

use rustls_pki_types::CertificateDer;

use crate::error::VerifyError;
use crate::x509::Certificate;

/// What a chain is worth.
#[derive(Debug)]
#[must_use]
pub(crate) enum Judgement {
    /// It is trusted.
    Verified(VerifiedChain),
    /// It is not. Who asked for nothing better may go on with the leaf's key.
    Refused(VerifyError),
    /// It is not, and the leaf must not reach the engine at all: it cannot be
    /// read, or would cost too much.
    Unusable(VerifyError),
    /// Nobody can tell, for want of a clock: the peer is not to blame.
    Unjudged(VerifyError),
}

impl Judgement {
    pub(super) fn into_result(self) -> Result<VerifiedChain, VerifyError> {
        match self {
            Self::Verified(chain) => Ok(chain),
            Self::Refused(error) | Self::Unusable(error) | Self::Unjudged(error) => Err(error),
        }
    }
}

/// A chain of certificates that was found good: the peer's own first, the
/// trusted one last. Cheap to clone.
///
/// ```no_run
/// # fn show(chain: &embertls::VerifiedChain) -> embertls::Result<()> {
/// use embertls::Certificate;
///
/// for der in chain.certificates() {
///     println!("{}", Certificate::try_from(der)?.subject());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedChain {
    certificates: Arc<[CertificateDer<'static>]>,
}

impl VerifiedChain {
    /// The certificates in DER, from the peer's own to the trusted one. There
    /// is always one at least.
    ///
    /// They are those that were used: not all that the peer sent, and not in
    /// its order.
    ///
    /// ```no_run
    /// # fn root(chain: &embertls::VerifiedChain) -> Option<&[u8]> {
    /// let root = chain.certificates().last()?;
    /// # Some(root)
    /// # }
    /// ```
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.certificates
    }

    /// `path` is not empty.
    pub(super) fn of(path: &[&Certificate]) -> Self {
        Self {
            certificates: path
                .iter()
                .map(|certificate| (*certificate).into())
                .collect(),
        }
    }
}

/// The subjects.
impl fmt::Debug for VerifiedChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parsed = self.certificates.iter().map(|der| Certificate::parse(der));
        let subjects = parsed.map(|certificate| certificate.map(|c| c.subject()));
        f.write_str("VerifiedChain ")?;
        f.debug_list().entries(subjects.flatten()).finish()
    }
}
