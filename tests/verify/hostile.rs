//! Chains and files that are made to hurt.

use std::time::{Duration, Instant};

use embertls::{Certificate, Crl, TrustStore, Verifier, VerifyFlag};
use rcgen::{Issuer, KeyPair, PublicKeyData, SignatureAlgorithm, SigningKey, date_time_ymd};
use rustls_pki_types::CertificateDer;

use crate::pki::{Authority, HOST, authority, explanation, flags, host, list, server, verify};

/// An RSA key that nobody has the other half of; its signatures are noise.
struct FakeRsa {
    public: Vec<u8>,
    modulus_bytes: usize,
}

impl FakeRsa {
    fn new(modulus_bytes: usize, exponent_bytes: usize) -> Self {
        let modulus = vec![0xc5; modulus_bytes];
        let mut exponent = vec![0x55; exponent_bytes];
        exponent[0] = 0x02;
        let content = [der_integer(&modulus), der_integer(&exponent)].concat();
        Self {
            public: der(0x30, &content),
            modulus_bytes,
        }
    }
}

impl PublicKeyData for FakeRsa {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl SigningKey for FakeRsa {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(vec![0x33; self.modulus_bytes])
    }
}

fn der_integer(positive: &[u8]) -> Vec<u8> {
    let mut content = positive.to_vec();
    if content[0] & 0x80 != 0 {
        content.insert(0, 0);
    }
    der(2, &content)
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ ..=127 => out.push(short as u8),
        long => {
            out.push(0x82);
            out.extend_from_slice(&(long as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(content);
    out
}

/// A certificate of an authority "Huge" with this key, which it signed.
fn huge(key: &FakeRsa, expired: bool) -> CertificateDer<'static> {
    let mut params = authority("Huge");
    if expired {
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    params.self_signed(key).unwrap().der().clone()
}

#[test]
fn huge_rsa_keys_are_not_used() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    for key in [
        FakeRsa::new(1025, 3),
        FakeRsa::new(512, 5),
        FakeRsa::new(512, 512),
    ] {
        let leaf = root.sign_key(&server(HOST), &key);
        let result = verify(&root.store(), &[leaf]);
        assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadKey)]);
        let text = explanation(result);
        assert!(text.contains("RSA keys of up to 8192 bits"), "{text}");

        // As an intermediate it is passed over.
        let chain = [middle.server(), huge(&key, false), middle.der.clone()];
        assert!(verify(&root.store(), &chain).is_ok());
    }
}

