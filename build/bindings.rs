//! Writes the Rust declarations of the C functions that we call.
//!
//! They hold functions, constants and opaque types only, so one text serves
//! every target: bindgen makes it where libclang can be loaded, and the
//! checked-in snapshot `vendor/bindings.rs` serves elsewhere. A test keeps
//! both equal.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// Functions that reach Rust, as regular expressions. Our own C comes whole.
const FUNCTIONS: &[&str] = &[
    "ember_.*",
    "mbedtls_strerror",
    // rng
    "mbedtls_ctr_drbg_(random|reseed|seed|set_prediction_resistance)",
    "mbedtls_entropy_(add_source|func)",
    // ssl
    "mbedtls_debug_set_threshold",
    "mbedtls_ssl_conf_dbg",
    "mbedtls_ssl_(ciphersuite_from_id|list_ciphersuites)",
    "mbedtls_ssl_conf_(alpn_protocols|authmode|ca_chain|ciphersuites|curves|max_frag_len)",
    "mbedtls_ssl_conf_psk",
    "mbedtls_ssl_conf_(max_version|min_version|own_cert|rng|session_tickets|sig_hashes)",
    "mbedtls_ssl_(config_defaults|flush_output|get_alpn_protocol|handshake_step)",
    "mbedtls_ssl_(set_bio|set_hostname|set_hs_own_cert|setup)",
];

/// Constants that reach Rust.
const CONSTANTS: &[&str] = &[
    "MBEDTLS_(ERR|X509|SSL|TLS|NET)_.*",
    "MBEDTLS_(CTR_DRBG|ENTROPY)_.*",
    "EMBER_.*",
    "(mbedtls_.*_t_)?MBEDTLS_(MD|PK|ECP_DP|RSA|CIPHER|KEY_EXCHANGE|SSL)_.*",
];

/// Enumerations that reach Rust, each value as a constant.
const ENUMS: &[&str] = &[
    "mbedtls_cipher_id_t",
    "mbedtls_ecp_group_id",
    "mbedtls_md_type_t",
    "mbedtls_pk_type_t",
    "mbedtls_ssl_states",
];

/// Structs that Rust holds by pointer and never sees inside.
const OPAQUE: &[&str] = &[
    "mbedtls_ctr_drbg_context",
    "mbedtls_ecp_keypair",
    "mbedtls_entropy_context",
    "mbedtls_pk_context",
    "mbedtls_pk_info_t",
    "mbedtls_rsa_context",
    "mbedtls_ssl_ciphersuite_t",
    "mbedtls_ssl_config",
    "mbedtls_ssl_context",
    "mbedtls_ssl_session",
    "mbedtls_x509_crl",
    "mbedtls_x509_crt",
    "mbedtls_x509_crt_profile",
];

/// What [`write`] needs to know.
pub struct Request<'a> {
    /// The prepared Mbed TLS tree.
    pub tree: &'a Path,
    /// Holds `mbedtls_config.h` and the snapshot.
    pub vendor_dir: &'a Path,
    /// Holds `bindings.h`.
    pub shim_dir: &'a Path,
    /// Where `bindings.rs` goes.
    pub out_dir: &'a Path,
    /// Goes before the name of every symbol.
    pub prefix: &'a str,
    pub choice: Choice,
}

/// Where the bindings shall come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// From bindgen where it works, else from the snapshot.
    Automatic,
    Generate,
    Snapshot,
}

/// Where they came from.
pub enum Origin {
    Generated,
    Snapshot,
    /// From the snapshot, because generating them failed.
    SnapshotAfter(Error),
}

impl Choice {
    /// Reads the value of `EMBERTLS_BINDINGS`.
    pub fn parse(value: Option<OsString>) -> Result<Self> {
        match value.as_ref().map(|value| value.to_str()) {
            None => Ok(Self::Automatic),
            Some(Some("generate")) => Ok(Self::Generate),
            Some(Some("snapshot")) => Ok(Self::Snapshot),
            Some(_) => Err(Error::new(format!(
                "EMBERTLS_BINDINGS is {:?}; it may be \"generate\" or \"snapshot\"",
                value.unwrap_or_default()
            ))),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generated => "generated",
            Self::Snapshot | Self::SnapshotAfter(_) => "snapshot",
        })
    }
}

