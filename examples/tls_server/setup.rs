//! The configuration, from the command line.

use std::error::Error;
use std::io::Write;

#[cfg(feature = "legacy-suites")]
use embertls::CipherSuite;
use embertls::{
    Certificate, ClientAuth, PrivateKey, Server, SessionCache, SslConfig, TicketKeys, TrustStore,
    Verifier,
};
use tempfile::NamedTempFile;

use crate::args::{Args, Tickets};
use crate::authority::Throwaway;

/// Sessions that are kept for clients without tickets.
const REMEMBERED: usize = 1000;

pub struct Setup {
    pub config: SslConfig<Server>,
    /// The file that clients are to trust; removed when the server ends.
    pub trust: Option<NamedTempFile>,
}

impl Setup {
    pub fn new(args: &Args) -> Result<Self, Box<dyn Error>> {
        let (chain, key, trust) = match (&args.cert, &args.key) {
            (Some(cert), Some(key)) => (
                Certificate::chain_from_pem_file(cert)?,
                PrivateKey::from_pem_file(key)?,
                None,
            ),
            _ => throwaway()?,
        };
        let client_auth = match &args.client_ca {
            Some(file) => ClientAuth::Required(Verifier::new(TrustStore::from_pem_file(file)?)),
            None => ClientAuth::Off,
        };
        let lifetime = TicketKeys::DEFAULT_LIFETIME;
        let mut builder = SslConfig::server()
            .identity(chain, key)
            .client_auth(client_auth)
            .session_cache(SessionCache::in_memory(REMEMBERED, lifetime)?)
            .alpn(&args.alpn);
        #[cfg(feature = "legacy-suites")]
        if args.legacy {
            let suites = [CipherSuite::DEFAULT, CipherSuite::LEGACY].concat();
            builder = builder.cipher_suites(&suites);
        }
        if args.tickets == Tickets::On {
            builder = builder.tickets(TicketKeys::rotating(lifetime)?);
        }
        let config = builder.build()?;
        Ok(Self { config, trust })
    }
}

type Identity = (Vec<Certificate>, PrivateKey, Option<NamedTempFile>);

fn throwaway() -> Result<Identity, Box<dyn Error>> {
    let made = Throwaway::new()?;
    let mut file = tempfile::Builder::new()
        .prefix("tls_server-ca-")
        .suffix(".pem")
        .tempfile()?;
    file.write_all(made.authority_pem.as_bytes())?;
    Ok((
        Certificate::chain_from_pem(&made.certificate_pem)?,
        PrivateKey::from_pem(&made.key_pem)?,
        Some(file),
    ))
}
