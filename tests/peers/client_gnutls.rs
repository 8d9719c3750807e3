//! Our client with `gnutls-serv --echo`.

use std::process::Command;

use tempfile::TempDir;

use crate::cases::Case;
use crate::common::process::{Process, ReservedPort};
use crate::common::programs;
use crate::names;

#[test]
fn every_suite_and_group() {
    let Some(gnutls_serv) = programs::gnutls_serv() else {
        return;
    };
    for case in Case::all() {
        let dir = TempDir::new().expect("a folder");
        let files = case.pki().identity.write_to(dir.path());
        let reserved = ReservedPort::new();
        let mut command = Command::new(&gnutls_serv);
        command
            .args(["--echo", "--crlf", "--disable-client-cert"])
            .args(["--port", &reserved.port.to_string()])
            .args([
                "--priority",
                &names::gnutls_priority(case.suite, case.group),
            ])
            .arg("--x509certfile")
            .arg(&files.chain)
            .arg("--x509keyfile")
            .arg(&files.key);
        let mut server = Process::start(&mut command);
        server.line_with("listening on IPv4");

        case.exchange(server.connect(reserved.port));

        let told = server.line_with("- Description: ");
        for part in [
            "TLS1.2".to_owned(),
            format!("(ECDHE-{})", names::gnutls_group(case.group)),
            format!("({})", names::gnutls_cipher(case.suite)),
        ] {
            assert!(told.contains(&part), "{told} names no {part}");
        }
    }
}
