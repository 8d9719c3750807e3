//! What a verifier may be told.

use std::thread;
use std::time::Duration;

use embertls::{
    Certificate, Error, Handshake, NetContext, NetListener, PrivateKey, Revocation, SslConfig,
    TrustStore, Uncovered, Verifier, VerifyFlag,
};
use rcgen::KeyPair;
use rustls_pki_types::UnixTime;
use sha2::{Digest, Sha256};

use crate::pki::{Authority, authority, explanation, flags, host, list, server};

fn at(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

#[test]
fn the_time_may_be_given() {
    let root = Authority::root("Root");
    let chain = [root.server()];
    let verifier = Verifier::new(root.store());
    let first = 1_577_836_800; // 2020-01-01
    let last = 4_070_908_800; // 2099-01-01
    for (time, expected) in [
        (first - 1, Some(VerifyFlag::Future)),
        (first, None),
        (last, None),
        (last + 1, Some(VerifyFlag::Expired)),
    ] {
        let result = verifier
            .clone()
            .verification_time(at(time))
            .verify(&chain, &host());
        match expected {
            None => assert!(result.is_ok(), "{result:?}"),
            Some(flag) => assert_eq!(flags(result), [(0, flag), (1, flag)]),
        }
    }
}

#[test]
fn the_depth_may_be_limited() {
    let root = Authority::root("Root");
    let a = root.intermediate("A");
    let b = a.intermediate("B");
    let chain = [b.server(), b.der.clone(), a.der.clone()];
    for (depth, is_good) in [(0, false), (1, false), (2, true), (3, true)] {
        let result = Verifier::new(root.store())
            .max_depth(depth)
            .verify(&chain, &host());
        assert_eq!(result.is_ok(), is_good, "{depth}");
        if !is_good {
            let text = explanation(result);
            assert!(
                text.contains(&format!("more than {depth} intermediate")),
                "{text}"
            );
        }
    }
}

#[test]
fn revocation_is_off_for_the_leaf_or_for_all() {
    const SERIAL: u64 = 0x00c0_ffee;
    let root = Authority::root("Root");
    let mut params = authority("Middle");
    params.serial_number = Some(SERIAL.into());
    let middle = root.intermediate_of(params);
    let chain = [middle.server(), middle.der.clone()];
    let crls = [middle.crl(list(&[])), root.crl(list(&[SERIAL]))];
    let verifier = Verifier::new(root.store()).with_crls(crls);
    for (revocation, is_good) in [
        (Revocation::Off, true),
        (Revocation::Leaf, true),
        (Revocation::Chain, false),
    ] {
        let verifier = verifier.clone().revocation(revocation);
        assert_eq!(verifier.verify(&chain, &host()).is_ok(), is_good);
    }
}

#[test]
fn uncovered_certificates_are_allowed_or_refused() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let chain = [middle.server(), middle.der.clone()];
    let verifier = Verifier::new(root.store()).with_crls([root.crl(list(&[]))]);
    assert!(verifier.verify(&chain, &host()).is_ok());
    let verifier = verifier.uncovered(Uncovered::Refuse);
    let result = verifier.verify(&chain, &host());
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::CrlNotTrusted)]);
    assert!(explanation(result).starts_with("no revocation list of CN=Middle"));
    let verifier = verifier.with_crls([root.crl(list(&[])), middle.crl(list(&[]))]);
    assert!(verifier.verify(&chain, &host()).is_ok());
}

#[test]
fn a_bad_list_does_not_hide_a_good_one() {
    const SERIAL: u64 = 0x00c0_ffee;
    let (root, impostor) = (Authority::root("Root"), Authority::root("Root"));
    let mut params = server("server.example");
    params.serial_number = Some(SERIAL.into());
    let chain = [root.sign(&params)];
    let judge = |crls| {
        Verifier::new(root.store())
            .with_crls(crls)
            .verify(&chain, &host())
    };
    let good = || root.crl(list(&[]));
    let forged = || impostor.crl(list(&[SERIAL]));
    let revoking = || root.crl(list(&[SERIAL]));
    assert!(judge(vec![forged(), good()]).is_ok());
    assert!(judge(vec![good(), forged()]).is_ok());
    for crls in [vec![forged(), revoking()], vec![good(), revoking()]] {
        assert_eq!(flags(judge(crls)), [(0, VerifyFlag::Revoked)]);
    }
    assert_eq!(
        flags(judge(vec![forged()])),
        [(0, VerifyFlag::CrlNotTrusted)]
    );
}

