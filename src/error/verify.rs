//! Why a certificate was refused.

use std::fmt;

use super::Printable;

/// A chain of certificates that was refused, with every problem found in it.
///
/// ```
/// fn explain(error: &embertls::VerifyError) {
///     for problem in error.problems() {
///         println!("verify: {problem}");
///         println!("  what usually helps: {}", problem.flag.remedy());
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    problems: Vec<VerifyProblem>,
}

/// One problem with one certificate of a chain.
///
/// Displays as one line: `depth N SUBJECT: FLAG: explanation`. Characters in
/// the subject that could forge a second line are escaped.
///
/// ```
/// use embertls::{VerifyFlag, VerifyProblem};
///
/// fn is_expired(problem: &VerifyProblem) -> bool {
///     problem.flag == VerifyFlag::Expired && problem.depth == 0
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyProblem {
    /// Where in the chain: 0 is the peer's own certificate, 1 its issuer.
    pub depth: u32,
    /// The certificate's subject, for people to read. Never compare it.
    pub subject: String,
    /// The certificate's issuer, for people to read. Never compare it.
    pub issuer: String,
    /// The serial number, in hexadecimal digits.
    pub serial: String,
    /// SHA-256 of the whole certificate.
    pub fingerprint_sha256: [u8; 32],
    /// The rule that it breaks.
    pub flag: VerifyFlag,
    /// The facts: what the certificate says, and what it should say.
    pub explanation: String,
}

/// A rule that a certificate or revocation list can break: one bit of the
/// `flags` in `mbedtls_x509_crt_verify`.
///
/// ```
/// use embertls::VerifyFlag;
///
/// let flag = VerifyFlag::Expired;
/// assert_eq!(flag.name(), "MBEDTLS_X509_BADCERT_EXPIRED");
/// assert_eq!(flag.bit(), 0x01);
/// assert_eq!(VerifyFlag::from_bit(0x01), Some(flag));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum VerifyFlag {
    /// `MBEDTLS_X509_BADCERT_EXPIRED`: the certificate has expired.
    Expired,
    /// `MBEDTLS_X509_BADCERT_REVOKED`: the certificate was revoked by its issuer.
    Revoked,
    /// `MBEDTLS_X509_BADCERT_CN_MISMATCH`: the certificate is for another name.
    CnMismatch,
    /// `MBEDTLS_X509_BADCERT_NOT_TRUSTED`: no trusted certificate signed this chain.
    NotTrusted,
    /// `MBEDTLS_X509_BADCRL_NOT_TRUSTED`: the revocation list is not signed by the certificate's issuer.
    CrlNotTrusted,
    /// `MBEDTLS_X509_BADCRL_EXPIRED`: the revocation list is out of date.
    CrlExpired,
    /// `MBEDTLS_X509_BADCERT_MISSING`: the peer sent no certificate.
    Missing,
    /// `MBEDTLS_X509_BADCERT_SKIP_VERIFY`: verification was skipped.
    SkipVerify,
    /// `MBEDTLS_X509_BADCERT_OTHER`: the certificate breaks another rule.
    Other,
    /// `MBEDTLS_X509_BADCERT_FUTURE`: the certificate is not yet valid.
    Future,
    /// `MBEDTLS_X509_BADCRL_FUTURE`: the revocation list is not yet valid.
    CrlFuture,
    /// `MBEDTLS_X509_BADCERT_KEY_USAGE`: the certificate's keyUsage does not allow this use.
    KeyUsage,
    /// `MBEDTLS_X509_BADCERT_EXT_KEY_USAGE`: the certificate's extendedKeyUsage does not allow this use.
    ExtKeyUsage,
    /// `MBEDTLS_X509_BADCERT_NS_CERT_TYPE`: the certificate's Netscape type does not allow this use.
    NsCertType,
    /// `MBEDTLS_X509_BADCERT_BAD_MD`: the certificate is signed with a hash that is too weak.
    BadMd,
    /// `MBEDTLS_X509_BADCERT_BAD_PK`: the certificate is signed with an algorithm that is not allowed.
    BadPk,
    /// `MBEDTLS_X509_BADCERT_BAD_KEY`: the certificate's key is too short, or on a curve that is not allowed.
    BadKey,
    /// `MBEDTLS_X509_BADCRL_BAD_MD`: the revocation list is signed with a hash that is too weak.
    CrlBadMd,
    /// `MBEDTLS_X509_BADCRL_BAD_PK`: the revocation list is signed with an algorithm that is not allowed.
    CrlBadPk,
    /// `MBEDTLS_X509_BADCRL_BAD_KEY`: the revocation list is signed with a key that is too short, or on a curve that is not allowed.
    CrlBadKey,
}

