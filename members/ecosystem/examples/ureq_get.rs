//! Fetches a page with ureq over embertls.
//!
//! ```sh
//! cargo run -p embertls-ecosystem --example ureq_get -- https://example.com/
//! ```

use std::error::Error;
use std::io;

use clap::Parser;
use embertls_ecosystem::options::ClientArgs;

#[derive(Parser)]
#[command(about = "Fetches a page with ureq over embertls")]
struct Args {
    /// An address that begins with https://
    url: String,
    #[command(flatten)]
    client: ClientArgs,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    eprintln!("Mbed TLS {}", embertls::mbedtls_version());
    let agent = embertls::ureq::agent(args.client.config(&[])?);
    let answer = agent.get(&args.url).call()?;
    eprintln!("{}", answer.status());
    io::copy(&mut answer.into_body().into_reader(), &mut io::stdout())?;
    Ok(())
}
