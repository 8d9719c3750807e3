//! Good chains, and chains with one fault.

use embertls::{Certificate, TrustStore, VerifyFlag};
use rcgen::{
    BasicConstraints, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair,
    KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls_pki_types::CertificateDer;

use crate::pki::{Authority, HOST, authority, explanation, flags, server, verify};

#[test]
fn a_good_chain_is_given_back_from_leaf_to_root() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let leaf = middle.server();
    let chain = [leaf.clone(), middle.der.clone()];
    let verified = verify(&root.store(), &chain).unwrap();
    assert_eq!(verified.certificates(), [leaf, middle.der, root.der]);
}

#[test]
fn p384_is_good_too() {
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let root = Authority::root_with(authority("Root"), key);
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let leaf = root.sign_key(&server(HOST), &key);
    assert!(verify(&root.store(), &[leaf]).is_ok());
}

#[test]
fn a_root_in_the_chain_does_no_harm() {
    let root = Authority::root("Root");
    let chain = [root.server(), root.der.clone()];
    assert_eq!(
        verify(&root.store(), &chain).unwrap().certificates().len(),
        2
    );
}

#[test]
fn no_certificate_at_all() {
    let root = Authority::root("Root");
    assert_eq!(
        flags(verify(&root.store(), &[])),
        [(0, VerifyFlag::Missing)]
    );
}

#[test]
fn expired() {
    let root = Authority::root("Root");
    let mut params = server(HOST);
    params.not_after = date_time_ymd(2021, 6, 7);
    let result = verify(&root.store(), &[root.sign(&params)]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::Expired)]);
    let explanation = explanation(result);
    assert!(
        explanation.starts_with("expired on 2021-06-07T00:00:00Z, now is 20"),
        "{explanation}"
    );
    assert!(explanation.contains("clock"), "{explanation}");
}

#[test]
fn not_yet_valid() {
    let root = Authority::root("Root");
    let mut params = server(HOST);
    params.not_before = date_time_ymd(2098, 6, 7);
    let result = verify(&root.store(), &[root.sign(&params)]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::Future)]);
    assert!(explanation(result).starts_with("valid from 2098-06-07T00:00:00Z, now is 20"));
}

#[test]
fn an_expired_intermediate_and_an_expired_root_are_named_at_their_depth() {
    let mut params = authority("Root");
    params.not_after = date_time_ymd(2021, 1, 1);
    let root = Authority::root_of(params);
    let mut params = authority("Middle");
    params.not_after = date_time_ymd(2021, 1, 1);
    let middle = root.intermediate_of(params);
    let result = verify(&root.store(), &[middle.server(), middle.der]);
    assert_eq!(
        flags(result.clone()),
        [(1, VerifyFlag::Expired), (2, VerifyFlag::Expired)]
    );
    let error = result.unwrap_err();
    assert_eq!(error.problems()[0].subject, "CN=Middle");
    assert_eq!(error.problems()[1].subject, "CN=Root");
}

#[test]
fn the_current_one_of_two_roots_with_one_name_and_key_is_taken() {
    let mut params = authority("Root");
    params.not_after = date_time_ymd(2021, 1, 1);
    let key = KeyPair::generate().unwrap();
    let pem = key.serialize_pem();
    let old = Authority::root_with(params, key);
    let new = Authority::root_with(authority("Root"), KeyPair::from_pem(&pem).unwrap());
    let store = TrustStore::from_certificates([&old.der, &new.der]).unwrap();
    let verified = verify(&store, &[new.server()]).unwrap();
    assert_eq!(verified.certificates()[1], new.der);
}

#[test]
fn self_signed() {
    let root = Authority::root("Root");
    let key = KeyPair::generate().unwrap();
    let leaf = server(HOST).self_signed(&key).unwrap().der().clone();
    let result = verify(&root.store(), std::slice::from_ref(&leaf));
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::NotTrusted)]);
    assert!(explanation(result).contains("it is self-signed and not in the trust store"));

    let trusted = TrustStore::from_certificates([&leaf]).unwrap();
    assert!(verify(&trusted, &[leaf]).is_ok());
}

#[test]
fn unknown_root() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let result = verify(&other.store(), &[root.server()]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::NotTrusted)]);
    let text = explanation(result);
    assert!(text.contains("did not send its issuer CN=Root"), "{text}");

    let result = verify(&other.store(), &[root.server(), root.der]);
    assert_eq!(flags(result.clone()), [(1, VerifyFlag::NotTrusted)]);
    let text = explanation(result);
    assert!(
        text.contains("the chain ends in this self-signed"),
        "{text}"
    );
}

#[test]
fn missing_intermediate() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let result = verify(&root.store(), &[middle.server()]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::NotTrusted)]);
    let text = explanation(result);
    assert!(text.contains("did not send its issuer CN=Middle"), "{text}");
    assert!(text.contains("intermediate"), "{text}");
}

