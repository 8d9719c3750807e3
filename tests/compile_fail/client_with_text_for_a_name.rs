//! A server name is checked before it is used.

use embertls::{Handshake, MemoryTransport, SslConfig};

fn connect(config: &SslConfig) {
    let _ = Handshake::client(config, "server.test", MemoryTransport::new());
}

fn main() {}
