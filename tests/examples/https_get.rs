//! `https_get`: where bodies end, and what becomes of those that do not.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use crate::pki::{EXPIRED, GOOD, Pki};
use crate::program::{Run, run};
use crate::servers::{End, closed_port, listen_http, listen_tls, read_request};

/// Fetches `/` from a server that answers so.
fn get(answer: &[u8], end: End) -> Run {
    let pki = Pki::new();
    let url = serve(&pki, answer, end);
    run("https_get", &[&url, "--ca", &pki.ca_file()])
}

/// Does the same into `path`.
fn get_into(path: &Path, answer: &[u8], end: End) -> Run {
    let pki = Pki::new();
    let url = serve(&pki, answer, end);
    let path = path.to_str().expect("a UTF-8 path");
    run("https_get", &[&url, "--ca", &pki.ca_file(), "-o", path])
}

fn serve(pki: &Pki, answer: &[u8], end: End) -> String {
    let answer = answer.to_vec();
    let port = listen_http(pki.server(&GOOD), end, move |_| answer.clone());
    format!("https://localhost:{port}/")
}

/// An answer with this body and its length.
fn with_length(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[test]
fn a_body_with_a_length() {
    // The session may even be cut behind it: nothing is missing.
    for end in [End::CloseNotify, End::Cut] {
        let run = get(&[&with_length(b"hello\0\xff")[..], b"more"].concat(), end).ended(0);
        assert_eq!(run.stdout, b"hello\0\xff");
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn an_empty_body() {
    let run = get(&with_length(b""), End::Cut).ended(0);
    assert_eq!(run.stdout, b"");
    let run = get(b"HTTP/1.1 204 No Content\r\n\r\n", End::Cut).ended(0);
    assert_eq!(run.stdout, b"");
}

#[test]
fn a_body_in_chunks() {
    let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
        5;name=value\r\nhello\r\nA\r\n, 10 bytes\r\n0\r\nTrailer: x\r\n\r\nmore";
    let run = get(answer, End::Cut).ended(0);
    assert_eq!(run.stdout, b"hello, 10 bytes");
}

#[test]
fn a_body_that_ends_with_the_session() {
    let answer = b"HTTP/1.1 200 OK\r\n\r\nhello";
    let run = get(answer, End::CloseNotify).ended(0);
    assert_eq!(run.stdout, b"hello");
    get(answer, End::Cut)
        .ended(2)
        .complained(&["reading the body after 5 bytes", "cut"]);
}

#[test]
fn answers_before_the_answer_are_passed_over() {
    let answer = [
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
        &with_length(b"hi")[..],
    ]
    .concat();
    assert_eq!(get(&answer, End::CloseNotify).ended(0).stdout, b"hi");
}

#[test]
fn a_truncated_body_leaves_no_file() {
    let length = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    let chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nhello";
    let no_last_chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    for answer in [&length[..], chunks, no_last_chunk] {
        for end in [End::CloseNotify, End::Cut] {
            let dir = tempfile::tempdir().expect("there is room for files");
            get_into(&dir.path().join("page"), answer, end)
                .ended(2)
                .complained(&["reading the body after 5 bytes"]);
            assert_eq!(names_in(dir.path()), [""; 0]);
        }
    }
}

#[test]
fn silence_in_the_middle_of_a_body_ends_with_the_timeout() {
    let pki = Pki::new();
    let port = listen_tls(pki.server(&GOOD), |mut tls| {
        read_request(&mut tls)?;
        tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")?;
        tls.flush()?;
        // Waits until the client goes.
        tls.read_to_end(&mut Vec::new()).map(drop)
    });
    let url = format!("https://localhost:{port}/");
    let dir = tempfile::tempdir().expect("there is room for files");
    let path = dir.path().join("page");
    let path = path.to_str().expect("a UTF-8 path");
    let ca = pki.ca_file();
    run(
        "https_get",
        &[&url, "--ca", &ca, "--timeout", "1", "-o", path],
    )
    .ended(2)
    .complained(&["reading the body after 5 bytes", "within 1s"]);
    assert_eq!(names_in(dir.path()), [""; 0]);
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let (_socket, port) = closed_port();
    let pki = Pki::new();
    let url = format!("https://127.0.0.1:{port}/");
    run("https_get", &[&url, "--ca", &pki.ca_file()])
        .ended(2)
        .complained(&[&format!("connecting to 127.0.0.1:{port}: "), "refused"]);
}

#[test]
fn a_file_is_written_and_an_old_one_kept_until_then() {
    let dir = tempfile::tempdir().expect("there is room for files");
    let path = dir.path().join("page");
    fs::write(&path, "old").expect("it can be written");

    let truncated = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    get_into(&path, truncated, End::CloseNotify).ended(2);
    assert_eq!(fs::read(&path).expect("it is there"), b"old");

    let page: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    let run = get_into(&path, &with_length(&page), End::CloseNotify).ended(0);
    assert_eq!(run.stdout, b"");
    assert!(fs::read(&path).expect("it is there") == page);
    assert_eq!(names_in(dir.path()), ["page"]);
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_not_replaced() {
    get_into(Path::new("/dev/null"), &with_length(b"x"), End::CloseNotify).ended(0);
    let null = fs::metadata("/dev/null").expect("it is still there");
    assert!(!null.is_file());
}

#[test]
fn redirects_are_followed_as_far_as_they_lead_to_https() {
    let pki = Pki::new();
    let port = listen_http(pki.server(&GOOD), End::CloseNotify, |path| {
        let to = |place: &str| {
            format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n").into()
        };
        match path {
            "/start" => to("next?a=b"),
            "/next?a=b" => to("/page"),
            "/page" => with_length(b"the page"),
            "/loop" => to("/loop"),
            "/plain" => to("http://localhost/"),
            _ => b"HTTP/1.1 404 Not\x1b Found\r\nContent-Length: 0\r\n\r\n".into(),
        }
    });
    let ca = pki.ca_file();
    let get = |path: &str| {
        let url = format!("https://localhost:{port}{path}");
        run("https_get", &[&url, "--ca", &ca])
    };
    let good = get("/start").ended(0);
    assert_eq!(good.stdout, b"the page");
    good.complained(&["redirected to https://localhost", "/next?a=b", "/page"]);
    get("/loop").ended(2).complained(&["more than 5 redirects"]);
    get("/plain")
        .ended(2)
        .complained(&["redirect refused", "http"]);
    let url = format!("https://localhost:{port}/start");
    run("https_get", &[&url, "--ca", &ca, "--max-redirects", "1"])
        .ended(2)
        .complained(&["more than 1 redirects"]);
}

#[test]
fn a_status_other_than_good_is_an_error() {
    let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope";
    let run = get(answer, End::CloseNotify).ended(2);
    assert_eq!(run.stdout, b"");
    run.complained(&["the server answered 404 Not Found"]);
}

#[test]
fn answers_that_can_be_read_in_two_ways_are_refused() {
    for (head, complaint) in [
        (
            "Content-Length: 5\r\nContent-Length: 6",
            "different lengths",
        ),
        ("Content-Length: +5", "no length"),
        ("Content-Length: 5, 6", "different lengths"),
        ("Transfer-Encoding: gzip, chunked", "not supported"),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "not supported",
        ),
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\nhello");
        get(answer.as_bytes(), End::CloseNotify)
            .ended(2)
            .complained(&[complaint]);
    }
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n";
    get(chunk.as_bytes(), End::CloseNotify)
        .ended(2)
        .complained(&["longer than its size"]);
}

#[test]
fn what_is_not_http_is_refused() {
    get(b"SSH-2.0-OpenSSH\r\n", End::CloseNotify)
        .ended(2)
        .complained(&["not HTTP"]);
    get(&vec![b'H'; 100_000], End::CloseNotify)
        .ended(2)
        .complained(&["65536"]);
    get(b"", End::CloseNotify)
        .ended(2)
        .complained(&["reading the head of the answer"]);
}

#[test]
fn a_refused_certificate_ends_with_1() {
    let pki = Pki::new();
    let port = listen_http(pki.server(&EXPIRED), End::CloseNotify, |_| {
        with_length(b"x")
    });
    let url = format!("https://localhost:{port}/");
    let dir = tempfile::tempdir().expect("there is room for files");
    let path = dir.path().join("page");
    let path = path.to_str().expect("a UTF-8 path");
    run("https_get", &[&url, "--ca", &pki.ca_file(), "-o", path])
        .ended(1)
        .complained(&["MBEDTLS_X509_BADCERT_EXPIRED"]);
    assert_eq!(names_in(dir.path()), [""; 0]);
}

#[test]
fn only_https_is_fetched() {
    for url in ["http://localhost/", "localhost", "https://u:p@localhost/"] {
        let run = run("https_get", &[url]).ended(2);
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
        assert!(!run.stderr.contains("u:p@") || url.contains("u:p@"));
    }
}

fn names_in(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("it is there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}
