//! How much work one verification may cause.
//!
//! Whoever sends a chain chooses how many ways lead through it. Everything
//! that can be repeated is counted, and what was computed once is kept.

use alloc::collections::BTreeMap;

use crate::x509::Certificate;
use crate::x509::crl::List;
use crate::x509::der::{PublicKey, oid};

/// What is left, and what is known.
#[derive(Debug)]
pub(super) struct Work {
    signatures: usize,
    steps: usize,
    comparisons: usize,
    is_exhausted: bool,
    /// Whether the signature over the first was made with the key of the
    /// second, each by where its DER lies.
    known: BTreeMap<(usize, usize), bool>,
}

/// More was asked for than is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Work {
    pub(super) fn new() -> Self {
        Self {
            signatures: MAX_SIGNATURES,
            steps: MAX_STEPS,
            comparisons: MAX_COMPARISONS,
            is_exhausted: false,
            known: BTreeMap::new(),
        }
    }

    /// A little more, to find out why there was no good path.
    pub(super) fn grant_explanation(&mut self) {
        self.signatures += EXPLANATION_SIGNATURES;
        self.steps = EXPLANATION_STEPS;
        self.comparisons += EXPLANATION_COMPARISONS;
        self.is_exhausted = false;
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// One more certificate at the end of a path.
    pub(super) fn step(&mut self) -> Result<(), Exhausted> {
        let left = self.steps.checked_sub(1);
        self.steps = self.spend(left)?;
        Ok(())
    }

    /// One more name held against a constraint.
    pub(super) fn compare(&mut self) -> Result<(), Exhausted> {
        let left = self.comparisons.checked_sub(1);
        self.comparisons = self.spend(left)?;
        Ok(())
    }

    /// Whether the issuer's key made the certificate's signature.
    pub(super) fn is_signed_by(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<bool, Exhausted> {
        let pair = (place(certificate.as_der()), place(issuer.as_der()));
        self.once(pair, cost(issuer), || certificate.is_signed_by(issuer))
    }

    /// Whether the issuer's key made the list's signature.
    pub(super) fn is_list_signed_by(
        &mut self,
        list: &List,
        issuer: &Certificate,
    ) -> Result<bool, Exhausted> {
        let pair = (place(&list.der), place(issuer.as_der()));
        self.once(pair, cost(issuer), || list.is_signed_by(issuer))
    }

    fn once(
        &mut self,
        pair: (usize, usize),
        cost: usize,
        check: impl FnOnce() -> bool,
    ) -> Result<bool, Exhausted> {
        if let Some(known) = self.known.get(&pair) {
            return Ok(*known);
        }
        let left = self.signatures.checked_sub(cost);
        self.signatures = self.spend(left)?;
        let is_good = check();
        self.known.insert(pair, is_good);
        Ok(is_good)
    }

    fn spend(&mut self, left: Option<usize>) -> Result<usize, Exhausted> {
        self.is_exhausted |= left.is_none();
        left.ok_or(Exhausted)
    }
}

fn place(der: &[u8]) -> usize {
    der.as_ptr().addr()
}

/// What a signature by this key costs, as a multiple of one on P-256.
fn cost(issuer: &Certificate) -> usize {
    let curve = match &issuer.fields().key {
        PublicKey::Rsa { modulus_bits, .. } if *modulus_bits > 4096 => return 2,
        PublicKey::Ec { curve: Some(curve) } => curve.as_slice(),
        _ => return 1,
    };
    match curve {
        _ if curve == oid::P_384.as_bytes() => 2,
        _ if curve == oid::P_521.as_bytes() => 4,
        _ => 1,
    }
}

/// Signatures checked for one chain, each counted by its cost. An honest chain needs one for each of its
/// certificates.
pub(super) const MAX_SIGNATURES: usize = 100;
const MAX_STEPS: usize = 2_000;
const MAX_COMPARISONS: usize = 250_000;
const EXPLANATION_SIGNATURES: usize = 16;
const EXPLANATION_STEPS: usize = 64;
const EXPLANATION_COMPARISONS: usize = 50_000;
