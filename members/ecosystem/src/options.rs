//! What the examples are told on the command line.

use std::path::PathBuf;

use clap::Args;
use embertls::{Certificate, PrivateKey, Server, SslConfig, TrustStore};

/// Options of a client.
#[derive(Args, Debug)]
pub struct ClientArgs {
    /// Trusted authorities, a file or a directory; the system's if not given.
    #[arg(long)]
    pub ca: Option<PathBuf>,
    /// The client's own certificate chain, in PEM.
    #[arg(long, requires = "key")]
    pub cert: Option<PathBuf>,
    /// The private key of that certificate, in PEM.
    #[arg(long, requires = "cert")]
    pub key: Option<PathBuf>,
}

impl ClientArgs {
    /// A configuration that offers these protocols.
    pub fn config(&self, alpn: &[&str]) -> embertls::Result<SslConfig> {
        let trust = match &self.ca {
            Some(path) => TrustStore::builder().path(path)?.build()?,
            None => TrustStore::from_env().or_else(|_| TrustStore::system())?,
        };
        let mut builder = SslConfig::client().trust_store(trust).alpn(alpn);
        if let (Some(cert), Some(key)) = (&self.cert, &self.key) {
            let chain = Certificate::chain_from_pem_file(cert)?;
            builder = builder.identity(chain, PrivateKey::from_pem_file(key)?);
        }
        builder.build()
    }
}

/// Options of a server.
#[derive(Args, Debug)]
pub struct ServerArgs {
    /// The certificate chain, in PEM.
    #[arg(long)]
    pub cert: PathBuf,
    /// The private key, in PEM.
    #[arg(long)]
    pub key: PathBuf,
}

impl ServerArgs {
    /// A configuration that accepts these protocols.
    pub fn config(&self, alpn: &[&str]) -> embertls::Result<SslConfig<Server>> {
        let chain = Certificate::chain_from_pem_file(&self.cert)?;
        let key = PrivateKey::from_pem_file(&self.key)?;
        SslConfig::server().identity(chain, key).alpn(alpn).build()
    }
}
