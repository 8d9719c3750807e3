//! Compiles Mbed TLS and our own C into one static library.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::source::LIBRARY;
use crate::symbols;

/// What [`compile`] needs to know.
pub struct Request<'a> {
    /// The prepared Mbed TLS tree.
    pub tree: &'a Path,
    /// Holds `mbedtls_config.h`.
    pub vendor_dir: &'a Path,
    /// Our own C.
    pub shim_dir: &'a Path,
    /// Our own C for functions of Mbed TLS that Rust replaces.
    pub alt_dir: &'a Path,
    /// Whether Rust replaces them.
    pub accel: bool,
    pub out_dir: &'a Path,
    /// Goes before the name of every symbol.
    pub prefix: &'a str,
    /// Whether a warning in our own C stops the build.
    pub strict: bool,
    /// Whether cipher suites for old peers are compiled.
    pub legacy_suites: bool,
    /// Whether the engine's log lines are compiled.
    pub logging: bool,
    /// Features of `full` that are not asked for.
    pub without: &'a [&'a str],
    /// Whether Rust has its standard library. Where it has none, C asks Rust
    /// for memory, and nobody for the time.
    pub std: bool,
}

/// The features that say what is compiled at all: what `full` stands for in
/// `Cargo.toml`, and what these need.
pub const PARTS: [&str; 9] = [
    "ccm",
    "certificates",
    "chacha20",
    "curves",
    "ecdhe",
    "psk",
    "rsa",
    "server",
    "sha384",
];

/// Compiles everything and tells cargo to link it.
pub fn compile(request: &Request<'_>) -> Result<()> {
    let mut ours = c_files(request.shim_dir)?;
    if !request.std {
        ours.retain(|file| !file.ends_with("allocation.c"));
    }
    if request.accel {
        ours.extend(c_files(request.alt_dir)?);
    }
    let settings = settings(request)?;
    let mut objects = third_party(request, settings.clone())?;
    let mut own = settings;
    own.warnings(request.strict)
        .extra_warnings(request.strict)
        .warnings_into_errors(request.strict);
    own.files(ours);
    objects.extend(own.try_compile_intermediates().map_err(explain)?);

    let mut archive = cc::Build::new();
    archive.objects(objects);
    // Never all of it: the unit tests bring their own memory functions.
    archive.link_lib_modifier("-whole-archive");
    archive.try_compile("embertls_c").map_err(explain)
}

/// How every C file is compiled, and what it finds: our names of all functions
/// and our configuration among it.
pub fn settings(request: &Request<'_>) -> Result<cc::Build> {
    let config_dir = write_config(request)?;
    Ok(base(request, &config_dir))
}

fn third_party(request: &Request<'_>, mut build: cc::Build) -> Result<Vec<PathBuf>> {
    let library = request.tree.join("library");
    build.warnings(false).flag_if_supported("-w");
    build.files(
        LIBRARY
            .iter()
            .map(|name| library.join(name).with_extension("c")),
    );
    build.try_compile_intermediates().map_err(explain)
}

fn base(request: &Request<'_>, config_dir: &Path) -> cc::Build {
    let mut build = cc::Build::new();
    build
        .include(config_dir)
        .include(request.vendor_dir)
        .include(request.shim_dir)
        .include(request.alt_dir)
        .include(request.tree.join("include"))
        .define("MBEDTLS_CONFIG_FILE", "\"embertls_config.h\"")
        .flag_if_supported("-ffunction-sections")
        .flag_if_supported("-fdata-sections");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let (system, abi) = (target("OS"), target("ENV"));
    // Without a system nobody relocates code or chooses the guard of the stack.
    if system != "none" {
        build.pic(true);
    }
    // MinGW has the guard in a library that programs would have to bring.
    if system != "none" && (system.as_str(), abi.as_str()) != ("windows", "gnu") {
        build.flag_if_supported("-fstack-protector-strong");
    }
    if request.legacy_suites {
        build.define("EMBERTLS_LEGACY_SUITES", None);
    }
    if request.accel {
        build.define("EMBERTLS_ACCEL", None);
    }
    if !request.std {
        build.define("EMBERTLS_NO_STD", None);
    }
    if request.logging {
        build.define("EMBERTLS_LOGGING", None);
    }
    // Not what the C compiler says of itself: a host's compiles for machines without a system, too.
    if std::env::var_os("CARGO_CFG_UNIX").is_some() {
        build.define("EMBERTLS_THREADS", None);
    }
    for part in request.without {
        let name = format!("EMBERTLS_WITHOUT_{}", part.to_ascii_uppercase());
        build.define(&name, None);
    }
    // Cryptography without optimisation is slow beyond use, in any profile.
    if matches!(std::env::var("OPT_LEVEL").as_deref(), Ok("0" | "1")) {
        build.opt_level(2);
    }
    build
}

/// Writes the header that every C file reads first: our names, then our
/// configuration.
fn write_config(request: &Request<'_>) -> Result<PathBuf> {
    let mut files = Vec::new();
    for dir in [
        request.tree.join("include/mbedtls"),
        request.tree.join("library"),
        request.shim_dir.to_owned(),
        request.alt_dir.to_owned(),
    ] {
        files.extend(files_with(&dir, &["c", "h"])?);
    }
    let names = symbols::rename_header(request.prefix, files.iter().map(PathBuf::as_path))?;
    let dir = request.out_dir.join("config");
    fs::create_dir_all(&dir).map_err(|e| Error::io("create", &dir, e))?;
    let path = dir.join("embertls_config.h");
    let text = format!(
        "#ifndef EMBERTLS_CONFIG_H\n#define EMBERTLS_CONFIG_H\n{names}#include \"allocation.h\"\n#include \"mbedtls_config.h\"\n#endif\n"
    );
    fs::write(&path, text).map_err(|e| Error::io("write", &path, e))?;
    Ok(dir)
}

fn c_files(dir: &Path) -> Result<Vec<PathBuf>> {
    files_with(dir, &["c"])
}

fn files_with(dir: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(|e| Error::io("list", dir, e))? {
        let path = entry.map_err(|e| Error::io("list", dir, e))?.path();
        if path
            .extension()
            .is_some_and(|found| extensions.iter().any(|wanted| found == *wanted))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn explain(error: cc::Error) -> Error {
    Error::new(format!(
        "compiling Mbed TLS failed: {error}\nA C compiler is needed; cc finds it by the variable CC or by its usual name."
    ))
}
