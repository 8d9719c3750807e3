//! A server's configuration verifies nobody, so no client takes it.

use embertls::{Handshake, MemoryTransport, Server, ServerName, SslConfig};

fn connect(config: &SslConfig<Server>, name: ServerName) {
    let _ = Handshake::client(config, name, MemoryTransport::new());
}

fn main() {}
