//! Certificates that were tried as issuers in vain.

use alloc::string::String;

use crate::error::VerifyFlag;
use crate::x509::Certificate;

/// A certificate with the right name that cannot have issued another.
pub(super) struct Rejected<'a> {
    pub(super) certificate: &'a Certificate,
    pub(super) is_trusted: bool,
    pub(super) fault: Fault,
    pub(super) why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its key did not sign it.
    WrongKey,
    /// It may issue nothing, or not this.
    Unable,
    /// The same, and its key signed it.
    IssuerUnable,
}

/// Whether the path could not be made longer because of the limit only.
pub(super) fn is_too_deep(rejected: &[Rejected<'_>]) -> bool {
    rejected.iter().any(|rejected| rejected.why == TOO_DEEP)
}

/// Why the limit of the path's length rejects one.
pub(super) const TOO_DEEP: &str = "the path would be too long";
/// The flag for a path that does not end in a trusted certificate.
pub(super) const DEAD_END: VerifyFlag = VerifyFlag::NotTrusted;
