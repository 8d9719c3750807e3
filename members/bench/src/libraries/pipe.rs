//! A transport in memory for libraries that want a stream.

use std::io::{ErrorKind, Read, Result, Write};

/// One end: what came in, and what goes out.
#[derive(Default)]
pub struct Pipe {
    incoming: Vec<u8>,
    read: usize,
    pub outgoing: Vec<u8>,
}

impl Pipe {
    /// Takes what the other end wrote; the buffers change places, so that
    /// neither is allocated anew.
    pub fn take_from(&mut self, other: &mut Vec<u8>) {
        if self.read == self.incoming.len() {
            self.incoming.clear();
            self.read = 0;
            std::mem::swap(&mut self.incoming, other);
        } else {
            self.incoming.append(other);
        }
    }

    /// Gives its memory back: what a library holds is to be measured.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let rest = &self.incoming[self.read..];
        if rest.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.read += len;
        Ok(len)
    }
}

impl Write for Pipe {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.outgoing.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
