//! embertls, with a pre-shared key.

use std::error::Error;
use std::net::TcpStream;

use embertls::{Handshake, PreSharedKey, ServerName, SslConfig, SslSession};

pub fn config(_: &str) -> Result<SslConfig, Box<dyn Error>> {
    let key = PreSharedKey::from_hex("6bc1bee22e409f96e93d7e117393172a")?;
    Ok(SslConfig::client().pre_shared_key("kitchen", key).build()?)
}

pub fn connect(
    config: SslConfig,
    stream: TcpStream,
) -> Result<SslSession<TcpStream>, Box<dyn Error>> {
    let name = ServerName::try_from("localhost")?;
    Ok(Handshake::client(&config, name, stream)?.complete()?)
}
