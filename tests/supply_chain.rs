//! What the crate is made of is written down: its dependencies in
//! `docs/dependencies.md`, its unsafe blocks in `docs/unsafe.md`.

#![cfg(feature = "full")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set to 1, the counts in `docs/unsafe.md` are written, not compared.
const UPDATE: &str = "EMBERTLS_UPDATE_UNSAFE";

#[test]
fn every_dependency_has_its_line() {
    let page = read("docs/dependencies.md");
    for (kind, heading) in [
        (None, "## In every program"),
        (Some("build"), "## To build it"),
        (Some("dev"), "## For tests and examples"),
    ] {
        let section = page
            .split("\n## ")
            .find(|s| heading.ends_with(first_line(s)));
        let section = section.unwrap_or_else(|| panic!("docs/dependencies.md lacks {heading:?}"));
        let listed: BTreeSet<_> = section.lines().filter_map(row).map(|row| row.0).collect();
        assert_eq!(
            listed,
            dependencies(kind),
            "docs/dependencies.md (left) and Cargo.toml (right) differ under {heading:?}: \
             each package has a line that says why it is here"
        );
    }
}

/// The members and the fuzz targets: what they name is on the page, and their
/// own table has nothing else.
#[test]
fn every_dependency_of_a_member_has_its_line() {
    let page = read("docs/dependencies.md");
    let mut manifests = vec![root().join("fuzz/Cargo.toml")];
    for member in fs::read_dir(root().join("members")).expect("members can be listed") {
        let member = member.expect("an entry can be read").path();
        manifests.push(member.join("Cargo.toml"));
    }
    manifests.retain(|manifest| manifest.exists());
    let is_other = |name: &String| !name.starts_with("embertls");
    let named: BTreeSet<_> = manifests
        .iter()
        .flat_map(|manifest| packages_named_in(manifest))
        .filter(is_other)
        .collect();
    let rows = |text: &str| -> BTreeSet<String> {
        text.lines().filter_map(row).map(|row| row.0).collect()
    };
    let (of_root, of_members) = page
        .split_once("\n## In the members only\n")
        .expect("the section of the members");
    let (of_root, of_members) = (rows(of_root), rows(of_members));
    let expected: BTreeSet<_> = named.difference(&of_root).cloned().collect();
    assert_eq!(
        of_members, expected,
        "docs/dependencies.md (left) and the manifests in members/ and fuzz/ (right) differ"
    );
}

/// The keys of every table of dependencies in a manifest.
fn packages_named_in(manifest: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(manifest).expect("a manifest can be read");
    let mut names = BTreeSet::new();
    let mut is_table = false;
    for line in text.lines() {
        if let Some(table) = line.strip_prefix('[') {
            is_table = table.trim_end_matches(']').ends_with("dependencies");
        } else if let (true, Some((name, _))) = (is_table, line.split_once('=')) {
            names.insert(name.trim().to_owned());
        }
    }
    assert!(!names.is_empty(), "{}", manifest.display());
    names
}

#[test]
fn the_count_of_unsafe_blocks_is_the_written_one() {
    let found = unsafe_blocks();
    let page = read("docs/unsafe.md");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        return write_counts(&page, &found);
    }
    let written: BTreeMap<_, _> = page
        .lines()
        .filter_map(row)
        .filter_map(|(file, rest)| Some((file, rest.first()?.parse::<usize>().ok()?)))
        .collect();
    assert_eq!(
        written, found,
        "docs/unsafe.md (left) and the source (right) count differently. If the change is \
         meant, {UPDATE}=1 cargo test --test supply_chain writes the new counts; then say \
         in the page what a new file needs it for."
    );
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    let mut silent = Vec::new();
    for file in sources() {
        let text = read(&file);
        let lines: Vec<_> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            if needs_reason(line) && !has_reason(&lines[..index]) {
                silent.push(format!("{file}:{}: {}", index + 1, line.trim()));
            }
        }
    }
    assert!(
        silent.is_empty(),
        "without a SAFETY line:\n{}",
        silent.join("\n")
    );
}

/// A line that opens a block or an implementation. A declaration of an unsafe
/// function is its callers' matter.
fn needs_reason(line: &str) -> bool {
    let code = code(line);
    code.contains("unsafe {") || code.trim_start().starts_with("unsafe impl")
}

/// Whether the comment above, or above the beginning of the statement, or of
/// the line before that shares it, gives one.
fn has_reason(before: &[&str]) -> bool {
    before
        .iter()
        .rev()
        .take(8)
        .take_while(|line| !matches!(line.trim(), "" | "}"))
        .any(|line| line.contains("SAFETY:"))
}

fn unsafe_blocks() -> BTreeMap<String, usize> {
    sources()
        .into_iter()
        .map(|file| {
            let count = read(&file).lines().map(count_in).sum();
            (file, count)
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// How often the keyword stands in a line.
fn count_in(line: &str) -> usize {
    code(line)
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| *word == "unsafe")
        .count()
}

/// A line without comments and texts.
fn code(line: &str) -> String {
    let code = line.split("//").next().unwrap_or_default();
    code.split('"').step_by(2).collect()
}

/// Puts the counts into the page, keeps what it says, and adds new files.
fn write_counts(page: &str, found: &BTreeMap<String, usize>) {
    let reasons: BTreeMap<_, _> = page
        .lines()
        .filter_map(row)
        .filter_map(|(file, rest)| Some((file, (*rest.get(1)?).to_owned())))
        .collect();
    let (mut text, mut written) = (String::new(), false);
    for line in page.lines() {
        if row(line).is_none() {
            text += line;
            text.push('\n');
        } else if !written {
            written = true;
            for (file, count) in found {
                let reason = reasons.get(file).map_or("", String::as_str);
                text += &format!("| `{file}` | {count} | {reason} |\n");
            }
        }
    }
    fs::write(root().join("docs/unsafe.md"), text).expect("the page can be written");
}

/// The name in the first cell of a line of a table, and the other cells.
fn row(line: &str) -> Option<(String, Vec<&str>)> {
    let mut cells = line.strip_prefix("| `")?.split(" |").map(str::trim);
    let name = cells.next()?.strip_suffix('`')?.to_owned();
    Some((name, cells.collect()))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// What `Cargo.toml` names, by kind.
fn dependencies(kind: Option<&str>) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .arg("--manifest-path")
        .arg(root().join("Cargo.toml"))
        .output()
        .expect("cargo can be run");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let package = packages
        .iter()
        .find(|package| package["name"] == env!("CARGO_PKG_NAME"))
        .expect("this package");
    package["dependencies"]
        .as_array()
        .expect("a list of dependencies")
        .iter()
        .filter(|dependency| dependency["kind"].as_str() == kind)
        .map(|dependency| dependency["name"].as_str().expect("a name").to_owned())
        .collect()
}

/// Every Rust file of the crate, by its path from the root.
fn sources() -> Vec<String> {
    let mut files = vec!["build.rs".to_owned()];
    for dir in ["src", "build", "examples", "tests"] {
        collect(&root().join(dir), &mut files);
    }
    files.sort();
    files
}

fn collect(dir: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root()).expect("a path below the root");
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            files.push(parts.join("/"));
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}
