//! Certificate policies: [RFC 5280, section 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1).
//!
//! Nobody asks for a certain policy here, so they matter only where an
//! authority demands that there be a valid one (policyConstraints).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::report::Report;
use super::sections;
use crate::error::VerifyFlag;
use crate::x509::Certificate;
use crate::x509::der::oid;

type Policy<'a> = &'a [u8];

/// The nodes of the last level of the valid policy tree, as far as they
/// matter when the whole tree is only asked whether it is empty.
struct Level<'a> {
    /// Policies that the next certificate may assert.
    expected: BTreeSet<Policy<'a>>,
    has_any: bool,
}

/// Judges a whole path, from the leaf to the trusted certificate.
pub(super) fn path(path: &[&Certificate], report: &mut Report) {
    let Some((_, certificates)) = path.split_last() else {
        return;
    };
    for (depth, certificate) in certificates.iter().enumerate().skip(1) {
        if maps_any(certificate) {
            report.add(depth, VerifyFlag::Other, "RFC 5280, 6.1.4 (a)", || {
                "its policyMappings map anyPolicy, which must not be mapped".into()
            });
        }
    }
    if certificates.iter().all(|c| is_indifferent(c)) {
        return;
    }
    let count = u32::try_from(certificates.len()).unwrap_or(u32::MAX);
    let mut explicit = count.saturating_add(1);
    let mut inhibit_any = explicit;
    let mut mapping = explicit;
    let mut level = Some(Level {
        expected: BTreeSet::new(),
        has_any: true,
    });
    for (depth, certificate) in certificates.iter().enumerate().rev() {
        let fields = certificate.fields();
        let extensions = &fields.extensions;
        let is_last = depth == 0;
        let counts = is_last || !fields.is_self_issued();
        let any_counts = inhibit_any > 0 || !counts;
        level = match (&extensions.policies, level) {
            (Some(policies), Some(level)) => next(level, policies, any_counts),
            _ => None,
        };
        if explicit == 0 && level.is_none() {
            return missing(depth, report);
        }
        let constraints = extensions.policy_constraints.as_ref();
        let require = constraints.and_then(|constraints| constraints.require_explicit);
        if is_last {
            explicit = explicit.saturating_sub(1);
            if require == Some(0) {
                explicit = 0;
            }
            if explicit == 0 && level.is_none() {
                missing(depth, report);
            }
            return;
        }
        level = level.and_then(|level| map(level, &extensions.policy_mappings, mapping > 0));
        if counts {
            explicit = explicit.saturating_sub(1);
            mapping = mapping.saturating_sub(1);
            inhibit_any = inhibit_any.saturating_sub(1);
        }
        explicit = explicit.min(require.unwrap_or(u32::MAX));
        let inhibit_mapping = constraints.and_then(|constraints| constraints.inhibit_mapping);
        mapping = mapping.min(inhibit_mapping.unwrap_or(u32::MAX));
        inhibit_any = inhibit_any.min(extensions.inhibit_any_policy.unwrap_or(u32::MAX));
    }
}

/// Whether it asks for nothing: then policies do not matter.
fn is_indifferent(certificate: &Certificate) -> bool {
    let constraints = certificate.fields().extensions.policy_constraints.as_ref();
    constraints.is_none_or(|constraints| constraints.require_explicit.is_none())
}

/// Which is forbidden, whether policies matter or not.
fn maps_any(certificate: &Certificate) -> bool {
    let mappings = &certificate.fields().extensions.policy_mappings;
    let any = oid::ANY_POLICY.as_bytes();
    mappings.iter().any(|(from, to)| from == any || to == any)
}

fn missing(depth: usize, report: &mut Report) {
    report.add(depth, VerifyFlag::Other, sections::POLICIES, || {
        "an authority above it demands a valid policy (policyConstraints), and none is left in its certificatePolicies".into()
    });
}

/// Section 6.1.3 (d): the policies that a certificate asserts.
fn next<'a>(level: Level<'a>, asserted: &'a [Vec<u8>], any_counts: bool) -> Option<Level<'a>> {
    let any = oid::ANY_POLICY.as_bytes();
    let has_any = asserted.iter().any(|policy| policy == any) && any_counts;
    let mut expected: BTreeSet<_> = asserted
        .iter()
        .map(Vec::as_slice)
        .filter(|policy| *policy != any)
        .filter(|policy| level.has_any || level.expected.contains(policy))
        .collect();
    if has_any {
        expected.extend(level.expected);
    }
    let has_any = has_any && level.has_any;
    (has_any || !expected.is_empty()).then_some(Level { expected, has_any })
}

/// Section 6.1.4 (a) and (b): what the issuer's policies are called below.
fn map<'a>(
    mut level: Level<'a>,
    mappings: &'a [(Vec<u8>, Vec<u8>)],
    is_allowed: bool,
) -> Option<Level<'a>> {
    let any = oid::ANY_POLICY.as_bytes();
    let mut targets = BTreeMap::<Policy<'a>, BTreeSet<Policy<'a>>>::new();
    for (from, to) in mappings {
        if from == any || to == any {
            return None;
        }
        targets.entry(from).or_default().insert(to);
    }
    let mut added = BTreeSet::new();
    for (from, to) in targets {
        let was_there = level.expected.remove(from);
        if is_allowed && (was_there || level.has_any) {
            added.extend(to);
        }
    }
    level.expected.extend(added);
    (level.has_any || !level.expected.is_empty()).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level<'a>(expected: &[Policy<'a>], has_any: bool) -> Level<'a> {
        Level {
            expected: expected.iter().copied().collect(),
            has_any,
        }
    }

    #[test]
    fn a_policy_must_be_asserted_all_the_way() {
        let asserted = vec![vec![1], vec![2]];
        let found = next(level(&[&[2], &[3]], false), &asserted, true).unwrap();
        assert_eq!(found.expected, BTreeSet::from([&[2][..]]));
        assert!(next(level(&[&[3]], false), &asserted, true).is_none());
        let found = next(level(&[], true), &asserted, true).unwrap();
        assert_eq!(found.expected.len(), 2);
        assert!(!found.has_any);
    }

    #[test]
    fn any_policy_keeps_all_while_it_counts() {
        let asserted = vec![oid::ANY_POLICY.as_bytes().to_vec()];
        let found = next(level(&[&[3]], false), &asserted, true).unwrap();
        assert_eq!(found.expected, BTreeSet::from([&[3][..]]));
        assert!(next(level(&[&[3]], false), &asserted, false).is_none());
        assert!(next(level(&[], true), &asserted, true).unwrap().has_any);
    }

    #[test]
    fn mappings_rename_or_remove() {
        let mappings = vec![(vec![1], vec![9]), (vec![1], vec![8])];
        let found = map(level(&[&[1], &[2]], false), &mappings, true).unwrap();
        assert_eq!(found.expected, BTreeSet::from([&[2][..], &[8], &[9]]));
        assert!(map(level(&[&[1]], false), &mappings, false).is_none());
        let any = vec![(vec![1], oid::ANY_POLICY.as_bytes().to_vec())];
        assert!(map(level(&[&[1]], false), &any, true).is_none());
    }
}
