//! A session over a borrowed transport does not outlive it.

use embertls::{Handshake, MemoryTransport, ServerName, SslConfig};

struct Borrowed<'a>(&'a mut MemoryTransport);

impl std::io::Read for Borrowed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl std::io::Write for Borrowed<'_> {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.0.write(data)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn misuse(config: &SslConfig, name: ServerName) {
    let handshake;
    {
        let mut transport = MemoryTransport::new();
        handshake = Handshake::client(config, name, Borrowed(&mut transport));
    }
    drop(handshake);
}

fn main() {}
