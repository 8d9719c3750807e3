//! The second session with a server is cheaper than the first: resumption.
//!
//! ```text
//! cargo run --example resume                      # both ends on this machine
//! cargo run --example resume -- example.com       # for real
//! cargo run --example resume -- --help
//! ```
//!
//! [`demo`] is what to read first.

#[path = "../tls_client/authority.rs"]
#[allow(dead_code, reason = "shared with tls_client, which uses the rest")]
mod authority;
mod demo;
mod remote;
mod server;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use embertls::{Connector, NetContext, SslSession};

/// Shows how TLS sessions are resumed.
#[derive(Parser)]
struct Args {
    /// A server to connect to several times, with :PORT if it is not 443;
    /// without one, both ends run on this machine
    target: Option<String>,
    /// Trust the authorities in this file instead of the system's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// How often to connect
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    times: u32,
}

fn main() -> ExitCode {
    let args = Args::parse();
    println!("Mbed TLS {}", embertls::mbedtls_version());
    let result = match &args.target {
        None => demo::run(),
        Some(target) => remote::run(target, args.ca.as_deref(), args.times),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("resume: {error}");
            ExitCode::FAILURE
        }
    }
}

type AnyError = Box<dyn Error>;

/// Connects, and says how long the handshake took and of which kind it was.
fn connect(
    connector: &Connector,
    host: &str,
    port: u16,
) -> Result<SslSession<NetContext>, AnyError> {
    let start = Instant::now();
    let session = connector.connect(host, port)?;
    tell(&session, start.elapsed());
    Ok(session)
}

fn tell<T>(session: &SslSession<T>, took: Duration) {
    let kind = match session.is_resumed() {
        true => "resumed",
        false => "full handshake",
    };
    let verified = match session.verify_result().is_verified() {
        true => "verified",
        false => "not verified",
    };
    let millis = took.as_secs_f64() * 1000.0;
    println!(
        "   {kind:<15} {millis:7.2} ms   {}, {verified}",
        session.cipher_suite()
    );
}
