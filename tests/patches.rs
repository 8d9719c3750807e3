//! Every patch is needed and works: a C program fails on a tree without the
//! patch and passes with it.
//!
//! The program of a patch is `tests/patches/<name>.c`. It ends with 0 when the
//! library behaves and with 1 when it sees the fault; where the fault is one
//! of memory, AddressSanitizer ends it. 2 means that the program itself went
//! wrong. Some programs include a file of the library, to see inside.
//!
//! Where a patch closes a side channel that no program can see, its program
//! only holds that the patched code gives the right results.
//!
//! With `EMBERTLS_MBEDTLS_DIR` these are the patches of that tree's release. What
//! it has fixed itself must pass, too.

#![cfg(feature = "full")]

#[path = "../build/error.rs"]
#[allow(dead_code)]
mod error;
#[path = "../build/patches.rs"]
mod patches;
#[path = "../build/series.rs"]
#[allow(dead_code)]
mod series;
#[path = "../build/source.rs"]
#[allow(dead_code)]
mod source;

mod build_support;
#[path = "patches/compiler.rs"]
#[allow(dead_code)]
mod compiler;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use build_support::{fresh_dir, given_tree, missing, prepare, vendor_dir};
use compiler::{Compiler, Program};
use series::{Places, Series};

const OVERFLOW: &str = "AddressSanitizer: heap-buffer-overflow";
const STACK_OVERREAD: &str = "AddressSanitizer: stack-buffer-overflow";
const DOUBLE_FREE: &str = "AddressSanitizer: attempting double-free";
const CRASH: &str = "AddressSanitizer: SEGV";
const RACE: &str = "ThreadSanitizer: data race";
const FAULT: &str = "fault:";

/// The patches to what only the feature `legacy-suites` compiles. All others are
/// tested as a default build has them: its buffers are smaller, for one.
const LEGACY: [&str; 5] = [
    "cbc-constant-flow",
    "largest-padded-record",
    "premaster-leftovers",
    "record-mac-return-values",
    "static-rsa-signature",
];

/// A test for each program: what it is given, and what it prints without the
/// patch.
macro_rules! programs {
    ($($test:ident($inputs:ident), $sign:expr;)*) => {
        $(
            #[test]
            fn $test() {
                let name = stringify!($test).replace('_', "-");
                let inputs = $inputs(&fresh_dir(&format!("patch-inputs-{name}")));
                check(&name, &inputs, $sign);
            }
        )*
    };
}

programs! {
    // The TLS layer.
    alert_behind_pending_record(identity), OVERFLOW;
    certificate_message_overflow(nothing), OVERFLOW;
    dead_after_failure(two_identities), FAULT;
    prf_return_values(nothing), FAULT;
    finished_return_values(identity), FAULT;
    finished_alert(identity), FAULT;
    session_copy_double_free(identity), DOUBLE_FREE;
    read_leaves_plaintext(identity), FAULT;
    key_block_wipe(identity), FAULT;
    certificate_skipped(identity), FAULT;
    ticket_lifetime(identity), FAULT;
    session_id(identity), FAULT;
    certificate_verify_hash(identity), FAULT;
    empty_psk(nothing), FAULT;
    psk_trailing_data(nothing), FAULT;
    hello_clock(identity), FAULT;
    cbc_constant_flow(nothing), FAULT;
    record_mac_return_values(nothing), FAULT;
    premaster_leftovers(nothing), FAULT;
    static_rsa_signature(nothing), FAULT;
    largest_padded_record(nothing), FAULT;
    key_block_length(identity), FAULT;
    prf_elsewhere(nothing), FAULT;
    // Certificates.
    path_length(nothing), FAULT;
    basic_constraints(nothing), FAULT;
    signature_parameters_tag(identity), FAULT;
    name_bounds(nothing), FAULT;
    // Numbers, keys and signatures.
    ecp_failed_allocation(nothing), FAULT;
    ecp_randomize_leak(nothing), FAULT;
    ecdsa_retry_overread(nothing), STACK_OVERREAD;
    ecdsa_nonce_inversion(nothing), FAULT;
    ecp_key_comparison(nothing), FAULT;
    ecp_blinded_normalization(nothing), FAULT;
    ecdsa_public_key_check(nothing), FAULT;
    ecdh_other_group(nothing), FAULT;
    x25519(nothing), FAULT;
    exp_mod_size(nothing), FAULT;
    exp_mod_empty_base(nothing), CRASH;
    exp_mod_window(nothing), FAULT;
    montgomery_constant_time(nothing), FAULT;
    rsa_blinding(nothing), FAULT;
    rsa_sign_leftovers(nothing), FAULT;
    rsa_unblinding(nothing), FAULT;
    pk_hash_length(nothing), FAULT;
    negative_zero(nothing), FAULT;
    empty_numbers(nothing), FAULT;
    asn1_write_zero(nothing), FAULT;
    // Ciphers, hashes and random numbers.
    ctr_drbg_aes_failure(nothing), FAULT;
    aes_round_state(nothing), FAULT;
    hash_internals(nothing), FAULT;
    expected_tags(nothing), FAULT;
    ctr_drbg_settings(nothing), FAULT;
}

