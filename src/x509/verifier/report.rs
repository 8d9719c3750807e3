//! What is found to be wrong with a path.

use alloc::string::String;
use alloc::vec::Vec;

use rustls_pki_types::CertificateDer;

use super::remedy::remedy;
use crate::error::{VerifyError, VerifyFlag, VerifyProblem};
use crate::x509::Certificate;

/// One rule that is broken.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) depth: usize,
    pub(super) flag: VerifyFlag,
    pub(super) rule: &'static str,
    pub(super) explanation: String,
}

/// Collects what is wrong with the path that is being built.
///
/// While a good path is searched for, the first problem decides and nobody
/// reads why: then nothing is written down.
#[derive(Debug)]
pub(super) struct Report {
    explains: bool,
    count: usize,
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(explains: bool) -> Self {
        Self {
            explains,
            count: 0,
            findings: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        depth: usize,
        flag: VerifyFlag,
        rule: &'static str,
        explain: impl FnOnce() -> String,
    ) {
        self.count += 1;
        if self.explains {
            self.findings.push(Finding {
                depth,
                flag,
                rule,
                explanation: explain(),
            });
        }
    }

    pub(super) fn explains(&self) -> bool {
        self.explains
    }

    pub(super) fn is_clean(&self) -> bool {
        self.count == 0
    }

    /// Whether going on is a waste of time.
    pub(super) fn is_over(&self) -> bool {
        !self.explains && self.count > 0
    }

    /// How much there is, for [`rewind`](Self::rewind).
    pub(super) fn mark(&self) -> usize {
        self.count
    }

    /// Forgets what was added after the mark.
    pub(super) fn rewind(&mut self, mark: usize) {
        self.count = mark;
        self.findings.truncate(mark);
    }

    pub(super) fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// The error for a path, made of what the peer sent, and what is wrong with it:
/// by depth, then in the order of the flags.
pub(super) fn error(
    sent: &[CertificateDer<'_>],
    path: &[&Certificate],
    mut findings: Vec<Finding>,
) -> VerifyError {
    findings.sort_by_key(|finding| (finding.depth, finding.flag));
    findings.dedup_by(|a, b| {
        (a.depth, a.flag) == (b.depth, b.flag)
            && (a.flag != VerifyFlag::Other || a.explanation == b.explanation)
    });
    let problems = findings.into_iter().filter_map(|finding| {
        let certificate = path.get(finding.depth)?;
        let position = sent.iter().position(|der| **der == *certificate.as_der());
        Some(problem(certificate, position, finding))
    });
    VerifyError::new(problems.collect())
}

/// A finding with the facts about its certificate, which the peer sent at this
/// place.
pub(super) fn problem(
    certificate: &Certificate,
    position: Option<usize>,
    finding: Finding,
) -> VerifyProblem {
    VerifyProblem {
        depth: u32::try_from(finding.depth).unwrap_or(u32::MAX),
        position: position.and_then(|position| u32::try_from(position).ok()),
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: certificate.serial(),
        fingerprint_sha256: certificate.fingerprint_sha256(),
        flag: finding.flag,
        rule: finding.rule,
        explanation: finding.explanation,
        remedy: remedy(finding.flag, finding.rule),
    }
}
