//! Misuse that does not compile, and what the compiler says to it.
//!
//! Compilers word their messages differently from version to version, so they
//! are compared under the one that wrote them; `TRYBUILD=overwrite` writes
//! them anew, and then [`WRITTEN_BY`] has to follow.

#![cfg(feature = "full")]

use std::process::Command;

/// The compiler whose messages are in `compile_fail/`.
const WRITTEN_BY: &str = "rustc 1.95.";

#[test]
fn misuse_does_not_compile() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    if !version.starts_with(WRITTEN_BY) && std::env::var_os("TRYBUILD").is_none() {
        eprintln!("skipped: the messages are those of {WRITTEN_BY}x, this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
