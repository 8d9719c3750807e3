//! A client that says one line over TLS and reads the answer. What it took of
//! the heap is on its standard output: before the handshake, and at most.

mod heap;
mod tls;

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

const LINE: &[u8] = b"live on no evil\n";

/// `client PORT AUTHORITY`
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().ok_or("name a port")?.parse()?;
    let authority = std::fs::read_to_string(arguments.next().ok_or("name a file")?)?;
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;

    let config = tls::config(&authority)?;
    drop(authority);
    let before = heap::mark();
    let mut session = tls::connect(config, stream)?;
    session.write_all(LINE)?;
    session.flush()?;
    // The server turns it round.
    let mut answer = [0; LINE.len()];
    session.read_exact(&mut answer)?;
    if answer != LINE {
        return Err("the server said something else".into());
    }
    println!("{before} {}", heap::peak());
    Ok(())
}
