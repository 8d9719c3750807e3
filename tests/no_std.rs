//! `members/no-std`: the crate and a program over it, neither with the standard
//! library, against OpenSSL.
//!
//! In the full tier alone, since both are compiled for it.

#![cfg(feature = "full")]

mod common;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use common::certificates::{Authority, HOST, KeyKind, Leaf};
use common::process::{Process, ReservedPort};
use common::{full_tier, programs};

/// The program, built without the arithmetic in assembly.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-std");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--locked", "--quiet", "-p", "embertls-no-std"])
            .args(["--features", "program", "--profile", "no-std"])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(built.expect("cargo runs").success(), "cargo build");
        target.join("no-std/embertls-no-std")
    })
}

/// OpenSSL as a web server, with certificates of its own making.
struct WebServer {
    _process: Process,
    reserved: ReservedPort,
    dir: tempfile::TempDir,
}

impl WebServer {
    /// `None`: there is no OpenSSL, or the full tier is not wanted.
    fn start(kind: KeyKind) -> Option<Self> {
        let openssl = full_tier().then(programs::openssl)??;
        let dir = tempfile::tempdir().unwrap();
        let root = Authority::root("Root");
        let files = root
            .issue(Leaf::for_host(HOST).kind(kind))
            .write_to(dir.path());
        fs::write(dir.path().join("roots.pem"), root.pem()).unwrap();
        let stranger = Authority::root("Stranger").pem();
        fs::write(dir.path().join("others.pem"), stranger).unwrap();

        let reserved = ReservedPort::new();
        let mut command = Command::new(openssl);
        command
            .args(["s_server", "-www", "-tls1_2", "-accept"])
            .arg(format!("127.0.0.1:{}", reserved.port))
            .arg("-cert")
            .arg(&files.chain)
            .arg("-key")
            .arg(&files.key);
        let mut process = Process::start(&mut command);
        process.line_with("ACCEPT");
        Some(Self {
            _process: process,
            reserved,
            dir,
        })
    }

    fn asked(&self, how: &str, roots: &str) -> Output {
        Command::new(program())
            .args([how, &self.reserved.port.to_string()])
            .arg(self.dir.path().join(roots))
            .output()
            .expect("the program runs")
    }

    /// What the program says that cannot do it.
    fn refused(&self, how: &str, roots: &str) -> String {
        let output = self.asked(how, roots);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn a_client_fetches_a_page() {
    for kind in [KeyKind::P256, KeyKind::Rsa] {
        let Some(server) = WebServer::start(kind) else {
            return;
        };
        let output = server.asked("get", "roots.pem");
        assert!(output.status.success(), "{output:?}");
        let page = String::from_utf8_lossy(&output.stdout);
        assert!(page.starts_with("HTTP/1.0 200 ok"), "{page}");
        assert!(page.contains("Protocol  : TLSv1.2"), "{page}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("Verified, "), "{said}");
    }
}

#[test]
fn a_client_refuses_whom_it_does_not_trust() {
    let Some(server) = WebServer::start(KeyKind::P256) else {
        return;
    };
    let said = server.refused("get", "others.pem");
    assert!(said.contains("MBEDTLS_X509_BADCERT_NOT_TRUSTED"), "{said}");
}

#[test]
fn nothing_is_guessed_that_the_machine_does_not_give() {
    let Some(server) = WebServer::start(KeyKind::P256) else {
        return;
    };
    let said = server.refused("get-unprepared", "roots.pem");
    assert!(said.contains("platform::install"), "{said}");
    let said = server.refused("get-without-clock", "roots.pem");
    assert!(said.contains("nobody knows the time"), "{said}");
}

#[test]
fn a_server_sends_back_what_it_gets() {
    let Some(openssl) = full_tier().then(programs::openssl).flatten() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let root = Authority::root("Root");
    let roots = dir.path().join("roots.pem");
    fs::write(&roots, root.pem()).unwrap();
    let files = root.issue(Leaf::for_host(HOST)).write_to(dir.path());

    let mut command = Command::new(program());
    let mut server = Process::start(command.arg("echo").args([&files.chain, &files.key]));
    let line = server.line_with("listening: ");
    let port = line.rsplit(' ').next().unwrap();
    let mut command = Command::new(openssl);
    command
        .args([
            "s_client",
            "-tls1_2",
            "-quiet",
            "-no_ign_eof",
            "-verify_return_error",
        ])
        .args([
            "-verify_hostname",
            HOST,
            "-connect",
            &format!("127.0.0.1:{port}"),
        ])
        .arg("-CAfile")
        .arg(&roots);
    let (mut client, mut to, mut from) = Process::start_with_data(&mut command);
    let sent: Vec<u8> = (0..100_000_u32).map(|n| b'a' + (n % 23) as u8).collect();
    let mut got = vec![0; sent.len()];
    std::thread::scope(|scope| {
        scope.spawn(|| to.write_all(&sent).unwrap());
        from.read_exact(&mut got).unwrap();
    });
    assert!(got == sent);
    drop(to);
    assert!(client.wait().success());
    assert!(server.wait().success(), "{:?}", server.all_lines());
}

#[test]
fn nothing_of_the_standard_library_is_inside() {
    if !full_tier() {
        return;
    }
    let holds_std = |program: &Path| {
        let bytes = fs::read(program).unwrap();
        let place = b"library/std/src";
        bytes.windows(place.len()).any(|window| window == place)
    };
    let this = std::env::current_exe().unwrap();
    assert!(
        holds_std(&this),
        "what is looked for is not there to be found"
    );
    assert!(!holds_std(program()));
}
