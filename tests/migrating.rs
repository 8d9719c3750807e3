//! The blocks of `docs/migrating.md` about embertls.
//!
//! [`the_page_shows_this_code`] holds the two together.

#![cfg(feature = "full")]
#![cfg(feature = "tokio")]

use std::io;
use std::net::TcpStream;

use embertls::ssl::{ClientConfigBuilder, ServerConfigBuilder};
use embertls::{
    Certificate, ClientAuth, Connector, Handshake, NetContext, PrivateKey, Server, ServerName,
    SslConfig, SslSession, TrustStore, Verifier,
};

pub fn connect() -> embertls::Result<SslSession<NetContext>> {
    Connector::with_system_roots()?.connect("example.com", 443)
}

pub fn trust(ca_pem: &str) -> embertls::Result<Connector> {
    let config = SslConfig::client()
        .trust_store(TrustStore::from_pem(ca_pem)?)
        .build()?;
    Ok(Connector::new(config))
}

pub fn identify(chain_pem: &str, key_pem: &str) -> embertls::Result<SslConfig> {
    let chain = Certificate::chain_from_pem(chain_pem)?;
    SslConfig::client()
        .trust_store(TrustStore::system()?)
        .identity(chain, PrivateKey::from_pem(key_pem)?)
        .build()
}

pub fn serve(
    chain_pem: &str,
    key_pem: &str,
    stream: TcpStream,
) -> embertls::Result<SslSession<TcpStream>> {
    let chain = Certificate::chain_from_pem(chain_pem)?;
    let config = SslConfig::server()
        .identity(chain, PrivateKey::from_pem(key_pem)?)
        .build()?;
    Ok(Handshake::server(&config, stream)?.complete()?)
}

pub fn ask(server: ServerConfigBuilder, ca_pem: &str) -> embertls::Result<SslConfig<Server>> {
    let trust = TrustStore::from_pem(ca_pem)?;
    server
        .client_auth(ClientAuth::Required(Verifier::new(trust)))
        .build()
}

pub fn speaks_http2(session: &SslSession<NetContext>) -> bool {
    session.alpn() == Some(b"h2")
}

pub fn offer(client: ClientConfigBuilder) -> ClientConfigBuilder {
    client.alpn(["h2", "http/1.1"])
}

pub fn peer(session: &SslSession<NetContext>) -> Option<Vec<u8>> {
    let own = session.peer_certificates().first()?;
    Some(own.to_vec())
}

pub fn explain(error: &embertls::Error) -> Option<String> {
    match error {
        embertls::Error::Verify(refused) => Some(refused.to_string()),
        _ => None,
    }
}

pub async fn handshake(
    config: SslConfig,
    stream: tokio::net::TcpStream,
) -> embertls::Result<embertls::tokio::TlsStream<tokio::net::TcpStream>> {
    let name = ServerName::try_from("example.com")?;
    embertls::tokio::TlsConnector::new(config)
        .connect(name, stream)
        .await
}

pub fn close(session: &mut SslSession<NetContext>) -> io::Result<()> {
    session.close()
}

#[test]
fn the_page_shows_this_code() {
    let page = include_str!("../docs/migrating.md");
    let code = include_str!("migrating.rs");
    let blocks = blocks(page, "embertls");
    assert_eq!(blocks.len(), 10);
    for block in blocks {
        assert!(code.contains(block), "not in tests/migrating.rs:\n{block}");
    }
}

/// The blocks of the page that stand below this name.
fn blocks<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let heading = format!("**{name}**\n\n```rust\n");
    let begins = page
        .match_indices(&heading)
        .map(|(at, _)| at + heading.len());
    begins
        .map(|at| page[at..].split("```").next().expect("a block has an end"))
        .collect()
}
