//! Compares with the engine's own verification, which is not used otherwise.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, IsCa, KeyUsagePurpose, date_time_ymd};
use rustls_pki_types::CertificateDer;

use self::generated::{Numbers, make, make_rewritten};
use self::pki::{Authority, authority, server};
use super::{Profile, Verifier};
use crate::error::VerifyError;
use crate::x509::raw::{self, CertificateList};
use crate::x509::{TrustStore, VerifiedChain};

#[allow(dead_code)]
#[path = "../../../tests/verify/der.rs"]
mod der;
#[allow(dead_code)]
#[path = "../../../tests/path/generated.rs"]
mod generated;
#[allow(dead_code)]
#[path = "../../../tests/verify/pki.rs"]
pub(super) mod pki;
#[path = "../../../tests/path/rewrites.rs"]
mod rewrites;

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

/// Whether the engine, which reads them by itself, finds each certificate of
/// the path signed by the next. Nothing if it cannot read one of them.
fn is_signed_throughout(path: &VerifiedChain) -> Option<bool> {
    let mut lists = Vec::new();
    for der in path.certificates() {
        let mut list = CertificateList::new().unwrap();
        list.push(der).ok()?;
        lists.push(list);
    }
    let mut links = lists.windows(2);
    Some(links.all(|link| raw::is_signed_by(&link[0], &link[1])))
}

/// Noise in one of the certificates: bits, bytes that are gone, or more of
/// them.
fn disturb(der: &CertificateDer<'_>, numbers: &mut Numbers) -> CertificateDer<'static> {
    let mut der = der.to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(der.len() as u64) as usize;
        match numbers.below(4) {
            0 | 1 => der[at] ^= 1 << numbers.below(8),
            2 => drop(der.remove(at)),
            _ => der.insert(at, numbers.below(256) as u8),
        }
    }
    der.into()
}

/// Chains with noise, rewritten ones that are signed again, and good ones
/// among them: nothing makes the verifier panic, none takes long, and what it
/// accepts is signed throughout.
#[test]
fn nothing_is_accepted_whose_signatures_the_engine_refuses() {
    let rounds = match std::env::var_os("EMBERTLS_TEST_FULL") {
        Some(_) => 20_000,
        None => 600,
    };
    let mut numbers = Numbers(0x5eed);
    let (mut accepted, mut unread) = (0, 0);
    for round in 0..rounds {
        let mut made = match numbers.below(2) {
            0 => make(&mut numbers),
            _ => make_rewritten(&mut numbers),
        };
        if numbers.one_in(2) {
            // Beside the original or in its place.
            let which = numbers.below(made.chain.len() as u64) as usize;
            let noise = disturb(&made.chain[which], &mut numbers);
            match numbers.one_in(2) {
                true => made.chain.insert(which, noise),
                false => made.chain[which] = noise,
            }
        }
        let Ok(store) = TrustStore::from_certificates([&made.root]) else {
            continue;
        };
        let verifier = Verifier::new(store);
        let start = Instant::now();
        let results = [
            verifier.danger_verify_any_server(&made.chain),
            verifier.profile(Profile::Strict).verify_client(&made.chain),
        ];
        let took = start.elapsed();
        assert!(took < Duration::from_secs(10), "{round}: {took:?}");
        for path in results.iter().flatten() {
            match is_signed_throughout(path) {
                Some(is_signed) => assert!(is_signed, "{round}: {:?} {path:?}", made.changes),
                None => unread += 1,
            }
            accepted += 1;
        }
    }
    println!("{accepted} accepted, of which the engine cannot read {unread}");
    assert!(accepted > rounds / 10 && unread < accepted / 10);
}
