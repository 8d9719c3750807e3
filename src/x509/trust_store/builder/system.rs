//! Trusted certificates of the system, and from files.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::{Outcome, TrustStoreBuilder, no_certificate};
use crate::error::{Error, Result};
use crate::x509::{pem, read_file};

const CERT_FILE: &str = "SSL_CERT_FILE";
const CERT_DIR: &str = "SSL_CERT_DIR";

impl TrustStoreBuilder {
    /// Adds a file or a directory.
    ///
    /// ```no_run
    /// let builder = embertls::TrustStore::builder().path("/etc/company")?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`pem_file`](Self::pem_file) and [`directory`](Self::directory).
    pub fn path(self, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        match path.is_dir() {
            true => self.directory(path),
            false => self.pem_file(path),
        }
    }

    /// Adds the certificates of a file: many in PEM, or one in DER.
    ///
    /// ```no_run
    /// let builder = embertls::TrustStore::builder().pem_file("ca.pem")?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read; [`Error::Certificate`] if no
    /// certificate in it can be used, which says what the file holds.
    pub fn pem_file(mut self, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let which = path.display().to_string();
        let bytes = read_file(path)?;
        let outcome = match pem::is_der(&bytes) {
            true => self.take_der(&bytes, &which)?,
            false => self.take_pem(&bytes, &which)?,
        };
        self.accept(outcome, || no_certificate(&which, &bytes))
    }

    /// Adds the certificates in the files of a directory, such as
    /// `/etc/ssl/certs`, where each of them usually has several names. Files
    /// that hold no certificate are passed over, and so are directories in
    /// it.
    ///
    /// ```no_run
    /// let builder = embertls::TrustStore::builder().directory("/etc/ssl/certs")?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the directory cannot be read; [`Error::Certificate`]
    /// if there is no usable certificate in it.
    pub fn directory(mut self, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let which = path.display().to_string();
        let reading = |e| Error::io(format!("reading the directory {which}"), e);
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(reading)? {
            files.push(entry.map_err(reading)?.path());
        }
        // The order of the directory is not the same everywhere.
        files.sort();

        let mut all = Outcome::default();
        for file in files.iter().filter(|file| !file.is_dir()) {
            let outcome = self.take_file(file)?;
            all.add(outcome);
        }
        self.accept(all, || {
            let reason = format!("no certificate found in its {} files", files.len());
            Error::certificate(which.as_str(), reason)
        })
    }

    /// Adds the certificates that this system trusts: those of
    /// `/etc/ssl/certs` and its like, of the keychain on macOS, of the root
    /// store on Windows. The variables `SSL_CERT_FILE` and `SSL_CERT_DIR` name
    /// others, as for OpenSSL.
    ///
    /// ```no_run
    /// let builder = embertls::TrustStore::builder().system()?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if there are none.
    pub fn system(mut self) -> Result<Self> {
        const WHICH: &str = "the system's trust store";
        let found = rustls_native_certs::load_native_certs();
        let mut all = Outcome::default();
        for error in &found.errors {
            let refused = self.reject(WHICH.into(), error.to_string());
            all.add(Outcome::refused(refused));
        }
        for (index, der) in found.certs.iter().enumerate() {
            let which = format!("{WHICH}, certificate {}", index + 1);
            let outcome = self.take_der(der, &which)?;
            all.add(outcome);
        }
        self.accept(all, || {
            Error::certificate(
                WHICH,
                "it holds no certificate; install them (Debian: ca-certificates), or name a file",
            )
        })
    }

    /// Adds what the variables `SSL_CERT_FILE` (a file) and `SSL_CERT_DIR` (one
    /// or several directories, separated as in `PATH`) name, as OpenSSL reads
    /// them; an empty one counts as not set.
    ///
    /// ```no_run
    /// let builder = embertls::TrustStore::builder().from_env()?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Config`] where neither is set; otherwise as
    /// [`pem_file`](Self::pem_file) and [`directory`](Self::directory).
    // The builder is what is converted: it takes the variables in.
    #[allow(clippy::wrong_self_convention)]
    pub fn from_env(self) -> Result<Self> {
        let value = |name| env::var_os(name).filter(|value| !value.is_empty());
        self.named(value(CERT_FILE), value(CERT_DIR))
    }

    fn named(mut self, file: Option<OsString>, directories: Option<OsString>) -> Result<Self> {
        if file.is_none() && directories.is_none() {
            return Err(Error::config(format!(
                "neither {CERT_FILE} nor {CERT_DIR} is set: set one, or take the system's certificates with `system`"
            )));
        }
        if let Some(file) = file {
            self = self.pem_file(file)?;
        }
        for directory in env::split_paths(&directories.unwrap_or_default()) {
            if !directory.as_os_str().is_empty() {
                self = self.directory(directory)?;
            }
        }
        Ok(self)
    }

    /// A file of a directory: one that holds no certificate does not matter.
    fn take_file(&mut self, file: &Path) -> Result<Outcome> {
        let which = file.display().to_string();
        match fs::read(file) {
            Ok(bytes) if pem::is_der(&bytes) => self.take_der(&bytes, &which),
            Ok(bytes) => self.take_pem(&bytes, &which),
            Err(error) => Ok(Outcome::refused(self.reject(which, error.to_string()))),
        }
    }
}
