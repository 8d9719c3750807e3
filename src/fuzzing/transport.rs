//! A peer that has said all that it will ever say.

use std::io::{self, ErrorKind, Read, Write};

/// Hands out bytes as they are cut, and keeps what is sent.
pub(super) struct Transport<'a> {
    incoming: &'a [u8],
    piece: usize,
    ends: bool,
    pub(super) outgoing: Vec<u8>,
}

impl<'a> Transport<'a> {
    /// `cut` says how many bytes come at a time, and whether the peer leaves
    /// or is silent at the end.
    pub(super) fn new(incoming: &'a [u8], cut: u8) -> Self {
        Self {
            incoming,
            piece: piece(cut),
            ends: cut & 8 != 0,
            outgoing: Vec::new(),
        }
    }

    /// Bytes that nobody has read.
    pub(super) fn left(&self) -> usize {
        self.incoming.len()
    }
}

/// How many bytes come at a time.
pub(super) fn piece(cut: u8) -> usize {
    const PIECES: [usize; 8] = [usize::MAX, 1, 2, 5, 6, 37, 512, 4000];
    PIECES[usize::from(cut & 7)]
}

impl Read for Transport<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.incoming.is_empty() && !self.ends {
            return Err(ErrorKind::WouldBlock.into());
        }
        let most = buffer.len().min(self.piece);
        self.incoming.read(&mut buffer[..most])
    }
}

impl Write for Transport<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.outgoing.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
