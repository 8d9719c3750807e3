//! Plain text first, then TLS over the same connection, then plain text again,
//! as in SMTP (RFC 3207) and FTP (RFC 4217, section 6). No byte is lost, though
//! either side may read further than its own layer goes.
//!
//! ```text
//! cargo run --example starttls
//! ```
//!
//! Both ends run on this machine. The client's last command follows its
//! close_notify at once, often in the same packet, and so does the server's
//! answer to it.

mod ahead;
mod client;
mod server;
#[path = "../shared/throwaway.rs"]
#[allow(dead_code, reason = "shared with mtls, which uses the rest")]
mod throwaway;

use std::error::Error;
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use crate::throwaway::Authority;

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The name in the server's certificate.
pub const NAME: &str = "localhost";
pub const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("starttls: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    println!("Mbed TLS {}", embertls::mbedtls_version());
    let authority = Authority::new("Throwaway CA")?;
    let identity = authority.server(NAME)?;
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept()?;
        server::serve(stream, identity)
    });
    let asked = client::run(address, authority.trust_store()?);
    let served = server.join().map_err(|_| "the server panicked")?;
    for line in served? {
        println!("server: {line}");
    }
    for line in asked? {
        println!("client: {line}");
    }
    Ok(())
}

/// A line as it came, without its end.
pub fn line_of(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).trim_end().to_owned()
}
