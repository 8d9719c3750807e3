//! An HTTPS server for the files of a folder.
//!
//! ```text
//! cargo run --example tls_server -- FOLDER            # with a throwaway certificate
//! cargo run --example tls_server -- --help
//! ```
//!
//! [`connection`] is what to read first: it is all that TLS needs of a server.

mod args;
mod authority;
mod connection;
mod files;
mod listing;
mod log;
#[path = "../shared/printable.rs"]
#[allow(dead_code, reason = "shared with other examples, which use the rest")]
mod printable;
mod range;
mod request;
mod response;
mod service;
mod setup;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match service::run(args::Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tls_server: {error}");
            ExitCode::from(2)
        }
    }
}
