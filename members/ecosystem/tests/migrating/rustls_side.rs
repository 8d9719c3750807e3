//! The blocks about rustls.

use std::error::Error;
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
};

pub fn connect() -> Result<StreamOwned<ClientConnection, TcpStream>, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "example.com".try_into()?)?;
    let stream = TcpStream::connect("example.com:443")?;
    Ok(StreamOwned::new(connection, stream))
}

pub fn trust(ca_pem: &str) -> Result<ClientConfig, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(certificate?)?;
    }
    Ok(ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth())
}

pub fn identify(
    roots: RootCertStore,
    chain: Vec<CertificateDer<'static>>,
    key_pem: &str,
) -> Result<ClientConfig, Box<dyn Error>> {
    let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes())?;
    Ok(ClientConfig::builder()
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?)
}

pub fn serve(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    stream: TcpStream,
) -> Result<StreamOwned<ServerConnection, TcpStream>, Box<dyn Error>> {
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    let connection = ServerConnection::new(Arc::new(config))?;
    Ok(StreamOwned::new(connection, stream))
}

pub fn ask(
    roots: RootCertStore,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, Box<dyn Error>> {
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build()?;
    Ok(ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?)
}

pub fn speaks_http2(connection: &ClientConnection) -> bool {
    connection.alpn_protocol() == Some(b"h2")
}

pub fn offer(client: &mut ClientConfig) {
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
}

pub fn peer(connection: &ClientConnection) -> Option<Vec<u8>> {
    let own = connection.peer_certificates()?.first()?;
    Some(own.to_vec())
}

pub fn explain(error: &rustls::Error) -> Option<String> {
    match error {
        rustls::Error::InvalidCertificate(refused) => Some(format!("{refused:?}")),
        _ => None,
    }
}

pub async fn handshake(
    config: Arc<ClientConfig>,
    stream: tokio::net::TcpStream,
) -> Result<tokio_rustls::client::TlsStream<tokio::net::TcpStream>, Box<dyn Error>> {
    let connector = tokio_rustls::TlsConnector::from(config);
    Ok(connector.connect("example.com".try_into()?, stream).await?)
}

pub fn close(stream: &mut StreamOwned<ClientConnection, TcpStream>) -> io::Result<()> {
    stream.conn.send_close_notify();
    stream.flush()
}
