//! What the tests of the build share.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::source::{self, Tree};

/// The crate's `vendor/`.
pub fn vendor_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor")
}

/// An empty folder of this name below cargo's folder for tests.
pub fn fresh_dir(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).expect("the folder of an earlier run can be removed");
    }
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    dir
}

/// The tree in place of the pinned one, as for the build script.
pub fn given_tree() -> Option<PathBuf> {
    let given = env::var_os("EMBERTLS_MBEDTLS_DIR").filter(|value| !value.is_empty());
    given.map(PathBuf::from)
}

/// A tree in `work_dir`, patched but for the patches named.
pub fn prepare(work_dir: &Path, skipped: &[String]) -> Tree {
    prepare_tree(given_tree().as_deref(), work_dir, skipped)
}

/// The same, whatever tree is given: the one that the patches are written for.
#[allow(dead_code)]
pub fn prepare_pinned(work_dir: &Path, skipped: &[String]) -> Tree {
    prepare_tree(None, work_dir, skipped)
}

fn prepare_tree(given_tree: Option<&Path>, work_dir: &Path, skipped: &[String]) -> Tree {
    let request = source::Request {
        vendor_dir: &vendor_dir(),
        work_dir,
        given_tree,
        cargo: Path::new(env!("CARGO")),
        offline: false,
        skipped_patches: skipped,
    };
    source::prepare(&request).unwrap_or_else(|error| panic!("{error}"))
}

/// Called where a test lacks a program. Returns when the user allows the test
/// to be skipped, and fails it otherwise.
pub fn missing(test: &str, what: &str, debian_package: &str) {
    if env::var_os("EMBERTLS_SKIP_MISSING_PEERS").is_some_and(|value| value == "1") {
        // Past the test harness, which hides what a passing test prints.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {test} needs {what} (Debian: {debian_package})"
        );
        return;
    }
    panic!(
        "{test} needs {what}: install it (Debian: apt install {debian_package}), \
         or set EMBERTLS_SKIP_MISSING_PEERS=1 to skip such tests"
    );
}
