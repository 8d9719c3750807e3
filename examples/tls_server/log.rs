//! One line for each thing that happens.

use std::fmt;
use std::io::{self, Write};

use embertls::{Certificate, NetContext, SslSession};

use crate::printable::Printable;

/// Where standard output is gone, there is nobody to tell.
pub fn line(text: fmt::Arguments<'_>) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", Printable(text.to_string().as_bytes()));
    let _ = out.flush();
}

/// What was negotiated.
pub fn connection(from: &str, session: &SslSession<NetContext>) {
    let name = session
        .client_hello()
        .and_then(|hello| hello.server_name.as_deref());
    let alpn = session.alpn().map(String::from_utf8_lossy);
    let client = session.peer_certificates().first();
    let client = client.and_then(|der| Certificate::from_der(der).ok());
    line(format_args!(
        "{from}: {}, {}, name {}, ALPN {}, client {}{}",
        session.version(),
        session.cipher_suite(),
        name.unwrap_or("none"),
        alpn.as_deref().unwrap_or("none"),
        client.map_or("unknown".into(), |client| client.subject().to_string()),
        if session.is_resumed() {
            ", resumed"
        } else {
            ""
        },
    ));
}
