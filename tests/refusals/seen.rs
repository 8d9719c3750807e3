//! What other implementations see when our client refuses their certificate.

use std::path::Path;
use std::process::Command;

use embertls::{Error, VerifyFlag};
use tempfile::TempDir;

use crate::common::certificates::{Authority, IdentityFiles, Leaf};
use crate::common::process::{Process, ReservedPort};
use crate::common::{ours, programs};

#[test]
fn by_openssl() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let told = refused_server("alert", |files, port| {
        let mut command = Command::new(&openssl);
        command
            .args(["s_server", "-quiet", "-naccept", "1"])
            .args(["-accept", &format!("127.0.0.1:{port}")])
            .arg("-cert")
            .arg(&files.chain)
            .arg("-key")
            .arg(&files.key);
        command
    });
    assert!(told.contains("tlsv1 alert unknown ca"), "{told}");
}

#[test]
fn by_gnutls() {
    let Some(gnutls_serv) = programs::gnutls_serv() else {
        return;
    };
    let told = refused_server("Alert[2|", |files, port| {
        let mut command = Command::new(&gnutls_serv);
        command
            .args(["--echo", "--disable-client-cert", "--debug", "5"])
            .args(["--port", &port.to_string()])
            .arg("--x509certfile")
            .arg(&files.chain)
            .arg("--x509keyfile")
            .arg(&files.key);
        command
    });
    assert!(told.contains("CA is unknown"), "{told}");
}

#[test]
fn by_python() {
    let Some(python) = programs::python() else {
        return;
    };
    let told = refused_server("refused: ", |files, port| {
        let mut command = Command::new(&python);
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/echo_server.py"))
            .args(["--port", &port.to_string()])
            .arg("--chain")
            .arg(&files.chain)
            .arg("--key")
            .arg(&files.key);
        command
    });
    assert!(told.ends_with("TLSV1_ALERT_UNKNOWN_CA"), "{told}");
}

/// Our client refuses a server of an unknown root; gives the line with `text`
/// that the server says then.
fn refused_server(text: &str, command: impl Fn(&IdentityFiles, u16) -> Command) -> String {
    let identity = Authority::root("Another Root").issue(Leaf::new());
    let dir = TempDir::new().expect("a folder");
    let files = identity.write_to(dir.path());
    let reserved = ReservedPort::new();
    let mut server = Process::start(&mut command(&files, reserved.port));

    let config = ours::client(&Authority::root("Our Root"));
    let config = config.build().expect("sound");
    let stream = server.connect(reserved.port);
    match ours::connect(&config, stream).expect_err("an unknown root") {
        Error::Verify(error) => assert_eq!(error.flags(), VerifyFlag::NotTrusted.bit()),
        other => panic!("{other:?}"),
    }
    server.line_with(text)
}
