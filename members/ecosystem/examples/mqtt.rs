//! Publishes a message to an MQTT broker, with a client certificate if given,
//! and prints what comes back on the topic.
//!
//! ```sh
//! cargo run -p embertls-ecosystem --example mqtt -- --ca ca.pem --cert me.pem --key me-key.pem \
//!     broker.example 8883 greetings hello
//! ```

use std::error::Error;

use clap::Parser;
use embertls::ServerName;
use embertls::tokio::TlsConnector;
use embertls_ecosystem::mqtt::Client;
use embertls_ecosystem::options::ClientArgs;
use tokio::net::TcpStream;

#[derive(Parser)]
#[command(about = "Publishes a message to an MQTT broker over embertls")]
struct Args {
    #[command(flatten)]
    client: ClientArgs,
    host: String,
    port: u16,
    topic: String,
    message: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    eprintln!("Mbed TLS {}", embertls::mbedtls_version());
    let connector = TlsConnector::new(args.client.config(&[])?);
    let stream = TcpStream::connect((args.host.as_str(), args.port)).await?;
    let name = ServerName::try_from(args.host.as_str())?;
    let stream = connector.connect(name, stream).await?;
    let mut client = Client::connect(stream, "embertls-example").await?;
    client.subscribe(&args.topic).await?;
    client.publish(&args.topic, args.message.as_bytes()).await?;
    let (topic, message) = client.message().await?;
    println!("{topic}: {}", String::from_utf8_lossy(&message));
    client.disconnect().await?;
    Ok(())
}
