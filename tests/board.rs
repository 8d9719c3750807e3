//! `members/board` on an emulated Cortex-M4F, against OpenSSL. `scripts/bare` builds
//! it and runs this.
#![cfg(all(unix, feature = "full"))]

mod common;

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::thread;

use common::certificates::{Authority, HOST, Leaf};
use common::process::{Process, ReservedPort};
use common::programs;

/// Not `io::copy`, which may leave it to the kernel and wait for more.
fn pump(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut piece = [0; 4096];
    loop {
        match from.read(&mut piece)? {
            0 => return Ok(()),
            len => to.write_all(&piece[..len])?,
        }
    }
}

#[test]
#[ignore = "run by scripts/bare, which builds the program"]
fn a_board_fetches_a_page() {
    // Also run by hand with every ignored test; then there is no program.
    let Some(program) = std::env::var_os("EMBERTLS_TEST_BOARD") else {
        return;
    };
    let (Some(openssl), Some(emulator)) = (
        programs::openssl(),
        programs::needed("qemu-system-arm", "qemu-system-arm"),
    ) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let root = Authority::root("Root");
    let files = root.issue(Leaf::for_host(HOST)).write_to(dir.path());
    let reserved = ReservedPort::new();
    let address = format!("127.0.0.1:{}", reserved.port);
    let mut command = Command::new(openssl);
    command
        .args(["s_server", "-www", "-tls1_2", "-accept", &address])
        .arg("-cert")
        .arg(&files.chain)
        .arg("-key")
        .arg(&files.key);
    let mut server = Process::start(&mut command);
    server.line_with("ACCEPT");

    let run = |roots: &Authority| {
        fs::write(dir.path().join("roots.pem"), roots.pem()).unwrap();
        let pipes = ["up", "down"].map(|name| dir.path().join(name));
        for pipe in &pipes {
            let _ = fs::remove_file(pipe);
            assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
        }
        let [up, down] = pipes;
        let stream = TcpStream::connect(&address).unwrap();
        let mut to_server = stream.try_clone().unwrap();
        // Opening a pipe waits for the board. Each ends when an end of it goes.
        thread::spawn(move || {
            let mut up = OpenOptions::new().read(true).open(up)?;
            pump(&mut up, &mut to_server)?;
            to_server.shutdown(Shutdown::Write)
        });
        thread::spawn(move || {
            let mut down = OpenOptions::new().write(true).open(down)?;
            pump(&mut &stream, &mut down)
        });
        let mut command = Command::new(&emulator);
        command
            .args(["-M", "mps2-an386", "-display", "none", "-serial", "none"])
            .args(["-monitor", "none", "-semihosting-config"])
            .arg("enable=on,target=native")
            .arg("-kernel")
            .arg(&program)
            .current_dir(&dir);
        let mut board = Process::start(&mut command);
        let status = board.wait();
        (status.success(), board.all_lines().join("\n"))
    };
    let (succeeded, said) = run(&root);
    assert!(succeeded, "{said}");
    for wanted in ["Verified, ", "HTTP/1.0 200 ok", "Protocol  : TLSv1.2"] {
        assert!(said.contains(wanted), "{said}");
    }
    let (succeeded, said) = run(&Authority::root("Stranger"));
    assert!(!succeeded, "{said}");
    assert!(said.contains("MBEDTLS_X509_BADCERT_NOT_TRUSTED"), "{said}");
}
