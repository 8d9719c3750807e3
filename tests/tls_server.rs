//! `tls_server`, run as a user runs it: curl and a client of ours fetch files.

#![cfg(feature = "full")]

mod common;
#[path = "examples/program.rs"]
#[allow(dead_code, reason = "shared with the other examples' tests")]
mod program;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use embertls::{Handshake, NetContext, ServerName, SslConfig, SslSession, TrustStore};
use rcgen::ExtendedKeyUsagePurpose;

use common::certificates::{Authority, HOST, Leaf};
use common::process::Process;
use common::programs;

/// A folder with something to serve.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("served");
    fs::create_dir_all(root.join("sub folder")).unwrap();
    fs::create_dir_all(root.join("site")).unwrap();
    fs::write(root.join("hello.txt"), b"hello, world").unwrap();
    fs::write(root.join("large.bin"), vec![7; 1 << 20]).unwrap();
    fs::write(root.join("<odd> & \"name\".txt"), b"odd").unwrap();
    fs::write(root.join("site/index.html"), b"<p>index</p>").unwrap();
    fs::write(dir.path().join("secret.txt"), b"secret").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path().join("secret.txt"), root.join("link.txt")).unwrap();
    dir
}

struct Server {
    process: Process,
    port: u16,
    /// What clients are to trust, with a throwaway certificate.
    trust: Option<PathBuf>,
}

impl Server {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(program::path_of("tls_server"));
        command.args(["--listen", "127.0.0.1:0"]).args(args);
        // A server that is ended by force leaves its file behind: here it goes with the test.
        command.env("TMPDIR", folder);
        let mut process = Process::start(command.arg(folder.join("served")));
        let line = process.line_with("listening: ");
        let port = line.trim_end_matches('/').rsplit(':').next().unwrap();
        let port = port.parse().unwrap();
        let trust = process.seen("trust: ").map(PathBuf::from);
        Self {
            process,
            port,
            trust,
        }
    }

    fn connect(&self) -> SslSession<NetContext> {
        self.handshake().complete().unwrap()
    }

    fn handshake(&self) -> Handshake<NetContext> {
        let trust = TrustStore::from_pem_file(self.trust.as_ref().unwrap()).unwrap();
        let config = SslConfig::client().trust_store(trust).build().unwrap();
        let mut net = NetContext::connect(("127.0.0.1", self.port)).unwrap();
        net.set_read_timeout(Some(common::PATIENCE)).unwrap();
        let name = ServerName::try_from(HOST).unwrap();
        Handshake::client(&config, name, net).unwrap()
    }

    /// What comes back for these bytes until the server closes.
    fn raw(&self, request: &[u8]) -> String {
        let mut session = self.connect();
        session.write_all(request).unwrap();
        session.flush().unwrap();
        let mut answer = Vec::new();
        session.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str, fields: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n");
        self.raw(head.as_bytes())
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn files_folders_and_parts() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    let whole = server.get("/hello.txt", "");
    assert_eq!((status(&whole), body(&whole)), ("200", "hello, world"));
    assert!(whole.contains("Content-Type: text/plain"));

    let listing = server.get("/", "");
    assert!(listing.contains("href=\"./hello.txt\""), "{listing}");
    assert!(listing.contains("href=\"./sub%20folder/\""), "{listing}");
    assert!(listing.contains("&lt;odd&gt; &amp; &quot;name&quot;.txt"));
    assert!(!listing.contains("<odd>"), "{listing}");
    let odd = server.get("/%3Codd%3E%20%26%20%22name%22.txt", "");
    assert_eq!(body(&odd), "odd");

    let index = server.get("/site/", "");
    assert_eq!(body(&index), "<p>index</p>");
    let moved = server.get("/sub%20folder", "");
    assert_eq!(status(&moved), "301");
    assert!(moved.contains("Location: /sub%20folder/\r\n"), "{moved}");

    for (range, expected, place) in [
        ("0-4", "hello", "0-4"),
        ("7-", "world", "7-11"),
        ("-5", "world", "7-11"),
        ("7-999", "world", "7-11"),
        ("-999", "hello, world", "0-11"),
    ] {
        let part = server.get("/hello.txt", &format!("Range: bytes={range}\r\n"));
        assert_eq!((status(&part), body(&part)), ("206", expected), "{range}");
        let field = format!("Content-Range: bytes {place}/12\r\n");
        assert!(part.contains(&field), "{range}: {part}");
    }
    for range in ["12-", "99-100", "-0"] {
        let outside = server.get("/hello.txt", &format!("Range: bytes={range}\r\n"));
        assert_eq!(status(&outside), "416", "{range}");
        assert!(outside.contains("Content-Range: bytes */12\r\n"));
    }
    for range in ["5-4", "x-1", "0-1,3-4", "-", "18446744073709551616"] {
        let ignored = server.get("/hello.txt", &format!("Range: bytes={range}\r\n"));
        assert_eq!(status(&ignored), "200", "{range}");
    }

    let modified = whole.split("Last-Modified: ").nth(1).unwrap();
    let modified = modified.lines().next().unwrap();
    let unchanged = server.get("/hello.txt", &format!("If-Modified-Since: {modified}\r\n"));
    assert_eq!((status(&unchanged), body(&unchanged)), ("304", ""));
}

