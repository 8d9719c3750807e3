//! Where each rule stands: what a problem is reported with, and what decides
//! on its remedy.

pub(super) const READING: &str = "RFC 5280, 4.1";
pub(super) const SIGNATURE_ALGORITHM: &str = "RFC 5280, 4.1.1.2";
pub(super) const VALIDITY: &str = "RFC 5280, 4.1.2.5";
pub(super) const PUBLIC_KEY: &str = "RFC 5280, 4.1.2.7";
pub(super) const EXTENSION: &str = "RFC 5280, 4.2";
pub(super) const NAME_CONSTRAINTS: &str = "RFC 5280, 4.2.1.10 and 6.1.3 (b)";
pub(super) const DEPTH: &str = "RFC 5280, 6.1";
pub(super) const POLICIES: &str = "RFC 5280, 6.1.3 (f)";
pub(super) const REVOCATION: &str = "RFC 5280, 6.3.3";
/// MD5 and SHA-1 in signatures.
pub(super) const HASH: &str = "RFC 6151, 2; RFC 9155, 2";
pub(super) const PINS: &str = "RFC 7469, 2.6";
pub(super) const MUST_STAPLE: &str = "RFC 7633, 4";
pub(super) const KEY_SIZE: &str = "BR, 6.1.5";
