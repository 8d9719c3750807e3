//! The client: a command, a session, and a command again.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use embertls::{Handshake, ServerName, SslConfig, TrustStore};

use crate::ahead::Ahead;
use crate::{NAME, PATIENCE, Result, line_of};

/// What the client heard.
pub fn run(address: SocketAddr, trust: TrustStore) -> Result<Vec<String>> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut plain = Ahead::new(Vec::new(), stream);
    let mut heard = vec![format!("in the clear: {}", line_of(plain.line()?))];
    plain.write_all(b"STARTTLS\r\n")?;
    // Only what is read behind this line may be TLS: what somebody put before
    // it in the clear is no part of the session (CVE-2011-0411).
    heard.push(format!("in the clear: {}", line_of(plain.line()?)));

    let config = SslConfig::client().trust_store(trust).build()?;
    let handshake = Handshake::client(&config, ServerName::try_from(NAME)?, plain)?;
    let mut session = handshake.complete().map_err(|failed| failed.into_error())?;
    session.write_all(b"the secret")?;
    session.flush()?;
    session.close()?;
    // At once, before the server's answer is here.
    session.get_mut().write_all(b"QUIT\r\n")?;

    let mut answer = String::new();
    session.read_to_string(&mut answer)?;
    heard.push(format!("over {}: {answer}", session.version()));

    let parts = session.into_inner();
    let mut plain = Ahead::new(parts.unread, parts.transport);
    heard.push(format!("in the clear: {}", line_of(plain.line()?)));
    Ok(heard)
}