/// The first SubjectPublicKeyInfo of P-256 in a certificate.
fn key_hash(der: &[u8]) -> [u8; 32] {
    const BEGIN: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
    let at = der.windows(BEGIN.len()).position(|w| w == BEGIN).unwrap();
    Sha256::digest(&der[at..at + 0x5b]).into()
}

#[test]
fn one_of_the_pinned_keys_must_be_there() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let other = Authority::root("Other");
    let chain = [middle.server(), middle.der.clone()];
    for pinned in [&chain[0], &middle.der, &root.der] {
        let verifier = Verifier::new(root.store())
            .pin_spki([7; 32])
            .pin_spki(key_hash(pinned));
        assert!(verifier.verify(&chain, &host()).is_ok());
    }
    let verifier = Verifier::new(root.store()).pin_spki(key_hash(&other.der));
    let result = verifier.verify(&chain, &host());
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
    let text = explanation(result);
    assert!(
        text.contains("pinned") && text.contains("CN=Middle"),
        "{text}"
    );
}

#[test]
fn the_application_may_refuse_more() {
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.store()).also_require(|chain| {
        let leaf = Certificate::try_from(&chain.certificates()[0]).map_err(|e| e.to_string())?;
        match leaf.dns_names() {
            [one] if one == "server.example" => Ok(()),
            names => Err(format!("{names:?} is not what was agreed")),
        }
    });
    assert!(verifier.verify(&[root.server()], &host()).is_ok());
    let mut params = server("server.example");
    params.subject_alt_names =
        rcgen::CertificateParams::new(["server.example".to_owned(), "b.example".to_owned()])
            .unwrap()
            .subject_alt_names;
    let text = explanation(verifier.verify(&[root.sign(&params)], &host()));
    assert!(text.starts_with("the application refuses it: "), "{text}");
}

#[test]
fn the_application_may_accept_what_is_bad() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let verifier = Verifier::new(root.store()).danger_accept_if(|error| {
        let mut problems = error.problems().iter();
        problems.all(|problem| problem.flag == VerifyFlag::NotTrusted)
    });
    let chain = verifier.verify(&[other.server()], &host()).unwrap();
    assert_eq!(chain.certificates().len(), 1);
    let wrong_name = [other.sign(&server("other.example"))];
    assert!(verifier.verify(&wrong_name, &host()).is_err());
    assert!(verifier.verify(&[vec![0; 9].into()], &host()).is_err());
}

#[test]
fn no_name_is_checked_where_that_is_asked_for() {
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.store());
    let chain = [root.sign(&server("other.example"))];
    assert!(verifier.danger_verify_any_server(&chain).is_ok());
    let store: TrustStore = Authority::root("Other").store();
    assert!(
        Verifier::new(store)
            .danger_verify_any_server(&chain)
            .is_err()
    );
}

/// A handshake with a server that shows this chain, by this configuration.
fn handshake(config: &SslConfig, root: &Authority) -> embertls::Result<()> {
    let key = KeyPair::generate().unwrap();
    let leaf = root.sign_key(&server("server.example"), &key);
    let leaf = Certificate::try_from(&leaf).unwrap();
    let key = PrivateKey::from_der(key.serialize_der()).unwrap();
    let server = SslConfig::server().identity([leaf], key).build().unwrap();
    let listener = NetListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::scope(|scope| {
        scope.spawn(|| {
            let (net, _) = listener.accept().unwrap();
            let _ = Handshake::server(&server, net).unwrap().complete();
        });
        let net = NetContext::connect(("127.0.0.1", port)).unwrap();
        let handshake = Handshake::client(config, host(), net)?;
        handshake.complete().map(|_| ()).map_err(|e| e.into_error())
    })
}

#[test]
fn a_session_takes_a_verifier_with_its_settings() {
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.store());
    let config = |verifier| SslConfig::client().verifier(verifier).build().unwrap();
    handshake(&config(verifier.clone()), &root).unwrap();

    let late = verifier.clone().verification_time(at(4_102_444_800));
    let error = handshake(&config(late), &root).unwrap_err();
    let Error::Verify(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.problems()[0].flag, VerifyFlag::Expired);

    let both = SslConfig::client()
        .verifier(verifier)
        .trust_store(root.store());
    let error = both.build().unwrap_err();
    assert!(error.to_string().contains("takes the place"), "{error}");
}
