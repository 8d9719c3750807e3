//! Our client with a server on Python's `ssl`.

use std::path::Path;
use std::process::Command;

use embertls::NamedGroup;
use tempfile::TempDir;

use crate::cases::Case;
use crate::common::process::Process;
use crate::common::programs;
use crate::names;

#[test]
fn every_suite_and_group() {
    let Some(python) = programs::python() else {
        return;
    };
    for case in Case::all() {
        if case.group == NamedGroup::X25519 {
            continue; // Python cannot ask for it alone.
        }
        let dir = TempDir::new().expect("a folder");
        let files = case.pki().identity.write_to(dir.path());
        let mut command = Command::new(&python);
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/echo_server.py"))
            .arg("--chain")
            .arg(&files.chain)
            .arg("--key")
            .arg(&files.key)
            .args(["--ciphers", &names::openssl_cipher_list(case.suite)])
            .args(["--group", names::openssl_group(case.group)]);
        let mut server = Process::start(&mut command);
        let port = server.line_with("port ");
        let port = port.trim_start_matches("port ").parse().expect("a number");

        case.exchange(server.connect(port));

        let suite = names::openssl_suite(case.suite);
        server.line_with(&format!("negotiated TLSv1.2 {suite}"));
        server.line_with("closed by close_notify");
    }
}
