//! What was found about the peer's certificate.

use crate::error::VerifyError;

/// The result of certificate verification, as a session keeps it.
///
/// Unlike the C library's flags, "nothing was judged" can not be mistaken for
/// "all is well" (`mbedtls_ssl_get_verify_result` is 0 before the handshake).
///
/// ```
/// use embertls::Verdict;
///
/// assert!(!Verdict::NotJudged.is_verified());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// No certificate was judged: a server that asks for none, or a handshake
    /// that has not come that far.
    NotJudged,
    /// No certificate was shown: both sides proved that they know a pre-shared
    /// key. Whose it is tells
    /// [`SslSession::psk_identity`](crate::SslSession::psk_identity).
    PreSharedKey,
    /// The chain leads to a trust anchor, the name is the expected one, and
    /// every rule holds.
    Verified,
    /// Problems were found and, since verification is optional, tolerated.
    Tolerated(VerifyError),
}

impl Verdict {
    /// Whether the peer's certificate was judged and found good.
    ///
    /// ```
    /// use embertls::Verdict;
    ///
    /// assert!(Verdict::Verified.is_verified());
    /// ```
    pub fn is_verified(&self) -> bool {
        matches!(self, Self::Verified)
    }
}
