//! A stream of which something was read already.

use std::io::{self, Read, Write};

/// Gives what was read ahead first, then what comes.
pub struct Ahead<S> {
    ahead: Vec<u8>,
    stream: S,
}

impl<S: Read> Ahead<S> {
    pub fn new(ahead: Vec<u8>, stream: S) -> Self {
        Self { ahead, stream }
    }

    /// Reads up to the end of a line. What came behind it is kept.
    pub fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.ahead.iter().position(|&byte| byte == b'\n') {
                let rest = self.ahead.split_off(end + 1);
                return Ok(std::mem::replace(&mut self.ahead, rest));
            }
            if self.ahead.len() > LONGEST {
                return Err(io::Error::other("a line without an end"));
            }
            let mut buffer = [0; 1024];
            match self.stream.read(&mut buffer)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                len => self.ahead.extend_from_slice(&buffer[..len]),
            }
        }
    }
}

const LONGEST: usize = 1000;

impl<S: Read> Read for Ahead<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            return self.stream.read(buffer);
        }
        let len = (&self.ahead[..]).read(buffer)?;
        self.ahead.drain(..len);
        Ok(len)
    }
}

impl<S: Write> Write for Ahead<S> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.stream.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
