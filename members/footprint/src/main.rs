//! Measures how large a TLS client is, and how much memory its handshake takes:
//! small builds of embertls, and other libraries doing the same.

mod build;
mod clients;
mod server;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;

use self::build::Place;
use self::server::Servers;

/// Builds clients with each library, static and stripped, and lets each say one
/// line to OpenSSL's server.
#[derive(Parser)]
struct Options {
    /// What the clients are built for, by Rust's name; this machine unless said.
    /// Compiler and linker are found as cargo finds them.
    #[arg(long)]
    target: Option<String>,
    /// What runs them, such as `qemu-aarch64`.
    #[arg(long)]
    runner: Option<String>,
    /// The crate `mbedtls` as well: needs cmake and libclang.
    #[arg(long)]
    with_mbedtls: bool,
    /// Only clients with this in their names.
    #[arg(long, default_value = "")]
    only: String,
    /// Where they are built; kept for the next time.
    #[arg(long, default_value = "target/footprint")]
    dir: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let place = Place::new(options.dir, options.target, options.runner)?;
    let servers = Servers::start()?;
    let clients = clients::all(options.with_mbedtls);

    println!("| client | size, KiB | peak of the heap, KiB | of that, in the handshake |");
    println!("| --- | --: | --: | --: |");
    for client in clients
        .iter()
        .filter(|one| one.name.contains(&options.only))
    {
        eprintln!("{}", client.name);
        let program = place.build(client)?;
        let (before, peak) = place.run(&program, &servers.arguments(client.peer))?;
        println!(
            "| {} | {} | {:.1} | {:.1} |",
            client.name,
            program.size.div_ceil(1024),
            kib(peak),
            kib(peak - before)
        );
    }
    Ok(())
}

fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
