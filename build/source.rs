//! Finds the Mbed TLS tree, checks it file by file, copies and patches it.
//!
//! Nothing here reads the environment: tests use these functions to prepare
//! trees with and without single patches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::patches;

/// The release that is built unless another tree is given. The patches are
/// written for it.
const VERSION: &str = "2.16.0";

/// Other releases that a given tree may be, each with a folder in
/// `vendor/releases/`.
pub const OTHER_VERSIONS: [&str; 2] = ["2.16.9", "2.16.12"];

/// The package that carries it.
const PACKAGE: &str = "mbedtls-sys-auto";

/// The files of `library/` that hold what `mbedtls_config.h` asks for.
pub const LIBRARY: [&str; 40] = [
    "aes",
    "aesni",
    "asn1parse",
    "asn1write",
    "bignum",
    "ccm",
    "chacha20",
    "chachapoly",
    "cipher",
    "cipher_wrap",
    "ctr_drbg",
    "debug",
    "ecdh",
    "ecdsa",
    "ecp",
    "ecp_curves",
    "entropy",
    "error",
    "gcm",
    "md",
    "md_wrap",
    "oid",
    "pk",
    "pk_wrap",
    "pkparse",
    "platform",
    "platform_util",
    "poly1305",
    "rsa",
    "rsa_internal",
    "sha1",
    "sha256",
    "sha512",
    "ssl_ciphersuites",
    "ssl_cli",
    "ssl_srv",
    "ssl_tls",
    "threading",
    "x509",
    "x509_crt",
];

/// What [`prepare`] needs to know.
pub struct Request<'a> {
    /// The crate's `vendor/`: pin, digests, patches and perhaps the tree.
    pub vendor_dir: &'a Path,
    /// Where the prepared tree and the pin's package are written.
    pub work_dir: &'a Path,
    /// A tree to use in place of the pinned one.
    pub given_tree: Option<&'a Path>,
    /// The cargo that brings the pinned package.
    pub cargo: &'a Path,
    /// Whether cargo must not use the network.
    pub offline: bool,
    /// Names of patches to leave out.
    pub skipped_patches: &'a [String],
}

/// A checked and patched copy of the tree.
pub struct Tree {
    /// Holds `include/` and `library/`.
    pub dir: PathBuf,
    /// The folder of its release, unless it is the one that the patches are
    /// written for.
    #[allow(dead_code)] // for tests
    pub release_dir: Option<PathBuf>,
    /// The files it was copied from, where they may change under the build.
    pub inputs: Vec<PathBuf>,
}

/// Finds the tree, checks it, and writes a patched copy.
pub fn prepare(request: &Request<'_>) -> Result<Tree> {
    let packaged = request.vendor_dir.join("mbedtls");
    let (origin, watched) = match request.given_tree {
        Some(dir) => (dir.to_owned(), true),
        None if packaged.is_dir() => (packaged, false),
        None => (bring_package(request)?, false),
    };
    let release = Release::of(&origin, request.vendor_dir)?;

    let dir = request.work_dir.join("mbedtls");
    let files = copy_checked(request, &release, &origin, &dir)?;
    let inputs = if watched {
        files.iter().map(|file| origin.join(file)).collect()
    } else {
        Vec::new()
    };
    Ok(Tree {
        dir,
        release_dir: release.dir,
        inputs,
    })
}

/// What is known of the release that a tree is of.
struct Release {
    version: &'static str,
    /// Its folder; the release that the patches are written for has none.
    dir: Option<PathBuf>,
}

impl Release {
    /// Refuses a tree of another version, by name.
    fn of(tree: &Path, vendor_dir: &Path) -> Result<Self> {
        let found = version_of(tree)?;
        if found == VERSION {
            let (version, dir) = (VERSION, None);
            return Ok(Self { version, dir });
        }
        if let Some(version) = OTHER_VERSIONS.into_iter().find(|other| *other == found) {
            let dir = Some(vendor_dir.join("releases").join(version));
            return Ok(Self { version, dir });
        }
        let known = format!("{VERSION}, {}", OTHER_VERSIONS.join(", "));
        Err(Error::new(format!(
            "the tree in {} is Mbed TLS {found}, but this version of embertls builds {known} only: \
             its patches and checks are made for those files. \
             Unset EMBERTLS_MBEDTLS_DIR or let it name a tree of one of these.",
            tree.display()
        )))
    }

    /// The list of files and their digests.
    fn digests(&self, vendor_dir: &Path) -> PathBuf {
        match &self.dir {
            Some(dir) => dir.join("SHA256SUMS"),
            None => vendor_dir.join("pin/SHA256SUMS"),
        }
    }
}

/// The version that a tree says it has. 2.x says so in `version.h`, 3.x and
/// later in `build_info.h`.
pub fn version_of(dir: &Path) -> Result<String> {
    let include = dir.join("include/mbedtls");
    for header in ["version.h", "build_info.h"] {
        let Ok(text) = fs::read_to_string(include.join(header)) else {
            continue;
        };
        let defined = text.lines().find_map(|line| {
            let value = line
                .trim()
                .strip_prefix("#define MBEDTLS_VERSION_STRING ")?;
            Some(value.trim().trim_matches('"').to_owned())
        });
        if let Some(version) = defined {
            return Ok(version);
        }
    }
    Err(Error::new(format!(
        "{} is not an Mbed TLS tree: {} does not say a version",
        dir.display(),
        include.join("version.h").display()
    )))
}

