//! The same chains judged by `rustls-webpki`.
//!
//! Where the two disagree, [`known`] says why; anything else fails.

use embertls::{VerifiedChain, Verifier, VerifyError, VerifyFlag, VerifyProblem};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::pki::{Authority, HOST, authority, host, server};

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

/// A chain, the root that it may lead to, and what was done to it.
struct Made {
    chain: Vec<CertificateDer<'static>>,
    root: CertificateDer<'static>,
    changes: Vec<&'static str>,
}

fn make(numbers: &mut Numbers) -> Made {
    let mut changes = Vec::new();
    let mut authorities = vec![Authority::root_of(changed_authority(
        "Root",
        numbers,
        &mut changes,
    ))];
    let mut others = Vec::new();
    for depth in 0..numbers.below(4) as usize {
        let name = format!("Middle {depth}");
        let params = changed_authority(&name, numbers, &mut changes);
        let next = authorities[depth].intermediate_of(params);
        if numbers.one_in(16) {
            changes.push("missing intermediate");
        } else {
            others.push(next.der.clone());
        }
        if numbers.one_in(6) {
            // Another authority with the same name.
            others.push(authorities[depth].intermediate(&name).der);
        }
        authorities.push(next);
    }
    let params = changed_server(numbers, &mut changes);
    let leaf = authorities[authorities.len() - 1].sign(&params);
    if numbers.one_in(3) {
        others.reverse();
    }
    if numbers.one_in(4) {
        others.push(Authority::root("Stranger").der);
    }
    let mut chain = vec![leaf];
    chain.append(&mut others);
    if numbers.one_in(8) {
        changes.push("flipped bit");
        let which = numbers.below(chain.len() as u64) as usize;
        let mut der = chain[which].to_vec();
        let at = numbers.below(der.len() as u64) as usize;
        der[at] ^= 1 << numbers.below(8);
        chain[which] = der.into();
    }
    let root = match numbers.one_in(16) {
        true => Authority::root("Root").der,
        false => authorities[0].der.clone(),
    };
    Made {
        chain,
        root,
        changes,
    }
}

fn changed_authority(
    name: &str,
    numbers: &mut Numbers,
    changes: &mut Vec<&'static str>,
) -> CertificateParams {
    let mut params = authority(name);
    let subtree = |name: &str| vec![GeneralSubtree::DnsName(name.into())];
    let constraints = |permitted, excluded| NameConstraints {
        permitted_subtrees: permitted,
        excluded_subtrees: excluded,
    };
    changes.push(match numbers.below(40) {
        0 => {
            params.not_after = date_time_ymd(2021, 1, 1);
            "expired authority"
        }
        1 => {
            params.is_ca = IsCa::ExplicitNoCa;
            "no authority"
        }
        2 | 3 => {
            let length = numbers.below(2) as u8;
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(length));
            "path length"
        }
        4 => {
            params.key_usages = vec![KeyUsagePurpose::CrlSign];
            "no keyCertSign"
        }
        5 => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            "serverAuth"
        }
        6 => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            "clientAuth"
        }
        7 => {
            params.name_constraints = Some(constraints(subtree("example"), vec![]));
            "permitted"
        }
        8 => {
            params.name_constraints = Some(constraints(subtree("other.example"), vec![]));
            "not permitted"
        }
        9 => {
            params.name_constraints = Some(constraints(vec![], subtree("server.example")));
            "excluded"
        }
        10 => {
            let mut extension = CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
            extension.set_criticality(true);
            params.custom_extensions = vec![extension];
            "unknown critical"
        }
        _ => return params,
    });
    params
}

fn changed_server(numbers: &mut Numbers, changes: &mut Vec<&'static str>) -> CertificateParams {
    let named = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        CertificateParams::new(names).unwrap().subject_alt_names
    };
    let mut params = server(HOST);
    changes.push(match numbers.below(20) {
        0 => {
            params.not_before = date_time_ymd(2098, 1, 1);
            "leaf from the future"
        }
        1 => {
            params.subject_alt_names = named(&["other.example"]);
            "other name"
        }
        2 => {
            params.subject_alt_names = named(&["*.example", "192.0.2.1"]);
            "wildcard of a top-level domain"
        }
        3 => {
            params.subject_alt_names = named(&["other.example", "SERVER.example"]);
            "several names"
        }
        4 => {
            params.extended_key_usages = vec![];
            "no purpose"
        }
        5 => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
            "other purpose"
        }
        6 => {
            params.key_usages = vec![KeyUsagePurpose::KeyAgreement];
            "other keyUsage"
        }
        7 => {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            "authority as leaf"
        }
        8 => {
            params.subject_alt_names = vec![];
            "no names"
        }
        _ => return params,
    });
    params
}

fn theirs(made: &Made, time: UnixTime) -> Result<(), webpki::Error> {
    let leaf = EndEntityCert::try_from(&made.chain[0])?;
    let anchors = [anchor_from_trusted_cert(&made.root)?];
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &made.chain[1..],
        time,
        KeyUsage::server_auth(),
        None,
        None,
    )?;
    let name = ServerName::try_from(HOST).unwrap();
    leaf.verify_is_valid_for_subject_name(&name)
}

/// Why the two may disagree about a chain.
fn known(
    ours: &Result<VerifiedChain, VerifyError>,
    theirs: &Result<(), webpki::Error>,
) -> Option<&'static str> {
    let error = match (ours, theirs) {
        (Ok(_), Err(webpki::Error::CaUsedAsEndEntity)) => {
            return Some("RFC 5280 lets an authority be a leaf");
        }
        (Ok(_), _) => return None,
        (Err(error), _) => error,
    };
    let is_beyond_theirs = |problem: &VerifyProblem| {
        problem.flag == VerifyFlag::KeyUsage
            || problem.explanation.contains("keyCertSign")
            || problem.subject == "CN=Root"
            || problem
                .explanation
                .starts_with("the trust store holds CN=Root, but")
    };
    let all = error.problems().iter().all(is_beyond_theirs);
    all.then_some("of keyUsage, and of a root but name, key and name constraints, it knows nothing")
}

#[test]
fn the_same_chains_are_good() {
    let rounds = match std::env::var_os("EMBERTLS_TEST_FULL") {
        Some(_) => 20_000,
        None => 2_000,
    };
    let mut numbers = Numbers(0x000d_1ff5);
    let time = UnixTime::now();
    let (mut good, mut bad, mut excused) = (0, 0, 0);
    for round in 0..rounds {
        let made = make(&mut numbers);
        let theirs = theirs(&made, time);
        let ours = embertls::TrustStore::from_certificates([&made.root])
            .map(|store| Verifier::new(store).verify(&made.chain, &host()));
        let Ok(ours) = ours else {
            // A root with a critical extension that nobody knows.
            assert!(made.changes.contains(&"unknown critical"));
            continue;
        };
        match (ours.is_ok(), theirs.is_ok()) {
            (true, true) => good += 1,
            (false, false) => bad += 1,
            _ => {
                assert!(
                    known(&ours, &theirs).is_some(),
                    "{round}: {:?}\nours: {ours:#?}\ntheirs: {theirs:?}",
                    made.changes
                );
                excused += 1;
            }
        }
    }
    println!("{good} good, {bad} bad, {excused} known disagreements");
    assert!(good > rounds / 10 && bad > rounds / 10);
}
