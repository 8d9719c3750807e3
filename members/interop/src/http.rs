//! As much of HTTP/1.1 as the peers need that speak nothing else.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use crate::common::process::patient;

/// The most that is posted here, and then some.
const MOST: usize = 8 << 20;
const HEAD: usize = 16 << 10;

/// A page whose script posts to each of the ports that its address names, as
/// often as it says, and shows what came of it.
pub const PAGE: &str = include_str!("../peers/page.html");

/// Answers one request: a post with what was posted, anything else with a
/// page. `false` where none comes.
pub fn serve(stream: &mut (impl BufRead + Write)) -> io::Result<bool> {
    let Some(head) = read_head(stream)? else {
        return Ok(false);
    };
    let (kind, body) = match head.method.as_str() {
        "POST" => {
            let mut body = vec![0; head.length];
            stream.read_exact(&mut body)?;
            ("application/octet-stream", body)
        }
        _ => ("text/html", PAGE.into()),
    };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    stream.flush()?;
    Ok(true)
}

/// Posts `body` and gives the answer: its head and its body.
pub fn post(stream: &mut (impl Read + Write), body: &[u8]) -> io::Result<(String, Vec<u8>)> {
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    stream.flush()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| bad("the answer has no end of its head"))?;
    let body = answer.split_off(end + 4);
    Ok((String::from_utf8_lossy(&answer).into_owned(), body))
}

/// A server without TLS, for one that passes requests on. It lives as long as
/// the program.
pub fn plain_server() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = patient(stream.expect("a client"));
            thread::spawn(move || {
                let reader = stream.try_clone().expect("a second handle");
                serve(&mut Both {
                    reader: io::BufReader::new(reader),
                    writer: stream,
                })
            });
        }
    });
    port
}

struct Both<R, W> {
    reader: R,
    writer: W,
}

impl<R: Read, W> Read for Both<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl<R: BufRead, W> BufRead for Both<R, W> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
    }
}

impl<R, W: Write> Write for Both<R, W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.writer.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

struct Head {
    method: String,
    length: usize,
}

fn read_head(stream: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let before = bytes.len();
        // Some clients leave without a word where they have nothing to ask.
        match stream.take(HEAD as u64).read_until(b'\n', &mut bytes) {
            Ok(_) if bytes.len() == before && before == 0 => return Ok(None),
            Ok(_) if bytes.len() == before || before > HEAD => return Err(bad("no whole head")),
            Ok(_) => {}
            Err(_) if before == 0 => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut fields);
    let parsed = request.parse(&bytes);
    parsed.map_err(|error| bad(&error.to_string()))?;
    let mut length = 0;
    for field in request.headers.iter() {
        if field.name.eq_ignore_ascii_case("content-length") {
            let text = String::from_utf8_lossy(field.value);
            length = text.parse().map_err(|_| bad("no length"))?;
        }
    }
    if length > MOST {
        return Err(bad("too much is posted"));
    }
    Ok(Some(Head {
        method: request.method.unwrap_or_default().into(),
        length,
    }))
}

fn bad(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}
