//! Where our patches go in another release than the one they are written for.
//!
//! Most lines that a patch replaces are the same there and have only moved. So
//! a release has no copy of the patches, but a list that gives each hunk its
//! line: the digests say that the file is the one these lines were counted in.
//! What is not the same there is a patch of that release, beside the list.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// The places of all patches in one release, by the names of their files.
#[derive(Debug)]
pub struct Series {
    release: String,
    places: BTreeMap<String, Places>,
}

/// Where the hunks of one patch go, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// The release has the fix.
    Fixed,
    /// A line for each hunk. `None`: this release has no need of the hunk, or
    /// a patch of its own in its place.
    Lines(Vec<Option<usize>>),
}

impl Series {
    /// Reads `series` in the folder of a release.
    pub fn read(release_dir: &Path) -> Result<Self> {
        let path = release_dir.join("series");
        let text = fs::read_to_string(&path).map_err(|e| Error::io("read", &path, e))?;
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let places = lines
            .map(|line| {
                parse(line).ok_or_else(|| {
                    Error::new(format!(
                        "{} has a line that is not a patch and its lines: {line:?}",
                        path.display()
                    ))
                })
            })
            .collect::<Result<_>>()?;
        let release = release_dir.file_name().unwrap_or_default();
        Ok(Self {
            release: release.to_string_lossy().into_owned(),
            places,
        })
    }

    /// The lines for the hunks of a patch, or `None` where it is not needed.
    pub fn lines(&self, patch: &str, hunks: usize) -> Result<Option<&[Option<usize>]>> {
        match self.places.get(patch) {
            Some(Places::Fixed) => Ok(None),
            Some(Places::Lines(lines)) if lines.len() == hunks => Ok(Some(lines)),
            Some(Places::Lines(lines)) => Err(Error::new(format!(
                "the series of Mbed TLS {} has {} lines for {patch}, which has {hunks} hunks",
                self.release,
                lines.len()
            ))),
            None => Err(Error::new(format!(
                "the series of Mbed TLS {} does not say where {patch} goes",
                self.release
            ))),
        }
    }

    /// Every patch that is named, and where it goes.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Places)> {
        let entries = self.places.iter();
        entries.map(|(patch, places)| (patch.as_str(), places))
    }
}

fn parse(line: &str) -> Option<(String, Places)> {
    let mut words = line.split_whitespace();
    let patch = words.next()?.to_owned();
    let words: Vec<_> = words.collect();
    let places = match words.as_slice() {
        [] => return None,
        ["fixed"] => Places::Fixed,
        lines => Places::Lines(
            lines
                .iter()
                .map(|word| match *word {
                    "-" => Some(None),
                    number => number.parse().ok().map(Some),
                })
                .collect::<Option<_>>()?,
        ),
    };
    Some((patch, places))
}
