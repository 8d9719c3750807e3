//! The server: lines in plain text, a session, and lines again.

use std::io::{Read, Write};
use std::net::TcpStream;

use embertls::{Certificate, Handshake, PrivateKey, SslConfig};

use crate::ahead::Ahead;
use crate::{PATIENCE, Result, line_of};

/// Serves one client, and tells what it saw.
pub fn serve(stream: TcpStream, identity: (Certificate, PrivateKey)) -> Result<Vec<String>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut plain = Ahead::new(Vec::new(), stream);
    plain.write_all(b"220 ready\r\n")?;
    let mut seen = vec![format!("in the clear: {}", line_of(plain.line()?))];
    plain.write_all(b"220 go ahead\r\n")?;

    // The ClientHello may have come along with the line: the session reads from
    // what holds it.
    let (certificate, key) = identity;
    let config = SslConfig::server().identity([certificate], key).build()?;
    let handshake = Handshake::server(&config, plain)?;
    let mut session = handshake.complete().map_err(|failed| failed.into_error())?;
    let mut secret = String::new();
    // Until close_notify.
    session.read_to_string(&mut secret)?;
    seen.push(format!("over {}: {secret}", session.version()));
    write!(session, "you said {secret}")?;
    session.close()?;

    // What the client sent behind its close_notify was read by the session.
    let parts = session.into_inner();
    let mut plain = Ahead::new(parts.unread, parts.transport);
    seen.push(format!("in the clear: {}", line_of(plain.line()?)));
    plain.write_all(b"221 bye\r\n")?;
    Ok(seen)
}
