//! Where the body goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::printable::TerminalWriter;

/// A place for the body, which is complete only after [`Target::finish`].
pub struct Target {
    place: Place,
    progress: ProgressBar,
    written: u64,
}

enum Place {
    /// A file beside the one that is wanted; takes its name at the end, and
    /// is removed where that does not come.
    File {
        partial: NamedTempFile,
        path: PathBuf,
    },
    /// Something like `/dev/null`, that cannot be replaced.
    Device {
        file: File,
        path: PathBuf,
    },
    Terminal(TerminalWriter<io::Stdout>),
    Stdout(io::Stdout),
}

impl Target {
    /// A file with a progress bar, or standard output. `len` is the length of
    /// the body if that is known.
    pub fn open(path: Option<&Path>, len: Option<u64>) -> Result<Self, Failure> {
        let place = match path {
            None if io::stdout().is_terminal() => {
                Place::Terminal(TerminalWriter::new(io::stdout()))
            }
            None => Place::Stdout(io::stdout()),
            Some(path) => open_file(path)
                .map_err(|error| Failure::io(format!("creating {}", path.display()), error))?,
        };
        Ok(Self {
            progress: match &place {
                Place::File { .. } => progress_bar(len),
                _ => ProgressBar::hidden(),
            },
            place,
            written: 0,
        })
    }

    pub fn written(&self) -> u64 {
        self.written
    }

    pub fn write(&mut self, data: &[u8]) -> Result<(), Failure> {
        let result = match &mut self.place {
            Place::File { partial, .. } => partial.write_all(data),
            Place::Device { file, .. } => file.write_all(data),
            Place::Terminal(terminal) => terminal.write_all(data),
            Place::Stdout(stdout) => stdout.write_all(data),
        };
        result.map_err(|error| self.failed(error))?;
        self.written += data.len() as u64;
        self.progress.set_position(self.written);
        Ok(())
    }

    /// Makes the body final: a file gets its name only now.
    pub fn finish(mut self) -> Result<(), Failure> {
        let flushed = match &mut self.place {
            Place::File { partial, .. } => partial.as_file().sync_all(),
            Place::Device { file, .. } => file.flush(),
            Place::Terminal(terminal) => terminal.flush(),
            Place::Stdout(stdout) => stdout.flush(),
        };
        flushed.map_err(|error| self.failed(error))?;
        self.progress.finish();
        if let Place::File { partial, path } = self.place {
            partial.persist(&path).map_err(|error| {
                Failure::io(format!("creating {}", path.display()), error.error)
            })?;
        }
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Failure {
        let what = match &self.place {
            Place::File { path, .. } | Place::Device { path, .. } => path.display().to_string(),
            Place::Terminal(_) | Place::Stdout(_) => "standard output".into(),
        };
        Failure::io(format!("writing to {what}"), error)
    }
}

fn open_file(path: &Path) -> io::Result<Place> {
    let path = path.to_owned();
    match fs::metadata(&path) {
        Ok(known) if known.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(known) if !known.is_file() => {
            let file = OpenOptions::new().write(true).open(&path)?;
            return Ok(Place::Device { file, path });
        }
        _ => {}
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".https_get-").suffix(".part");
    // As any new file: what the umask leaves. Temporary files are private otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let partial = builder.tempfile_in(directory)?;
    Ok(Place::File { partial, path })
}

fn progress_bar(len: Option<u64>) -> ProgressBar {
    let (bar, template) = match len {
        Some(len) => (
            ProgressBar::new(len),
            "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        ),
        None => (
            ProgressBar::no_length(),
            "{spinner} {bytes} {bytes_per_sec}",
        ),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
