//! The body of an HTTP answer (RFC 9112, sections 6 and 7): where it ends,
//! and whether it ended too early.

use std::io::{self, BufRead, Read};

use crate::head::{Head, read_line};

/// More than any chunk size with its extensions, and any list of trailers.
const MAX_CHUNK_LINE: usize = 8 * 1024;

/// Reads a body and nothing behind it. `Ok(0)` is its end; a body that ends
/// too early is an error of kind [`UnexpectedEof`](io::ErrorKind::UnexpectedEof).
pub struct Body<'a, R> {
    input: &'a mut R,
    framing: Framing,
}

/// How the end of a body is told.
enum Framing {
    /// So many bytes are left, of so many.
    Length { left: u64, all: u64 },
    /// So many bytes are left of the chunk, if the first has come.
    Chunks { left: u64, begun: bool },
    /// By the end of the session: TLS tells it from a cut.
    Close,
    /// It is over.
    Done,
}

impl<'a, R: BufRead> Body<'a, R> {
    /// The body behind `head`; the reason if its length cannot be told.
    pub fn new(input: &'a mut R, head: &Head) -> Result<Self, String> {
        let framing = Framing::of(head)?;
        Ok(Self { input, framing })
    }

    /// How long the body is, if that is known before.
    pub fn len(&self) -> Option<u64> {
        match self.framing {
            Framing::Length { all, .. } => Some(all),
            Framing::Done => Some(0),
            Framing::Chunks { .. } | Framing::Close => None,
        }
    }
}

impl Framing {
    fn of(head: &Head) -> Result<Self, String> {
        if matches!(head.status, 204 | 304) {
            return Ok(Self::Done);
        }
        let codings: Vec<_> = head.all("transfer-encoding").collect();
        match codings[..] {
            [] => {}
            [coding] if coding.eq_ignore_ascii_case(b"chunked") && head.minor >= 1 => {
                return Ok(Self::Chunks {
                    left: 0,
                    begun: false,
                });
            }
            _ => {
                let codings = String::from_utf8_lossy(&codings.join(&b", "[..])).into_owned();
                return Err(format!("the transfer coding {codings:?} is not supported"));
            }
        }
        let mut length = None;
        for field in head.all("content-length") {
            for value in field.split(|&byte| byte == b',') {
                let value = parse_length(value.trim_ascii())?;
                if length.replace(value).is_some_and(|other| other != value) {
                    return Err("the server gives two different lengths".into());
                }
            }
        }
        Ok(match length {
            Some(all) => Self::Length { left: all, all },
            None => Self::Close,
        })
    }
}

impl<R: BufRead> Read for Body<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        match &mut self.framing {
            Framing::Done => Ok(0),
            Framing::Close => self.input.read(out),
            Framing::Length { left, all } => {
                read_some(self.input, out, left, || format!("of {all}"))
            }
            Framing::Chunks { left, begun } => {
                if *left == 0 {
                    if std::mem::replace(begun, true) {
                        end_chunk(self.input)?;
                    }
                    *left = read_chunk_size(self.input)?;
                }
                if *left == 0 {
                    skip_trailers(self.input)?;
                    self.framing = Framing::Done;
                    return Ok(0);
                }
                read_some(self.input, out, left, || "of a chunk".into())
            }
        }
    }
}

/// Reads at most `left` bytes; the end before them is an error.
fn read_some(
    input: &mut impl Read,
    out: &mut [u8],
    left: &mut u64,
    of_what: impl Fn() -> String,
) -> io::Result<usize> {
    if *left == 0 {
        return Ok(0);
    }
    let room = usize::try_from(*left).unwrap_or(usize::MAX).min(out.len());
    match input.read(&mut out[..room])? {
        0 => Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!(
                "the server ended the session with {left} bytes {} missing",
                of_what()
            ),
        )),
        len => {
            *left -= len as u64;
            Ok(len)
        }
    }
}

fn read_chunk_size(input: &mut impl BufRead) -> io::Result<u64> {
    let mut line = Vec::new();
    read_line(input, &mut line, MAX_CHUNK_LINE)?;
    match httparse::parse_chunk_size(&line) {
        Ok(httparse::Status::Complete((used, size))) if used == line.len() => Ok(size),
        _ => Err(malformed("a chunk without a size")),
    }
}

fn end_chunk(input: &mut impl BufRead) -> io::Result<()> {
    let mut line = Vec::new();
    match read_line(input, &mut line, 2) {
        Err(error) if error.kind() != io::ErrorKind::InvalidData => Err(error),
        _ if matches!(&line[..], b"\r\n" | b"\n") => Ok(()),
        _ => Err(malformed("a chunk that is longer than its size")),
    }
}

fn skip_trailers(input: &mut impl BufRead) -> io::Result<()> {
    let mut trailers = Vec::new();
    loop {
        let start = trailers.len();
        read_line(input, &mut trailers, MAX_CHUNK_LINE)?;
        if matches!(&trailers[start..], b"\r\n" | b"\n") {
            return Ok(());
        }
    }
}

/// Digits only: what `u64` reads besides, such as a sign, is no length.
fn parse_length(text: &[u8]) -> Result<u64, String> {
    let digits = text.iter().all(u8::is_ascii_digit);
    let text = String::from_utf8_lossy(text);
    match text.parse() {
        Ok(length) if digits => Ok(length),
        _ => Err(format!("{text:?} is no length")),
    }
}

fn malformed(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
