//! Fetches a page over HTTPS and streams it to a file or standard output.
//!
//! ```text
//! cargo run --example https_get -- https://example.com/
//! cargo run --example https_get -- https://example.com/file.zip -o file.zip
//! ```
//!
//! [`fetch`] is what to read first: the connection takes two lines.

mod args;
mod body;
mod failure;
mod fetch;
mod head;
#[path = "../shared/printable.rs"]
mod printable;
mod target;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::args::Args;
use crate::printable::Printable;

fn main() -> ExitCode {
    let args = Args::parse();
    match fetch::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.to_string().lines() {
                message(line);
            }
            ExitCode::from(failure.exit_status())
        }
    }
}

/// A line of standard error. Where nobody reads it there is nothing to do.
fn message(text: &str) {
    let text = Printable(text.as_bytes());
    let _ = writeln!(std::io::stderr(), "https_get: {text}");
}
