//! Compares with the engine's own verification, which is not used otherwise.

use std::collections::BTreeMap;

use rcgen::{BasicConstraints, IsCa, KeyUsagePurpose, date_time_ymd};
use rustls_pki_types::CertificateDer;

use self::pki::{Authority, authority, server};
use super::Verifier;
use crate::error::{VerifyError, VerifyFlag};
use crate::x509::raw::{self, CertificateList};
use crate::x509::{TrustStore, VerifiedChain};

#[allow(dead_code)]
#[path = "../../../tests/verify/pki.rs"]
mod pki;

/// A generator of numbers that is the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn one_in(&mut self, limit: u64) -> bool {
        self.below(limit) == 0
    }
}

/// A chain with a fault here and there, in the order that the engine needs,
/// and what is trusted.
fn chain(numbers: &mut Numbers) -> (TrustStore, Vec<CertificateDer<'static>>) {
    let mut params = authority("Root");
    vary(&mut params, numbers);
    let mut authorities = vec![Authority::root_of(params)];
    let mut chain = Vec::new();
    for depth in 0..numbers.below(4) as usize {
        let mut params = authority(&format!("Middle {depth}"));
        vary(&mut params, numbers);
        let next = authorities[depth].intermediate_of(params);
        if !numbers.one_in(12) {
            chain.insert(0, next.der.clone());
        }
        authorities.push(next);
    }
    let mut params = server("server.example");
    match numbers.below(12) {
        0 => params.not_after = date_time_ymd(2021, 1, 1),
        1 => params.not_before = date_time_ymd(2098, 1, 1),
        _ => {}
    }
    let last = authorities.len() - 1;
    chain.insert(0, authorities[last].sign(&params));
    let root = &authorities[0];
    if numbers.one_in(4) {
        chain.push(root.der.clone());
    }
    let store = match numbers.one_in(8) {
        true => Authority::root("Root").store(),
        false => root.store(),
    };
    (store, chain)
}

fn vary(params: &mut rcgen::CertificateParams, numbers: &mut Numbers) {
    match numbers.below(24) {
        0 => params.not_after = date_time_ymd(2021, 1, 1),
        1 => params.not_before = date_time_ymd(2098, 1, 1),
        2 => params.is_ca = IsCa::ExplicitNoCa,
        3 => params.key_usages = vec![KeyUsagePurpose::CrlSign],
        4 => params.key_usages = vec![],
        5 | 6 => {
            let length = numbers.below(2) as u8;
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(length));
        }
        _ => {}
    }
}

/// What the engine says of a chain: the problems of each depth, if any.
fn engine(trust: &TrustStore, chain: &[CertificateDer<'_>]) -> BTreeMap<u32, u32> {
    let list = |certificates: &mut dyn Iterator<Item = &[u8]>| {
        let mut list = CertificateList::new().unwrap();
        certificates.for_each(|der| list.push(der).unwrap());
        list
    };
    let presented = list(&mut chain.iter().map(|der| der.as_ref()));
    let trusted = list(&mut trust.certificates().iter().map(|c| c.as_der()));
    let flags = (0..).zip(raw::verify(&presented, &trusted).unwrap());
    flags.filter(|(_, flags)| *flags != 0).collect()
}

fn ours(result: &Result<VerifiedChain, VerifyError>) -> BTreeMap<u32, u32> {
    let mut found = BTreeMap::new();
    for problem in result.as_ref().err().iter().flat_map(|e| e.problems()) {
        *found.entry(problem.depth).or_insert(0) |= problem.flag.bit();
    }
    found
}

#[test]
fn ordinary_chains_get_the_flags_of_the_engine() {
    let mut numbers = Numbers(0x0b5e_55ed);
    let (mut good, mut bad) = (0, 0);
    for round in 0..400 {
        let (trust, chain) = chain(&mut numbers);
        let result = Verifier::new(trust.clone()).danger_verify_any_server(&chain);
        let theirs = engine(&trust, &chain);
        assert_eq!(
            result.is_ok(),
            theirs.is_empty(),
            "{round}: {result:?} {theirs:?}"
        );
        match &result {
            Ok(_) => good += 1,
            Err(error) => {
                bad += 1;
                assert_eq!(ours(&result), theirs, "{round}: {error}");
            }
        }
    }
    println!("{good} good, {bad} bad");
    assert!(good > 50 && bad > 50);
}

/// Bytes of good chains are changed, so that most signatures are wrong.
#[test]
fn nothing_is_accepted_whose_signatures_the_engine_refuses() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let good = [middle.server(), middle.der.clone()];
    let store = root.store();
    let verifier = Verifier::new(store.clone());
    let mut numbers = Numbers(0x5eed);
    let mut accepted = 0;
    for _ in 0..2000 {
        let mut chain = good.to_vec();
        let which = numbers.below(2) as usize;
        let mut der = chain[which].to_vec();
        let at = numbers.below(der.len() as u64) as usize;
        der[at] ^= 1 << numbers.below(8);
        chain[which] = der.into();
        let Ok(path) = verifier.danger_verify_any_server(&chain) else {
            continue;
        };
        accepted += 1;
        let theirs = engine(&store, path.certificates());
        let not_trusted = VerifyFlag::NotTrusted.bit();
        assert!(
            theirs.values().all(|flags| flags & not_trusted == 0),
            "{path:?}"
        );
    }
    println!("{accepted} accepted");
}
