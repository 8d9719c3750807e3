//! The blocks about the `mbedtls` crate.

use std::error::Error;
use std::net::TcpStream;
use std::sync::Arc;

use mbedtls::alloc::List as MbedtlsList;
use mbedtls::pk::Pk;
use mbedtls::rng::{CtrDrbg, OsEntropy};
use mbedtls::ssl::config::{AuthMode, Endpoint, NullTerminatedStrList, Preset, Transport};
use mbedtls::ssl::{Config, Context};
use mbedtls::x509::Certificate;

pub fn connect(config: Arc<Config>) -> Result<Context<TcpStream>, Box<dyn Error>> {
    let stream = TcpStream::connect("example.com:443")?;
    let mut context = Context::new(config);
    context.establish(stream, Some("example.com"))?;
    Ok(context)
}

pub fn trust(ca_pem: &str) -> mbedtls::Result<Config> {
    // The text must end with a zero byte.
    let roots = Certificate::from_pem_multiple(format!("{ca_pem}\0").as_bytes())?;
    let generator = CtrDrbg::new(Arc::new(OsEntropy::new()), None)?;
    let mut config = Config::new(Endpoint::Client, Transport::Stream, Preset::Default);
    config.set_rng(Arc::new(generator));
    config.set_ca_list(Arc::new(roots), None);
    Ok(config)
}

pub fn identify(config: &mut Config, chain_pem: &str, key_pem: &str) -> mbedtls::Result<()> {
    let chain = Certificate::from_pem_multiple(format!("{chain_pem}\0").as_bytes())?;
    let key = Pk::from_private_key(format!("{key_pem}\0").as_bytes(), None)?;
    config.push_cert(Arc::new(chain), Arc::new(key))
}

pub fn serve(
    chain: Arc<MbedtlsList<Certificate>>,
    key: Arc<Pk>,
    stream: TcpStream,
) -> mbedtls::Result<Context<TcpStream>> {
    let generator = CtrDrbg::new(Arc::new(OsEntropy::new()), None)?;
    let mut config = Config::new(Endpoint::Server, Transport::Stream, Preset::Default);
    config.set_rng(Arc::new(generator));
    config.push_cert(chain, key)?;
    let mut context = Context::new(Arc::new(config));
    context.establish(stream, None)?;
    Ok(context)
}

pub fn ask(server: &mut Config, authorities: Arc<MbedtlsList<Certificate>>) {
    server.set_authmode(AuthMode::Required);
    server.set_ca_list(authorities, None);
}

pub fn speaks_http2(context: &Context<TcpStream>) -> mbedtls::Result<bool> {
    Ok(context.get_alpn_protocol()? == Some("h2"))
}

pub fn offer(client: &mut Config) -> mbedtls::Result<()> {
    let protocols = NullTerminatedStrList::new(&["h2", "http/1.1"])?;
    client.set_alpn_protocols(Arc::new(protocols))
}

pub fn peer(context: &Context<TcpStream>) -> mbedtls::Result<Option<Vec<u8>>> {
    let chain = context.peer_cert()?;
    let own = chain.and_then(|chain| chain.iter().next());
    Ok(own.map(|certificate| certificate.as_der().to_vec()))
}

pub fn explain(context: &Context<TcpStream>) -> Option<String> {
    match context.verify_result() {
        Ok(()) => None,
        Err(flags) => Some(format!("{flags:?}")),
    }
}

pub fn close(context: &mut Context<TcpStream>) {
    context.close();
}
