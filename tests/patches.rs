//! Every patch is needed and works: a C program fails on a tree without the
//! patch and passes with it.
//!
//! The program of a patch is `tests/patches/<name>.c`. It ends with 0 when the
//! library behaves and with 1 when it sees the fault; where the fault is one
//! of memory, AddressSanitizer ends it. 2 means that the program itself went
//! wrong.

#[path = "../build/error.rs"]
#[allow(dead_code)]
mod error;
#[path = "../build/patches.rs"]
mod patches;
#[path = "../build/source.rs"]
#[allow(dead_code)]
mod source;

mod build_support;
#[path = "patches/compiler.rs"]
mod compiler;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use build_support::{fresh_dir, missing, prepare, vendor_dir};
use compiler::{Compiler, Program};

const OVERFLOW: &str = "AddressSanitizer: heap-buffer-overflow";
const FAULT: &str = "fault:";

#[test]
fn alert_behind_pending_record() {
    let dir = fresh_dir("patch-inputs-alert-behind-pending-record");
    check(
        "alert-behind-pending-record",
        &identity(&dir, "server"),
        OVERFLOW,
    );
}

#[test]
fn certificate_message_overflow() {
    check("certificate-message-overflow", &[], OVERFLOW);
}

#[test]
fn dead_after_failure() {
    let dir = fresh_dir("patch-inputs-dead-after-failure");
    let [server, key] = identity(&dir, "server");
    let [other, _] = identity(&dir, "other");
    let inputs = [server, key, other];
    check("dead-after-failure", &inputs, FAULT);
}

/// Clang shows the fault; gcc happens to compile the code as it was meant.
#[test]
fn bignum_asm_constraints() {
    let name = "bignum-asm-constraints";
    let clang = Compiler::clang();
    if !clang.works() {
        return missing(name, "clang", "clang");
    }
    if !cfg!(target_arch = "x86_64") {
        println!("skipped: {name} shows on x86-64 only");
        return;
    }
    let files = ["bignum", "platform_util"];
    let unpatched = without(name);
    for (tree, expected) in [(patched(), None), (unpatched.as_path(), Some(FAULT))] {
        let objects = clang.compile_library(tree, &files, &fresh_dir(&object_dir(name, tree)));
        run(&clang, name, tree, &objects, &[], expected);
    }
}

#[test]
fn crl_trailing_whitespace() {
    let dir = fresh_dir("patch-inputs-crl-trailing-whitespace");
    let inputs = [file(&dir, "crl.pem", &crl_pem())];
    check("crl-trailing-whitespace", &inputs, FAULT);
}

#[test]
fn revocation_date() {
    check("revocation-date", &[], FAULT);
}

#[test]
fn every_patch_has_a_program() {
    let dir = vendor_dir().join("patches");
    let patches = patches::list(&dir).unwrap_or_else(|error| panic!("{error}"));
    let patches: BTreeSet<_> = patches.into_iter().map(|patch| patch.name).collect();
    let programs: BTreeSet<_> = fs::read_dir(program_dir())
        .expect("the folder of programs can be listed")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .map(|path| {
            path.file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(patches, programs);
}

/// Runs the program of `patch` on both trees. Without the patch it must fail
/// and print `sign`.
fn check(patch: &str, inputs: &[PathBuf], sign: &str) {
    let compiler = Compiler::with_address_sanitizer();
    if !compiler.works() {
        return missing(patch, "a C compiler with AddressSanitizer", "gcc");
    }
    let objects = patched_objects();
    run(&compiler, patch, patched(), objects, inputs, None);

    let unpatched = without(patch);
    let changed = compiler::files_that_differ(patched(), &unpatched, &source::LIBRARY);
    assert!(
        !changed.is_empty(),
        "{patch} changes nothing that is compiled"
    );
    let dir = fresh_dir(&object_dir(patch, &unpatched));
    let recompiled = compiler.compile_library(&unpatched, &changed, &dir);
    let kept = objects.iter().filter(|object| {
        !recompiled
            .iter()
            .any(|new| new.file_name() == object.file_name())
    });
    let objects: Vec<_> = recompiled.iter().chain(kept).cloned().collect();
    run(&compiler, patch, &unpatched, &objects, inputs, Some(sign));
}

fn run(
    compiler: &Compiler,
    patch: &str,
    tree: &Path,
    objects: &[PathBuf],
    inputs: &[PathBuf],
    sign: Option<&str>,
) {
    let source = program_dir().join(patch).with_extension("c");
    let program = Program {
        source: &source,
        tree,
        objects,
        output: &tree.with_file_name(patch),
    };
    compiler.link(&program);
    let output = Command::new(program.output)
        .args(inputs)
        .output()
        .expect("the program can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    match sign {
        None => assert!(
            output.status.success(),
            "{patch} fails with the patch:\n{said}"
        ),
        Some(sign) => {
            assert!(!output.status.success(), "{patch} passes without the patch");
            assert!(
                said.contains(sign),
                "{patch} fails for another reason than {sign:?}:\n{said}"
            );
        }
    }
}

/// The tree with all patches.
fn patched() -> &'static Path {
    static TREE: OnceLock<PathBuf> = OnceLock::new();
    TREE.get_or_init(|| prepare(&fresh_dir("patched"), &[]).dir)
}

fn without(patch: &str) -> PathBuf {
    prepare(&fresh_dir(&format!("without-{patch}")), &[patch.to_owned()]).dir
}

/// The whole library with all patches, compiled once for all tests.
fn patched_objects() -> &'static [PathBuf] {
    static OBJECTS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    OBJECTS.get_or_init(|| {
        let dir = fresh_dir("patched-objects");
        Compiler::with_address_sanitizer().compile_library(patched(), &source::LIBRARY, &dir)
    })
}

fn object_dir(patch: &str, tree: &Path) -> String {
    let kind = tree.parent().and_then(Path::file_name).unwrap_or_default();
    format!("objects-{patch}-{}", kind.to_string_lossy())
}

fn program_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/patches")
}

fn file(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, text).expect("an input file can be written");
    path
}

/// The files of a self-signed certificate for localhost and of its key.
fn identity(dir: &Path, name: &str) -> [PathBuf; 2] {
    let made = rcgen::generate_simple_self_signed(["localhost".into()]).expect("a certificate");
    [
        file(dir, &format!("{name}.pem"), &made.cert.pem()),
        file(
            dir,
            &format!("{name}-key.pem"),
            &made.signing_key.serialize_pem(),
        ),
    ]
}

fn crl_pem() -> String {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut ca = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    ca.key_usages = vec![rcgen::KeyUsagePurpose::CrlSign];
    let crl = rcgen::CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2024, 1, 1),
        next_update: rcgen::date_time_ymd(2034, 1, 1),
        crl_number: 1.into(),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    let issuer = rcgen::Issuer::from_params(&ca, key);
    crl.signed_by(&issuer).expect("a CRL").pem().expect("PEM")
}
