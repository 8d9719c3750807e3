//! The `openssl` program, which makes the keys of these tests.

use std::env;
use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

pub(crate) struct Openssl(());

impl Openssl {
    /// Finds the program. Where it is missing the test fails, or is skipped
    /// when `EMBERTLS_SKIP_MISSING_PEERS` is 1.
    pub(crate) fn find() -> Option<Self> {
        match Command::new("openssl").arg("version").output() {
            Ok(_) => Some(Self(())),
            Err(e) if e.kind() == ErrorKind::NotFound => {
                if env::var("EMBERTLS_SKIP_MISSING_PEERS").is_ok_and(|value| value == "1") {
                    let thread = std::thread::current();
                    let test = thread.name().unwrap_or("a test");
                    // Past the test harness, which hides what a passing test prints.
                    let _ = writeln!(
                        std::io::stderr(),
                        "skipped: {test} needs openssl (Debian: openssl)"
                    );
                    return None;
                }
                panic!("install the Debian package `openssl`, or set EMBERTLS_SKIP_MISSING_PEERS=1")
            }
            Err(e) => panic!("openssl: {e}"),
        }
    }

    /// A new private key, as PKCS#8 in PEM: the algorithm and its options.
    pub(crate) fn generate(&self, algorithm: &[&str]) -> Vec<u8> {
        let mut arguments = vec!["genpkey", "-algorithm", algorithm[0]];
        arguments.extend(
            algorithm[1..]
                .iter()
                .flat_map(|option| ["-pkeyopt", option]),
        );
        self.run(&arguments, b"")
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("openssl")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "openssl {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }
}