/// Writes `bindings.rs`, and beside it `bindings.plain.rs`: the same without
/// link names, which is what the snapshot holds.
pub fn write(request: &Request<'_>) -> Result<Origin> {
    let (text, origin) = match request.choice {
        Choice::Snapshot => (snapshot(request)?, Origin::Snapshot),
        Choice::Generate => (generate_or_explain(request)?, Origin::Generated),
        Choice::Automatic if load_libclang().is_err() => (snapshot(request)?, Origin::Snapshot),
        Choice::Automatic => match generate(request) {
            Ok(text) => (text, Origin::Generated),
            // A libclang without its headers, or without those of the target.
            Err(error) => (snapshot(request)?, Origin::SnapshotAfter(error)),
        },
    };
    write_file(&request.out_dir.join("bindings.plain.rs"), &text)?;
    write_file(
        &request.out_dir.join("bindings.rs"),
        &with_link_names(&text, request.prefix),
    )?;
    Ok(origin)
}

fn generate_or_explain(request: &Request<'_>) -> Result<String> {
    load_libclang().map_err(|why| {
        Error::new(format!(
            "EMBERTLS_BINDINGS=generate needs libclang, which cannot be loaded: {why}\n\
             Install it (Debian: libclang-dev), set LIBCLANG_PATH, or use EMBERTLS_BINDINGS=snapshot."
        ))
    })?;
    generate(request)
}

/// Loads libclang for this thread. bindgen would do so on its own, but it
/// panics where there is none.
fn load_libclang() -> std::result::Result<(), String> {
    if clang_sys::is_loaded() {
        Ok(())
    } else {
        clang_sys::load()
    }
}

fn snapshot(request: &Request<'_>) -> Result<String> {
    let path = request.vendor_dir.join("bindings.rs");
    fs::read_to_string(&path).map_err(|e| Error::io("read", &path, e))
}

fn generate(request: &Request<'_>) -> Result<String> {
    let header = request.shim_dir.join("bindings.h");
    let mut builder = bindgen::Builder::default()
        .header(header.to_string_lossy())
        .clang_args(include_args(request))
        .clang_arg("-DMBEDTLS_CONFIG_FILE=\"mbedtls_config.h\"")
        .allowlist_recursively(true)
        .default_enum_style(bindgen::EnumVariation::Consts)
        .prepend_enum_name(false)
        .use_core()
        .formatter(bindgen::Formatter::Prettyplease)
        .generate_comments(false)
        .layout_tests(false)
        .derive_copy(false)
        .derive_debug(false)
        .sort_semantically(true)
        .merge_extern_blocks(true)
        .disable_header_comment()
        .raw_line("// Made by bindgen from src/ffi/shim/bindings.h; see build/bindings.rs.");
    for name in FUNCTIONS {
        builder = builder.allowlist_function(name);
    }
    for name in CONSTANTS {
        builder = builder.allowlist_var(name);
    }
    for name in ENUMS {
        builder = builder.allowlist_type(name);
    }
    for name in OPAQUE {
        // Opaque, so that the types of its fields do not follow it.
        builder = builder
            .opaque_type(name)
            .blocklist_type(name)
            .raw_line(opaque(name));
    }
    builder = builder.rust_target(bindgen::RustTarget::stable(85, 0).unwrap_or_default());
    let bindings = builder.generate().map_err(|error| {
        Error::new(format!(
            "bindgen could not read {}: {error}",
            header.display()
        ))
    })?;
    Ok(bindings.to_string())
}

fn include_args(request: &Request<'_>) -> [String; 3] {
    [
        request.vendor_dir.to_owned(),
        request.tree.join("include"),
        request.shim_dir.to_owned(),
    ]
    .map(|dir| format!("-I{}", dir.display()))
}

fn opaque(name: &str) -> String {
    format!("#[repr(C)]\npub struct {name} {{\n    _unused: [u8; 0],\n}}")
}

/// Gives every function the symbol that the C compiler sees.
///
/// Not through bindgen, whose link names are taken to be complete and so lack
/// the underscore that some systems put before each symbol.
fn with_link_names(text: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let item = line.trim_start();
        let declared = item
            .strip_prefix("pub fn ")
            .or_else(|| item.strip_prefix("pub static "));
        if let Some(rest) = declared {
            let name = rest.split(['(', ':', '<']).next().unwrap_or(rest).trim();
            out.push_str(&format!("    #[link_name = \"{prefix}{name}\"]\n"));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|e| Error::io("write", path, e))
}
