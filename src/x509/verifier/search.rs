//! The search for a path from the peer's certificate to a trusted one
//! ([RFC 4158](https://www.rfc-editor.org/rfc/rfc4158)).
//!
//! Depth first, and back where a way ends: a certificate may have several
//! possible issuers, and only one of them may lead to a good path. A first
//! search looks for a path without a problem, and turns round at the first
//! one. If there is none, a second and shorter one looks for the path with the
//! least problems, to explain them.

use alloc::string::String;
use alloc::vec::Vec;

use super::explain;
use super::presented::{Presented, too_costly};
use super::rejected::{self, Fault, Rejected};
use super::report::{Finding, Report};
use super::work::{Exhausted, Work};
use super::{Case, constraints, policies, revocation, rules, strict};
use crate::x509::Certificate;
use crate::x509::der::key_usage;
use crate::x509::unusable::{is_other_key, unsupported_key};

/// What came out.
pub(super) enum Outcome<'a> {
    /// A good path, from the leaf to the trusted one.
    Good(Vec<&'a Certificate>),
    /// The best path that there is, and what is wrong with it.
    Bad(Vec<&'a Certificate>, Vec<Finding>),
}

pub(super) struct Search<'a> {
    case: &'a Case<'a>,
    presented: &'a Presented,
    path: Vec<&'a Certificate>,
    report: Report,
    work: Work,
    best: Option<Best<'a>>,
}

struct Best<'a> {
    path: Vec<&'a Certificate>,
    findings: Vec<Finding>,
    is_anchored: bool,
}

