//! Options of clients.

use std::path::PathBuf;

use super::fields::options;
use super::{identity, names};
use crate::error::{Error, Result};
use crate::ssl::SslConfig;
use crate::x509::{Crl, TrustStore};

options! {
    /// How a client connects, as a file says it. Every field may be left out.
    ///
    /// ```
    /// use embertls::options::ClientOptions;
    ///
    /// # fn example(text: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let options: ClientOptions = serde_json::from_str(text)?;
    /// let connector = embertls::Connector::new(options.config()?);
    /// # drop(connector);
    /// # Ok(())
    /// # }
    /// ```
    pub struct ClientOptions {
        /// Files of trusted authorities (PEM, or one certificate in DER), or
        /// directories of such files. Where none is named, and
        /// `webpki_roots` is not set either, the system's are trusted.
        pub ca_files: Vec<PathBuf>,
        /// Trusts what the system trusts, beside `ca_files`.
        pub system_roots: bool,
        /// Trusts the roots of Mozilla's programme, compiled in. Refused
        /// where the feature `webpki-roots` is off.
        pub webpki_roots: bool,
        /// Files of revocation lists, in PEM.
        pub crl_files: Vec<PathBuf>,
        /// The client's own certificate and its intermediates, in PEM. Goes
        /// with `key_file`.
        pub certificate_file: Option<PathBuf>,
        /// The private key of that certificate, in PEM, not encrypted.
        pub key_file: Option<PathBuf>,
        /// Protocols to offer by ALPN, most wanted first.
        pub alpn: Vec<String>,
        /// Cipher suites to offer, by their names at IANA, most wanted first.
        /// Empty: the default ones.
        pub cipher_suites: Vec<String>,
        /// Groups for the key exchange, by their names at IANA, most wanted
        /// first. Empty: all.
        pub groups: Vec<String>,
        /// Refuses servers without the extended master secret.
        pub require_extended_master_secret: bool,
    }
}

impl ClientOptions {
    /// Reads the files and builds the configuration.
    ///
    /// # Errors
    ///
    /// Those of the files, and of
    /// [`ClientConfigBuilder::build`](crate::ssl::ClientConfigBuilder::build).
    /// [`Error::Config`] for a name that is not known, and for a certificate
    /// without a key.
    ///
    /// ```
    /// use embertls::options::ClientOptions;
    ///
    /// let mut options = ClientOptions::default();
    /// options.certificate_file = Some("client.pem".into());
    /// let error = options.config().unwrap_err();
    /// assert!(error.to_string().contains("key_file"));
    /// ```
    pub fn config(&self) -> Result<SslConfig> {
        let mut builder = SslConfig::client();
        match (&self.certificate_file, &self.key_file) {
            (Some(certificate), Some(key)) => {
                let (chain, key) = identity(certificate, key)?;
                builder = builder.identity(chain, key);
            }
            (None, None) => {}
            _ => {
                return Err(Error::config(
                    "`certificate_file` and `key_file` go together: name both or none",
                ));
            }
        }
        for file in &self.crl_files {
            builder = builder.crl(Crl::from_pem_file(file)?);
        }
        if !self.cipher_suites.is_empty() {
            builder = builder.cipher_suites(&names::cipher_suites(&self.cipher_suites)?);
        }
        if !self.groups.is_empty() {
            builder = builder.groups(&names::groups(&self.groups)?);
        }
        if self.require_extended_master_secret {
            builder = builder.require_extended_master_secret();
        }
        builder.alpn(&self.alpn).trust_store(self.trust()?).build()
    }

    fn trust(&self) -> Result<TrustStore> {
        let mut store = TrustStore::builder();
        for path in &self.ca_files {
            store = store.path(path)?;
        }
        if self.webpki_roots {
            #[cfg(feature = "webpki-roots")]
            {
                store = store.webpki_roots()?;
            }
            #[cfg(not(feature = "webpki-roots"))]
            return Err(Error::config(
                "`webpki_roots` needs the feature `webpki-roots` of embertls, which this program was built without",
            ));
        }
        if self.system_roots || (self.ca_files.is_empty() && !self.webpki_roots) {
            store = store.system()?;
        }
        store.build()
    }
}
