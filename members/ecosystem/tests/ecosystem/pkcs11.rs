//! The example with keys in a PKCS#11 token, against SoftHSM.

use std::path::Path;
use std::process::Command;

use crate::common::missing;

#[test]
fn server_and_client_sign_in_the_token() {
    if !Path::new("/usr/lib/softhsm/libsofthsm2.so").exists() {
        missing("SoftHSM", "softhsm2");
        return;
    }
    let mut example = std::env::current_exe().expect("a test knows where it is");
    example.pop();
    example.pop();
    example.push("examples/pkcs11");
    let output = Command::new(&example).output().expect("the example starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    for suite in ["WITH_AES_128_GCM_SHA256", "WITH_AES_256_GCM_SHA384"] {
        let prefix = format!("TLS_ECDHE_ECDSA_{suite}: ");
        let line = said.lines().find_map(|line| line.strip_prefix(&prefix));
        assert_eq!(
            line,
            Some(
                "the client found the server Verified, the server found the client Verified, hello"
            ),
            "{said}"
        );
    }
}
