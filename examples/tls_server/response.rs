//! Answers.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::time::{Duration, SystemTime};

use crate::files::{Files, Found, FoundFile};
use crate::listing;
use crate::range::{self, Part};
use crate::request::{Head, Method};

pub fn answer(out: &mut impl Write, files: &Files, request: &Head, keep: bool) -> io::Result<()> {
    let found = match files.find(&request.path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return status(out, request.method, 403, keep);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Found::Nothing,
        Err(_) => return status(out, request.method, 500, keep),
    };
    match found {
        Found::File(found) => file(out, request, found, keep),
        Found::Folder(names) => {
            let page = listing::page(&request.path, &names);
            let kind = "text/html; charset=utf-8";
            text(out, request.method, 200, kind, &page, "", keep)
        }
        Found::FolderWithoutSlash => {
            let place = format!("Location: {}\r\n", listing::with_slash(&request.path));
            text(out, request.method, 301, PLAIN, "moved\n", &place, keep)
        }
        Found::Nothing => status(out, request.method, 404, keep),
    }
}

/// An answer to what could not be read as a request.
pub fn error(out: &mut impl Write, code: u16, keep: bool) -> io::Result<()> {
    status(out, Method::Get, code, keep)
}

const PLAIN: &str = "text/plain; charset=utf-8";

fn status(out: &mut impl Write, method: Method, code: u16, keep: bool) -> io::Result<()> {
    let extra = match code {
        405 => "Allow: GET, HEAD\r\n",
        _ => "",
    };
    let body = format!("{code} {}\n", reason(code));
    text(out, method, code, PLAIN, &body, extra, keep)
}

fn text(
    out: &mut impl Write,
    method: Method,
    code: u16,
    kind: &str,
    body: &str,
    extra: &str,
    keep: bool,
) -> io::Result<()> {
    let head = head(code, keep)
        + extra
        + &format!(
            "Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
    out.write_all(head.as_bytes())?;
    match method {
        Method::Get => out.write_all(body.as_bytes()),
        Method::Head => Ok(()),
    }
}

fn file(out: &mut impl Write, request: &Head, mut found: FoundFile, keep: bool) -> io::Result<()> {
    if let (Some(modified), Some(since)) = (found.modified, &request.if_modified_since) {
        if httpdate::parse_http_date(since).is_ok_and(|since| whole_seconds(modified) <= since) {
            out.write_all((head(304, keep) + "\r\n").as_bytes())?;
            return Ok(());
        }
    }
    let part = range::parse(request.range.as_deref(), found.len);
    let (code, range) = match part {
        Part::Whole => (200, 0..found.len),
        Part::Bytes(range) => (206, range),
        Part::Outside => {
            let extra = format!("Content-Range: bytes */{}\r\n", found.len);
            return text(out, request.method, 416, PLAIN, "outside\n", &extra, keep);
        }
    };
    let mut head = head(code, keep);
    head += &format!(
        "Content-Type: {}\r\nContent-Length: {}\r\nAccept-Ranges: bytes\r\nX-Content-Type-Options: nosniff\r\n",
        found.content_type,
        range.end - range.start
    );
    if code == 206 {
        let (first, last) = (range.start, range.end - 1);
        head += &format!("Content-Range: bytes {first}-{last}/{}\r\n", found.len);
    }
    if let Some(modified) = found.modified {
        head += &format!("Last-Modified: {}\r\n", httpdate::fmt_http_date(modified));
    }
    out.write_all((head + "\r\n").as_bytes())?;
    if request.method == Method::Head {
        return Ok(());
    }
    found.file.seek(SeekFrom::Start(range.start))?;
    let wanted = range.end - range.start;
    let sent = io::copy(&mut found.file.take(wanted), out)?;
    match sent == wanted {
        true => Ok(()),
        // It shrank meanwhile: the client sees by the length that this is no whole answer.
        false => Err(io::Error::other("the file changed while it was sent")),
    }
}

fn head(code: u16, keep: bool) -> String {
    format!(
        "HTTP/1.1 {code} {}\r\nDate: {}\r\nServer: tls_server\r\nConnection: {}\r\n",
        reason(code),
        httpdate::fmt_http_date(SystemTime::now()),
        if keep { "keep-alive" } else { "close" }
    )
}

/// Dates in HTTP have no fractions.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.map_or(0, |since| since.as_secs()))
}

fn reason(code: u16) -> &'static str {
    match code {
        200 => "OK",
        206 => "Partial Content",
        301 => "Moved Permanently",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        431 => "Request Header Fields Too Large",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    }
}
