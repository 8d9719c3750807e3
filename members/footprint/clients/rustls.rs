//! rustls, with certificates; it has no pre-shared keys for TLS 1.2.

use std::error::Error;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

pub fn config(authority: &str) -> Result<ClientConfig, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
    let client = ClientConfig::builder_with_protocol_versions(&[&rustls::version::TLS12]);
    Ok(client.with_root_certificates(roots).with_no_client_auth())
}

pub fn connect(
    config: ClientConfig,
    stream: TcpStream,
) -> Result<StreamOwned<ClientConnection, TcpStream>, Box<dyn Error>> {
    let client = ClientConnection::new(Arc::new(config), "localhost".try_into()?)?;
    Ok(StreamOwned::new(client, stream))
}