#[test]
fn conditional_copy() {
    holds("conditional-copy");
}

/// The results hold with every compiler; gcc goes wrong without the patch.
#[test]
fn aesni_constraints() {
    let name = "aesni-constraints";
    let files = ["aes", "platform", "platform_util"];
    holds(name);
    let clang = Compiler::clang();
    if clang.works() {
        compare_built_with(&clang, name, &files, None);
    }
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        println!("skipped: {name} shows on x86-64 only");
        return;
    }
    let gcc = Compiler::gcc();
    if !gcc.works() {
        return missing(name, "gcc", "gcc");
    }
    compare_built_with(&gcc, name, &files, Some(FAULT));
}

#[test]
fn aesni_detection() {
    let name = "aesni-detection";
    let compiler = Compiler::with_thread_sanitizer();
    if !cfg!(target_arch = "x86_64") {
        println!("skipped: {name} is for x86-64 only");
        return;
    }
    if !compiler.works() {
        return missing(name, "a C compiler with ThreadSanitizer", "gcc");
    }
    compare_built_with(&compiler, name, &["aesni"], Some(RACE));
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
    let files = ["bignum", "platform", "platform_util"];
    compare_built_with(&clang, name, &files, Some(FAULT));
}

/// Without the feature `legacy-suites` there is nothing of it.
#[test]
fn default_builds_have_no_legacy_suites() {
    if !Compiler::with_address_sanitizer().works() {
        return missing(
            "default_builds_have_no_legacy_suites",
            "a C compiler with AddressSanitizer",
            "gcc",
        );
    }
    let text_of = |objects: &[PathBuf]| -> String {
        let bytes = objects
            .iter()
            .map(|object| fs::read(object).expect("an object can be read"));
        bytes
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect()
    };
    let (default, legacy) = (
        text_of(patched_objects()),
        text_of(patched_legacy_objects()),
    );
    assert!(default.contains("TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256"));
    for absent in [
        "TLS-RSA-WITH-AES-",
        "-CBC-SHA",
        "mbedtls_aes_crypt_cbc",
        "mbedtls_ssl_conf_encrypt_then_mac",
    ] {
        assert!(!default.contains(absent), "{absent} is compiled");
        assert!(
            legacy.contains(absent),
            "{absent} is not compiled with the feature"
        );
    }
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

/// Runs the program of `patch` on the patched tree only.
fn holds(patch: &str) {
    let compiler = Compiler::with_address_sanitizer();
    if !compiler.works() {
        return missing(patch, "a C compiler with AddressSanitizer", "gcc");
    }
    run(&compiler, patch, patched(), patched_objects(), &[], None);
}

/// Runs the program of `patch` on both trees, with objects that another
/// compiler made of `files`. Without a `sign`, on the patched tree only.
fn compare_built_with(compiler: &Compiler, patch: &str, files: &[&str], sign: Option<&str>) {
    let unpatched = without(patch);
    for (tree, expected) in [(patched(), None), (unpatched.as_path(), sign)] {
        if tree == unpatched && (sign.is_none() || has_fixed(patch)) {
            return;
        }
        let objects = compiler.compile_library(tree, files, &fresh_dir(&object_dir(patch, tree)));
        run(compiler, patch, tree, &objects, &[], expected);
    }
}

/// Runs the program of `patch` on both trees. Without the patch it must fail
/// and print `sign`.
fn check(patch: &str, inputs: &[PathBuf], sign: &str) {
    let mut compiler = Compiler::with_address_sanitizer();
    if !compiler.works() {
        return missing(patch, "a C compiler with AddressSanitizer", "gcc");
    }
    let mut objects = patched_objects();
    if LEGACY.contains(&patch) {
        compiler = compiler.with_legacy_suites();
        objects = patched_legacy_objects();
    }
    run(&compiler, patch, patched(), objects, inputs, None);
    if has_fixed(patch) {
        return;
    }

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
    TREE.get_or_init(|| {
        let dir = kept("patched", |dir| {
            prepare(dir, &[]);
        });
        dir.join("mbedtls")
    })
}

/// Whether the release that is tested has a fix of its own for what the patch
/// is for, or for a part of it.
fn has_fixed(patch: &str) -> bool {
    static SERIES: OnceLock<Option<Series>> = OnceLock::new();
    let series = SERIES.get_or_init(|| {
        let dir = prepare(&fresh_dir("release"), &[]).release_dir?;
        Some(Series::read(&dir).unwrap_or_else(|error| panic!("{error}")))
    });
    let is_it = |name: &str| name.split_once('-').is_some_and(|(_, name)| name == patch);
    let mut entries = series.iter().flat_map(Series::entries);
    entries.any(|(name, places)| {
        let some_of_it = match places {
            Places::Fixed => true,
            Places::Lines(lines) => lines.contains(&None),
        };
        some_of_it && is_it(name)
    })
}

fn without(patch: &str) -> PathBuf {
    prepare(&fresh_dir(&format!("without-{patch}")), &[patch.to_owned()]).dir
}

/// The whole library with all patches, compiled once for all tests.
fn patched_objects() -> &'static [PathBuf] {
    static OBJECTS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    OBJECTS.get_or_init(|| whole_library("patched-objects", &Compiler::with_address_sanitizer()))
}

