//! Our client with `openssl s_server`.

use std::io;
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
        // It prints what it gets and sends what it reads: tie the two together.
        let (mut server, mut stdin, mut stdout) = Process::start_with_data(&mut command);
        let echo = std::thread::spawn(move || io::copy(&mut stdout, &mut stdin));

        case.exchange(server.connect(reserved.port));
        drop(server);
        // The pipe may break when the server ends: the data has arrived before.
        let _ = echo.join().expect("the copying does not panic");
    }
}
