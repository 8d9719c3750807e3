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
use crate::series::Series;

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
///
/// With the folder of another release, the hunks go where its series says, and
/// the patches in that folder are read as well.
pub fn read(
    dir: &Path,
    release_dir: Option<&Path>,
    skipped: &[String],
) -> Result<BTreeMap<String, FileChanges>> {
    let patches = list(dir)?;
    let series = release_dir.map(Series::read).transpose()?;
    let own = match release_dir {
        Some(dir) => list(dir)?,
        None => Vec::new(),
    };
    let named = series.iter().flat_map(Series::entries);
    let names = named.map(|(patch, _)| patch.to_owned());
    for name in names.chain(own.iter().map(PatchFile::full_name)) {
        if !patches.iter().any(|patch| patch.full_name() == name) {
            return Err(Error::new(format!(
                "there is no patch {name}, which the folder of another release names"
            )));
        }
    }
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
        let mut changes = patch.changes()?;
        if let Some(series) = &series {
            changes = moved(changes, series, &patch.full_name())?;
        }
        if let Some(own) = own.iter().find(|own| own.name == patch.name) {
            changes.extend(own.changes()?);
        }
        for (file, change) in changes {
            files.entry(file).or_default().changes.push(change);
        }
    }
    Ok(files)
}

/// The changes where they go in another release.
fn moved(
    changes: Vec<(String, Change)>,
    series: &Series,
    patch: &str,
) -> Result<Vec<(String, Change)>> {
    let Some(lines) = series.lines(patch, changes.len())? else {
        return Ok(Vec::new());
    };
    let placed = changes.into_iter().zip(lines);
    let moved = placed.filter_map(|((file, change), line)| Some((file, change.at((*line)?))));
    Ok(moved.collect())
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

impl PatchFile {
    /// The name of the file without its ending.
    pub fn full_name(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// Its hunks in their order, each with the file that it changes.
    fn changes(&self) -> Result<Vec<(String, Change)>> {
        let text = fs::read_to_string(&self.path).map_err(|e| Error::io("read", &self.path, e))?;
        parse(&self.name, &text)
    }
}

impl Change {
    /// The same at the line that a hunk's header would name.
    fn at(self, line: usize) -> Self {
        // A range of no lines names the line before it.
        let skip = if self.removed.is_empty() {
            line
        } else {
            line.saturating_sub(1)
        };
        Self { skip, ..self }
    }
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

fn parse(name: &str, text: &str) -> Result<Vec<(String, Change)>> {
    let broken = |why: String| Error::new(format!("patch {name} cannot be read: {why}"));
    let mut found = Vec::new();
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
        let changes = changes(name, patch).into_iter();
        found.extend(changes.map(|change| (path.clone(), change)));
    }
    if found.is_empty() {
        return Err(broken("it changes no file".into()));
    }
    Ok(found)
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
            let change = Change {
                patch: name.to_owned(),
                skip: 0,
                removed,
                added,
            };
            change.at(hunk.old_range().start())
        })
        .collect()
}
