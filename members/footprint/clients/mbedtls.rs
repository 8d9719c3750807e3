//! The crate `mbedtls`, with certificates.

use std::error::Error;
use std::net::TcpStream;
use std::sync::Arc;

use mbedtls::alloc::List;
use mbedtls::rng::{CtrDrbg, OsEntropy};
use mbedtls::ssl::config::{AuthMode, Endpoint, Preset, Transport, Version};
use mbedtls::ssl::{Config, Context};
use mbedtls::x509::Certificate;

pub fn config(authority: &str) -> Result<Config, Box<dyn Error>> {
    let mut roots = List::new();
    roots.push(Certificate::from_pem(format!("{authority}\0").as_bytes())?);
    let mut config = Config::new(Endpoint::Client, Transport::Stream, Preset::Default);
    config.set_rng(Arc::new(CtrDrbg::new(Arc::new(OsEntropy::new()), None)?));
    config.set_min_version(Version::Tls1_2)?;
    config.set_authmode(AuthMode::Required);
    config.set_ca_list(Arc::new(roots), None);
    Ok(config)
}

pub fn connect(config: Config, stream: TcpStream) -> Result<Context<TcpStream>, Box<dyn Error>> {
    let mut context = Context::new(Arc::new(config));
    context.establish(stream, Some("localhost"))?;
    Ok(context)
}
