//! What an error knows: which certificate, where, and by which flag.

use std::slice::from_ref;

use embertls::{TrustStore, Verifier, VerifyFlag};
use rcgen::date_time_ymd;

use crate::der::{
    ECDSA_SHA1, ED25519, MD5, extension, extension_of, sequence, signed_with, with_extension,
};
use crate::pki::{Authority, authority, explanation, flags, host, server, verify};

#[test]
fn the_place_among_those_that_the_peer_sent_is_told() {
    let root = Authority::root("Root");
    let mut old = authority("Middle");
    old.not_after = date_time_ymd(2021, 1, 1);
    let middle = root.intermediate_of(old);
    let stranger = Authority::root("Stranger").der;
    let chain = [middle.server(), stranger, middle.der.clone()];
    let error = verify(&root.store(), &chain).unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!((problem.depth, problem.position), (1, Some(2)));
    assert_eq!(problem.subject, "CN=Middle");
    assert_eq!(problem.issuer, "CN=Root");
    assert_eq!(problem.rule, "RFC 5280, 4.1.2.5");
    assert!(problem.remedy.contains("renew"), "{}", problem.remedy);

    let mut old = authority("Root");
    old.not_after = date_time_ymd(2021, 1, 1);
    let root = Authority::root_of(old);
    let error = verify(&root.store(), &[root.server()]).unwrap_err();
    assert_eq!(error.problems()[0].position, None);
    let error = verify(&root.store(), &[root.server(), root.der]).unwrap_err();
    assert_eq!(error.problems()[0].position, Some(1));
}

/// 2.16 says both of such an intermediate.
#[test]
fn an_intermediate_that_is_signed_with_a_broken_or_unknown_algorithm() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    for (algorithm, flag) in [(MD5, VerifyFlag::BadMd), (ED25519, VerifyFlag::BadPk)] {
        let chain = [middle.server(), signed_with(&root, &middle.der, algorithm)];
        let result = verify(&root.store(), &chain);
        let expected = [(1, VerifyFlag::NotTrusted), (1, flag)];
        assert_eq!(flags(result.clone()), expected);
        let text = result.unwrap_err().to_string();
        assert!(text.contains("nobody can tell who issued it"), "{text}");
        // A good one beside it is found.
        let chain = [&chain[..], from_ref(&middle.der)].concat();
        assert!(verify(&root.store(), &chain).is_ok());
    }
    // SHA-1 can be checked, so the flag stands alone, but not if it is noise.
    let chain = [middle.server(), signed_with(&root, &middle.der, ECDSA_SHA1)];
    assert_eq!(
        flags(verify(&root.store(), &chain)),
        [(1, VerifyFlag::NotTrusted)]
    );
}

/// What is not checked must not pass because the application passes the flag.
#[test]
fn a_tolerated_hash_does_not_make_an_unchecked_signature_good() {
    let root = Authority::root("Root");
    let middle = Authority::root("Middle");
    let chain = [middle.server(), signed_with(&middle, &middle.der, MD5)];
    let verifier = Verifier::new(root.store()).danger_accept_if(|error| {
        let mut problems = error.problems().iter();
        problems.all(|problem| problem.flag == VerifyFlag::BadMd)
    });
    assert!(verifier.verify(&chain, &host()).is_err());
}

#[test]
fn an_old_extension_of_netscape_counts() {
    const ID: &[u8] = &[0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1];
    let root = Authority::root("Root");
    for (bits, server, client) in [(0x40, true, false), (0x80, false, true), (0xc0, true, true)] {
        let mut params = crate::pki::server("server.example");
        params
            .extended_key_usages
            .push(rcgen::ExtendedKeyUsagePurpose::ClientAuth);
        let leaf = root.sign(&params);
        let leaf = with_extension(&root, &leaf, &extension_of(ID, false, &[3, 2, 0, bits]));
        let chain = [leaf];
        let verifier = Verifier::new(root.store());
        for (result, is_good) in [
            (verifier.verify(&chain, &host()), server),
            (verifier.verify_client(&chain), client),
        ] {
            match is_good {
                true => assert!(result.is_ok(), "{result:?}"),
                false => assert_eq!(flags(result), [(0, VerifyFlag::NsCertType)]),
            }
        }
    }
}

