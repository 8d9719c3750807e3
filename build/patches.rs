//! Our patches: zero-context diffs, one file per fault.
//!
//! Every hunk counts its lines in the untouched file, whose digest is known.
//! So the patches do not depend on each other or on an order, any of them can
//! be left out, and a hunk goes to exactly one place or the build stops. That
//! is why a library parses the files here but does not apply them: one that
//! looks around for a place to apply finds a wrong one where there is no
//! context to hold it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use diffy::{Line, Patch};

use crate::error::{Error, Result};

/// The changes of all patches to one file.
#[derive(Debug, Default)]
pub struct FileChanges {
    changes: Vec<Change>,
}

/// One hunk: the lines after `skip` lines of the untouched file.
#[derive(Debug)]
struct Change {
    patch: String,
    skip: usize,
    removed: Vec<String>,
    added: Vec<String>,
}

/// A file in the folder of patches.
#[derive(Debug)]
pub struct PatchFile {
    /// The file name without its number and ending.
    pub name: String,
    pub path: PathBuf,
}

/// Reads every patch in `dir` whose name is not in `skipped`. The result maps
/// a path in the Mbed TLS tree to what changes there.
pub fn read(dir: &Path, skipped: &[String]) -> Result<BTreeMap<String, FileChanges>> {
    let patches = list(dir)?;
    for name in skipped {
        if !patches.iter().any(|patch| patch.name == *name) {
            let known: Vec<_> = patches.iter().map(|patch| patch.name.as_str()).collect();
            return Err(Error::new(format!(
                "there is no patch named {name:?} to leave out; the patches are: {}",
                known.join(", ")
            )));
        }
    }

    let mut files = BTreeMap::<String, FileChanges>::new();
    for patch in patches
        .iter()
        .filter(|patch| !skipped.contains(&patch.name))
    {
        let text =
            fs::read_to_string(&patch.path).map_err(|e| Error::io("read", &patch.path, e))?;
        for (file, changes) in parse(&patch.name, &text)? {
            files.entry(file).or_default().changes.extend(changes);
        }
    }
    Ok(files)
}

/// All patches in `dir`, in the order of their numbers.
pub fn list(dir: &Path) -> Result<Vec<PatchFile>> {
    let entries = fs::read_dir(dir).map_err(|e| Error::io("list", dir, e))?;
    let mut patches = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::io("list", dir, e))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "patch")
        {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let name = stem
                .split_once('-')
                .map_or(&*stem, |(_, name)| name)
                .to_owned();
            patches.push(PatchFile { name, path });
        }
    }
    patches.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(patches)
}

impl FileChanges {
    /// The patched text of the untouched `original`.
    pub fn apply(&self, file: &str, original: &str) -> Result<String> {
        let lines: Vec<&str> = original.split_inclusive('\n').collect();
        let mut ordered: Vec<&Change> = self.changes.iter().collect();
        ordered.sort_by_key(|change| change.skip);

        let mut patched = String::with_capacity(original.len());
        let mut next = 0;
        for change in ordered {
            let end = change.skip + change.removed.len();
            let replaced = lines.get(change.skip..end);
            if change.skip < next || replaced.is_none_or(|lines| lines != change.removed) {
                return Err(Error::new(format!(
                    "patch {} does not fit {file} at line {}: the lines there are not those it replaces, or another patch replaces them too",
                    change.patch,
                    change.skip + 1
                )));
            }
            patched.extend(lines[next..change.skip].iter().copied());
            patched.extend(change.added.iter().map(String::as_str));
            next = end;
        }
        patched.extend(lines[next..].iter().copied());
        Ok(patched)
    }
}

fn parse(name: &str, text: &str) -> Result<Vec<(String, Vec<Change>)>> {
    let broken = |why: String| Error::new(format!("patch {name} cannot be read: {why}"));
    let mut files = Vec::new();
    for file in PatchSet::parse(text, ParseOptions::unidiff()) {
        let file = file.map_err(|e| broken(e.to_string()))?;
        let FileOperation::Modify { original, .. } = file.operation() else {
            return Err(broken("it does something else than change a file".into()));
        };
        let path = original.strip_prefix("a/").unwrap_or(original).to_owned();
        let patch = file
            .patch()
            .as_text()
            .ok_or_else(|| broken("it is not text".into()))?;
        files.push((path, changes(name, patch)));
    }
    if files.is_empty() {
        return Err(broken("it changes no file".into()));
    }
    Ok(files)
}

fn changes(name: &str, patch: &Patch<'_, str>) -> Vec<Change> {
    let hunks = patch.hunks().iter();
    hunks
        .map(|hunk| {
            let (mut removed, mut added) = (Vec::new(), Vec::new());
            for line in hunk.lines() {
                match *line {
                    Line::Delete(text) => removed.push(text.to_owned()),
                    Line::Insert(text) => added.push(text.to_owned()),
                    Line::Context(text) => {
                        removed.push(text.to_owned());
                        added.push(text.to_owned());
                    }
                }
            }
            // A range of no lines names the line before it.
            let start = hunk.old_range().start();
            let skip = if removed.is_empty() {
                start
            } else {
                start.saturating_sub(1)
            };
            Change {
                patch: name.to_owned(),
                skip,
                removed,
                added,
            }
        })
        .collect()
}
