//! A client's configuration has no certificate, so no server takes it.

use embertls::{Handshake, MemoryTransport, SslConfig};

fn serve(config: &SslConfig) {
    let _ = Handshake::server(config, MemoryTransport::new());
}

fn main() {}
