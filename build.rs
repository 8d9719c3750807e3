//! Finds Mbed TLS, checks and patches it, compiles it with our C, and writes
//! the bindings. Each step is a module in `build/`.

#[path = "build/bindings.rs"]
mod bindings;
#[path = "build/compile.rs"]
mod compile;
#[path = "build/error.rs"]
mod error;
#[path = "build/patches.rs"]
mod patches;
#[path = "build/series.rs"]
mod series;
#[path = "build/source.rs"]
mod source;
#[path = "build/symbols.rs"]
mod symbols;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use error::{Error, Result};

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in error.to_string().lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<()> {
    let crate_dir = PathBuf::from(required("CARGO_MANIFEST_DIR")?);
    let out_dir = PathBuf::from(required("OUT_DIR")?);
    let vendor_dir = crate_dir.join("vendor");
    let shim_dir = crate_dir.join("src/ffi/shim");
    let alt_dir = crate_dir.join("src/ffi/alt");
    let prefix = symbols::prefix(
        &required_text("CARGO_PKG_VERSION_MAJOR")?,
        &required_text("CARGO_PKG_VERSION_MINOR")?,
    );

    println!("cargo::rustc-env=EMBERTLS_SYMBOL_PREFIX={prefix}");

    let tree = prepare_tree(&vendor_dir, &out_dir)?;
    let without: Vec<_> = compile::PARTS
        .into_iter()
        .filter(|part| !has_feature(part))
        .collect();
    compile::compile(&compile::Request {
        tree: &tree.dir,
        vendor_dir: &vendor_dir,
        shim_dir: &shim_dir,
        alt_dir: &alt_dir,
        accel: has_feature("accel"),
        out_dir: &out_dir,
        prefix: &prefix,
        strict: option("EMBERTLS_STRICT").is_some(),
        legacy_suites: has_feature("legacy-suites"),
        logging: has_feature("log") || has_feature("tracing"),
        std: has_feature("std"),
        without: &without,
    })?;
    let origin = bindings::write(&bindings::Request {
        tree: &tree.dir,
        vendor_dir: &vendor_dir,
        shim_dir: &shim_dir,
        out_dir: &out_dir,
        prefix: &prefix,
        choice: bindings::Choice::parse(option("EMBERTLS_BINDINGS"))?,
    })?;
    tell_origin(&origin);
    watch(&crate_dir, &tree.inputs);
    Ok(())
}

fn prepare_tree(vendor_dir: &Path, out_dir: &Path) -> Result<source::Tree> {
    let skipped = patches_to_skip();
    let tree = source::prepare(&source::Request {
        vendor_dir,
        work_dir: out_dir,
        given_tree: option("EMBERTLS_MBEDTLS_DIR").map(PathBuf::from).as_deref(),
        cargo: Path::new(&required("CARGO")?),
        offline: env::var("CARGO_NET_OFFLINE").is_ok_and(|value| value == "true"),
        skipped_patches: &skipped,
    })?;
    if !skipped.is_empty() {
        println!(
            "cargo::warning=EMBERTLS_SKIP_PATCHES leaves out {}: this build has known faults and is for tests only",
            skipped.join(", ")
        );
    }
    Ok(tree)
}

/// A test asks for it, to know whether there is something to compare.
fn tell_origin(origin: &bindings::Origin) {
    if let bindings::Origin::SnapshotAfter(error) = origin {
        let why = error.to_string().replace('\n', " ");
        println!("cargo::warning={why}; the checked-in bindings serve instead");
    }
    println!("cargo::rustc-env=EMBERTLS_BINDINGS_ORIGIN={origin}");
}

/// Names every input, so that a build without changes does nothing.
fn watch(crate_dir: &Path, tree_inputs: &[PathBuf]) {
    for name in [
        "vendor/bindings.rs",
        "vendor/mbedtls_config.h",
        "vendor/patches",
        "vendor/pin",
        "vendor/releases",
        "src/ffi/alt",
        "src/ffi/shim",
    ] {
        println!("cargo::rerun-if-changed={}", crate_dir.join(name).display());
    }
    for path in tree_inputs {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    for name in [
        "BINDGEN_EXTRA_CLANG_ARGS",
        "EMBERTLS_BINDINGS",
        "EMBERTLS_MBEDTLS_DIR",
        "EMBERTLS_SKIP_PATCHES",
        "EMBERTLS_STRICT",
        "LIBCLANG_PATH",
    ] {
        println!("cargo::rerun-if-env-changed={name}");
    }
}

fn patches_to_skip() -> Vec<String> {
    let names = option("EMBERTLS_SKIP_PATCHES").unwrap_or_default();
    let names = names.to_string_lossy();
    names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a feature of the crate is on.
fn has_feature(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace('-', "_");
    env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}

/// A variable of the user's; an empty one counts as not set.
fn option(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// A variable that cargo sets for every build script.
fn required(name: &str) -> Result<OsString> {
    env::var_os(name).ok_or_else(|| {
        Error::new(format!(
            "{name} is not set; this build script must be run by cargo"
        ))
    })
}

fn required_text(name: &str) -> Result<String> {
    required(name)?
        .into_string()
        .map_err(|value| Error::new(format!("{name} is not UTF-8: {value:?}")))
}
