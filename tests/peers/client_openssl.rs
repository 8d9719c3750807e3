//! Our client with `openssl s_server`.

use std::process::Command;

use tempfile::TempDir;

use crate::cases::Case;
use crate::common::process::{Process, ReservedPort};
use crate::common::programs;
use crate::names;

#[test]
fn every_suite_and_group() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    for case in Case::all() {
        let dir = TempDir::new().expect("a folder");
        let files = case.pki().identity.write_to(dir.path());
        let reserved = ReservedPort::new();
        let mut command = Command::new(&openssl);
        command
            .args(["s_server", "-quiet", "-naccept", "1", "-tls1_2"])
            .args(["-accept", &format!("127.0.0.1:{}", reserved.port)])
            .args(["-cipher", &names::openssl_cipher_list(case.suite)])
            .args(["-groups", names::openssl_group(case.group)])
            .arg("-cert")
            .arg(&files.chain)
            .arg("-cert_chain")
            .arg(&files.intermediates)
            .arg("-key")
            .arg(&files.key);
        let mut server = Process::start_echo(&mut command);

        case.exchange(server.connect(reserved.port));
    }
}
