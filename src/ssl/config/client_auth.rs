//! Whether a server asks its clients who they are.

use crate::x509::Verifier;

/// What a server wants of its clients' certificates.
///
/// A certificate that a client shows must always pass the verifier: it leads
/// to a trust anchor and is meant for clients. The names in it are the
/// application's to read.
///
/// ```
/// use embertls::{ClientAuth, TrustStore, Verifier};
///
/// # fn main() -> embertls::Result<()> {
/// # let ca = rcgen::generate_simple_self_signed(["clients".into()]).unwrap();
/// # let ca_pem = ca.cert.pem();
/// let trust = TrustStore::from_pem(ca_pem.as_bytes())?;
/// let wanted = ClientAuth::Required(Verifier::new(trust));
/// # let _ = wanted;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ClientAuth {
    /// No certificate is asked for.
    #[default]
    Off,
    /// One is asked for; a client may show none, but no bad one.
    Optional(Verifier),
    /// A client that shows none, or a bad one, is refused.
    Required(Verifier),
}

impl ClientAuth {
    pub(crate) fn verifier(&self) -> Option<&Verifier> {
        match self {
            Self::Off => None,
            _ if !cfg!(feature = "server") => None,
            Self::Optional(verifier) | Self::Required(verifier) => Some(verifier),
        }
    }
}
