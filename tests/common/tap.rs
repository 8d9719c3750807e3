//! A transport that remembers the beginning of what came through it.

use std::io::{self, Read, Write};

use super::records::{Reader, Record, SERVER_KEY_EXCHANGE, Sent, take_records};

/// Enough for any handshake.
const REMEMBERED: usize = 1 << 17;

pub struct Tap<T> {
    inner: T,
    received: Vec<u8>,
}

impl<T> Tap<T> {
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            received: Vec::new(),
        }
    }

    pub fn inner(&self) -> &T {
        &self.inner
    }

    pub fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// The records that the peer sent.
    pub fn records(&self) -> Vec<Record> {
        take_records(&mut self.received.clone())
    }

    /// The handshake messages and other records that the peer sent.
    pub fn received(&self) -> Vec<Sent> {
        Reader::default().read(&self.received)
    }

    /// The number of the group that the server chose, as its ServerKeyExchange
    /// names it (RFC 8422, 5.4).
    pub fn group(&self) -> u16 {
        self.received()
            .into_iter()
            .find_map(|sent| match sent {
                Sent::Message(message) if message[0] == SERVER_KEY_EXCHANGE => {
                    assert_eq!(message[4], 3, "the server names its curve");
                    Some(u16::from_be_bytes([message[5], message[6]]))
                }
                _ => None,
            })
            .expect("the server has sent a ServerKeyExchange")
    }
}

impl<T: Read> Read for Tap<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buffer)?;
        if self.received.len() < REMEMBERED {
            self.received.extend_from_slice(&buffer[..len]);
        }
        Ok(len)
    }
}

impl<T: Write> Write for Tap<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.inner.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
