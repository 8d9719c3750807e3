//! A client names the server, or there is no handshake.

use embertls::{Handshake, MemoryTransport, SslConfig};

fn connect(config: &SslConfig) {
    let _ = Handshake::client(config, MemoryTransport::new());
}

fn main() {}
