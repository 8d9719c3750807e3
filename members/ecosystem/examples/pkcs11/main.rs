//! Server and client whose private keys never leave a PKCS#11 token.
//!
//! ```text
//! cargo run -p embertls-ecosystem --example pkcs11
//! cargo run -p embertls-ecosystem --example pkcs11 -- --module /usr/lib/libmytoken.so
//! ```
//!
//! It makes a software token of SoftHSM in a folder of its own (Debian:
//! `apt install softhsm2`; with `SOFTHSM2_CONF` set, where that says), an ECDSA
//! and an RSA key in it that cannot be extracted, and certificates for both. Then a server with the one and a
//! client with the other shake hands over loopback.
//!
//! [`token`] is what to read: the key as a [`SigningKey`].
//!
//! [`SigningKey`]: embertls::SigningKey

mod handshake;
mod token;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Parser;

use crate::token::Token;

/// Shakes hands with keys in a PKCS#11 token.
#[derive(Debug, Parser)]
#[command(name = "pkcs11", version)]
struct Args {
    /// The token's library. It gets a fresh token, which needs SoftHSM
    #[arg(long, value_name = "FILE", default_value = SOFTHSM)]
    module: PathBuf,
}

const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pkcs11: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    // SoftHSM reads this when it is loaded: the program runs once more with it.
    if std::env::var_os("SOFTHSM2_CONF").is_none() {
        return run_with_own_tokens();
    }
    println!("Mbed TLS {}", embertls::mbedtls_version());
    let token = Token::create(&args.module)?;
    let server_key = token.generate_ecdsa("server")?;
    let client_key = token.generate_rsa("client")?;
    println!("made two keys in the token: {server_key}, {client_key}");
    handshake::run(server_key, client_key).map_err(|error| error as Box<dyn Error>)?;
    println!("done: both sides signed with keys that they never saw");
    Ok(())
}

fn run_with_own_tokens() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::TempDir::new()?;
    let config = dir.path().join("softhsm2.conf");
    let tokens = dir.path().join("tokens");
    fs::create_dir(&tokens)?;
    fs::write(
        &config,
        format!("directories.tokendir = {}\n", tokens.display()),
    )?;
    let status = Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env("SOFTHSM2_CONF", &config)
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err("it did not work, as said above".into()),
    }
}
