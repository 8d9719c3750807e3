//! Builds with certificates: P-256 always, the rest by its features.

use std::sync::Arc;

use embertls::{
    Certificate, CipherSuite, Error, PrivateKey, SignatureScheme, Signing, SigningKey, Verdict,
};
use tempfile::TempDir;

use crate::common::certificates::{Authority, KeyKind, Leaf};
use crate::common::process::ReservedPort;
use crate::common::{openssl_made, ours, programs};
use crate::{CURVES, RSA, SHA384, exchange, names_feature, s_server};

#[test]
fn keys_of_other_kinds_are_refused_by_the_name_of_their_feature() {
    let root = Authority::root("a root");
    let p384 = root.issue(Leaf::new().kind(KeyKind::P384));
    let mut cases = vec![(p384, "curves", CURVES)];
    if programs::openssl().is_some() {
        cases.push((root.issue(Leaf::new().kind(KeyKind::Rsa)), "rsa", RSA));
        cases.push((
            openssl_made::identity(&root, root.issue(Leaf::new()).key_pem, "-sha384"),
            "sha384",
            SHA384,
        ));
    }
    for (identity, feature, is_compiled) in cases {
        let certificate = Certificate::chain_from_pem(&identity.chain_pem);
        assert_eq!(certificate.is_ok(), is_compiled, "{feature}");
        if let Err(error) = certificate {
            assert!(names_feature(&error, feature), "{error}");
        }
        // A key has no hash.
        let key = PrivateKey::from_pem(&identity.key_pem);
        assert_eq!(key.is_ok(), is_compiled || feature == "sha384", "{feature}");
        if let Err(error) = key {
            assert!(names_feature(&error, feature), "{error}");
        }
    }
}

/// A signer of the application with a key on P-256, or another one.
#[derive(Debug)]
struct Signer {
    public_key: Vec<u8>,
    schemes: Vec<SignatureScheme>,
}

impl SigningKey for Signer {
    fn public_key_der(&self) -> &[u8] {
        &self.public_key
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &self.schemes
    }

    fn sign(&self, _: SignatureScheme, _: &[u8]) -> Signing {
        unreachable!("no handshake is made with it")
    }
}

#[test]
fn a_signer_is_left_the_hashes_that_are_compiled() {
    let identity = Authority::root("a root").issue(Leaf::new());
    let own = PrivateKey::from_pem(&identity.key_pem).unwrap();
    let signer = |schemes: &[SignatureScheme]| {
        PrivateKey::from_signing_key(Arc::new(Signer {
            public_key: own.public_key_der().to_vec(),
            schemes: schemes.to_vec(),
        }))
    };
    let all = signer(SignatureScheme::ECDSA).unwrap();
    assert_eq!(all.schemes(), own.schemes());
    assert_eq!(all.schemes().len(), if SHA384 { 3 } else { 1 });
    let sha384 = signer(&[SignatureScheme::EcdsaSha384]);
    assert_eq!(sha384.is_ok(), SHA384);
    if let Err(error) = sha384 {
        assert!(names_feature(&error, "sha384"), "{error}");
    }
}

#[test]
fn an_openssl_server_with_each_suite_for_certificates() {
    let root = Authority::root("a root");
    let identity = root.issue(Leaf::new());
    let suites = CipherSuite::ALL.iter();
    for suite in suites.filter(|suite| suite.name().contains("ECDSA")) {
        let config = ours::client(&root).cipher_suites(&[*suite]);
        let config = config.build().unwrap();
        let Some(verdict) = exchange(&config, *suite, Some(&identity)) else {
            return;
        };
        assert!(matches!(verdict, Verdict::Verified), "{suite}");
    }
}

#[test]
fn a_chain_with_rsa_is_refused_by_the_name_of_its_feature() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    // The leaf is on P-256, and what signed it is an authority with an RSA key.
    let root = Authority::root("a root");
    let rsa = Authority::root_with("an authority with RSA", KeyKind::Rsa);
    let dir = TempDir::new().unwrap();
    let identity = openssl_made::identity(&rsa, root.issue(Leaf::new()).key_pem, "-sha256");
    let reserved = ReservedPort::new();
    let mut server = s_server(&openssl, reserved.port, Some((&identity, &dir)));
    let config = ours::client(&root).build().unwrap();
    let result = ours::connect(&config, server.connect(reserved.port));
    let error = result.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Verify(_)), "{error}");
    assert_eq!(names_feature(&error, "rsa"), !RSA, "{error}");
}
