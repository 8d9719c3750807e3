//! A transport in memory: the sans-I/O interface.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use crate::io::{self, ErrorKind, Read, Write};

/// A transport whose two ends are buffers of the program.
///
/// With it, a session needs no socket: put what came from the peer in with
/// [`MemoryTransport::push_incoming`], take what is for the peer out with
/// [`MemoryTransport::take_outgoing`]. Reading with nothing to read is
/// [`WouldBlock`](ErrorKind::WouldBlock), as on a non-blocking socket, until
/// [`MemoryTransport::end_incoming`]; then it is the end of the stream.
///
/// ```
/// use std::io::Read;
/// use embertls::MemoryTransport;
///
/// let mut transport = MemoryTransport::new();
/// transport.push_incoming(b"abc");
/// let mut buffer = [0; 8];
/// assert_eq!(transport.read(&mut buffer).unwrap(), 3);
/// assert!(transport.read(&mut buffer).is_err(), "would block");
/// transport.end_incoming();
/// assert_eq!(transport.read(&mut buffer).unwrap(), 0);
/// ```
#[derive(Default)]
pub struct MemoryTransport {
    incoming: VecDeque<u8>,
    outgoing: Vec<u8>,
    ended: bool,
}

impl MemoryTransport {
    /// A transport with nothing in it.
    ///
    /// ```
    /// let transport = embertls::MemoryTransport::new();
    /// assert_eq!(transport.outgoing_len(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes that came from the peer.
    ///
    /// ```
    /// # let mut transport = embertls::MemoryTransport::new();
    /// transport.push_incoming(b"bytes of the peer");
    /// ```
    pub fn push_incoming(&mut self, bytes: &[u8]) {
        self.incoming.extend(bytes);
    }

    /// Says that the peer will send no more: reading past what was pushed
    /// gives the end of the stream.
    ///
    /// ```
    /// use std::io::Read;
    ///
    /// # let mut transport = embertls::MemoryTransport::new();
    /// transport.end_incoming();
    /// assert_eq!(transport.read(&mut [0; 8]).unwrap(), 0);
    /// ```
    pub fn end_incoming(&mut self) {
        self.ended = true;
    }

    /// Takes the bytes that are for the peer.
    ///
    /// ```
    /// use std::io::Write;
    ///
    /// # let mut transport = embertls::MemoryTransport::new();
    /// transport.write_all(b"for the peer").unwrap();
    /// assert_eq!(transport.take_outgoing(), b"for the peer");
    /// ```
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.outgoing)
    }

    /// How many bytes are for the peer.
    ///
    /// ```
    /// use std::io::Write;
    ///
    /// # let mut transport = embertls::MemoryTransport::new();
    /// transport.write_all(b"abc").unwrap();
    /// assert_eq!(transport.outgoing_len(), 3);
    /// ```
    pub fn outgoing_len(&self) -> usize {
        self.outgoing.len()
    }
}

/// Shows how much there is, and none of it.
impl fmt::Debug for MemoryTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransport")
            .field("incoming", &self.incoming.len())
            .field("outgoing", &self.outgoing.len())
            .field("ended", &self.ended)
            .finish()
    }
}

impl Read for MemoryTransport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.incoming.is_empty() && !self.ended && !buffer.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let (front, _) = self.incoming.as_slices();
        let len = front.len().min(buffer.len());
        buffer[..len].copy_from_slice(&front[..len]);
        self.incoming.drain(..len);
        Ok(len)
    }
}

impl Write for MemoryTransport {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.outgoing.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
