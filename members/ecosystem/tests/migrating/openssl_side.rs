//! The blocks about openssl.

use std::error::Error;
use std::net::TcpStream;
use std::pin::Pin;

use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::ssl::{
    HandshakeError, ShutdownResult, SslAcceptor, SslAcceptorBuilder, SslConnector,
    SslConnectorBuilder, SslFiletype, SslMethod, SslStream, SslVerifyMode,
};
use openssl::x509::X509;
use openssl::x509::store::{X509Store, X509StoreBuilder};

pub fn connect() -> Result<SslStream<TcpStream>, Box<dyn Error>> {
    let connector = SslConnector::builder(SslMethod::tls())?.build();
    let stream = TcpStream::connect("example.com:443")?;
    Ok(connector.connect("example.com", stream)?)
}

pub fn trust(ca_pem: &str) -> Result<SslConnector, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    for certificate in X509::stack_from_pem(ca_pem.as_bytes())? {
        store.add_cert(certificate)?;
    }
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    builder.set_cert_store(store.build());
    Ok(builder.build())
}

pub fn identify(chain_file: &str, key_pem: &str) -> Result<SslConnector, ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    builder.set_certificate_chain_file(chain_file)?;
    builder.set_private_key(&*PKey::private_key_from_pem(key_pem.as_bytes())?)?;
    Ok(builder.build())
}

pub fn serve(
    chain_file: &str,
    key_file: &str,
    stream: TcpStream,
) -> Result<SslStream<TcpStream>, Box<dyn Error>> {
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls())?;
    builder.set_certificate_chain_file(chain_file)?;
    builder.set_private_key_file(key_file, SslFiletype::PEM)?;
    Ok(builder.build().accept(stream)?)
}

pub fn ask(server: &mut SslAcceptorBuilder, store: X509Store) -> Result<(), ErrorStack> {
    server.set_verify_cert_store(store)?;
    server.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    Ok(())
}

pub fn speaks_http2(stream: &SslStream<TcpStream>) -> bool {
    stream.ssl().selected_alpn_protocol() == Some(b"h2")
}

pub fn offer(client: &mut SslConnectorBuilder) -> Result<(), ErrorStack> {
    client.set_alpn_protos(b"\x02h2\x08http/1.1")
}

pub fn peer(stream: &SslStream<TcpStream>) -> Result<Option<Vec<u8>>, ErrorStack> {
    match stream.ssl().peer_certificate() {
        Some(certificate) => Ok(Some(certificate.to_der()?)),
        None => Ok(None),
    }
}

pub fn explain(error: &HandshakeError<TcpStream>) -> Option<String> {
    match error {
        HandshakeError::Failure(failed) => {
            Some(failed.ssl().verify_result().error_string().to_owned())
        }
        _ => None,
    }
}

pub async fn handshake(
    connector: &SslConnector,
    stream: tokio::net::TcpStream,
) -> Result<tokio_openssl::SslStream<tokio::net::TcpStream>, Box<dyn Error>> {
    let ssl = connector.configure()?.into_ssl("example.com")?;
    let mut stream = tokio_openssl::SslStream::new(ssl, stream)?;
    Pin::new(&mut stream).connect().await?;
    Ok(stream)
}

pub fn close(stream: &mut SslStream<TcpStream>) -> Result<ShutdownResult, openssl::ssl::Error> {
    stream.shutdown()
}
