//! Text from a stranger, made safe for a terminal and for a line of its own.

use std::fmt;
use std::io::{self, Write};

/// Shows bytes so that they stay on their line and cannot drive a terminal:
/// control characters, characters that change the direction of the text and
/// bytes that are no UTF-8 are escaped.
pub struct Printable<'a>(pub &'a [u8]);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                match is_dangerous(c) {
                    true => write!(f, "{}", c.escape_default())?,
                    false => write!(f, "{c}")?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Passes text on to a terminal, line ends and tabs as they are and the rest
/// as [`Printable`].
pub struct TerminalWriter<W> {
    inner: W,
    /// The beginning of a character or line end whose rest has not come yet.
    partial: Vec<u8>,
}

impl<W: Write> TerminalWriter<W> {
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            partial: Vec::new(),
        }
    }
}

impl<W: Write> Write for TerminalWriter<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.partial.extend_from_slice(data);
        let text = std::mem::take(&mut self.partial);
        let whole = text.len() - unfinished(&text);
        for piece in text[..whole].split_inclusive(|&byte| byte == b'\n' || byte == b'\t') {
            match piece.split_last() {
                Some((&last @ (b'\n' | b'\t'), rest)) => {
                    let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
                    write!(self.inner, "{}{}", Printable(rest), char::from(last))?;
                }
                _ => write!(self.inner, "{}", Printable(piece))?,
            }
        }
        self.partial = text[whole..].to_vec();
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let partial = std::mem::take(&mut self.partial);
        write!(self.inner, "{}", Printable(&partial))?;
        self.inner.flush()
    }
}

/// How many bytes at the end may become something else with what comes next.
fn unfinished(text: &[u8]) -> usize {
    if text.ends_with(b"\r") {
        return 1;
    }
    let last_chunk = text.utf8_chunks().last();
    let tail = last_chunk.map_or(&[][..], |chunk| chunk.invalid());
    match std::str::from_utf8(tail) {
        Err(error) if error.error_len().is_none() => tail.len(),
        _ => 0,
    }
}

fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
