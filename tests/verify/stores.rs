//! Trust stores and where they come from.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use embertls::{Certificate, Error, TrustStore};
use rcgen::{GeneralSubtree, KeyPair, NameConstraints};

use crate::pki::{Authority, verify};

fn pem(name: &str) -> String {
    let key = KeyPair::generate().unwrap();
    crate::pki::authority(name).self_signed(&key).unwrap().pem()
}

#[test]
fn a_file_with_a_broken_certificate_in_the_middle() {
    let (first, last) = (pem("First"), pem("Last"));
    let broken_base64 = pem("Broken").replace('M', "!");
    let broken_der = pem("Broken").replacen("MII", "MIJ", 1);
    let no_end = pem("Broken").replace("-----END CERTIFICATE-----", "");
    for (broken, reason) in [
        (broken_base64, "it is not base64"),
        (broken_der, "field certificate:"),
        (no_end, "there is no `-----END CERTIFICATE-----` line"),
    ] {
        let store = TrustStore::from_pem(format!("{first}{broken}{last}")).unwrap();
        let names: Vec<_> = store
            .certificates()
            .iter()
            .map(Certificate::subject)
            .collect();
        assert_eq!(names, ["CN=First", "CN=Last"]);
        let [rejected] = store.rejected() else {
            panic!("{:?}", store.rejected());
        };
        let line = first.lines().count() + 1;
        assert_eq!(
            rejected.which,
            format!("the PEM text, certificate 2 (line {line})")
        );
        assert!(rejected.reason.contains(reason), "{rejected}");
    }
}

#[test]
fn a_file_without_a_certificate_says_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.pem");
    let key = KeyPair::generate().unwrap().serialize_pem();
    for (content, told) in [
        (&b""[..], "no certificate found: it is empty"),
        (b"hello\n", "none of its 1 lines begins with"),
        (
            format!("# key\n{key}").as_bytes(),
            "it holds a `-----BEGIN PRIVATE KEY-----` in line 2",
        ),
        (b"\x00\x01\x02\xff", "its 4 bytes are neither PEM nor DER"),
        (b"\xff\xfe-\x00-\x00", "UTF-16"),
        (
            b"-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----\n",
            "`openssl x509`",
        ),
    ] {
        fs::write(&path, content).unwrap();
        let error = TrustStore::from_pem_file(&path).unwrap_err();
        assert!(matches!(error, Error::Certificate { .. }));
        let text = error.to_string();
        assert!(text.contains("ca.pem"), "{text}");
        assert!(text.contains(told), "{text}");
    }
    let error = TrustStore::from_pem_file(dir.path().join("none.pem")).unwrap_err();
    assert_eq!(error.io_kind(), std::io::ErrorKind::NotFound);
    assert!(error.to_string().contains("none.pem"), "{error}");
}

#[test]
fn der_and_pem_with_a_mark_at_the_start_are_read() {
    let root = Authority::root("Root");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.der");
    fs::write(&path, &root.der).unwrap();
    assert!(TrustStore::from_pem_file(&path).is_ok());
    assert!(TrustStore::from_der(&root.der).is_ok());
    let marked = format!("\u{feff}{}", pem("Marked").replace('\n', "\r\n"));
    assert!(TrustStore::from_pem(marked).is_ok());
}

#[test]
fn an_empty_store_is_refused() {
    let error = TrustStore::builder().build().unwrap_err();
    assert!(matches!(error, Error::Config { .. }));
    let none: [&rustls_pki_types::CertificateDer<'_>; 0] = [];
    assert!(TrustStore::from_certificates(none).is_err());
}

#[test]
fn a_directory_with_links_duplicates_and_other_files() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let (a, b) = (pem("A"), pem("B"));
    fs::write(at("a.pem"), &a).unwrap();
    fs::write(at("bundle.crt"), format!("{a}{b}")).unwrap();
    fs::write(at("README"), "not a certificate").unwrap();
    fs::write(at("broken.pem"), a.replace('M', "!")).unwrap();
    fs::create_dir(at("java")).unwrap();
    link(&at("a.pem"), &at("0123abcd.0"));
    link(&at("gone.pem"), &at("4567abcd.0"));
    let store = TrustStore::from_dir(dir.path()).unwrap();
    assert_eq!(store.certificates().len(), 2);
    let rejected: Vec<_> = store.rejected().iter().map(|r| &r.which).collect();
    let (count, expected) = if cfg!(unix) { (2, 1) } else { (1, 0) };
    assert_eq!(rejected.len(), count, "{rejected:?}");
    assert!(rejected[expected].contains("broken.pem"), "{rejected:?}");

    let empty = tempfile::tempdir().unwrap();
    let error = TrustStore::from_dir(empty.path()).unwrap_err();
    assert!(error.to_string().contains("in its 0 files"), "{error}");
    assert!(TrustStore::from_dir(at("none")).is_err());
}

