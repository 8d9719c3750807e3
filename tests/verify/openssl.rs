//! Chains that rcgen does not make: RSA keys and SHA-1, with the openssl
//! program.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use embertls::{Certificate, TrustStore, VerifyFlag};
use rustls_pki_types::CertificateDer;

use crate::pki::{HOST, explanation, flags, verify};
use crate::programs;

type Chain = (CertificateDer<'static>, Vec<CertificateDer<'static>>);

/// What a chain is made with.
struct Recipe {
    root_key: &'static str,
    leaf_key: &'static str,
    digest: &'static str,
}

const GOOD: Recipe = Recipe {
    root_key: "rsa:2048",
    leaf_key: "rsa:2048",
    digest: "-sha256",
};

/// A root with an RSA key, and a server's chain.
pub fn rsa_authority() -> Option<Chain> {
    make(&GOOD, &[])
}

/// A root, and the chain of a server below it.
fn make(recipe: &Recipe, sign: &[&str]) -> Option<Chain> {
    programs::openssl()?;
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(
        dir.join("leaf.cnf"),
        format!("subjectAltName=DNS:{HOST}\nkeyUsage=digitalSignature\n"),
    )
    .unwrap();
    let root = format!(
        "req -x509 -nodes -newkey {} -keyout root.key -out root.pem -subj /CN=Root \
         -days 9000 -addext keyUsage=keyCertSign,cRLSign {}",
        recipe.root_key, recipe.digest
    );
    run(dir, &root, &[]);
    let request = format!(
        "req -nodes -newkey {} -keyout leaf.key -out leaf.csr -subj /CN={HOST}",
        recipe.leaf_key
    );
    run(dir, &request, &[]);
    let signing = format!(
        "x509 -req -in leaf.csr -CA root.pem -CAkey root.key -set_serial 77 -days 8000 \
         -extfile leaf.cnf -out leaf.pem {}",
        recipe.digest
    );
    run(dir, &signing, sign);
    let read = |name: &str| {
        let pem = fs::read(dir.join(name)).unwrap();
        CertificateDer::from(&Certificate::from_pem(&pem).unwrap())
    };
    Some((read("root.pem"), vec![read("leaf.pem")]))
}

fn run(dir: &Path, arguments: &str, more: &[&str]) {
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .args(more)
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "openssl {arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn judge(recipe: &Recipe) -> Option<Result<embertls::VerifiedChain, embertls::VerifyError>> {
    let (root, chain) = make(recipe, &[])?;
    let store = TrustStore::from_certificates([&root]).unwrap();
    Some(verify(&store, &chain))
}

#[test]
fn rsa_2048_is_good() {
    if let Some(result) = judge(&GOOD) {
        assert_eq!(result.unwrap().certificates().len(), 2);
    }
}

#[test]
fn p521_is_good() {
    let recipe = Recipe {
        root_key: "ec -pkeyopt ec_paramgen_curve:P-521",
        leaf_key: "ec -pkeyopt ec_paramgen_curve:P-521",
        digest: "-sha512",
    };
    if let Some(result) = judge(&recipe) {
        assert!(result.is_ok());
    }
}

#[test]
fn rsa_pss_signatures_are_good() {
    let pss = [
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:32",
    ];
    let Some((root, chain)) = make(&GOOD, &pss) else {
        return;
    };
    let store = TrustStore::from_certificates([&root]).unwrap();
    assert!(verify(&store, &chain).is_ok());
}

#[test]
fn a_sha1_signature_is_refused_by_that_name() {
    let recipe = Recipe {
        digest: "-sha1",
        ..GOOD
    };
    let Some(result) = judge(&recipe) else {
        return;
    };
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadMd)]);
    let text = explanation(result);
    assert!(text.contains("signed with sha1WithRSAEncryption"), "{text}");
}

#[test]
fn an_md5_signature_is_refused_by_that_name() {
    let recipe = Recipe {
        digest: "-md5",
        ..GOOD
    };
    if programs::openssl().is_none() {
        return;
    }
    // Certificate::from_pem would refuse it too, so it is not made by `make`.
    let dir = tempfile::tempdir().unwrap();
    let arguments = format!(
        "req -x509 -nodes -newkey {} -keyout key -out pem -subj /CN={HOST} -days 9000 {}",
        recipe.leaf_key, recipe.digest
    );
    run(dir.path(), &arguments, &["-outform", "DER"]);
    let leaf = CertificateDer::from(fs::read(dir.path().join("pem")).unwrap());
    let (root, _) = rsa_authority().unwrap();
    let result = verify(&TrustStore::from_certificates([&root]).unwrap(), &[leaf]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadMd)]);
    assert!(explanation(result).contains("md5WithRSAEncryption"));
}

#[test]
fn a_short_rsa_key_of_the_server() {
    let recipe = Recipe {
        leaf_key: "rsa:1024",
        ..GOOD
    };
    let Some(result) = judge(&recipe) else {
        return;
    };
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadKey)]);
    let text = explanation(result);
    assert!(text.starts_with("its key is RSA of 1024 bits;"), "{text}");
}

/// The engine rounds up to whole bytes: for it this is RSA 2048.
#[test]
fn the_size_of_an_rsa_key_is_not_rounded_up() {
    let recipe = Recipe {
        leaf_key: "rsa:2046",
        ..GOOD
    };
    let Some(result) = judge(&recipe) else {
        return;
    };
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadKey)]);
    assert!(explanation(result).contains("2046 bits"));
}

#[test]
fn a_short_rsa_key_of_the_authority() {
    for bits in ["rsa:1024", "rsa:2046"] {
        let recipe = Recipe {
            root_key: bits,
            ..GOOD
        };
        let Some(result) = judge(&recipe) else {
            return;
        };
        assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadKey)]);
        let text = explanation(result);
        assert!(
            text.starts_with("signed by CN=Root, whose key is RSA"),
            "{text}"
        );
    }
}

#[test]
fn a_curve_that_is_not_allowed() {
    let recipe = Recipe {
        leaf_key: "ec -pkeyopt ec_paramgen_curve:secp256k1",
        ..GOOD
    };
    if programs::openssl().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let arguments = format!(
        "req -x509 -nodes -newkey {} -keyout key -out pem -subj /CN={HOST} -days 9000",
        recipe.leaf_key
    );
    run(dir.path(), &arguments, &["-outform", "DER"]);
    let leaf = CertificateDer::from(fs::read(dir.path().join("pem")).unwrap());
    let (root, _) = rsa_authority().unwrap();
    let result = verify(&TrustStore::from_certificates([&root]).unwrap(), &[leaf]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::BadKey)]);
    assert!(explanation(result).contains("EC on secp256k1"));
}