#[test]
fn nothing_outside_of_the_folder_is_served() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/site/..%2f../secret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/link.txt",
        "/none.txt",
        "/hello.txt/",
        "/hello.txt%00",
    ] {
        let answer = server.get(path, "");
        assert_eq!(status(&answer), "404", "{path}: {answer}");
        assert!(!answer.contains("secret\n"), "{path}: {answer}");
    }
}

#[test]
fn requests_that_are_none_are_refused() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    let long = format!(
        "GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "y".repeat(20_000)
    );
    for (request, expected) in [
        ("POST / HTTP/1.1\r\nHost: x\r\n\r\n", "405"),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
            "413",
        ),
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"),
        ("GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        ("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        ("nonsense\r\n\r\n", "400"),
        ("GET / HTTP/9.9\r\nHost: x\r\n\r\n", "505"),
        (&long, "431"),
    ] {
        let answer = server.raw(request.as_bytes());
        let shown = &request[..request.len().min(60)];
        assert_eq!(status(&answer), expected, "{shown}: {answer}");
    }
}

#[test]
fn many_requests_go_over_one_connection() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    let mut requests = "HEAD /large.bin HTTP/1.1\r\nHost: x\r\n\r\n".to_owned();
    requests += &"GET /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3);
    requests += "GET /hello.txt HTTP/1.0\r\n\r\n";
    let answers = server.raw(requests.as_bytes());
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 5);
    assert_eq!(answers.matches("hello, world").count(), 4);
    assert!(answers.contains("Content-Length: 1048576\r\n"));
}

#[test]
fn curl_fetches_a_file_and_trusts_the_throwaway_certificate() {
    let Some(curl) = programs::curl() else {
        return;
    };
    let dir = folder();
    let mut server = Server::start(dir.path(), &[]);
    let trust = server.trust.clone().unwrap();
    let fetch = |extra: &[&str], host: &str| {
        Command::new(&curl)
            .args(["--silent", "--show-error", "--noproxy", "*", "--cacert"])
            .arg(&trust)
            .args(extra)
            .arg(format!("https://{host}:{}/large.bin", server.port))
            .output()
            .unwrap()
    };
    for host in ["localhost", "127.0.0.1"] {
        let output = fetch(&["--ipv4"], host);
        assert!(output.status.success(), "{output:?}");
        assert!(output.stdout == vec![7; 1 << 20]);
    }
    server.process.line_with("name localhost, ALPN http/1.1");
    server.process.line_with("name none, ALPN http/1.1");

    // TLS 1.3 is not spoken; the line says what was wrong.
    assert!(
        !fetch(&["--tlsv1.3", "--ipv4"], "localhost")
            .status
            .success()
    );
    server.process.line_with("refused: ");
}

