//! Serves a page with axum over embertls, HTTP/1.1 and HTTP/2.
//!
//! ```sh
//! cargo run -p embertls-ecosystem --example https_server_async -- --cert chain.pem --key key.pem
//! ```

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use clap::Parser;
use embertls_ecosystem::listener::TlsListener;
use embertls_ecosystem::options::ServerArgs;
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(about = "Serves a page with axum over embertls")]
struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    #[command(flatten)]
    server: ServerArgs,
}

async fn page(request: Request) -> axum::response::Html<String> {
    axum::response::Html(format!(
        "<!doctype html><title>embertls</title><p>Served by {:?}.</p>\n",
        request.version()
    ))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    println!("Mbed TLS {}", embertls::mbedtls_version());
    let config = args.server.config(&["h2", "http/1.1"])?;
    let listener = TcpListener::bind(args.listen).await?;
    println!("listening on https://{}/", listener.local_addr()?);
    let listener = TlsListener::new(listener, config)?;
    axum::serve(listener, Router::new().route("/", get(page))).await?;
    Ok(())
}
