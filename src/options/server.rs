//! Options of servers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::fields::options;
use super::{identity, names, trust};
use crate::error::{Error, Result};
use crate::ssl::{ClientAuth, Server, SslConfig};
use crate::x509::{Crl, Verifier};

options! {
    /// How a server accepts, as a file says it. `identities` must name one at
    /// least; every other field may be left out.
    ///
    /// ```
    /// use embertls::options::{ClientCertificates, ServerOptions};
    ///
    /// let options: ServerOptions = serde_json::from_str(
    ///     r#"{
    ///         "identities": [{ "certificate_file": "chain.pem", "key_file": "key.pem" }],
    ///         "client_certificates": "required",
    ///         "client_ca_files": ["clients.pem"]
    ///     }"#,
    /// )?;
    /// assert_eq!(options.client_certificates, ClientCertificates::Required);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ServerOptions {
        /// Certificates with their keys. A client gets the first that goes
        /// with what it offers.
        pub identities: Vec<IdentityOptions>,
        /// Whether clients are asked for certificates: `off`, `optional` or
        /// `required`.
        pub client_certificates: ClientCertificates,
        /// Files or directories of the authorities whose clients are
        /// accepted. Goes with `client_certificates`.
        pub client_ca_files: Vec<PathBuf>,
        /// Files of revocation lists for clients, in PEM.
        pub client_crl_files: Vec<PathBuf>,
        /// Protocols to accept by ALPN, most wanted first.
        pub alpn: Vec<String>,
        /// Cipher suites to accept, by their names at IANA, most wanted first.
        /// Empty: the default ones.
        pub cipher_suites: Vec<String>,
        /// Groups for the key exchange, by their names at IANA, most wanted
        /// first. Empty: all.
        pub groups: Vec<String>,
        /// Refuses clients without the extended master secret.
        pub require_extended_master_secret: bool,
    }
}

options! {
    /// A certificate and its key.
    ///
    /// ```
    /// let mut identity = embertls::options::IdentityOptions::default();
    /// identity.certificate_file = "chain.pem".into();
    /// identity.key_file = "key.pem".into();
    /// ```
    pub struct IdentityOptions {
        /// The certificate and its intermediates, in PEM.
        pub certificate_file: PathBuf,
        /// The private key of the certificate, in PEM, not encrypted.
        pub key_file: PathBuf,
    }
}

/// Whether a server asks its clients for certificates.
///
/// ```
/// use embertls::options::ClientCertificates;
///
/// assert_eq!(ClientCertificates::default(), ClientCertificates::Off);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClientCertificates {
    /// They are not asked.
    #[default]
    Off,
    /// They may show one, but no bad one.
    Optional,
    /// Those without a good one are refused.
    Required,
}

impl ServerOptions {
    /// Reads the files and builds the configuration.
    ///
    /// # Errors
    ///
    /// Those of the files, and of
    /// [`ServerConfigBuilder::build`](crate::ssl::ServerConfigBuilder::build).
    /// [`Error::Config`] for a name that is not known, and for authorities of
    /// clients that are not asked.
    ///
    /// ```
    /// use embertls::options::ServerOptions;
    ///
    /// let error = ServerOptions::default().config().unwrap_err();
    /// assert!(error.to_string().contains("certificate"));
    /// ```
    pub fn config(&self) -> Result<SslConfig<Server>> {
        let mut builder = SslConfig::server();
        for files in &self.identities {
            let (chain, key) = identity(&files.certificate_file, &files.key_file)?;
            builder = builder.identity(chain, key);
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
        builder
            .alpn(&self.alpn)
            .client_auth(self.client_auth()?)
            .build()
    }

    fn client_auth(&self) -> Result<ClientAuth> {
        if self.client_certificates == ClientCertificates::Off {
            if !self.client_ca_files.is_empty() || !self.client_crl_files.is_empty() {
                return Err(Error::config(
                    "`client_ca_files` and `client_crl_files` have no effect while `client_certificates` is `off`",
                ));
            }
            return Ok(ClientAuth::Off);
        }
        let lists: Result<Vec<Crl>> = self
            .client_crl_files
            .iter()
            .map(Crl::from_pem_file)
            .collect();
        let trust = trust(&self.client_ca_files, "client_ca_files")?;
        let verifier = Verifier::new(trust).with_crls(lists?);
        Ok(match self.client_certificates {
            ClientCertificates::Optional => ClientAuth::Optional(verifier),
            _ => ClientAuth::Required(verifier),
        })
    }
}
