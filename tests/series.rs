//! Every release has a place for every patch, and the places are right.
//!
//! With `EMBERTLS_MBEDTLS_DIR` the places are looked up again in that tree. A
//! new patch gets its line by
//!
//! ```sh
//! EMBERTLS_UPDATE_SERIES=1 EMBERTLS_MBEDTLS_DIR=TREE cargo test --test series
//! ```
//!
//! where its lines are the same; a hunk that has no place becomes `-`, and needs
//! a decision (`vendor/releases/README.md`).

#![cfg(feature = "full")]

#[path = "../build/error.rs"]
#[allow(dead_code)]
mod error;
#[path = "../build/patches.rs"]
#[allow(dead_code)]
mod patches;
#[path = "../build/series.rs"]
mod series;
#[path = "../build/source.rs"]
#[allow(dead_code)]
mod source;

#[allow(dead_code)]
mod build_support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use diffy::patch_set::{ParseOptions, PatchSet};

use build_support::{fresh_dir, given_tree, prepare, prepare_pinned, vendor_dir};
use series::Series;

#[test]
fn every_patch_has_its_places() {
    if std::env::var_os("EMBERTLS_UPDATE_SERIES").is_some() {
        add_new_patches();
    }
    let all: Vec<_> = all_patches().into_iter().map(|(name, _)| name).collect();
    for version in source::OTHER_VERSIONS {
        let dir = release_dir(version);
        let series = read_series(&dir);
        let named: Vec<_> = series
            .entries()
            .map(|(patch, _)| patch.to_owned())
            .collect();
        assert_eq!(
            named, all,
            "the series of {version}; vendor/releases/README.md says what is to be done"
        );
        // Reads all hunks, and compares their number with the lines.
        let read = patches::read(&vendor_dir().join("patches"), Some(&dir), &[]);
        assert!(read.is_ok(), "{version}: {:?}", read.err());
    }
}

/// Where a hunk only moved, it went where the lines around it went.
#[test]
fn hunks_are_where_their_lines_have_moved() {
    let Some((dir, moved)) = given_release() else {
        return;
    };
    let series = read_series(&dir);
    for (patch, hunks) in all_patches() {
        let lines = series.lines(&patch, hunks.len());
        for (hunk, line) in hunks.iter().zip(
            lines
                .unwrap_or_else(|error| panic!("{error}"))
                .unwrap_or_default(),
        ) {
            if let (Some(line), Some(expected)) = (line, moved.place(hunk)) {
                assert_eq!(*line, expected, "{patch}: {hunk:?}");
            }
        }
    }
}

#[test]
fn a_series_that_does_not_fit_is_refused() {
    let work = fresh_dir("series-fit");
    let patches_dir = work.join("patches");
    let hunks = "@@ -1 +1 @@\n-one\n+1\n@@ -2,0 +3 @@\n+x\n";
    write(
        &patches_dir.join("0001-x.patch"),
        &format!("What it does.\n\n--- a/f.c\n+++ b/f.c\n{hunks}"),
    );
    let release = work.join("release");
    let read_with = |series: &str| {
        write(&release.join("series"), series);
        patches::read(&patches_dir, Some(&release), &[]).map_err(|error| error.to_string())
    };
    for (series, why) in [
        ("", "does not say where 0001-x goes"),
        ("0001-x 1\n", "has 1 lines for 0001-x, which has 2 hunks"),
        ("0001-x 1 two\n", "not a patch and its lines"),
        ("0001-x fixed\n0002-y 1\n", "there is no patch 0002-y"),
    ] {
        let error = read_with(series).expect_err(series);
        assert!(error.contains(why), "{error}");
    }

    let apply_with = |series: &str| {
        let files = read_with(series)?;
        let applied = files["f.c"].apply("f.c", "zero\none\ntwo\n");
        applied.map_err(|error| error.to_string())
    };
    let moved = apply_with("0001-x 2 3\n");
    assert_eq!(moved.as_deref(), Ok("zero\n1\ntwo\nx\n"));
    let in_part = apply_with("# a comment\n0001-x 2 -\n");
    assert_eq!(in_part.as_deref(), Ok("zero\n1\ntwo\n"));
    let error = apply_with("0001-x 1 3\n").expect_err("another line");
    assert!(
        error.contains("patch x does not fit f.c at line 1"),
        "{error}"
    );
    assert!(read_with("0001-x fixed\n").is_ok_and(|files| files.is_empty()));
}

/// A hunk of a patch: so many lines from one on, or none behind one.
#[derive(Debug)]
struct Hunk {
    file: String,
    start: usize,
    removed: usize,
}

/// The names of all patches, and their hunks.
fn all_patches() -> Vec<(String, Vec<Hunk>)> {
    let list = patches::list(&vendor_dir().join("patches")).unwrap_or_else(|e| panic!("{e}"));
    list.iter()
        .map(|patch| (patch.full_name(), hunks(&patch.path)))
        .collect()
}

