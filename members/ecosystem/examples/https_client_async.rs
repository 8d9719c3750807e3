//! Fetches pages with hyper's client over embertls, HTTP/2 where the server
//! speaks it.
//!
//! ```sh
//! cargo run -p embertls-ecosystem --example https_client_async -- https://example.com/
//! ```

use std::error::Error;

use bytes::Bytes;
use clap::Parser;
use embertls::hyper::HttpsConnector;
use embertls_ecosystem::options::ClientArgs;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

#[derive(Parser)]
#[command(about = "Fetches pages with hyper's client over embertls")]
struct Args {
    /// Addresses that begin with https://
    #[arg(required = true)]
    urls: Vec<hyper::Uri>,
    #[command(flatten)]
    client: ClientArgs,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    eprintln!("Mbed TLS {}", embertls::mbedtls_version());
    let config = args.client.config(&["h2", "http/1.1"])?;
    let client = Client::builder(TokioExecutor::new())
        .build::<_, Empty<Bytes>>(HttpsConnector::new(config.clone()));
    for url in args.urls {
        let answer = client.get(url).await?;
        eprintln!("{:?} {}", answer.version(), answer.status());
        let body = answer.into_body().collect().await?.to_bytes();
        print!("{}", String::from_utf8_lossy(&body));
    }
    eprintln!("{} handshakes", config.handshakes().completed);
    Ok(())
}
