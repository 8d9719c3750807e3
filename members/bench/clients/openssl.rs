//! The smallest useful client: one page over HTTPS. Needs the system's libssl
//! and libcrypto when it runs.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use openssl::ssl::{SslConnector, SslMethod};

fn main() -> Result<(), Box<dyn Error>> {
    let host = std::env::args().nth(1).ok_or("name a host")?;
    let connector = SslConnector::builder(SslMethod::tls_client())?.build();
    let mut stream = connector.connect(&host, TcpStream::connect((&*host, 443))?)?;
    write!(stream, "GET / HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    let mut page = Vec::new();
    stream.read_to_end(&mut page)?;
    std::io::stdout().write_all(&page)?;
    Ok(())
}
