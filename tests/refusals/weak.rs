//! Weak certificates and old versions, which rustls does not do: with servers
//! on Python's `ssl`, which tell the alert that they get.

use std::path::Path;
use std::process::Command;

use embertls::{Alert, Error, VerifyFlag};
use tempfile::TempDir;

use crate::common::certificates::{Authority, Identity, Leaf};
use crate::common::process::Process;
use crate::common::{openssl_made, ours, programs};

#[test]
fn a_sha1_signature() {
    let root = Authority::root("Weak Test Root");
    if programs::openssl().is_none() {
        return;
    }
    let identity = openssl_made::identity(&root, openssl_made::rsa_key(2048), "-sha1");
    let Some(error) = refusal_by_our_client(&root, &identity, &[], "UNSUPPORTED_CERTIFICATE")
    else {
        return;
    };
    expect_flag(error, VerifyFlag::BadMd);
}

#[test]
fn an_rsa_key_of_1024_bits() {
    let root = Authority::root("Weak Test Root");
    if programs::openssl().is_none() {
        return;
    }
    let identity = openssl_made::identity(&root, openssl_made::rsa_key(1024), "-sha256");
    let Some(error) = refusal_by_our_client(&root, &identity, &[], "UNSUPPORTED_CERTIFICATE")
    else {
        return;
    };
    expect_flag(error, VerifyFlag::BadKey);
}

#[test]
fn servers_of_old_versions() {
    let root = Authority::root("Weak Test Root");
    let identity = root.issue(Leaf::new());
    for newest in ["TLSv1", "TLSv1_1"] {
        // None of our suites exists in those versions.
        let options = ["--newest", newest];
        let Some(error) = refusal_by_our_client(&root, &identity, &options, "NO_SHARED_CIPHER")
        else {
            return;
        };
        let Error::Handshake(failure) = error else {
            panic!("{error:?}");
        };
        assert_eq!(
            failure.alert_received,
            Some(Alert::HandshakeFailure),
            "{failure}"
        );
        assert_eq!(failure.report.version_chosen, None);
        assert!(failure.reason.contains("TLS 1.2"), "{failure}");
    }
}

/// Our client's error with such a server, which must say this in the end.
fn refusal_by_our_client(
    root: &Authority,
    identity: &Identity,
    options: &[&str],
    said: &str,
) -> Option<Error> {
    let python = programs::python()?;
    let dir = TempDir::new().expect("a folder");
    let files = identity.write_to(dir.path());
    let mut command = Command::new(python);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/echo_server.py"))
        .arg("--chain")
        .arg(&files.chain)
        .arg("--key")
        .arg(&files.key)
        .args(options);
    let mut server = Process::start(&mut command);
    let port = server.line_with("port ");
    let port = port.trim_start_matches("port ").parse().expect("a number");

    let config = ours::client(root).build().expect("sound");
    let error = ours::connect(&config, server.connect(port)).expect_err("refused");
    let told = server.line_with("refused: ");
    assert!(told.ends_with(said), "{told} after {error}");
    Some(error)
}

fn expect_flag(error: Error, flag: VerifyFlag) {
    match error {
        Error::Verify(error) => assert_eq!(error.flags(), flag.bit(), "{error}"),
        other => panic!("{other:?}"),
    }
}
