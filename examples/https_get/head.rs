//! The head of an HTTP answer (RFC 9112, sections 2 to 4).

use std::io::{self, BufRead, Read};

use url::Url;

use crate::failure::Failure;

/// More than servers send.
const MAX_HEAD: usize = 64 * 1024;
const MAX_FIELDS: usize = 128;
/// Answers such as `100 Continue` before the one that counts.
const MAX_INTERIM: usize = 8;

/// What the head of an answer says.
#[derive(Debug)]
pub struct Head {
    /// The minor version of HTTP/1.
    pub minor: u8,
    pub status: u16,
    pub reason: String,
    /// Names in lower case.
    fields: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// Reads the head of the final answer, and nothing behind it.
    pub fn read(input: &mut impl BufRead, url: &Url) -> Result<Self, Failure> {
        for _ in 0..MAX_INTERIM {
            let bytes = read_bytes(input).map_err(|error| {
                Failure::io(format!("{url}: reading the head of the answer"), error)
            })?;
            let head = Self::parse(&bytes).map_err(|reason| Failure::answer(url, reason))?;
            if head.status >= 200 {
                return Ok(head);
            }
        }
        Err(Failure::answer(url, "the server never comes to its answer"))
    }

    /// Where to look instead, if the answer says so.
    pub fn redirect(&self) -> Option<&str> {
        match self.status {
            301 | 302 | 303 | 307 | 308 => {
                let location = self.all("location").next()?;
                std::str::from_utf8(location).ok()
            }
            _ => None,
        }
    }

    /// The values of all fields of this name (in lower case).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let fields = self.fields.iter();
        fields
            .filter(move |(other, _)| other == name)
            .map(|(_, value)| value.as_slice())
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        match response.parse(bytes) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => return Err("the head is not complete".into()),
            Err(error) => return Err(format!("the answer is not HTTP/1.1: {error}")),
        }
        let (Some(minor), Some(status)) = (response.version, response.code) else {
            return Err("the answer has no status".into());
        };
        Ok(Self {
            minor,
            status,
            reason: response.reason.unwrap_or_default().into(),
            fields: response
                .headers
                .iter()
                .map(|field| (field.name.to_ascii_lowercase(), field.value.to_vec()))
                .collect(),
        })
    }
}

/// Everything up to and with the empty line.
fn read_bytes(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    loop {
        let start = head.len();
        read_line(input, &mut head, MAX_HEAD)?;
        // What does not begin as HTTP may never come to an end.
        let beginning = &head[..head.len().min(5)];
        if !b"HTTP/".starts_with(beginning) || matches!(&head[start..], b"\r\n" | b"\n") {
            return Ok(head);
        }
    }
}

/// Appends a line with its end; `buffer` may grow to `limit` bytes.
pub fn read_line(input: &mut impl BufRead, buffer: &mut Vec<u8>, limit: usize) -> io::Result<()> {
    let room = limit.saturating_sub(buffer.len());
    let taken = input
        .by_ref()
        .take(u64::try_from(room).unwrap_or(u64::MAX))
        .read_until(b'\n', buffer)?;
    if buffer.last() == Some(&b'\n') && taken > 0 {
        return Ok(());
    }
    Err(match buffer.len() < limit {
        true => io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the server ended the session in the middle of a line",
        ),
        false => io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a line or head of more than {limit} bytes"),
        ),
    })
}
