//! The head of an HTTP/1.1 request.

use std::io::{self, BufRead, ErrorKind};
use std::str;

use percent_encoding::percent_decode;

/// The longest head that is read.
const MOST_BYTES: usize = 16 << 10;
const MOST_FIELDS: usize = 64;

pub enum Request {
    Good(Head),
    /// The status with which it is refused.
    Bad(u16),
}

pub struct Head {
    pub method: Method,
    /// Without the query, decoded.
    pub path: String,
    pub range: Option<String>,
    pub if_modified_since: Option<String>,
    pub keep_alive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
}

/// Reads one head; what follows it stays unread.
pub fn read(input: &mut impl BufRead) -> io::Result<Request> {
    let mut head = Vec::new();
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let known = head.len();
        head.extend_from_slice(buffer);
        let taken = buffer.len();
        let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut parsed = httparse::Request::new(&mut fields);
        match parsed.parse(&head) {
            Ok(httparse::Status::Complete(len)) if len > MOST_BYTES => {
                return Ok(Request::Bad(431));
            }
            Ok(httparse::Status::Complete(len)) => {
                let request = judge(&parsed);
                input.consume(len - known);
                return Ok(request);
            }
            Ok(httparse::Status::Partial) if head.len() > MOST_BYTES => {
                return Ok(Request::Bad(431));
            }
            Ok(httparse::Status::Partial) => input.consume(taken),
            Err(httparse::Error::TooManyHeaders) => return Ok(Request::Bad(431)),
            Err(httparse::Error::Version) => return Ok(Request::Bad(505)),
            Err(_) => return Ok(Request::Bad(400)),
        }
    }
}

fn judge(parsed: &httparse::Request<'_, '_>) -> Request {
    let fields = Fields(parsed.headers);
    let method = match parsed.method {
        Some("GET") => Method::Get,
        Some("HEAD") => Method::Head,
        _ => return Request::Bad(405),
    };
    // A body would be taken for the next request.
    let has_body = fields.get("content-length").is_some_and(|len| len != "0")
        || fields.get("transfer-encoding").is_some();
    if has_body {
        return Request::Bad(413);
    }
    let is_newest = parsed.version == Some(1);
    // RFC 9112, 3.2: exactly one.
    if fields.count("host") > 1 || (is_newest && fields.count("host") == 0) {
        return Request::Bad(400);
    }
    let target = parsed.path.unwrap_or_default();
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let Ok(path) = percent_decode(path.as_bytes()).decode_utf8() else {
        return Request::Bad(400);
    };
    if !path.starts_with('/') {
        return Request::Bad(400);
    }
    let connection = fields.get("connection").unwrap_or_default();
    let asks = |word: &str| {
        let mut words = connection.split(',');
        words.any(|other| other.trim().eq_ignore_ascii_case(word))
    };
    Request::Good(Head {
        method,
        path: path.into_owned(),
        range: fields.get("range").map(str::to_owned),
        if_modified_since: fields.get("if-modified-since").map(str::to_owned),
        keep_alive: match is_newest {
            true => !asks("close"),
            false => asks("keep-alive"),
        },
    })
}

struct Fields<'a>(&'a [httparse::Header<'a>]);

impl<'a> Fields<'a> {
    fn all(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let fields = self.0.iter();
        fields
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value)
    }

    fn count(&self, name: &'static str) -> usize {
        self.all(name).count()
    }

    /// The first of this name, if it is text.
    fn get(&self, name: &'static str) -> Option<&'a str> {
        self.all(name)
            .next()
            .and_then(|value| str::from_utf8(value).ok())
    }
}