impl VerifyError {
    /// An error with these problems, in the order in which they are shown.
    pub(crate) fn new(problems: Vec<VerifyProblem>) -> Self {
        Self { problems }
    }

    /// The problems: the deepest certificate of the chain comes last.
    ///
    /// ```
    /// use embertls::{VerifyError, VerifyFlag};
    ///
    /// fn is_wrong_host(error: &VerifyError) -> bool {
    ///     error.problems().iter().any(|p| p.flag == VerifyFlag::CnMismatch)
    /// }
    /// ```
    pub fn problems(&self) -> &[VerifyProblem] {
        &self.problems
    }

    /// All problems as the flags of `mbedtls_ssl_get_verify_result`.
    ///
    /// ```
    /// fn log(error: &embertls::VerifyError) -> String {
    ///     format!("flags 0x{:08x}", error.flags())
    /// }
    /// ```
    pub fn flags(&self) -> u32 {
        let bits = self.problems.iter().map(|problem| problem.flag.bit());
        bits.fold(0, |all, bit| all | bit)
    }
}

/// One line for each problem.
impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut problems = self.problems.iter();
        let Some(first) = problems.next() else {
            return f.write_str("the certificate is not trusted");
        };
        first.fmt(f)?;
        problems.try_for_each(|problem| write!(f, "\n{problem}"))
    }
}

impl std::error::Error for VerifyError {}

impl From<VerifyError> for super::Error {
    fn from(error: VerifyError) -> Self {
        Self::Verify(error)
    }
}

impl fmt::Display for VerifyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "depth {} {}: {}: {}",
            self.depth,
            Printable(&self.subject),
            self.flag.name(),
            Printable(&self.explanation)
        )
    }
}

/// What is known about one flag.
struct Entry {
    flag: VerifyFlag,
    bit: u32,
    name: &'static str,
    meaning: &'static str,
    remedy: &'static str,
}

impl VerifyFlag {
    /// Every flag, in the order of the bits.
    ///
    /// ```
    /// assert_eq!(embertls::VerifyFlag::all().count(), 20);
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(|entry| entry.flag)
    }

    /// The flag with this bit.
    ///
    /// ```
    /// assert_eq!(embertls::VerifyFlag::from_bit(0x8000_0000), None);
    /// ```
    pub fn from_bit(bit: u32) -> Option<Self> {
        let entry = ENTRIES.iter().find(|entry| entry.bit == bit)?;
        Some(entry.flag)
    }

    /// The flags that are set in a word of flags, in the order of the bits.
    /// Bits without a name are left out.
    ///
    /// ```
    /// use embertls::VerifyFlag;
    ///
    /// let flags: Vec<_> = VerifyFlag::in_word(0x08 | 0x01).collect();
    /// assert_eq!(flags, [VerifyFlag::Expired, VerifyFlag::NotTrusted]);
    /// ```
    pub fn in_word(flags: u32) -> impl Iterator<Item = Self> {
        let set = ENTRIES.iter().filter(move |entry| flags & entry.bit != 0);
        set.map(|entry| entry.flag)
    }

    /// The value of the C macro: one bit.
    ///
    /// ```
    /// assert_eq!(embertls::VerifyFlag::CnMismatch.bit(), 0x04);
    /// ```
    pub fn bit(self) -> u32 {
        self.entry().bit
    }

    /// The name of the C macro.
    ///
    /// ```
    /// let flag = embertls::VerifyFlag::CnMismatch;
    /// assert_eq!(flag.name(), "MBEDTLS_X509_BADCERT_CN_MISMATCH");
    /// ```
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What the flag says, in one line.
    ///
    /// ```
    /// let flag = embertls::VerifyFlag::Expired;
    /// assert_eq!(flag.meaning(), "the certificate has expired");
    /// ```
    pub fn meaning(self) -> &'static str {
        self.entry().meaning
    }

    /// What usually helps, in one line.
    ///
    /// ```
    /// let flag = embertls::VerifyFlag::Future;
    /// assert!(flag.remedy().contains("clock"));
    /// ```
    pub fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    fn entry(self) -> &'static Entry {
        // The table is in the order of the variants; a test holds it so.
        &ENTRIES[self as usize]
    }
}

