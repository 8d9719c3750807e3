//! What the build script promises: only known source is built, nothing but
//! our own symbols is exported, and the snapshot of the bindings is current.
//!
//! Tests that build the crate again, in a folder of their own, take minutes.
//! They run with `EMBERTLS_TEST_FULL=1`.

#![cfg(feature = "full")]

#[path = "../build/error.rs"]
#[allow(dead_code)]
mod error;
#[path = "../build/patches.rs"]
#[allow(dead_code)]
mod patches;
#[path = "../build/series.rs"]
#[allow(dead_code)]
mod series;
#[path = "../build/source.rs"]
#[allow(dead_code)]
mod source;

mod build_support;
#[path = "build_script/nested.rs"]
mod nested;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use build_support::{fresh_dir, missing, prepare, vendor_dir};

#[test]
fn a_changed_file_is_named() {
    let work = fresh_dir("digest-changed");
    let tree = untouched(&work);
    append(&tree.join("library/ssl_tls.c"), "/* changed */\n");

    let error = refusal(&tree, &work.join("out"));

    assert!(
        error.starts_with("library/ssl_tls.c is not the one of Mbed TLS 2.16.0"),
        "{error}"
    );
}

#[test]
fn a_missing_file_is_named() {
    let work = fresh_dir("digest-missing");
    let tree = untouched(&work);
    fs::remove_file(tree.join("library/aes.c")).expect("a file can be removed");

    let error = refusal(&tree, &work.join("out"));

    assert!(
        error.contains("could not read") && error.contains("library/aes.c"),
        "{error}"
    );
}

#[test]
fn another_version_is_refused_by_name() {
    let work = fresh_dir("other-version");
    let headers = [
        (
            "version.h",
            "#define MBEDTLS_VERSION_STRING         \"2.16.5\"\n",
            "2.16.5",
        ),
        (
            "build_info.h",
            "#define MBEDTLS_VERSION_STRING         \"3.6.5\"\n",
            "3.6.5",
        ),
    ];
    for (header, text, version) in headers {
        let tree = work.join(version);
        write(&tree.join("include/mbedtls").join(header), text);

        let error = refusal(&tree, &work.join("out"));

        assert!(error.contains(&format!("is Mbed TLS {version}")), "{error}");
        assert!(
            error.contains("builds 2.16.0, 2.16.9, 2.16.12 only"),
            "{error}"
        );
    }
}

#[test]
fn a_folder_without_mbed_tls_is_refused() {
    let work = fresh_dir("no-tree");

    let error = refusal(&work, &work.join("out"));

    assert!(error.contains("is not an Mbed TLS tree"), "{error}");
}

#[test]
fn a_packaged_tree_needs_no_cargo() {
    let work = fresh_dir("packaged");
    let tree = untouched(&work);
    let vendor = work.join("vendor");
    copy_dir(&vendor_dir().join("pin"), &vendor.join("pin"));
    copy_dir(&vendor_dir().join("patches"), &vendor.join("patches"));
    fs::rename(tree, vendor.join("mbedtls")).expect("a folder can be moved");

    let request = source::Request {
        vendor_dir: &vendor,
        ..request(&work)
    };
    let prepared = source::prepare(&request).unwrap_or_else(|error| panic!("{error}"));

    assert!(prepared.dir.join("library/ssl_tls.c").is_file());
}

#[test]
fn a_package_that_cannot_be_brought_is_explained() {
    let work = fresh_dir("no-cargo");

    let error = source::prepare(&request(&work))
        .err()
        .expect("an error")
        .to_string();

    assert!(error.contains("mbedtls-sys-auto 2.16.0"), "{error}");
    assert!(error.contains("EMBERTLS_MBEDTLS_DIR"), "{error}");
}

#[test]
fn a_patch_that_does_not_fit_is_refused() {
    let work = fresh_dir("patch-fit");
    let original = "one\ntwo\none\n";
    let cases = [
        ("wrong line", "@@ -2 +2 @@\n-one\n+1\n"),
        ("behind the end", "@@ -4 +4 @@\n-one\n+1\n"),
        (
            "the same line twice",
            "@@ -1 +1 @@\n-one\n+1\n@@ -1 +1 @@\n-one\n+2\n",
        ),
    ];
    for (case, hunks) in cases {
        assert!(apply(&work, hunks, original).is_err(), "{case}");
    }
    let fitting = [
        ("@@ -3 +3 @@\n-one\n+1\n", "one\ntwo\n1\n"),
        ("@@ -1,2 +0,0 @@\n-one\n-two\n", "one\n"),
        ("@@ -0,0 +1 @@\n+zero\n", "zero\none\ntwo\none\n"),
        ("@@ -3,0 +4 @@\n+three\n", "one\ntwo\none\nthree\n"),
        (
            "@@ -2,0 +3 @@\n+x\n@@ -3 +4 @@\n-one\n+1\n",
            "one\ntwo\nx\n1\n",
        ),
    ];
    for (hunks, expected) in fitting {
        assert_eq!(
            apply(&work, hunks, original).as_deref(),
            Ok(expected),
            "{hunks}"
        );
    }
}

