//! A TLS client that takes every step of the guide, one by one, and says so.
//!
//! ```text
//! cargo run --example tls_client                      # all on this machine
//! cargo run --example tls_client -- example.com       # for real
//! cargo run --example tls_client -- --help
//! ```
//!
//! [`steps`] is what to read first.

mod args;
mod authority;
mod demo;
mod failure;
mod output;
#[path = "../shared/printable.rs"]
#[allow(dead_code, reason = "shared with https_get, which uses the rest")]
mod printable;
mod server;
mod steps;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Endpoint};
use crate::failure::Failure;
use crate::output::Output;
use crate::steps::{Plan, Revoked, Trust};

fn main() -> ExitCode {
    let args = Args::parse();
    let out = Output::new(args.verbose);
    let Err(failure) = run(args, &out) else {
        return ExitCode::SUCCESS;
    };
    let status = match &failure {
        Failure::Verify { .. } => 1,
        Failure::Other { .. } => 2,
    };
    out.failure(&failure);
    ExitCode::from(status)
}

fn run(args: Args, out: &Output) -> Result<(), Failure> {
    out.version()?;
    match args.target.clone() {
        Some(server) => steps::run(&plan(server, args), out),
        None => demo::run(args.timeout, out),
    }
}

fn plan(server: Endpoint, args: Args) -> Plan {
    let place = args.connect.as_ref().unwrap_or(&server);
    Plan {
        host: place.host.clone(),
        port: place.port_or(server.port()),
        trust: match args.ca.is_empty() {
            true => Trust::System,
            false => Trust::Paths(args.ca),
        },
        revoked: args.crl.into_iter().map(Revoked::Path).collect(),
        verify: args.verify,
        alpn: args.alpn,
        request: match args.send {
            Some(text) => text.into_bytes(),
            None => http_request(&server),
        },
        timeout: args.timeout,
        server,
    }
}

/// What is sent unless told otherwise: the least that a web server answers,
/// and closes after.
fn http_request(server: &Endpoint) -> Vec<u8> {
    let host = server.http_host();
    format!("GET / HTTP/1.0\r\nHost: {host}\r\nUser-Agent: tls_client\r\n\r\n").into_bytes()
}