/// The same with what the feature `legacy-suites` compiles.
fn patched_legacy_objects() -> &'static [PathBuf] {
    static OBJECTS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    OBJECTS.get_or_init(|| {
        let compiler = Compiler::with_address_sanitizer().with_legacy_suites();
        whole_library("patched-legacy-objects", &compiler)
    })
}

fn whole_library(name: &str, compiler: &Compiler) -> Vec<PathBuf> {
    let dir = kept(name, |dir| {
        compiler.compile_library(patched(), &source::LIBRARY, dir);
    });
    let object = |name: &&str| dir.join(name).with_extension("o");
    source::LIBRARY.iter().map(object).collect()
}

/// A folder that is made once and kept for other processes and later runs, as
/// long as nothing changes of which it is made.
fn kept(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let scratch = format!("{name}-{}", std::process::id());
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", digest()));
    if !dir.exists() {
        let scratch = fresh_dir(&scratch);
        make(&scratch);
        // Where another process was faster, its folder serves.
        if fs::rename(&scratch, &dir).is_err() {
            assert!(dir.exists(), "{} cannot be made", dir.display());
        }
    }
    dir
}

/// Stands for everything that the patched library is made of.
fn digest() -> String {
    let mut hash = Sha256::new();
    let patches = patches::list(&vendor_dir().join("patches")).expect("the patches can be listed");
    let mut files: Vec<_> = patches.into_iter().map(|patch| patch.path).collect();
    for version in source::OTHER_VERSIONS {
        let dir = vendor_dir().join("releases").join(version);
        let own = patches::list(&dir).expect("a folder of a release can be listed");
        files.extend(own.into_iter().map(|patch| patch.path));
        files.push(dir.join("series"));
    }
    let others = ["vendor/mbedtls_config.h", "tests/patches/compiler.rs"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in files.into_iter().chain(others.map(|name| root.join(name))) {
        hash.update(fs::read(path).expect("a file can be read"));
    }
    hash.update(std::env::var("CC").unwrap_or_default());
    hash.update(
        given_tree()
            .unwrap_or_default()
            .as_os_str()
            .as_encoded_bytes(),
    );
    hash.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn object_dir(patch: &str, tree: &Path) -> String {
    let kind = tree.parent().and_then(Path::file_name).unwrap_or_default();
    format!("objects-{patch}-{}", kind.to_string_lossy())
}

fn program_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/patches")
}

fn file(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, bytes).expect("an input file can be written");
    path
}

fn nothing(_: &Path) -> Vec<PathBuf> {
    Vec::new()
}

/// A self-signed certificate for localhost and its key.
fn identity(dir: &Path) -> Vec<PathBuf> {
    named_identity(dir, "server")
}

/// The same, and a certificate of somebody else.
fn two_identities(dir: &Path) -> Vec<PathBuf> {
    let mut files = named_identity(dir, "server");
    files.extend(named_identity(dir, "other").into_iter().next());
    files
}

fn named_identity(dir: &Path, name: &str) -> Vec<PathBuf> {
    let made = rcgen::generate_simple_self_signed(["localhost".into()]).expect("a certificate");
    let key = made.signing_key.serialize_der();
    vec![
        file(dir, &format!("{name}.der"), made.cert.der()),
        file(dir, &format!("{name}-key.der"), &key),
    ]
}
