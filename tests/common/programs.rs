//! The programs that tests need, and what happens where one is missing.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The openssl program. `None`: not here, and the user lets tests that need it
/// be skipped.
pub fn openssl() -> Option<PathBuf> {
    needed("openssl", "openssl")
}

pub fn curl() -> Option<PathBuf> {
    needed("curl", "curl")
}

pub fn gnutls_serv() -> Option<PathBuf> {
    needed("gnutls-serv", "gnutls-bin")
}

pub fn gnutls_cli() -> Option<PathBuf> {
    needed("gnutls-cli", "gnutls-bin")
}

/// Python with its `ssl` module; the system's own, where there is one.
pub fn python() -> Option<PathBuf> {
    let of_the_system = Path::new("/usr/bin/python3");
    if of_the_system.exists() {
        return Some(of_the_system.into());
    }
    needed("python3", "python3")
}

/// A program of the `PATH`, or one for administrators.
pub fn needed(program: &str, debian_package: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|dir| dir.join(program))
        .find(|path| path.is_file());
    if found.is_none() {
        missing(program, debian_package);
    }
    found
}

/// Fails the test, unless the user has allowed that it is skipped.
fn missing(program: &str, debian_package: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    if env::var_os("EMBERTLS_SKIP_MISSING_PEERS").is_some_and(|value| value == "1") {
        // Past the test harness, which hides what a passing test prints.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {test} needs {program} (Debian: {debian_package})"
        );
        return;
    }
    panic!(
        "{test} needs {program}: install it (Debian: apt install {debian_package}), \
         or set EMBERTLS_SKIP_MISSING_PEERS=1 to skip such tests"
    );
}
