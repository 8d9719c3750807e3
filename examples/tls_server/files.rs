//! The folder that is served.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// Files below one folder; nothing outside of it, whatever is asked for and
/// wherever symbolic links lead.
pub struct Files {
    root: PathBuf,
}

pub enum Found {
    File(FoundFile),
    /// What is in a folder, sorted: names, those of folders with `/` behind.
    Folder(Vec<String>),
    /// A folder, asked for without the `/` at the end.
    FolderWithoutSlash,
    Nothing,
}

pub struct FoundFile {
    pub file: File,
    pub len: u64,
    pub modified: Option<SystemTime>,
    pub content_type: &'static str,
}

impl Files {
    pub fn new(folder: &Path) -> io::Result<Self> {
        let told = |error: io::Error| {
            io::Error::new(
                error.kind(),
                format!("opening the folder {}: {error}", folder.display()),
            )
        };
        let root = folder.canonicalize().map_err(told)?;
        fs::read_dir(&root).map_err(told)?;
        Ok(Self { root })
    }

    /// What is at a path that begins with `/`.
    pub fn find(&self, path: &str) -> io::Result<Found> {
        let Some(place) = self.place(path) else {
            return Ok(Found::Nothing);
        };
        let meta = fs::metadata(&place)?;
        if !meta.is_dir() {
            // A path with a slash at the end means a folder, and a device has no end.
            return match meta.is_file() && !path.ends_with('/') {
                true => Ok(Found::File(FoundFile::open(&place)?)),
                false => Ok(Found::Nothing),
            };
        }
        if !path.ends_with('/') {
            return Ok(Found::FolderWithoutSlash);
        }
        let index = place.join("index.html");
        match index.is_file() && self.is_inside(&index) {
            true => Ok(Found::File(FoundFile::open(&index)?)),
            false => Ok(Found::Folder(names(&place)?)),
        }
    }

    /// The file that is meant; none where the path leads out of the folder.
    fn place(&self, path: &str) -> Option<PathBuf> {
        let relative = Path::new(path.trim_start_matches('/'));
        let mut parts = relative.components();
        let is_plain = parts.all(|part| matches!(part, Component::Normal(_)));
        // On some systems these have a meaning of their own.
        if !is_plain || path.contains(['\\', '\0', ':']) {
            return None;
        }
        let place = self.root.join(relative).canonicalize().ok()?;
        place.starts_with(&self.root).then_some(place)
    }

    fn is_inside(&self, place: &Path) -> bool {
        place
            .canonicalize()
            .is_ok_and(|place| place.starts_with(&self.root))
    }
}

impl FoundFile {
    fn open(place: &Path) -> io::Result<Self> {
        let file = File::open(place)?;
        let meta = file.metadata()?;
        Ok(Self {
            len: meta.len(),
            modified: meta.modified().ok(),
            content_type: content_type(place),
            file,
        })
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A name that is no text cannot be asked for.
        let Ok(mut name) = entry.file_name().into_string() else {
            continue;
        };
        if entry.path().is_dir() {
            name.push('/');
        }
        names.push(name);
    }
    names.sort();
    Ok(names)
}

fn content_type(place: &Path) -> &'static str {
    let extension = place.extension().and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("css") => "text/css; charset=utf-8",
        Some("gif") => "image/gif",
        Some("htm" | "html") => "text/html; charset=utf-8",
        Some("jpeg" | "jpg") => "image/jpeg",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("md" | "rs" | "toml" | "txt") => "text/plain; charset=utf-8",
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("webp") => "image/webp",
        _ => "application/octet-stream",
    }
}
