//! A TLS client on a Cortex-M4F without an operating system: it asks the server for
//! "/" and says what came.
//!
//! Wire, clock and entropy are those of the debugger, which an emulator plays:
//! `scripts/bare` runs it.

#![no_std]
#![no_main]

extern crate alloc;

mod debugger;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::error::Error;
use core::panic::PanicInfo;
use core::ptr::addr_of_mut;

use cortex_m_semihosting::{debug, hprintln};
use embedded_alloc::LlffHeap;
use embertls::io::{Read, Write};
use embertls::{Handshake, ServerName, SslConfig, TrustStore, platform};

use crate::debugger::{Debugger, Wire};

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

const HEAP_SIZE: usize = 256 * 1024;

#[cortex_m_rt::entry]
fn main() -> ! {
    static mut MEMORY: [u8; HEAP_SIZE] = [0; HEAP_SIZE];
    // SAFETY: once, before anything is allocated, with memory of its own.
    unsafe { HEAP.init(addr_of_mut!(*MEMORY) as usize, HEAP_SIZE) };
    match get() {
        Ok(()) => debug::exit(debug::EXIT_SUCCESS),
        Err(error) => {
            hprintln!("error: {}", error);
            debug::exit(debug::EXIT_FAILURE);
        }
    }
    stop()
}

fn get() -> Result<(), Box<dyn Error>> {
    platform::install(&Debugger)?;
    let roots = TrustStore::from_pem(debugger::read("roots.pem")?)?;
    let config = SslConfig::client().trust_store(roots).build()?;
    let name = ServerName::try_from("localhost")?;
    let handshake = Handshake::client(&config, name, Wire::open()?);
    let handshake = handshake.map_err(embertls::Error::from)?;
    let mut session = handshake.complete().map_err(embertls::Error::from)?;
    hprintln!("{:?}, {}", session.verify_result(), session.cipher_suite());
    hprintln!("{} bytes of the heap are in use", HEAP.used());

    session.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut page = Vec::new();
    session.read_to_end(&mut page)?;
    hprintln!("{}", String::from_utf8_lossy(&page));
    session.close()?;
    Ok(())
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    hprintln!("{}", info);
    debug::exit(debug::EXIT_FAILURE);
    stop()
}

fn stop() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}
