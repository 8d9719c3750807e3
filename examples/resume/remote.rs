//! The same server several times.

use std::path::Path;

use embertls::{Connector, SslConfig, TrustStore};

use crate::{AnyError, connect};

pub fn run(target: &str, ca: Option<&Path>, times: u32) -> Result<(), AnyError> {
    let (host, port) = split(target)?;
    let trust = match ca {
        Some(file) => TrustStore::from_pem_file(file)?,
        None => TrustStore::system()?,
    };
    let connector = Connector::new(SslConfig::client().trust_store(trust).build()?);
    println!("{host}, port {port}");
    for _ in 0..times {
        let mut session = connect(&connector, host, port)?;
        session.close()?;
    }
    Ok(())
}

/// `host`, `host:port`, `[2001:db8::1]:port` or `2001:db8::1`.
fn split(target: &str) -> Result<(&str, u16), AnyError> {
    let (host, port) = match target.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        _ => (target, "443"),
    };
    let port = port
        .parse()
        .map_err(|_| format!("{port:?} in {target:?} is no port: a number up to 65535 is"))?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    Ok((bare.unwrap_or(host), port))
}
