//! Why a certificate was refused.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Printable, VerifyFlag};

/// A chain of certificates that was refused, with every problem found in it.
///
/// ```
/// fn explain(error: &embertls::VerifyError) {
///     for problem in error.problems() {
///         println!("verify: {problem}");
///         println!("  what usually helps: {}", problem.remedy);
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct VerifyProblem {
    /// Where in the chain: 0 is the peer's own certificate, 1 its issuer.
    pub depth: u32,
    /// Its place among the certificates that the peer sent, of which 0 is the
    /// first. None if the peer did not send it: then it comes from the trust
    /// store, or there is none at all.
    pub position: Option<u32>,
    /// The certificate's subject, for people to read. Never compare it.
    pub subject: String,
    /// The certificate's issuer, for people to read. Never compare it.
    pub issuer: String,
    /// The serial number, in hexadecimal digits.
    pub serial: String,
    /// SHA-256 of the whole certificate. Serialised as hexadecimal digits.
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_hex"))]
    pub fingerprint_sha256: [u8; 32],
    /// The rule that it breaks, as Mbed TLS names it.
    pub flag: VerifyFlag,
    /// Where the rule is written: `RFC 5280, 4.2.1.9`, or `BR, 7.1.4.3` for
    /// the Baseline Requirements of the CA/Browser Forum. Empty for a limit of
    /// this library, a pinned certificate, and what the application demands.
    pub rule: &'static str,
    /// The facts: what the certificate says, and what it should say.
    pub explanation: String,
    /// What usually helps.
    pub remedy: &'static str,
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

impl core::error::Error for VerifyError {}

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

#[cfg(feature = "serde")]
fn as_hex<S: serde::Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    serializer.serialize_str(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(flag: VerifyFlag, subject: &str) -> VerifyProblem {
        VerifyProblem {
            depth: 0,
            position: Some(0),
            subject: subject.into(),
            issuer: "CN=Some CA".into(),
            serial: "01".into(),
            fingerprint_sha256: [0; 32],
            flag,
            rule: "RFC 5280, 4.1.2.5",
            explanation: "expired on 2020-01-01".into(),
            remedy: flag.remedy(),
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

    #[cfg(feature = "serde")]
    #[test]
    fn an_error_is_serialised_with_all_that_it_knows() {
        let error = VerifyError::new(vec![problem(VerifyFlag::Expired, "CN=a")]);
        assert_eq!(
            serde_json::to_value(&error).unwrap(),
            serde_json::json!({ "problems": [{
                "depth": 0,
                "position": 0,
                "subject": "CN=a",
                "issuer": "CN=Some CA",
                "serial": "01",
                "fingerprint_sha256": "00".repeat(32),
                "flag": "MBEDTLS_X509_BADCERT_EXPIRED",
                "rule": "RFC 5280, 4.1.2.5",
                "explanation": "expired on 2020-01-01",
                "remedy": VerifyFlag::Expired.remedy(),
            }] })
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
