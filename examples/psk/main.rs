//! A client and a server that know each other by a pre-shared key.
//!
//! ```text
//! cargo run --example psk                         # both, on this machine
//! cargo run --example psk -- serve 0.0.0.0:4433 --key-file keys.txt
//! cargo run --example psk -- connect host:4433 --key-file keys.txt --identity kitchen
//! cargo run --example psk -- --help
//! ```

mod args;
mod demo;
mod sides;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Role};

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("psk: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), Box<dyn Error>> {
    println!("Mbed TLS {}", embertls::mbedtls_version());
    match args.role {
        None => demo::run(),
        Some(Role::Serve { address, keys }) => sides::serve(address.as_str(), keys.table()?),
        Some(Role::Connect {
            server,
            identity,
            keys,
        }) => {
            let key = keys.key_of(&identity)?;
            let config = sides::client(&identity, key)?;
            println!("{}", sides::connect(&config, &server, "hello")?);
            Ok(())
        }
    }
}