#[test]
fn a_root_with_the_same_name_and_another_key_is_not_the_issuer() {
    let (root, impostor) = (Authority::root("Root"), Authority::root("Root"));
    let result = verify(&root.store(), &[impostor.server()]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::NotTrusted)]);
    let text = explanation(result);
    assert!(
        text.starts_with("the trust store holds CN=Root, but its key did not sign"),
        "{text}"
    );
}

#[test]
fn a_wrong_signature_of_an_intermediate_is_told() {
    let root = Authority::root("Root");
    let (middle, impostor) = (root.intermediate("Middle"), root.intermediate("Middle"));
    let result = verify(&root.store(), &[impostor.server(), middle.der]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::NotTrusted)]);
    let text = explanation(result);
    assert!(
        text.contains("not made with the key of CN=Middle"),
        "{text}"
    );
}

#[test]
fn a_leaf_in_the_store_that_is_not_self_signed_is_not_trusted_by_that() {
    let root = Authority::root("Root");
    let leaf = root.server();
    let store = TrustStore::from_certificates([&leaf]).unwrap();
    let result = verify(&store, &[leaf]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::NotTrusted)]);
    assert!(explanation(result).contains("in the trust store itself"));
}

#[test]
fn a_leaf_that_signs_is_no_authority() {
    let root = Authority::root("Root");
    let mut params = server("fake-ca.example");
    params.is_ca = IsCa::ExplicitNoCa;
    let fake = root.intermediate_of(params);
    let result = verify(&root.store(), &[fake.server(), fake.der]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::NotTrusted)]);
    let text = explanation(result);
    assert!(text.contains("it is no authority"), "{text}");
}

#[test]
fn an_authority_that_may_not_sign_certificates() {
    let root = Authority::root("Root");
    let mut params = authority("Middle");
    params.key_usages = vec![KeyUsagePurpose::CrlSign];
    let middle = root.intermediate_of(params);
    let result = verify(&root.store(), &[middle.server(), middle.der.clone()]);
    assert_eq!(flags(result), [(0, VerifyFlag::NotTrusted)]);

    let store = TrustStore::from_certificates([&root.der, &middle.der]).unwrap();
    let text = explanation(verify(&store, &[middle.server()]));
    assert!(text.contains("keyCertSign"), "{text}");
}

#[test]
fn the_path_length_counts() {
    let mut params = authority("Root");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let root = Authority::root_of(params);
    assert!(verify(&root.store(), &[root.server()]).is_ok());
    let middle = root.intermediate("Middle");
    let result = verify(&root.store(), &[middle.server(), middle.der]);
    assert_eq!(flags(result), [(1, VerifyFlag::NotTrusted)]);
}

#[test]
fn wrong_key_usage() {
    let root = Authority::root("Root");
    let mut params = server(HOST);
    params.key_usages = vec![
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::KeyAgreement,
    ];
    let result = verify(&root.store(), &[root.sign(&params)]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::KeyUsage)]);
    assert_eq!(
        explanation(result),
        "its keyUsage allows keyEncipherment, keyAgreement; a TLS server needs digitalSignature"
    );
}

#[test]
fn wrong_extended_key_usage() {
    let root = Authority::root("Root");
    let mut params = server(HOST);
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ClientAuth,
        ExtendedKeyUsagePurpose::CodeSigning,
    ];
    let result = verify(&root.store(), &[root.sign(&params)]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::ExtKeyUsage)]);
    assert_eq!(
        explanation(result),
        "its extendedKeyUsage allows clientAuth, codeSigning; a TLS server needs serverAuth"
    );

    for good in [vec![], vec![ExtendedKeyUsagePurpose::Any]] {
        params.extended_key_usages = good;
        assert!(verify(&root.store(), &[root.sign(&params)]).is_ok());
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let mut params = server("wrong.example");
    params.not_after = date_time_ymd(2021, 1, 1);
    params.key_usages = vec![KeyUsagePurpose::KeyAgreement];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let result = verify(&other.store(), &[root.sign(&params)]);
    assert_eq!(
        flags(result.clone()),
        [
            (0, VerifyFlag::Expired),
            (0, VerifyFlag::CnMismatch),
            (0, VerifyFlag::NotTrusted),
            (0, VerifyFlag::KeyUsage),
            (0, VerifyFlag::ExtKeyUsage),
        ]
    );
    assert_eq!(result.unwrap_err().to_string().lines().count(), 5);
}

#[test]
fn a_problem_tells_which_certificate_it_is_about() {
    let root = Authority::root("Root");
    let mut params = server(HOST);
    params.not_after = date_time_ymd(2021, 1, 1);
    params.serial_number = Some(0x00c0ffee_u64.into());
    let leaf = root.sign(&params);
    let error = verify(&root.store(), std::slice::from_ref(&leaf)).unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!(problem.subject, "CN=server.example");
    assert_eq!(problem.issuer, "CN=Root");
    assert!(problem.serial.ends_with("c0ffee"), "{}", problem.serial);
    let certificate = Certificate::try_from(&leaf).unwrap();
    assert_eq!(problem.fingerprint_sha256, certificate.fingerprint_sha256());
}