#[cfg(unix)]
fn link(target: &Path, name: &Path) {
    std::os::unix::fs::symlink(target, name).unwrap();
}

#[cfg(not(unix))]
fn link(_target: &Path, _name: &Path) {}

#[test]
fn sources_are_joined_and_each_certificate_is_taken_once() {
    let (a, b) = (Authority::root("A"), Authority::root("B"));
    let store = TrustStore::builder()
        .der(&a.der)
        .unwrap()
        .certificates([&a.der, &b.der])
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(store.certificates().len(), 2);
    assert!(verify(&store, &[a.server()]).is_ok());
    assert!(verify(&store, &[b.server()]).is_ok());
}

#[test]
fn trust_anchors_without_certificates() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root.der.clone()).unwrap();
    let mut malformed = roots.roots[0].clone();
    malformed.name_constraints = Some(vec![0xa0, 0].into());
    roots.roots.push(malformed);
    let store = TrustStore::builder()
        .anchors(&roots.roots)
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(store.certificates()[0].subject(), "CN=Root");
    assert_eq!(store.rejected()[0].which, "trust anchor 2");
    let middle = root.intermediate("Middle");
    assert!(verify(&store, &[middle.server(), middle.der]).is_ok());
    assert!(verify(&store, &[other.server()]).is_err());
}

#[test]
fn name_constraints_of_trust_anchors_count() {
    for (domain, is_good) in [("example", true), ("other.example", false)] {
        let mut params = crate::pki::authority("Root");
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName(domain.into())],
            excluded_subtrees: vec![],
        });
        let root = Authority::root_of(params);
        let mut roots = rustls::RootCertStore::empty();
        roots.add(root.der.clone()).unwrap();
        assert!(roots.roots[0].name_constraints.is_some());
        let store = TrustStore::builder().anchors(&roots.roots).unwrap();
        let result = verify(&store.build().unwrap(), &[root.server()]);
        assert_eq!(result.is_ok(), is_good, "{domain}: {result:?}");
    }
}

/// Needs no particular certificates; a machine may have none.
#[test]
fn the_systems_store_loads_and_says_what_it_left_out() {
    match TrustStore::system() {
        Ok(store) => {
            assert!(!store.certificates().is_empty());
            let mut seen = HashSet::new();
            assert!(store.certificates().iter().all(|c| seen.insert(c.clone())));
            for rejected in store.rejected() {
                assert!(!rejected.reason.is_empty());
                println!("left out: {rejected}");
            }
            let found = rustls_native_certs::load_native_certs();
            let all: HashSet<_> = found.certs.iter().collect();
            assert_eq!(
                store.certificates().len() + store.rejected().len(),
                all.len() + found.errors.len()
            );
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains("the system's trust store"), "{text}");
            println!("this system has no trust store: {text}");
        }
    }
}

#[test]
fn one_certificate_where_one_is_expected() {
    let (a, b) = (pem("A"), pem("B"));
    assert_eq!(Certificate::from_pem(&a).unwrap().subject(), "CN=A");
    let error = Certificate::from_pem(format!("{a}{b}")).unwrap_err();
    assert!(error.to_string().contains("chain_from_pem"), "{error}");
    let error = Certificate::from_pem("nothing").unwrap_err();
    assert!(
        error.to_string().contains("no certificate found"),
        "{error}"
    );
    let error = Certificate::chain_from_pem(format!("{a}{}", b.replace('M', "!"))).unwrap_err();
    assert!(error.to_string().contains("certificate 2 (line"), "{error}");
}