/// The engine tries each certificate with the right name, and expired ones
/// all: without the limits this takes seconds.
#[test]
fn the_worst_chains_cost_bounded_time() {
    let root = Authority::root("Root");
    let key = FakeRsa::new(1024, 4);
    let issuer = authority("Huge");
    let leaf = server(HOST)
        .signed_by(&key, &Issuer::from_params(&issuer, &key))
        .unwrap();
    let mut rsa = vec![leaf.der().clone()];
    rsa.resize(16, huge(&key, true));

    let mut params = authority("Huge");
    params.not_after = date_time_ymd(2021, 1, 1);
    let p384 = || KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let mut ec = vec![Authority::root_with(issuer, p384()).server()];
    ec.resize_with(16, || params.self_signed(&p384()).unwrap().der().clone());

    for chain in [rsa, ec] {
        let start = Instant::now();
        let result = verify(&root.store(), &chain);
        let took = start.elapsed();
        println!("took {took:?}");
        assert!(result.is_err());
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

#[test]
fn of_many_certificates_with_one_name_all_are_tried() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let mut chain = vec![middle.server()];
    chain.resize_with(4, || root.intermediate("Middle").der);
    chain.push(middle.der.clone());
    assert!(verify(&root.store(), &chain).is_ok());

    chain.truncate(1);
    chain.resize_with(6, || root.intermediate("Middle").der);
    let text = explanation(verify(&root.store(), &chain));
    assert!(
        text.contains("not made with the key of CN=Middle"),
        "{text}"
    );
}

#[test]
fn too_many_certificates_and_too_many_bytes_are_refused_at_once() {
    let root = Authority::root("Root");
    let leaf = root.server();
    for chain in [
        vec![leaf.clone(); 17],
        vec![leaf.clone(), vec![0x30; 128 * 1024].into()],
    ] {
        let result = verify(&root.store(), &chain);
        assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
        assert!(explanation(result).contains("at most 16 of 131072 bytes"));
    }
    assert!(verify(&root.store(), &vec![leaf; 16]).is_ok());
}

#[test]
fn a_leaf_that_cannot_be_read_is_refused_and_not_replaced_by_the_next() {
    let root = Authority::root("Root");
    let good = root.server();
    for (bad, told) in [
        (vec![], "cannot be read"),
        (vec![0; 300], "unexpected tag 0x00"),
        (good[..good.len() - 1].to_vec(), "field certificate"),
        ([&good[..], &[0]].concat(), "field certificate"),
    ] {
        let result = verify(&root.store(), &[bad.into(), good.clone()]);
        assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
        let text = explanation(result);
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn a_field_that_cannot_be_read_is_named() {
    let root = Authority::root("Root");
    let good = root.server();
    let at = good.windows(2).position(|w| w == [0x17, 0x0d]).unwrap();
    let mut bad = good.to_vec();
    bad[at + 14] = b'X';
    let text = explanation(verify(&root.store(), &[bad.clone().into()]));
    assert!(text.contains("field notBefore:"), "{text}");
    let error = Certificate::from_der(&bad).unwrap_err().to_string();
    assert!(error.contains("field notBefore:"), "{error}");
}

/// 2.16 takes an INTEGER for the `cA` of basicConstraints, and overflows on
/// the largest path length.
#[test]
fn loose_basic_constraints_make_no_authority() {
    let root = Authority::root("Root");
    for (value, told) in [
        (&[0x30, 3, 2, 1, 1][..], "a pathLenConstraint without cA"),
        (
            &[0x30, 9, 1, 1, 0xff, 2, 4, 0x7f, 0xff, 0xff, 0xff],
            "pathLenConstraint is too large",
        ),
        (&[0x30, 0, 1, 1, 0xff], "basicConstraints"),
        (&[0x30, 3, 1, 1, 1], "basicConstraints"),
    ] {
        let mut params = server("Middle");
        params.key_usages = vec![];
        let mut extension =
            rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 19], value.to_vec());
        extension.set_criticality(true);
        params.custom_extensions = vec![extension];
        let middle = root.intermediate_of(params);
        let result = verify(&root.store(), &[middle.server(), middle.der]);
        assert_eq!(flags(result.clone()), [(0, VerifyFlag::NotTrusted)]);
        let text = explanation(result);
        assert!(text.contains(told), "{text}");
    }
}

/// A generator of numbers that is the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    /// Changes a few bytes, cuts, or doubles a part.
    fn mutate(&mut self, original: &[u8]) -> Vec<u8> {
        let mut out = original.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(out.len());
            match self.below(8) {
                0 => out.truncate(at.max(1)),
                1 => {
                    let end = at + self.below(out.len() - at);
                    let part = out[at..end].to_vec();
                    out.splice(at..at, part);
                }
                2 => {
                    out.remove(at);
                    out.push(0);
                }
                3 => out[at] = [0, 0x7f, 0x80, 0x84, 0xff][self.below(5)],
                _ => out[at] = self.below(256) as u8,
            }
        }
        out
    }
}

#[test]
fn two_thousand_mutations_do_no_harm() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let store = root.store();
    let (leaf, list) = (middle.server(), root.crl_der(list(&[1, 2, 3])));
    let good = [leaf.clone(), middle.der.clone()];
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..1000 {
        let bad_leaf = numbers.mutate(&leaf);
        let changed = bad_leaf != leaf.as_ref();
        let _ = Certificate::from_der(&bad_leaf).map(|c| (c.subject(), c.serial()));
        let result = verify(&store, &[bad_leaf.into(), middle.der.clone()]);
        assert_eq!(result.is_ok(), !changed);

        let bad_middle = numbers.mutate(&middle.der);
        let _ = TrustStore::from_der(&bad_middle);
        let result = verify(&store, &[leaf.clone(), bad_middle.into()]);
        if let Err(error) = result {
            assert!(
                error
                    .to_string()
                    .lines()
                    .all(|line| line.starts_with("depth "))
            );
        }

        if let Ok(crl) = Crl::from_der(numbers.mutate(&list)) {
            let verifier = Verifier::new(store.clone()).with_crls([crl]);
            let _ = verifier.verify(&good, &host());
        }
    }
}
