//! Holds embertls against other implementations of TLS 1.2, with their own
//! programs, and prints what came of it. `scripts/interop` runs it.

mod clients;
#[path = "../../../tests/common/mod.rs"]
mod common;
mod example;
mod http;
mod matrix;
#[path = "../../../tests/peers/names.rs"]
mod names;
mod ours;
mod pki;
mod scripts;
mod servers;
mod table;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Holds embertls against other implementations of TLS 1.2.
///
/// Prints a table for each direction. A program that is missing is a failure,
/// unless EMBERTLS_SKIP_MISSING_PEERS=1 is set.
#[derive(Parser)]
struct Args {
    /// The example program tls_server, which serves browsers
    #[arg(long, value_name = "FILE")]
    tls_server: Option<PathBuf>,

    /// Only peers whose name holds this, for example "openssl"
    #[arg(value_name = "PEER")]
    peers: Vec<String>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let wanted = |name: &str| {
        let name = name.to_lowercase();
        let mut peers = args.peers.iter();
        args.peers.is_empty() || peers.any(|peer| name.contains(&peer.to_lowercase()))
    };
    let tables = matrix::all(args.tls_server.as_deref(), wanted);
    for table in &tables {
        println!("{table}");
    }
    let failures: Vec<_> = tables.iter().flat_map(|table| table.failures()).collect();
    for failure in &failures {
        eprintln!("FAILED: {failure}");
    }
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