/// A certificate with the subject that is looked for.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    certificate: &'a Certificate,
    is_trusted: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(case: &'a Case<'a>, presented: &'a Presented) -> Self {
        Self {
            case,
            presented,
            path: Vec::with_capacity(4),
            report: Report::new(false),
            work: Work::new(),
            best: None,
        }
    }

    pub(super) fn run(mut self) -> Outcome<'a> {
        if self.is_found() {
            return Outcome::Good(self.path);
        }
        let gave_up = self.work.is_exhausted();
        self.path.clear();
        self.report = Report::new(true);
        self.work.grant_explanation();
        if self.is_found() {
            return Outcome::Good(self.path);
        }
        let leaf = &self.presented.leaf;
        let (path, mut findings) = match self.best {
            Some(best) => (best.path, best.findings),
            None => (vec![leaf], self.report.findings().to_vec()),
        };
        if gave_up || findings.is_empty() {
            findings.push(explain::gave_up());
        }
        Outcome::Bad(path, findings)
    }

    /// Whether a path without problems was found; then it is in `path`.
    fn is_found(&mut self) -> bool {
        let leaf = &self.presented.leaf;
        self.path.push(leaf);
        let is_trusted = leaf.fields().is_self_issued() && self.case.trust().contains(leaf);
        rules::leaf(self.case, leaf, &mut self.report);
        rules::certificate(self.case, leaf, 0, &mut self.report);
        strict::certificate(self.case, leaf, 0, is_trusted, &mut self.report);
        if self.report.is_over() {
            return false;
        }
        match is_trusted {
            true => self.is_complete(),
            false => self.extend(),
        }
    }

    /// Tries each possible issuer of the last certificate of the path.
    fn extend(&mut self) -> bool {
        if self.work.step().is_err() {
            return false;
        }
        let Some(&child) = self.path.last() else {
            return false;
        };
        let mut rejected = Vec::new();
        let mut is_dead_end = true;
        for candidate in self.candidates(child) {
            let mut reject = |why: String, fault: Fault| {
                rejected.push(Rejected {
                    certificate: candidate.certificate,
                    is_trusted: candidate.is_trusted,
                    fault,
                    why,
                });
            };
            if let Some(why) = self.why_not(candidate) {
                reject(why, self.fault_of(child, candidate));
                continue;
            }
            let mark = self.report.mark();
            self.path.push(candidate.certificate);
            if self.is_link_good(candidate) {
                match self.work.is_signed_by(child, candidate.certificate) {
                    Ok(true) => {
                        is_dead_end = false;
                        revocation::link(self.case, &self.path, &mut self.work, &mut self.report);
                        if !self.report.is_over() && self.goes_on(candidate) {
                            return true;
                        }
                    }
                    Ok(false) => reject(explain::wrong_key().into(), Fault::WrongKey),
                    Err(Exhausted) => {}
                }
            }
            self.path.pop();
            self.report.rewind(mark);
            if self.work.is_exhausted() {
                break;
            }
        }
        if is_dead_end && self.report.explains() {
            let finding =
                explain::dead_end(self.case, &self.path, &rejected, &self.presented.unusable);
            self.consider(false, Some(finding));
        }
        false
    }

    fn goes_on(&mut self, candidate: Candidate<'a>) -> bool {
        match candidate.is_trusted {
            true => self.is_complete(),
            false => self.extend(),
        }
    }

    /// The rules for the last certificate of the path and what it issued, as
    /// far as they need no signature.
    fn is_link_good(&mut self, candidate: Candidate<'a>) -> bool {
        let depth = self.path.len() - 1;
        let certificate = candidate.certificate;
        rules::certificate(self.case, certificate, depth, &mut self.report);
        rules::link(self.case, &self.path, &mut self.report);
        if !candidate.is_trusted {
            rules::signature(certificate, depth, &mut self.report);
        }
        strict::certificate(
            self.case,
            certificate,
            depth,
            candidate.is_trusted,
            &mut self.report,
        );
        strict::link(self.case, &self.path, &mut self.report);
        if !self.report.is_over() {
            constraints::link(self.case, &self.path, &mut self.work, &mut self.report);
        }
        !self.report.is_over()
    }

    /// The path ends in a trusted certificate: what is left are the rules for
    /// the whole of it.
    fn is_complete(&mut self) -> bool {
        policies::path(&self.path, &mut self.report);
        rules::pins(self.case, &self.path, &mut self.report);
        if self.report.is_clean() {
            return true;
        }
        if self.report.explains() {
            self.consider(true, None);
        }
        false
    }

    /// Keeps this path if it is the best so far.
    fn consider(&mut self, is_anchored: bool, last: Option<Finding>) {
        let count = self.report.findings().len() + usize::from(last.is_some());
        let is_better = self.best.as_ref().is_none_or(|best| {
            (is_anchored && !best.is_anchored)
                || (is_anchored == best.is_anchored && count < best.findings.len())
        });
        if is_better {
            let mut findings = self.report.findings().to_vec();
            findings.extend(last);
            self.best = Some(Best {
                path: self.path.clone(),
                findings,
                is_anchored,
            });
        }
    }

    /// Who could have issued it, the most promising first: trusted ones, then
    /// those whose key identifier fits, then those that are valid now.
    fn candidates(&self, child: &'a Certificate) -> Vec<Candidate<'a>> {
        let issuer = &child.fields().canonical_issuer;
        let trust = self.case.trust();
        let trusted = trust
            .with_subject(issuer)
            .map(|(_, certificate)| Candidate {
                certificate,
                is_trusted: true,
            });
        let mut found: Vec<_> = trusted.collect();
        for certificate in &self.presented.others {
            let is_new = certificate.fields().canonical_subject == *issuer
                && found.iter().all(|known| known.certificate != certificate)
                && !self.is_in_path(certificate);
            if is_new {
                found.push(Candidate {
                    certificate,
                    is_trusted: false,
                });
            }
        }
        if found.len() > 1 {
            let wanted = child.fields().extensions.authority_key_id.as_ref();
            let wanted = wanted.and_then(|id| id.key_id.as_deref());
            found.sort_by_cached_key(|candidate| {
                let fields = candidate.certificate.fields();
                let id = fields.extensions.subject_key_id.as_deref();
                let is_other_key = matches!((wanted, id), (Some(a), Some(b)) if a != b);
                (
                    !candidate.is_trusted,
                    is_other_key,
                    !self.case.is_valid_now(candidate.certificate),
                )
            });
        }
        found
    }

    /// Whether a certificate for the same name and key is in the path already:
    /// then it leads nowhere new.
    fn is_in_path(&self, certificate: &Certificate) -> bool {
        self.path.iter().any(|known| {
            known.fields().canonical_subject == certificate.fields().canonical_subject
                && known.key_info() == certificate.key_info()
        })
    }

    /// Whether a candidate that cannot be the issuer is it nevertheless: only
    /// asked for the explanation.
    fn fault_of(&mut self, child: &Certificate, candidate: Candidate<'_>) -> Fault {
        let certificate = candidate.certificate;
        if !self.report.explains() || too_costly(certificate).is_some() {
            return Fault::Unable;
        }
        match self.work.is_signed_by(child, certificate) {
            Ok(true) => Fault::IssuerUnable,
            Ok(false) | Err(Exhausted) => Fault::Unable,
        }
    }

    /// Why it cannot have issued the last certificate of the path.
    fn why_not(&self, candidate: Candidate<'a>) -> Option<String> {
        let certificate = candidate.certificate;
        let fields = certificate.fields();
        let extensions = &fields.extensions;
        // The first certificates had no extensions.
        let is_old_root = fields.version < 3 && candidate.is_trusted;
        if !extensions.is_ca() && !is_old_root {
            return Some("it is no authority (basicConstraints)".into());
        }
        let may_sign = |bits: u16| bits & key_usage::KEY_CERT_SIGN != 0;
        if !extensions.key_usage.is_none_or(may_sign) {
            return Some("it may not sign certificates (keyUsage lacks keyCertSign)".into());
        }
        let below = self.path.iter().skip(1);
        let below = below.filter(|c| !c.fields().is_self_issued()).count();
        let constraints = extensions.basic_constraints.as_ref();
        let limit = constraints.and_then(|constraints| constraints.path_length);
        if limit.is_some_and(|limit| below > limit as usize) {
            return Some(format!(
                "its path length allows {} authorities below it, and there are {below}",
                limit.unwrap_or(0)
            ));
        }
        let itself = usize::from(!fields.is_self_issued());
        if !candidate.is_trusted && below + itself > self.case.verifier.max_depth {
            return Some(rejected::TOO_DEEP.into());
        }
        if let Some(why) = too_costly(certificate) {
            return Some(why);
        }
        let why = || unsupported_key(&fields.key);
        if is_other_key(certificate) {
            return Some(why());
        }
        certificate
            .key()
            .err()
            .map(|code| format!("{} [{code}]", why()))
    }
}
