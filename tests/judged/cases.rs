//! Each reason of `Profile::Compatible`, and each flag.

use std::collections::BTreeSet;

use VerifyFlag as F;
use embertls::{ClientAuth, Verdict, VerifyFlag};
use rustls::AlertDescription as Alert;

use crate::chains::Pki;
use crate::peers::{BOTH, Peer, Shown, accept, is_accepted, refusal};
use crate::{keys, paths, rules};

/// What is expected of a chain.
pub struct Case {
    peers: &'static [Peer],
    flag: VerifyFlag,
    depth: u32,
    alert: Alert,
    /// A part of the explanation.
    told: &'static str,
    make: fn(Peer) -> Shown,
}

pub const fn case(
    flag: VerifyFlag,
    depth: u32,
    alert: Alert,
    told: &'static str,
    make: fn(Peer) -> Shown,
) -> Case {
    Case {
        peers: &BOTH,
        flag,
        depth,
        alert,
        told,
        make,
    }
}

pub const fn of_servers(case: Case) -> Case {
    Case {
        peers: &[Peer::Server],
        ..case
    }
}

fn all() -> impl Iterator<Item = &'static Case> {
    paths::CASES.iter().chain(keys::CASES).chain(rules::CASES)
}

#[test]
fn a_good_chain_is_accepted() {
    for peer in BOTH {
        assert!(is_accepted(peer, &Pki::new(peer).good()), "{peer:?}");
    }
}

#[test]
fn each_reason_is_reached_on_both_sides() {
    for case in all() {
        for peer in case.peers {
            let what = format!("{peer:?}, {:?} {:?}", case.flag, case.told);
            let refusal = refusal(*peer, &(case.make)(*peer));
            let problems = refusal.error.problems();
            let found = problems.iter().find(|problem| {
                (problem.flag, problem.depth) == (case.flag, case.depth)
                    && problem.explanation.contains(case.told)
            });
            let found = found.unwrap_or_else(|| panic!("{what}: {}", refusal.error));
            assert!(!found.remedy.is_empty(), "{what}");
            assert_eq!(refusal.alert, case.alert, "{what}: {}", refusal.error);
        }
    }
}

/// What the tests of lists reach, and what is special.
#[test]
fn each_flag_is_reached_on_both_sides() {
    for peer in BOTH {
        let of_peer = all().filter(|case| case.peers.contains(&peer));
        let mut reached: BTreeSet<_> = of_peer.map(|case| case.flag).collect();
        reached.extend(crate::lists::FLAGS);
        // Whom a client is to be is for the application to say; a server
        // without a certificate breaks the protocol.
        let elsewhere = match peer {
            Peer::Server => F::Missing,
            Peer::Client => F::CnMismatch,
        };
        let missing: Vec<_> = F::all().filter(|flag| !reached.contains(flag)).collect();
        let expected = match peer {
            Peer::Server => vec![elsewhere, F::SkipVerify],
            // The test below.
            Peer::Client => vec![elsewhere, F::Missing, F::SkipVerify],
        };
        let mut expected = expected;
        expected.sort();
        assert_eq!(missing, expected, "{peer:?}");
    }
}

#[test]
fn a_client_that_shows_nothing_misses_its_certificate() {
    let pki = Pki::new(Peer::Client);
    let refusal = refusal(Peer::Client, &pki.shows([]));
    let [problem] = refusal.error.problems() else {
        panic!("{}", refusal.error);
    };
    assert_eq!(problem.flag, F::Missing);
    assert_eq!(refusal.alert, Alert::HandshakeFailure);
}

/// In C this is `MBEDTLS_X509_BADCERT_SKIP_VERIFY`, and here no flag at all.
#[test]
fn what_is_not_judged_is_not_verified() {
    let session = accept(&[], ClientAuth::Off).unwrap();
    assert!(matches!(session.verify_result(), Verdict::NotJudged));
    let pki = Pki::new(Peer::Client);
    let session = accept(&[], ClientAuth::Optional(pki.verifier())).unwrap();
    assert!(matches!(session.verify_result(), Verdict::NotJudged));
}