#[test]
fn an_unknown_patch_cannot_be_left_out() {
    let result = patches::read(&vendor_dir().join("patches"), None, &["no-such".into()]);

    let error = result.expect_err("an error").to_string();
    assert!(
        error.contains("\"no-such\"") && error.contains("dead-after-failure"),
        "{error}"
    );
}

#[test]
fn every_symbol_has_our_prefix() {
    let archive = Path::new(env!("OUT_DIR")).join("libembertls_c.a");
    let Ok(output) = Command::new("nm").arg("-g").arg(&archive).output() else {
        return missing("every_symbol_has_our_prefix", "nm", "binutils");
    };
    assert!(
        output.status.success(),
        "nm cannot read {}",
        archive.display()
    );
    let listing = String::from_utf8_lossy(&output.stdout);
    let defined: Vec<_> = listing.lines().filter_map(defined_symbol).collect();

    let prefix = format!(
        "embertls_{}_{}_",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR")
    );
    let foreign: Vec<_> = defined
        .iter()
        .filter(|name| !name.starts_with(&prefix))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    for name in ["mbedtls_ssl_handshake_step", "ember_version"] {
        assert!(
            defined.contains(&format!("{prefix}{name}").as_str()),
            "{name} is missing"
        );
    }
}

#[test]
fn the_snapshot_is_what_bindgen_makes() {
    if env!("EMBERTLS_BINDINGS_ORIGIN") != "generated" {
        let test = "the_snapshot_is_what_bindgen_makes";
        return missing(test, "a build with libclang", "libclang-dev");
    }
    let generated = read(&Path::new(env!("OUT_DIR")).join("bindings.plain.rs"));
    assert!(
        generated == read(&vendor_dir().join("bindings.rs")),
        "vendor/bindings.rs is out of date: run scripts/update-bindings"
    );
}

#[test]
fn the_snapshot_holds_no_layout() {
    let snapshot = read(&vendor_dir().join("bindings.rs"));
    for word in [
        "size_of", "align", "_bindgen", "union", "pub _", "//!", "/**",
    ] {
        assert!(!snapshot.contains(word), "{word:?} in vendor/bindings.rs");
    }
    let mut lines = snapshot.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("pub struct") {
            assert_eq!(
                lines.next().map(str::trim),
                Some("_unused: [u8; 0],"),
                "{line}"
            );
        }
    }
}

/// A request whose cargo does not exist.
fn request(work: &Path) -> source::Request<'_> {
    source::Request {
        vendor_dir: Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/vendor")),
        work_dir: work,
        given_tree: None,
        cargo: Path::new("/no/such/cargo"),
        offline: true,
        skipped_patches: &[],
    }
}

/// What the build says about a tree that it refuses.
fn refusal(tree: &Path, out: &Path) -> String {
    let request = source::Request {
        given_tree: Some(tree),
        ..request(out)
    };
    source::prepare(&request)
        .err()
        .expect("the tree is refused")
        .to_string()
}

/// A copy of the tree without any patch.
fn untouched(work: &Path) -> PathBuf {
    let all =
        patches::list(&vendor_dir().join("patches")).unwrap_or_else(|error| panic!("{error}"));
    let names: Vec<_> = all.into_iter().map(|patch| patch.name).collect();
    prepare(work, &names).dir
}

/// Applies hunks to a file through a folder with that one patch.
fn apply(work: &Path, hunks: &str, original: &str) -> Result<String, String> {
    write(
        &work.join("0001-x.patch"),
        &format!("What it does.\n\n--- a/f.c\n+++ b/f.c\n{hunks}"),
    );
    let files = patches::read(work, None, &[]).map_err(|error| error.to_string())?;
    files["f.c"]
        .apply("f.c", original)
        .map_err(|error| error.to_string())
}

/// The name in a line of `nm` that defines a symbol.
fn defined_symbol(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().rev();
    let (name, kind) = (words.next()?, words.next()?);
    if kind.len() != 1 || "Uvw".contains(kind) {
        return None;
    }
    // Some systems put an underscore before every C name.
    Some(if cfg!(target_vendor = "apple") {
        name.strip_prefix('_')?
    } else {
        name
    })
}

fn copy_dir(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder can be listed") {
        let path = entry.expect("an entry can be read").path();
        write(&to.join(path.file_name().unwrap_or_default()), &read(&path));
    }
}

fn append(path: &Path, text: &str) {
    write(path, &(read(path) + text));
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    let dir = path.parent().expect("a file has a folder");
    fs::create_dir_all(dir).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}
