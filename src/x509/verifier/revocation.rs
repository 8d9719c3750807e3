//! Revocation lists: [RFC 5280, section 6.3](https://www.rfc-editor.org/rfc/rfc5280#section-6.3).
//!
//! A list counts if it has the issuer's name, is about such certificates, the
//! issuer's key signed it and may do so, and it is current. One that does not
//! count hides none that does; only if none counts, what is wrong with them is
//! told.

use alloc::vec::Vec;

use super::report::Report;
use super::work::{Exhausted, Work};
use super::{Case, Revocation, Uncovered, explain, sections};
use crate::error::VerifyFlag;
use crate::x509::crl::{Crl, List};
use crate::x509::der::{ALL_REASONS, PublicKey, key_usage, oid};
use crate::x509::signature::Hash;
use crate::x509::{Certificate, Profile};

/// Looks for the last but one certificate of the path on the lists of the
/// last one.
pub(super) fn link(case: &Case<'_>, path: &[&Certificate], work: &mut Work, report: &mut Report) {
    let [.., child, issuer] = path else {
        return;
    };
    let depth = path.len() - 2;
    let is_wanted = match case.verifier.revocation {
        Revocation::Off => false,
        Revocation::Leaf => depth == 0,
        Revocation::Chain => true,
    };
    if !is_wanted {
        return;
    }
    let name = &child.fields().canonical_issuer;
    let lists = case.verifier.crls.iter().flat_map(Crl::lists);
    let lists = lists.filter(|list| list.fields.canonical_issuer == *name);

    let mut covered = 0;
    let mut faults = Vec::new();
    let mut partial = 0;
    for list in lists {
        let reasons = list.reasons_for(child);
        // A serial number of this issuer means this certificate in any list.
        let is_listed = list.revocation_date(child.serial_der()).is_some();
        partial += usize::from(reasons == 0);
        if !is_listed && (reasons == 0 || covered == ALL_REASONS) {
            continue;
        }
        let found = match judge(case, list, issuer, work) {
            Ok(found) => found,
            Err(Exhausted) => {
                return report.add(
                    depth,
                    VerifyFlag::CrlNotTrusted,
                    sections::REVOCATION,
                    || "its signature was not checked, because too many had been".into(),
                );
            }
        };
        let is_genuine = found.iter().all(|flag| !NOT_GENUINE.contains(flag));
        if is_genuine && is_listed {
            report.add(depth, VerifyFlag::Revoked, sections::REVOCATION, || {
                explain::revoked(child, list)
            });
        }
        if found.is_empty() {
            covered |= reasons;
        } else if reasons != 0 {
            faults.extend(found.into_iter().map(|flag| (list, flag)));
        }
    }
    if covered == ALL_REASONS {
        return;
    }
    if faults.is_empty() && case.verifier.uncovered == Uncovered::Refuse {
        report.add(
            depth,
            VerifyFlag::CrlNotTrusted,
            sections::REVOCATION,
            || explain::uncovered(child, partial, covered),
        );
    }
    for (list, flag) in faults {
        report.add(depth, flag, sections::REVOCATION, || {
            explain::bad_list(case, child, issuer, list, flag)
        });
    }
}

/// What is wrong with a list of this issuer.
fn judge(
    case: &Case<'_>,
    list: &List,
    issuer: &Certificate,
    work: &mut Work,
) -> Result<Vec<VerifyFlag>, Exhausted> {
    let may_sign = |bits: u16| bits & key_usage::CRL_SIGN != 0;
    if !issuer.fields().extensions.key_usage.is_none_or(may_sign) {
        return Ok(vec![VerifyFlag::CrlNotTrusted]);
    }
    let fields = &list.fields;
    let mut found = Vec::new();
    match fields.scheme {
        None if oid::is_broken_hash(&fields.signature_algorithm) => {
            found.push(VerifyFlag::CrlBadMd);
        }
        None => found.push(VerifyFlag::CrlBadPk),
        Some(scheme) => {
            if scheme.hash == Hash::Sha1 {
                found.push(VerifyFlag::CrlBadMd);
            }
            if !work.is_list_signed_by(list, issuer)? {
                found.push(VerifyFlag::CrlNotTrusted);
            }
        }
    }
    if matches!(issuer.fields().key, PublicKey::Rsa { modulus_bits, .. } if modulus_bits < 2048) {
        found.push(VerifyFlag::CrlBadKey);
    }
    let is_due = |due: ::der::DateTime| due.unix_duration() < case.now;
    if fields.next_update.is_none_or(is_due) {
        found.push(VerifyFlag::CrlExpired);
    }
    if fields.this_update.unix_duration() > case.now {
        found.push(VerifyFlag::CrlFuture);
    }
    if case.verifier.profile == Profile::Strict && !fields.is_exact {
        found.push(VerifyFlag::Other);
    }
    Ok(found)
}

/// With one of these, the list may be anybody's.
const NOT_GENUINE: [VerifyFlag; 4] = [
    VerifyFlag::CrlNotTrusted,
    VerifyFlag::CrlBadMd,
    VerifyFlag::CrlBadPk,
    VerifyFlag::CrlBadKey,
];