/// Makes an entry of the table: name and bit come from the header.
macro_rules! entry {
    ($flag:ident, $name:ident, $meaning:literal, $remedy:literal) => {
        Entry {
            flag: VerifyFlag::$flag,
            bit: crate::ffi::$name as u32,
            name: stringify!($name),
            meaning: $meaning,
            remedy: $remedy,
        }
    };
}

const ENTRIES: [Entry; 20] = [
    entry!(
        Expired,
        MBEDTLS_X509_BADCERT_EXPIRED,
        "the certificate has expired",
        "renew the certificate at the server; check this machine's clock"
    ),
    entry!(
        Revoked,
        MBEDTLS_X509_BADCERT_REVOKED,
        "the certificate was revoked by its issuer",
        "have a new certificate issued for a new key; do not trust the old one"
    ),
    entry!(
        CnMismatch,
        MBEDTLS_X509_BADCERT_CN_MISMATCH,
        "the certificate is for another name",
        "connect by a name that the certificate holds, or have it issued for this one (as a subjectAltName)"
    ),
    entry!(
        NotTrusted,
        MBEDTLS_X509_BADCERT_NOT_TRUSTED,
        "no trusted certificate signed this chain",
        "add the issuing root to the trust store; have the server send its intermediate certificates"
    ),
    entry!(
        CrlNotTrusted,
        MBEDTLS_X509_BADCRL_NOT_TRUSTED,
        "the revocation list is not signed by the certificate's issuer",
        "use the list of the authority that issued the certificate"
    ),
    entry!(
        CrlExpired,
        MBEDTLS_X509_BADCRL_EXPIRED,
        "the revocation list is out of date",
        "fetch the current list from the authority; check this machine's clock"
    ),
    entry!(
        Missing,
        MBEDTLS_X509_BADCERT_MISSING,
        "the peer sent no certificate",
        "configure a certificate at the peer"
    ),
    entry!(
        SkipVerify,
        MBEDTLS_X509_BADCERT_SKIP_VERIFY,
        "verification was skipped",
        "ask for verification in the configuration"
    ),
    entry!(
        Other,
        MBEDTLS_X509_BADCERT_OTHER,
        "the certificate breaks another rule",
        "see the explanation"
    ),
    entry!(
        Future,
        MBEDTLS_X509_BADCERT_FUTURE,
        "the certificate is not yet valid",
        "check this machine's clock and the start of the certificate's validity"
    ),
    entry!(
        CrlFuture,
        MBEDTLS_X509_BADCRL_FUTURE,
        "the revocation list is not yet valid",
        "check this machine's clock"
    ),
    entry!(
        KeyUsage,
        MBEDTLS_X509_BADCERT_KEY_USAGE,
        "the certificate's keyUsage does not allow this use",
        "have it issued with digitalSignature (for an authority: keyCertSign, cRLSign)"
    ),
    entry!(
        ExtKeyUsage,
        MBEDTLS_X509_BADCERT_EXT_KEY_USAGE,
        "the certificate's extendedKeyUsage does not allow this use",
        "have it issued with serverAuth for a server, clientAuth for a client"
    ),
    entry!(
        NsCertType,
        MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
        "the certificate's Netscape type does not allow this use",
        "have it issued without that old extension"
    ),
    entry!(
        BadMd,
        MBEDTLS_X509_BADCERT_BAD_MD,
        "the certificate is signed with a hash that is too weak",
        "have it issued with SHA-256 or stronger"
    ),
    entry!(
        BadPk,
        MBEDTLS_X509_BADCERT_BAD_PK,
        "the certificate is signed with an algorithm that is not allowed",
        "have it issued with RSA or ECDSA"
    ),
    entry!(
        BadKey,
        MBEDTLS_X509_BADCERT_BAD_KEY,
        "the certificate's key is too short, or on a curve that is not allowed",
        "make a new key: RSA of 2048 bits or more, or P-256, P-384, P-521"
    ),
    entry!(
        CrlBadMd,
        MBEDTLS_X509_BADCRL_BAD_MD,
        "the revocation list is signed with a hash that is too weak",
        "have the authority sign with SHA-256 or stronger"
    ),
    entry!(
        CrlBadPk,
        MBEDTLS_X509_BADCRL_BAD_PK,
        "the revocation list is signed with an algorithm that is not allowed",
        "have the authority sign with RSA or ECDSA"
    ),
    entry!(
        CrlBadKey,
        MBEDTLS_X509_BADCRL_BAD_KEY,
        "the revocation list is signed with a key that is too short, or on a curve that is not allowed",
        "have the authority use RSA of 2048 bits or more, or P-256, P-384, P-521"
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(flag: VerifyFlag, subject: &str) -> VerifyProblem {
        VerifyProblem {
            depth: 0,
            subject: subject.into(),
            issuer: "CN=Some CA".into(),
            serial: "01".into(),
            fingerprint_sha256: [0; 32],
            flag,
            explanation: "expired on 2020-01-01".into(),
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, entry) in ENTRIES.iter().enumerate() {
            assert_eq!(entry.flag as usize, index, "{}", entry.name);
            assert_eq!(entry.bit, 1 << index, "{}", entry.name);
            assert_eq!(VerifyFlag::from_bit(entry.bit), Some(entry.flag));
        }
    }

    #[test]
    fn every_flag_of_the_bindings_is_in_the_table() {
        let bindings = include_str!(concat!(env!("OUT_DIR"), "/bindings.rs"));
        let names: Vec<_> = bindings
            .lines()
            .filter_map(|line| line.strip_prefix("pub const ")?.split_once(':'))
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("MBEDTLS_X509_BADC"))
            .collect();
        assert_eq!(names.len(), ENTRIES.len());
        for name in names {
            assert!(ENTRIES.iter().any(|entry| entry.name == name), "{name}");
        }
    }

    #[test]
    fn a_problem_is_one_line_whatever_the_subject_holds() {
        let line = problem(VerifyFlag::Expired, "CN=evil\nverify: ok").to_string();
        assert_eq!(
            line,
            "depth 0 CN=evil\\nverify: ok: MBEDTLS_X509_BADCERT_EXPIRED: expired on 2020-01-01"
        );
    }

    #[test]
    fn an_error_has_one_line_for_each_problem() {
        let error = VerifyError::new(vec![
            problem(VerifyFlag::Expired, "CN=a"),
            problem(VerifyFlag::CnMismatch, "CN=a"),
        ]);
        assert_eq!(error.to_string().lines().count(), 2);
        assert_eq!(error.flags(), 0x05);
    }
}