fn hunks(path: &Path) -> Vec<Hunk> {
    let text = read(path);
    let mut hunks = Vec::new();
    for file in PatchSet::parse(&text, ParseOptions::unidiff()) {
        let file = file.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let patch = file.patch().as_text().expect("a patch is text");
        let name = patch.original().unwrap_or_default();
        hunks.extend(patch.hunks().iter().map(|hunk| Hunk {
            file: name.trim_start_matches("a/").to_owned(),
            start: hunk.old_range().start(),
            removed: hunk.old_range().len(),
        }));
    }
    hunks
}

/// Where each line of 2.16.0 is in another release, by file.
struct Moved(BTreeMap<String, BTreeMap<usize, usize>>);

impl Moved {
    /// The line that the hunk's header would have there, if all of its lines are
    /// there one behind the other, or both lines that it goes between.
    fn place(&self, hunk: &Hunk) -> Option<usize> {
        let lines = self.0.get(&hunk.file)?;
        let count = if hunk.removed == 0 { 2 } else { hunk.removed };
        let first = *lines.get(&hunk.start)?;
        let together = (0..count).all(|i| lines.get(&(hunk.start + i)) == Some(&(first + i)));
        together.then_some(first)
    }

    fn between(old_tree: &Path, new_tree: &Path) -> Self {
        let files: BTreeSet<_> = all_patches()
            .into_iter()
            .flat_map(|(_, hunks)| hunks)
            .map(|hunk| hunk.file)
            .collect();
        let moved = files.into_iter().map(|file| {
            let (old, new) = (read(&old_tree.join(&file)), read(&new_tree.join(&file)));
            let lines = moved_lines(&old, &new);
            (file, lines)
        });
        Self(moved.collect())
    }
}

/// What two texts have in common, by the numbers of the lines.
fn moved_lines(old: &str, new: &str) -> BTreeMap<usize, usize> {
    let patch = diffy::DiffOptions::new()
        .set_context_len(usize::MAX / 4)
        .create_patch(old, new);
    let (mut from, mut to) = (1, 1);
    let mut lines = BTreeMap::new();
    // One hunk, with all that is the same as context.
    for line in patch.hunks().iter().flat_map(diffy::Hunk::lines) {
        match line {
            diffy::Line::Context(_) => {
                lines.insert(from, to);
                from += 1;
                to += 1;
            }
            diffy::Line::Delete(_) => from += 1,
            diffy::Line::Insert(_) => to += 1,
        }
    }
    lines
}

/// The folder of the release that the given tree is of, and what moved there.
fn given_release() -> Option<(PathBuf, Moved)> {
    let tree = given_tree()?;
    let dir = prepare(&fresh_dir("given-release"), &[]).release_dir?;
    let names: Vec<_> = patches::list(&vendor_dir().join("patches"))
        .unwrap_or_else(|error| panic!("{error}"))
        .into_iter()
        .map(|patch| patch.name)
        .collect();
    let pinned = prepare_pinned(&fresh_dir("pinned-release"), &names).dir;
    Some((dir, Moved::between(&pinned, &tree)))
}

/// Writes a line for each patch that the series of the given tree lacks.
fn add_new_patches() {
    let tree = given_tree().expect("EMBERTLS_MBEDTLS_DIR names a tree");
    let version = source::version_of(&tree).unwrap_or_else(|error| panic!("{error}"));
    let path = release_dir(&version).join("series");
    let known = read(&path);
    let mut lines: Vec<_> = known.lines().map(str::to_owned).collect();
    let new = all_patches().into_iter().filter(|(name, _)| {
        let is_known = |line: &String| line.split(' ').next() == Some(name.as_str());
        !known.lines().map(str::to_owned).any(|line| is_known(&line))
    });
    // A line of no account for now, so that the tree can be prepared.
    let new: Vec<_> = new.collect();
    let placeholders = new.iter().map(|(name, _)| format!("{name} fixed\n"));
    write(&path, &(known.clone() + &placeholders.collect::<String>()));
    let (_, moved) = given_release().expect("another release");
    for (name, hunks) in &new {
        let places = hunks.iter().map(|hunk| match moved.place(hunk) {
            Some(line) => format!(" {line}"),
            None => " -".to_owned(),
        });
        lines.push(format!("{name}{}", places.collect::<String>()));
    }
    let head = lines
        .iter()
        .take_while(|line| line.starts_with('#'))
        .count();
    lines[head..].sort();
    write(&path, &(lines.join("\n") + "\n"));
}

fn read_series(dir: &Path) -> Series {
    Series::read(dir).unwrap_or_else(|error| panic!("{error}"))
}

fn release_dir(version: &str) -> PathBuf {
    vendor_dir().join("releases").join(version)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    let dir = path.parent().expect("a file has a folder");
    fs::create_dir_all(dir).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}
