//! embertls behind the shim protocol of BoringSSL's test runner.
//!
//! The runner starts this program once for each test, with flags that say what
//! to do. The program connects to the runner, tells which test it is, and is
//! then the client or the server of one session, or of several that resume each
//! other. It ends with 0 if all went as the flags say, with 89 if they ask for
//! what embertls does not have, and with 1 otherwise. The last lines on the
//! standard error say what went wrong, in words that `config.json` maps to those
//! of the runner.
//!
//! Only the public API is used here: what this program cannot do, no user can.

mod configuration;
mod connection;
mod exchange;
mod expectations;
mod failure;
mod flags;
mod options;
mod transport;

use std::process::ExitCode;

use self::connection::Shim;
use self::failure::Failure;
use self::flags::Invocation;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{failure}");
            ExitCode::from(failure.exit_status())
        }
    }
}

fn run() -> Result<(), Failure> {
    let arguments = std::env::args_os().skip(1);
    let arguments: Vec<Vec<u8>> = arguments.map(|a| a.into_encoded_bytes()).collect();
    if arguments == [b"-is-handshaker-supported"] {
        // The runner asks this before the first test: whether a handshake can be begun in one process and ended in
        // another.
        println!("No");
        return Ok(());
    }
    let invocation = Invocation::parse(arguments)?;
    let mut shim = Shim::new()?;
    for number in 0..=invocation.resume_count {
        let options = match number {
            0 => &invocation.initial,
            _ => &invocation.resumption,
        };
        shim.connect(&invocation, options, number > 0)?;
    }
    Ok(())
}
