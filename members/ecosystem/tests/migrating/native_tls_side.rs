//! The blocks about native-tls.

use std::error::Error;
use std::io;
use std::net::TcpStream;

use native_tls::{
    Certificate, HandshakeError, Identity, TlsAcceptor, TlsConnector, TlsConnectorBuilder,
    TlsStream,
};

pub fn connect() -> Result<TlsStream<TcpStream>, Box<dyn Error>> {
    let stream = TcpStream::connect("example.com:443")?;
    Ok(TlsConnector::new()?.connect("example.com", stream)?)
}

pub fn trust(ca_pem: &str) -> native_tls::Result<TlsConnector> {
    TlsConnector::builder()
        .disable_built_in_roots(true)
        .add_root_certificate(Certificate::from_pem(ca_pem.as_bytes())?)
        .build()
}

pub fn identify(chain_pem: &str, key_pem: &str) -> native_tls::Result<TlsConnector> {
    // The key must be in PKCS#8.
    let identity = Identity::from_pkcs8(chain_pem.as_bytes(), key_pem.as_bytes())?;
    TlsConnector::builder().identity(identity).build()
}

pub fn serve(
    identity: Identity,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Box<dyn Error>> {
    Ok(TlsAcceptor::new(identity)?.accept(stream)?)
}

pub fn speaks_http2(stream: &TlsStream<TcpStream>) -> native_tls::Result<bool> {
    Ok(stream.negotiated_alpn()?.as_deref() == Some(b"h2"))
}

pub fn offer(client: &mut TlsConnectorBuilder) {
    client.request_alpns(&["h2", "http/1.1"]);
}

pub fn peer(stream: &TlsStream<TcpStream>) -> native_tls::Result<Option<Vec<u8>>> {
    match stream.peer_certificate()? {
        Some(certificate) => Ok(Some(certificate.to_der()?)),
        None => Ok(None),
    }
}

pub fn explain(error: &HandshakeError<TcpStream>) -> Option<String> {
    match error {
        HandshakeError::Failure(error) => Some(error.to_string()),
        HandshakeError::WouldBlock(_) => None,
    }
}

pub async fn handshake(
    connector: TlsConnector,
    stream: tokio::net::TcpStream,
) -> native_tls::Result<tokio_native_tls::TlsStream<tokio::net::TcpStream>> {
    tokio_native_tls::TlsConnector::from(connector)
        .connect("example.com", stream)
        .await
}

pub fn close(stream: &mut TlsStream<TcpStream>) -> io::Result<()> {
    stream.shutdown()
}
