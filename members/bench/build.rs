//! Compiles the C program that is measured, in the way in which embertls
//! compiles its C, so that both are linked with the same objects: those of
//! embertls.

#[path = "../../build/compile.rs"]
#[allow(dead_code)]
mod compile;
#[path = "../../build/error.rs"]
#[allow(dead_code)]
mod error;
#[path = "../../build/patches.rs"]
#[allow(dead_code)]
mod patches;
#[path = "../../build/series.rs"]
#[allow(dead_code)]
mod series;
#[path = "../../build/source.rs"]
#[allow(dead_code)]
mod source;
#[path = "../../build/symbols.rs"]
#[allow(dead_code)]
mod symbols;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let own = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    let root = own.join("../..");
    let vendor_dir = root.join("vendor");
    let tree = source::prepare(&source::Request {
        vendor_dir: &vendor_dir,
        work_dir: &out_dir,
        given_tree: env::var_os("EMBERTLS_MBEDTLS_DIR")
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
            .as_deref(),
        cargo: Path::new(&env::var("CARGO")?),
        offline: env::var("CARGO_NET_OFFLINE").is_ok_and(|value| value == "true"),
        skipped_patches: &[],
    })?;
    let version = version(&root.join("Cargo.toml"))?;
    let mut parts = version.split('.');
    let (Some(major), Some(minor)) = (parts.next(), parts.next()) else {
        return Err(format!("{version} is no version").into());
    };
    let mut build = compile::settings(&compile::Request {
        tree: &tree.dir,
        vendor_dir: &vendor_dir,
        shim_dir: &root.join("src/ffi/shim"),
        alt_dir: &root.join("src/ffi/alt"),
        accel: env::var_os("CARGO_FEATURE_ACCEL").is_some(),
        out_dir: &out_dir,
        prefix: &symbols::prefix(major, minor),
        strict: false,
        legacy_suites: false,
        logging: false,
        without: &[],
        std: true,
    })?;
    build.file("src/c/program.c").try_compile("bench_program")?;
    for input in ["src/c", "../../build", "../../src/ffi", "../../vendor"] {
        println!("cargo::rerun-if-changed={}", own.join(input).display());
    }
    println!("cargo::rerun-if-env-changed=EMBERTLS_MBEDTLS_DIR");
    Ok(())
}

/// That of embertls, which is part of its names.
fn version(manifest: &Path) -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(manifest)?;
    let mut lines = text.lines();
    let version = lines.find_map(|line| line.strip_prefix("version = \""));
    let version = version.and_then(|rest| rest.strip_suffix('"'));
    Ok(version.ok_or("embertls has no version")?.to_owned())
}