/// 2.16 does not understand name constraints, and refuses them all.
#[test]
fn name_constraints_are_understood() {
    let root = Authority::root("Root");
    let mut params = authority("Middle");
    let subtree = |name: &str| vec![GeneralSubtree::DnsName(name.into())];
    for (permitted, excluded, is_good) in [
        (subtree("example"), vec![], true),
        (subtree("other.example"), vec![], false),
        (vec![], subtree("other.example"), true),
        (vec![], subtree("example"), false),
    ] {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: permitted,
            excluded_subtrees: excluded,
        });
        let middle = root.intermediate_of(params.clone());
        let below_middle = verify(&root.store(), &[middle.server(), middle.der]);
        let constrained = Authority::root_of(params.clone());
        let below_root = verify(&constrained.store(), &[constrained.server()]);
        for result in [below_middle, below_root] {
            if is_good {
                result.unwrap();
                continue;
            }
            assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
            let text = explanation(result);
            assert!(
                text.starts_with("its DNS name server.example is "),
                "{text}"
            );
            assert!(text.contains("the nameConstraints of CN=Middle"), "{text}");
        }
    }
}

#[test]
fn an_unknown_critical_extension_of_the_leaf_is_refused() {
    let root = Authority::root("Root");
    let mut params = server(HOST);
    let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    params.custom_extensions.push(extension.clone());
    assert!(verify(&root.store(), &[root.sign(&params)]).is_ok());

    extension.set_criticality(true);
    params.custom_extensions = vec![extension];
    let result = verify(&root.store(), &[root.sign(&params)]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
    let text = explanation(result);
    assert!(text.contains("the critical extension 1.2.3.4"), "{text}");
}

#[test]
fn an_unsupported_key_is_named() {
    let root = Authority::root("Root");
    let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let leaf = root.sign_key(&server(HOST), &key);
    let result = verify(&root.store(), &[leaf]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadPk)]);
    let text = explanation(result);
    assert!(text.contains("its key is Ed25519"), "{text}");
}

#[test]
fn shuffled_chains_are_sorted() {
    let root = Authority::root("Root");
    let a = root.intermediate("A");
    let b = a.intermediate("B");
    let c = b.intermediate("C");
    let leaf = c.server();
    let [a, b, c, r] = [&a.der, &b.der, &c.der, &root.der].map(Clone::clone);
    for rest in [[&a, &b, &c], [&b, &a, &c], [&a, &c, &b], [&c, &a, &b]] {
        let mut chain = vec![leaf.clone()];
        chain.extend(rest.into_iter().cloned());
        let verified = verify(&root.store(), &chain).unwrap();
        let expected = [&leaf, &c, &b, &a, &r].map(Clone::clone);
        assert_eq!(verified.certificates(), expected);
    }
}

#[test]
fn extra_certificates_behind_the_leaf_do_not_matter() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let stranger = Authority::root("Stranger");
    let junk: Vec<CertificateDer<'static>> = vec![
        stranger.der.clone(),
        stranger.server(),
        vec![].into(),
        vec![0; 40].into(),
        b"-----BEGIN CERTIFICATE-----".to_vec().into(),
        middle.der[..middle.der.len() - 1].to_vec().into(),
    ];
    let mut chain = vec![middle.server()];
    chain.extend(junk);
    chain.push(middle.der.clone());
    chain.push(middle.der.clone());
    let verified = verify(&root.store(), &chain).unwrap();
    assert_eq!(verified.certificates().len(), 3);
}

#[test]
fn certificates_that_certify_each_other_do_not_go_round_for_ever() {
    let root = Authority::root("Root");
    let (a, b) = (Authority::root("A"), Authority::root("B"));
    let (a_by_b, b_by_a) = (a.cross_signed_by(&b), b.cross_signed_by(&a));
    let result = verify(
        &root.store(),
        &[a.server(), a_by_b.clone(), b_by_a.clone(), a_by_b, b_by_a],
    );
    assert_eq!(flags(result).last().unwrap().1, VerifyFlag::NotTrusted);
}

#[test]
fn a_cross_signed_authority_leads_to_the_root_that_is_known() {
    let (old, new) = (Authority::root("Old"), Authority::root("New"));
    let cross = new.cross_signed_by(&old);
    let chain = [new.server(), cross];
    assert_eq!(
        verify(&old.store(), &chain).unwrap().certificates().len(),
        3
    );
    // The trusted one is taken as early as there is one.
    assert_eq!(
        verify(&new.store(), &chain).unwrap().certificates().len(),
        2
    );
}

#[test]
fn a_chain_may_have_eight_intermediates() {
    let root = Authority::root("Root");
    let mut last = root.intermediate("1");
    let mut chain = vec![last.der.clone()];
    for depth in 2..=9 {
        last = last.intermediate(&depth.to_string());
        chain.insert(0, last.der.clone());
        let mut all = vec![last.server()];
        all.extend(chain.iter().cloned());
        let result = verify(&root.store(), &all);
        if depth <= 8 {
            assert_eq!(result.unwrap().certificates().len(), depth + 2);
        } else {
            assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
            assert!(explanation(result).contains("more than 8 intermediate"));
        }
    }
}