#[test]
fn one_of_the_pinned_certificates_must_be_there() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let chain = [middle.server(), middle.der.clone()];
    let hash = |der: &[u8]| <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(der));
    let verifier = Verifier::new(root.store()).pin_certificate([7; 32]);
    for pinned in [&chain[0], &middle.der, &root.der] {
        let verifier = verifier.clone().pin_certificate(hash(pinned));
        assert!(verifier.verify(&chain, &host()).is_ok());
    }
    let result = verifier.verify(&chain, &host());
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
    let text = explanation(result);
    assert!(text.contains("none of the 1 pinned certificates"), "{text}");
}

#[test]
fn the_common_name_counts_only_where_that_is_asked_for() {
    let root = Authority::root("Root");
    let mut params = server("server.example");
    let good = root.sign(&params);
    params.subject_alt_names.clear();
    let old = root.sign(&params);
    let named = root.sign(&server("other.example"));
    let plain = Verifier::new(root.store());
    let asked = plain.clone().danger_accept_common_name();
    assert!(asked.verify(&[good], &host()).is_ok());
    assert!(asked.verify(from_ref(&old), &host()).is_ok());
    for (verifier, leaf) in [(&plain, &old), (&asked, &named)] {
        let result = verifier.verify(from_ref(leaf), &host());
        assert_eq!(flags(result), [(0, VerifyFlag::CnMismatch)]);
    }
    // Then it is a name that authorities may not all certify.
    let mut constrained = authority("Middle");
    constrained.name_constraints = Some(rcgen::NameConstraints {
        permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName("other.example".into())],
        excluded_subtrees: vec![],
    });
    let middle = root.intermediate_of(constrained);
    let chain = [middle.sign(&params), middle.der];
    let result = asked.verify(&chain, &host());
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
    assert!(explanation(result).contains("DNS name server.example is not permitted"));
}

/// Byte offsets count from the first byte of the certificate.
#[test]
fn what_cannot_be_read_is_told_with_its_field_and_byte() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let find = |der: &[u8], what: &[u8]| der.windows(what.len()).position(|w| w == what).unwrap();
    let leaf = middle.server();
    let oid = |id: u8| [6, 3, 0x55, 0x1d, id];
    // The BIT STRING in keyUsage, behind identifier, critical and OCTET STRING.
    let key_usage = find(&leaf, &oid(15)) + 5 + 3 + 2;
    let name = find(&leaf, b"server.example");
    let curve = find(&leaf, &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
    for (at, byte, field) in [
        (key_usage, 4, "keyUsage"),
        (0, 0x31, "certificate"),
        (4, 0x31, "tbsCertificate"),
        (name - 2, 0xff, "subject"),
        (curve + 10, 5, "subjectPublicKeyInfo"),
    ] {
        let mut broken = leaf.to_vec();
        broken[at] = byte;
        let result = verify(&root.store(), &[broken.into(), middle.der.clone()]);
        let error = result.unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!((problem.position, problem.rule), (Some(0), "RFC 5280, 4.1"));
        let text = &problem.explanation;
        assert!(text.contains(&format!("field {field}:")), "{text}");
        let (_, told) = text.split_once("(at byte ").expect(text);
        let told: usize = told.trim_end_matches(')').parse().unwrap();
        assert!(
            (at.saturating_sub(10)..=at + 2).contains(&told),
            "{at}: {text}"
        );
    }
}

/// The engine refuses the key, and knows no byte.
#[test]
fn the_byte_of_a_point_that_is_not_on_its_curve_is_told() {
    let root = Authority::root("Root");
    let leaf = root.server();
    let curve = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    let at = leaf.windows(10).position(|w| w == curve).unwrap();
    let mut broken = leaf.to_vec();
    broken[at + 10 + 20] ^= 1;
    let result = verify(&root.store(), &[broken.into()]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadKey)]);
    let text = explanation(result);
    // The SEQUENCE around algorithm and key.
    let at = at - 9 - 4;
    assert!(
        text.contains(&format!(
            "field subjectPublicKeyInfo cannot be used (at byte {at})"
        )),
        "{text}"
    );
}

#[test]
fn the_byte_of_a_certificate_behind_the_leaf_is_told() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let constraints = extension(19, true, &sequence(&[&[2, 1, 1]]));
    let broken = with_extension(&root, &middle.der, &constraints);
    let at = broken
        .windows(5)
        .position(|w| w == [0x30, 3, 2, 1, 1])
        .unwrap();
    let store: TrustStore = root.store();
    let text = explanation(verify(&store, &[middle.server(), broken]));
    assert!(
        text.contains("certificate 2 of the peer: field basicConstraints"),
        "{text}"
    );
    assert!(text.contains(&format!("at byte {at}")), "{text}");
}
