//! Configurations from files, with the feature `serde`.
//!
//! [`ClientOptions`] and [`ServerOptions`] are what a program reads from TOML,
//! JSON or YAML by any format of `serde`, and make an [`SslConfig`] of. A field
//! that is not known is refused, with the one that was probably meant.
//!
//! ```
//! use embertls::options::ClientOptions;
//!
//! let options: ClientOptions = serde_json::from_str(
//!     r#"{ "ca_files": ["/etc/company/ca.pem"], "alpn": ["h2", "http/1.1"] }"#,
//! )?;
//! assert_eq!(options.alpn, ["h2", "http/1.1"]);
//!
//! let error = serde_json::from_str::<ClientOptions>(r#"{ "ca_file": "ca.pem" }"#).unwrap_err();
//! assert!(error.to_string().contains("did you mean `ca_files`?"));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod client;
mod fields;
mod names;
mod server;

use std::path::{Path, PathBuf};

pub use self::client::ClientOptions;
pub use self::server::{ClientCertificates, IdentityOptions, ServerOptions};
use crate::error::{Error, Result};
use crate::pk::PrivateKey;
use crate::x509::{Certificate, TrustStore};

#[cfg(doc)]
use crate::SslConfig;

/// A chain and its key from two files.
fn identity(certificate: &Path, key: &Path) -> Result<(Vec<Certificate>, PrivateKey)> {
    if certificate.as_os_str().is_empty() || key.as_os_str().is_empty() {
        return Err(Error::config(
            "an identity needs both `certificate_file` and `key_file`",
        ));
    }
    let chain = Certificate::chain_from_pem_file(certificate)?;
    Ok((chain, PrivateKey::from_pem_file(key)?))
}

/// One store of all these files and directories.
fn trust(paths: &[PathBuf], field: &str) -> Result<TrustStore> {
    if paths.is_empty() {
        return Err(Error::config(format!(
            "`{field}` names no file: nobody would be trusted"
        )));
    }
    let mut store = TrustStore::builder();
    for path in paths {
        store = store.path(path)?;
    }
    store.build()
}
