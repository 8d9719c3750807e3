//! Our own prefix on every external C symbol.
//!
//! Another copy of Mbed TLS, or another version of embertls, can then be
//! linked into the same program without one taking the other's functions.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// Every identifier that begins so is renamed.
const STEMS: [&str; 2] = ["mbedtls_", "ember_"];

/// The prefix for a version of this crate. Major and minor number are part of
/// it because versions that differ there may differ in their C.
pub fn prefix(major: &str, minor: &str) -> String {
    format!("embertls_{major}_{minor}_")
}

/// A header that renames each identifier found in `files`.
///
/// Types and fields are renamed along with functions: that changes nothing in
/// C, and a rule without exceptions cannot miss a function. What the source
/// itself defines as a macro stays, because it is no symbol.
pub fn rename_header<'a>(prefix: &str, files: impl Iterator<Item = &'a Path>) -> Result<String> {
    let mut names = BTreeSet::new();
    let mut macros = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|e| Error::io("read", file, e))?;
        for line in text.lines() {
            if let Some(defined) = defined_macro(line) {
                macros.insert(defined.to_owned());
            }
            names.extend(
                identifiers(line)
                    .filter(|name| is_ours(name))
                    .map(str::to_owned),
            );
        }
    }

    let mut header = String::new();
    for name in names.difference(&macros) {
        let _ = writeln!(header, "#define {name} {prefix}{name}");
    }
    Ok(header)
}

fn is_ours(name: &str) -> bool {
    STEMS.iter().any(|stem| name.starts_with(stem))
}

fn defined_macro(line: &str) -> Option<&str> {
    let directive = line.trim_start().strip_prefix('#')?.trim_start();
    identifiers(directive.strip_prefix("define")?).next()
}

fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}