/// Copies the files that the digest list names, and no other, to `target`.
fn copy_checked(
    request: &Request<'_>,
    release: &Release,
    origin: &Path,
    target: &Path,
) -> Result<Vec<String>> {
    let version = release.version;
    let digests = read_digests(&release.digests(request.vendor_dir))?;
    let mut changes = patches::read(
        &request.vendor_dir.join("patches"),
        release.dir.as_deref(),
        request.skipped_patches,
    )?;
    if target.exists() {
        fs::remove_dir_all(target).map_err(|e| Error::io("remove", target, e))?;
    }

    for (digest, file) in &digests {
        let text = read_checked(&origin.join(file), file, version, digest)?;
        let text = match changes.remove(file) {
            Some(changes) => changes.apply(file, &text)?,
            None => text,
        };
        write(&target.join(file), &text)?;
    }
    if let Some(file) = changes.keys().next() {
        return Err(Error::new(format!(
            "a patch changes {file}, which is no file of Mbed TLS {version} that is built"
        )));
    }
    Ok(digests.into_iter().map(|(_, file)| file).collect())
}

fn read_checked(path: &Path, file: &str, version: &str, digest: &str) -> Result<String> {
    let bytes = fs::read(path).map_err(|e| Error::io("read", path, e))?;
    let found = hex(&Sha256::digest(&bytes));
    if found != digest {
        return Err(Error::new(format!(
            "{file} is not the one of Mbed TLS {version}: {} has the SHA-256 {found}, expected {digest}. \
             The tree must be untouched, because our patches fit known files only.",
            path.display()
        )));
    }
    String::from_utf8(bytes).map_err(|_| Error::new(format!("{} is not UTF-8", path.display())))
}

/// Reads a list in the format of `sha256sum`: digest and relative path.
fn read_digests(list: &Path) -> Result<Vec<(String, String)>> {
    let text = fs::read_to_string(list).map_err(|e| Error::io("read", list, e))?;
    text.lines()
        .map(|line| match line.split_once("  ") {
            Some((digest, file)) => Ok((digest.to_owned(), file.to_owned())),
            None => Err(Error::new(format!(
                "{} has a line that is not a digest and a path: {line:?}",
                list.display()
            ))),
        })
        .collect()
}

/// Lets cargo bring the pinned package, which checks it against the lock
/// file, and returns the tree inside it.
fn bring_package(request: &Request<'_>) -> Result<PathBuf> {
    let dir = request.work_dir.join("pin");
    write_pin(&request.vendor_dir.join("pin"), &dir)?;
    let manifest = dir.join("Cargo.toml");

    // The package is in cargo's cache after the first time: do not touch the
    // network unless it must be. This also serves an outer `--offline`, which
    // cargo does not tell to build scripts.
    let metadata = match metadata(request.cargo, &manifest, true) {
        Err(_) if !request.offline => metadata(request.cargo, &manifest, false),
        result => result,
    };
    let metadata = metadata.map_err(|why| {
        Error::new(format!(
            "cargo could not bring {PACKAGE} {VERSION}, the package that carries Mbed TLS:\n{}\n\
             To build without a network, run once with one \
             `cargo fetch --locked --manifest-path {}`, or set EMBERTLS_MBEDTLS_DIR \
             to an untouched Mbed TLS {VERSION} tree.",
            why.trim_end(),
            manifest.display()
        ))
    })?;
    manifest_path(&metadata)
        .and_then(|path| Some(path.parent()?.join("vendor")))
        .ok_or_else(|| Error::new(format!("cargo metadata does not say where {PACKAGE} lies")))
}

/// Writes the package that depends on the pinned one.
fn write_pin(pin: &Path, dir: &Path) -> Result<()> {
    copy(&pin.join("pin.toml"), &dir.join("Cargo.toml"))?;
    copy(&pin.join("pin.lock"), &dir.join("Cargo.lock"))?;
    write(&dir.join("lib.rs"), "")?;

    let list = pin.join("stubs.txt");
    let stubs = fs::read_to_string(&list).map_err(|e| Error::io("read", &list, e))?;
    for (name, version) in stubs.lines().filter_map(|line| line.split_once(' ')) {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n\n\
             [lib]\npath = \"../../lib.rs\"\n"
        );
        write(&dir.join("stubs").join(name).join("Cargo.toml"), &manifest)?;
    }
    Ok(())
}

/// Runs `cargo metadata`; the error is what cargo said.
fn metadata(cargo: &Path, manifest: &Path, offline: bool) -> std::result::Result<Vec<u8>, String> {
    let mut command = Command::new(cargo);
    command
        .args([
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(manifest);
    if offline {
        command.arg("--offline");
    }
    // What the outer build sets for itself is not meant for this run.
    for name in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "MAKEFLAGS",
        "CARGO_MAKEFLAGS",
    ] {
        command.env_remove(name);
    }
    let output = command
        .output()
        .map_err(|e| format!("{}: {e}", cargo.display()))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn manifest_path(metadata: &[u8]) -> Option<PathBuf> {
    let metadata: serde_json::Value = serde_json::from_slice(metadata).ok()?;
    let packages = metadata.get("packages")?.as_array()?;
    let package = packages.iter().find(|package| package["name"] == PACKAGE)?;
    Some(PathBuf::from(package.get("manifest_path")?.as_str()?))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let text = fs::read_to_string(from).map_err(|e| Error::io("read", from, e))?;
    write(to, &text)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(|e| Error::io("create", dir, e))?;
    }
    fs::write(path, text).map_err(|e| Error::io("write", path, e))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