#[test]
fn sessions_are_resumed_with_tickets_and_without() {
    let dir = folder();
    for tickets in ["on", "off"] {
        let mut server = Server::start(dir.path(), &["--tickets", tickets]);
        let mut first = server.connect();
        server.process.next_line_with("name localhost");
        first.write_all(b"GET /hello.txt HTTP/1.0\r\n\r\n").unwrap();
        first.read_to_end(&mut Vec::new()).unwrap();
        let data = first.resumption_data().unwrap();

        let mut handshake = server.handshake();
        assert!(handshake.resume(&data));
        let again = handshake.complete().unwrap();
        assert!(again.is_resumed(), "--tickets {tickets}");
        let line = server.process.next_line_with("name localhost");
        assert!(line.ends_with(", resumed"), "{line}");
    }
}

#[test]
fn clients_must_show_a_certificate_where_an_authority_is_given() {
    let Some(curl) = programs::curl() else {
        return;
    };
    let dir = folder();
    let root = Authority::root("clients");
    let client = Leaf::for_host("somebody").extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
    let files = root.issue(client).write_to(dir.path());
    let ca = dir.path().join("clients.pem");
    fs::write(&ca, root.pem()).unwrap();
    let mut server = Server::start(dir.path(), &["--client-ca", ca.to_str().unwrap()]);
    let mut fetch = Command::new(&curl);
    fetch
        .args(["--silent", "--show-error", "--ipv4", "--noproxy", "*"])
        .arg("--cacert")
        .arg(server.trust.as_ref().unwrap())
        .arg(format!("https://localhost:{}/hello.txt", server.port));
    assert!(!fetch.output().unwrap().status.success());
    server.process.line_with("refused: ");
    let output = fetch
        .arg("--cert")
        .arg(&files.chain)
        .arg("--key")
        .arg(&files.key)
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"hello, world", "{output:?}");
    server.process.line_with("client CN=somebody");
}

#[test]
fn a_certificate_of_ones_own_is_shown() {
    let dir = folder();
    let root = Authority::root("root");
    let files = root.issue(Leaf::new()).write_to(dir.path());
    let (cert, key) = (files.chain.to_str().unwrap(), files.key.to_str().unwrap());
    let mut server = Server::start(dir.path(), &["--cert", cert, "--key", key]);
    assert!(server.trust.is_none());
    let ca = dir.path().join("root.pem");
    fs::write(&ca, root.pem()).unwrap();
    server.trust = Some(ca);
    assert_eq!(body(&server.get("/hello.txt", "")), "hello, world");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_after_what_is_under_way() {
    let dir = folder();
    let mut server = Server::start(dir.path(), &[]);
    let trust = server.trust.clone().unwrap();
    assert!(trust.exists());
    let mut idle = server.connect();
    let mut busy = server.connect();
    busy.write_all(b"GET /hello.txt HTTP/1.1\r\nHost").unwrap();
    // Both handshakes are over for the server, too.
    for _ in 0..2 {
        server.process.next_line_with("name localhost");
    }
    server.process.interrupt();
    server.process.line_with("stopping");
    busy.write_all(b": x\r\n\r\n").unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).unwrap();
    assert_eq!(body(&answer), "hello, world");
    assert!(answer.contains("Connection: close\r\n"), "{answer}");
    assert_eq!(idle.read(&mut [0]).unwrap(), 0, "close_notify");
    assert!(server.process.wait().success());
    assert!(!trust.exists());
}

#[test]
fn what_cannot_be_served_is_said() {
    let dir = folder();
    let missing = dir.path().join("missing");
    let missing = missing.to_str().unwrap();
    program::run("tls_server", &[missing])
        .ended(2)
        .complained(&["missing"]);
    program::run("tls_server", &["--cert", missing, "--key", missing, "."])
        .ended(2)
        .complained(&["missing"]);
    program::run("tls_server", &["--cert", missing, "."]).ended(2);
}
