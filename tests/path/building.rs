//! The search: one good path among bad ones.

use embertls::{TrustStore, VerifyFlag};
use rcgen::{GeneralSubtree, KeyPair, NameConstraints, date_time_ymd};

use crate::pki::{Authority, authority, explanation, flags, verify};

fn copy(key: &KeyPair) -> KeyPair {
    KeyPair::from_pem(&key.serialize_pem()).unwrap()
}

/// An authority of this name, certified by another, with a key of ours.
fn certified(by: &Authority, params: rcgen::CertificateParams, key: &KeyPair) -> Authority {
    let der = by.sign_key(&params, key);
    let mut authority = Authority::root_with(params, copy(key));
    authority.der = der;
    authority
}

#[test]
fn an_expired_cross_certificate_does_not_hide_the_current_one() {
    let root = Authority::root("Root");
    let key = KeyPair::generate().unwrap();
    let mut old = authority("Middle");
    old.not_after = date_time_ymd(2021, 1, 1);
    let old = certified(&root, old, &key);
    let new = certified(&root, authority("Middle"), &key);
    for order in [[&old, &new], [&new, &old]] {
        let chain = [new.server(), order[0].der.clone(), order[1].der.clone()];
        let verified = verify(&root.store(), &chain).unwrap();
        assert_eq!(verified.certificates()[1], new.der);
    }
}

#[test]
fn a_way_that_leads_nowhere_is_left_again() {
    let (root, unknown) = (Authority::root("Root"), Authority::root("Unknown"));
    let key = KeyPair::generate().unwrap();
    let lost = certified(&unknown, authority("Middle"), &key);
    let good = certified(&root, authority("Middle"), &key);
    let chain = [
        lost.server(),
        lost.der.clone(),
        unknown.der.clone(),
        good.der.clone(),
    ];
    let verified = verify(&root.store(), &chain).unwrap();
    assert_eq!(verified.certificates()[1], good.der);
}

#[test]
fn after_a_name_constraint_another_path_is_taken() {
    let root = Authority::root("Root");
    let key = KeyPair::generate().unwrap();
    let mut constrained = authority("Middle");
    constrained.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("other.example".into())],
        excluded_subtrees: vec![],
    });
    let constrained = certified(&root, constrained, &key);
    let free = certified(&root, authority("Middle"), &key);
    let chain = [free.server(), constrained.der.clone(), free.der.clone()];
    assert!(verify(&root.store(), &chain).is_ok());
    assert_eq!(
        flags(verify(&root.store(), &chain[..2])),
        [(0, VerifyFlag::Other)]
    );
}

#[test]
fn the_path_with_the_least_problems_is_told() {
    let (root, unknown) = (Authority::root("Root"), Authority::root("Unknown"));
    let key = KeyPair::generate().unwrap();
    let lost = certified(&unknown, authority("Middle"), &key);
    let mut old = authority("Middle");
    old.not_after = date_time_ymd(2021, 1, 1);
    let old = certified(&root, old, &key);
    let chain = [lost.server(), lost.der.clone(), old.der];
    let result = verify(&root.store(), &chain);
    assert_eq!(flags(result), [(1, VerifyFlag::Expired)]);
}

#[test]
fn an_intermediate_may_be_trusted_itself() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let chain = [middle.server(), root.der.clone(), middle.der.clone()];
    let verified = verify(&middle.store(), &chain).unwrap();
    assert_eq!(verified.certificates().len(), 2);
}

#[test]
fn an_authority_that_the_peer_sent_and_that_cannot_issue_is_told() {
    let root = Authority::root("Root");
    let mut params = authority("Middle");
    params.key_usages = vec![rcgen::KeyUsagePurpose::CrlSign];
    let middle = root.intermediate_of(params);
    let text = explanation(verify(&root.store(), &[middle.server(), middle.der]));
    assert!(
        text.starts_with("the peer sent its issuer CN=Middle, but it may not sign"),
        "{text}"
    );
}

#[test]
fn roots_with_one_name_are_all_tried() {
    let roots: Vec<_> = (0..8).map(|_| Authority::root("Root")).collect();
    let store = TrustStore::from_certificates(roots.iter().map(|root| &root.der)).unwrap();
    for root in &roots {
        let verified = verify(&store, &[root.server()]).unwrap();
        assert_eq!(verified.certificates()[1], root.der);
    }
}
