//! What the worst chains that we know cost.

use std::time::{Duration, Instant};

use rcgen::{CustomExtension, KeyPair, PKCS_ECDSA_P384_SHA384};
use rustls_pki_types::CertificateDer;

use crate::pki::{Authority, authority, server, verify};

/// Fifteen authorities with one name, each certified by the next: for each of
/// them all others are tried.
fn one_name() -> Vec<CertificateDer<'static>> {
    let key = || KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let mut last = Authority::root_with(authority("Same"), key());
    let mut chain = vec![last.server()];
    for _ in 0..15 {
        let next = Authority::root_with(authority("Same"), key());
        // The right one comes last.
        chain.insert(1, last.cross_signed_by(&next));
        last = next;
    }
    chain
}

/// Four authorities that all certify each other.
fn mesh() -> Vec<CertificateDer<'static>> {
    let authorities: Vec<_> = (0..4)
        .map(|i| Authority::root(&format!("Mesh {i}")))
        .collect();
    let mut chain = vec![authorities[0].server()];
    for a in &authorities {
        for b in &authorities {
            chain.push(a.cross_signed_by(b));
        }
    }
    chain.truncate(16);
    chain
}

/// Many names below many constraints.
fn names() -> Vec<CertificateDer<'static>> {
    let subtree = |i: usize| format!("n{i:05}.example");
    let constraint: Vec<u8> = (0..2500)
        .flat_map(|i| [&[0x30, 16, 0x82, 14][..], subtree(i).as_bytes()].concat())
        .collect();
    let excluded = der(0xa1, &constraint);
    let mut params = authority("Middle");
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 30], der(0x30, &excluded));
    extension.set_criticality(true);
    params.custom_extensions = vec![extension];
    let root = Authority::root("Unknown");
    let middle = root.intermediate_of(params);
    let mut params = server("server.example");
    let names = (0..2500).map(|i| format!("m{i:05}.example"));
    let names = names.chain(["server.example".to_owned()]);
    params.subject_alt_names = rcgen::CertificateParams::new(names.collect::<Vec<_>>())
        .unwrap()
        .subject_alt_names;
    vec![middle.sign(&params), middle.der]
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, content].concat()
}

/// The bound is for an engine compiled without optimisation.
#[test]
fn hostile_chains_cost_bounded_time() {
    let root = Authority::root("Root");
    for (what, chain) in [
        ("one name", one_name()),
        ("mesh", mesh()),
        ("names", names()),
    ] {
        let size: usize = chain.iter().map(|der| der.len()).sum();
        let start = Instant::now();
        let result = verify(&root.store(), &chain);
        let took = start.elapsed();
        println!(
            "{what}: {} certificates, {size} bytes, {took:?}",
            chain.len()
        );
        let error = result.unwrap_err();
        println!(
            "  {}",
            error.to_string().chars().take(200).collect::<String>()
        );
        assert!(took < Duration::from_secs(8), "{what}: {took:?}");
    }
}
