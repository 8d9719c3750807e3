//! embertls, with certificates.

use std::error::Error;
use std::net::TcpStream;

use embertls::{Handshake, ServerName, SslConfig, SslSession, TrustStore};

pub fn config(authority: &str) -> Result<SslConfig, Box<dyn Error>> {
    let roots = TrustStore::from_pem(authority)?;
    Ok(SslConfig::client().trust_store(roots).build()?)
}

pub fn connect(
    config: SslConfig,
    stream: TcpStream,
) -> Result<SslSession<TcpStream>, Box<dyn Error>> {
    let name = ServerName::try_from("localhost")?;
    Ok(Handshake::client(&config, name, stream)?.complete()?)
}
