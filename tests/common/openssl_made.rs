//! Keys and certificates that only the openssl program makes: RSA keys, and
//! what no library of today signs any more.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::certificates::{Authority, HOST, Identity};
use super::programs;

/// An RSA key in PEM (PKCS#8).
///
/// # Panics
///
/// Without the openssl program: a test that wants RSA asks for it first.
pub fn rsa_key(bits: u32) -> String {
    let bits = format!("rsa_keygen_bits:{bits}");
    run(&["genpkey", "-algorithm", "RSA", "-pkeyopt", &bits])
}

/// An EC key in PEM (PKCS#8) on a curve that rcgen does not have.
pub fn p521_key() -> String {
    let curve = "ec_paramgen_curve:P-521";
    run(&["genpkey", "-algorithm", "EC", "-pkeyopt", curve])
}

/// A certificate for `localhost` with this key, signed with this hash.
pub fn identity(authority: &Authority, key_pem: String, hash: &str) -> Identity {
    let dir = TempDir::new().expect("a folder can be made");
    let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    let write = |name: &str, text: &str| {
        fs::write(Path::new(&path(name)), text).expect("a file can be written");
        path(name)
    };
    let ca = write("ca.pem", &authority.pem());
    let ca_key = write("ca-key.pem", &authority.key_pem());
    let key = write("key.pem", &key_pem);
    let extensions = write(
        "extensions.cnf",
        &format!(
            "subjectAltName = DNS:{HOST}\n\
             keyUsage = critical, digitalSignature\n\
             extendedKeyUsage = serverAuth\n"
        ),
    );
    let request = path("request.pem");
    let subject = format!("/CN={HOST}");
    run(&[
        "req", "-new", "-key", &key, "-subj", &subject, "-out", &request,
    ]);
    let chain_pem = run(&[
        "x509",
        "-req",
        "-in",
        &request,
        "-CA",
        &ca,
        "-CAkey",
        &ca_key,
        "-days",
        "3650",
        hash,
        "-extfile",
        &extensions,
    ]);
    Identity {
        chain_pem: chain_pem + authority.chain_pem(),
        key_pem,
    }
}

/// Runs the program to its end and gives what it printed.
fn run(arguments: &[&str]) -> String {
    let openssl = programs::openssl().expect("a test that wants RSA asks for openssl first");
    let output = Command::new(openssl)
        .args(arguments)
        .output()
        .expect("openssl can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "openssl {arguments:?} failed:\n{said}"
    );
    String::from_utf8(output.stdout).expect("openssl prints text")
}
