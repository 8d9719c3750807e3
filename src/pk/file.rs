//! Private keys in files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::{PrivateKey, load_pem};
use crate::error::{Error, Result};

impl PrivateKey {
    /// As [`from_pem`](Self::from_pem), from a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the file cannot be read, else as
    /// [`from_pem`](Self::from_pem); both name the file.
    ///
    /// ```
    /// use embertls::PrivateKey;
    ///
    /// let error = PrivateKey::from_pem_file("/nowhere/server.key").unwrap_err();
    /// assert!(error.to_string().starts_with("reading /nowhere/server.key: "));
    /// ```
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        load_pem(&path.display().to_string(), &read_file(path)?, None)
    }

    /// As [`from_pem_encrypted`](Self::from_pem_encrypted), from a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the file cannot be read, else as
    /// [`from_pem_encrypted`](Self::from_pem_encrypted); both name the file.
    ///
    /// ```no_run
    /// # fn main() -> embertls::Result<()> {
    /// # let password = "";
    /// let key = embertls::PrivateKey::from_pem_file_encrypted("server.key", password)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_pem_file_encrypted(
        path: impl AsRef<Path>,
        password: impl AsRef<[u8]>,
    ) -> Result<Self> {
        let (path, password) = (path.as_ref(), password.as_ref());
        load_pem(
            &path.display().to_string(),
            &read_file(path)?,
            Some(password),
        )
    }
}

/// Reads a file that holds a private key. Nothing of it is left behind.
pub(crate) fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let failed = |source| Error::io(format!("reading {}", path.display()), source);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len().min(MAX_FILE);
    // With room for all of it, so that growing leaves no copy behind.
    let room = usize::try_from(size).unwrap_or(0) + 1;
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    let read = file
        .take(MAX_FILE + 1)
        .read_to_end(&mut text)
        .map_err(failed)?;
    if read as u64 > MAX_FILE {
        return Err(failed(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is larger than 1 MiB, which no file with a private key is",
        )));
    }
    Ok(text)
}

/// No file with a key in it is larger, even with certificates around it.
pub(super) const MAX_FILE: u64 = 1 << 20;
