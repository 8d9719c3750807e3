//! A TLS client and server without the standard library.
//!
//! What a board brings (a heap, a clock, entropy, a wire) comes from the C
//! library here, so that the program runs on a host, with real peers.
//!
//! ```sh
//! embertls-no-std get PORT ROOTS.pem             # asks localhost for "/" and prints it
//! embertls-no-std echo CHAIN.pem KEY.pem         # prints its port, sends back what one client sends
//! ```

#![no_std]
#![no_main]

extern crate alloc;

mod console;
mod file;
mod heap;
mod machine;
mod socket;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::error::Error;
use core::ffi::{CStr, c_char, c_int};
use core::panic::PanicInfo;

use embertls::io::{Read, Write};
use embertls::{Certificate, Handshake, PrivateKey, ServerName, SslConfig, TrustStore, platform};

use crate::machine::Machine;
use crate::socket::{Listener, Socket};

type Result<T> = core::result::Result<T, Box<dyn Error>>;

#[unsafe(no_mangle)]
extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: the system passes so many C strings, which live as long as the program.
    let arguments: Vec<&CStr> = unsafe {
        (0..count)
            .map(|at| CStr::from_ptr(*arguments.add(at)))
            .collect()
    };
    let arguments: Vec<_> = arguments
        .iter()
        .map(|text| text.to_str().unwrap_or(""))
        .collect();
    match run(&arguments) {
        Ok(()) => 0,
        Err(error) => {
            console::error(&format!("error: {error}\n"));
            1
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        [_, "get-unprepared", port, roots] => get(port, roots),
        [_, "get", port, roots] => {
            platform::install(&Machine { has_clock: true })?;
            get(port, roots)
        }
        [_, "get-without-clock", port, roots] => {
            platform::install(&Machine { has_clock: false })?;
            get(port, roots)
        }
        [_, "echo", chain, key] => {
            platform::install(&Machine { has_clock: true })?;
            echo(chain, key)
        }
        _ => Err("usage: get PORT ROOTS.pem, or echo CHAIN.pem KEY.pem".into()),
    }
}

fn get(port: &str, roots: &str) -> Result<()> {
    let config = SslConfig::client()
        .trust_store(TrustStore::from_pem(file::read(roots)?)?)
        .build()?;
    let name = ServerName::try_from("localhost")?;
    let socket = Socket::connect(port.parse()?)?;
    let handshake = Handshake::client(&config, name, socket).map_err(embertls::Error::from)?;
    let mut session = handshake.complete().map_err(embertls::Error::from)?;
    console::error(&format!(
        "{:?}, {}\n",
        session.verify_result(),
        session.cipher_suite()
    ));
    session.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut page = Vec::new();
    session.read_to_end(&mut page)?;
    console::print(&page);
    session.close()?;
    Ok(())
}

fn echo(chain: &str, key: &str) -> Result<()> {
    let chain = Certificate::chain_from_pem(file::read(chain)?)?;
    let key = PrivateKey::from_pem(file::read(key)?)?;
    let config = SslConfig::server().identity(chain, key).build()?;
    let listener = Listener::bind()?;
    console::print(format!("listening: {}\n", listener.port()?).as_bytes());
    let handshake =
        Handshake::server(&config, listener.accept()?).map_err(embertls::Error::from)?;
    let mut session = handshake.complete().map_err(embertls::Error::from)?;
    let mut buffer = [0; 4096];
    loop {
        match session.read(&mut buffer)? {
            0 => break,
            len => session.write_all(&buffer[..len])?,
        }
    }
    session.close()?;
    Ok(())
}

/// What failed, as far as the C library tells.
fn failed(doing: &str) -> embertls::io::Error {
    // SAFETY: reads a variable of this thread.
    let code = unsafe { *libc::__errno_location() };
    let kind = match code {
        libc::ECONNREFUSED => embertls::io::ErrorKind::ConnectionRefused,
        libc::EINTR => embertls::io::ErrorKind::Interrupted,
        _ => embertls::io::ErrorKind::Other,
    };
    embertls::io::Error::new(kind, format!("{doing}: error {code} of the system"))
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let text: String = info.to_string();
    console::error(&format!("{text}\n"));
    // SAFETY: ends the program.
    unsafe { libc::abort() }
}

/// Nothing unwinds here. The `alloc` that comes with the compiler was compiled for
/// programs that do, and asks for these two all the same.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    // SAFETY: ends the program.
    unsafe { libc::abort() }
}

#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() -> ! {
    // SAFETY: ends the program.
    unsafe { libc::abort() }
}
