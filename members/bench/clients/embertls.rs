//! The smallest useful client: one page over HTTPS.

use std::error::Error;
use std::io::{Read, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let host = std::env::args().nth(1).ok_or("name a host")?;
    let connector = embertls::Connector::with_system_roots()?;
    let mut stream = connector.connect(&host, 443)?;
    write!(stream, "GET / HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    stream.flush()?;
    let mut page = Vec::new();
    stream.read_to_end(&mut page)?;
    std::io::stdout().write_all(&page)?;
    Ok(())
}
