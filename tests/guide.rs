//! The code of `docs/guide.md` and of the README, run against a server on the
//! loopback interface.
//!
//! [`program`] is the guide's program. [`the_guide_shows_this_program`] holds
//! the two together: each block of the guide stands in this file line by line,
//! in the guide's order, apart from indentation.

#![cfg(feature = "full")]

#[path = "guide/server.rs"]
mod server;

use std::error::Error as StdError;
use std::path::Path;
use std::process::Command;
use std::thread;

use server::Server;

type AnyError = Box<dyn StdError>;

#[test]
fn the_guide_runs() {
    let server = Server::start();
    let files = &server.files;
    program("localhost", server.port, &files.ca, &files.crl).unwrap();
}

fn program(host: &str, port: u16, ca_file: &Path, crl_file: &Path) -> Result<(), AnyError> {
    // 1. Initialise the structures
    use std::io::{Read, Write};
    use std::time::Duration;

    use embertls::{
        Crl, Drbg, Entropy, Handshake, NetContext, ProtocolVersion, ServerName, SslConfig,
        TrustStore, Verdict,
    };

    // 2. Seed the generator
    let entropy = Entropy::new()?;
    let drbg = Drbg::seed(entropy, b"embertls guide")?;

    // 3. Set the defaults
    let builder = SslConfig::client().rng(drbg);

    // 4. TLS 1.2 or later
    let builder = builder.min_version(ProtocolVersion::Tls12);

    // 5. Require verification
    let builder = builder.verification_required();

    // 6. Trusted roots
    let roots = TrustStore::from_pem_file(ca_file)?;
    for rejected in roots.rejected() {
        eprintln!("left out: {rejected}");
    }
    let builder = builder.trust_store(roots);

    // 7. Revocation lists
    let builder = builder.crl(Crl::from_pem_file(crl_file)?);
    let config = builder.build()?;

    // 8. The name of the server
    let name = ServerName::try_from(host)?;

    // 9. Connect
    let mut net = NetContext::connect_timeout((host, port), Duration::from_secs(10))?;
    net.set_read_timeout(Some(Duration::from_secs(10)))?;
    net.set_write_timeout(Some(Duration::from_secs(10)))?;

    // 10. Put it together
    let handshake = Handshake::client(&config, name, net)?;

    // 11. The handshake
    let mut session = handshake.complete_within(Duration::from_secs(10))?;

    // 12. Read the verification result
    match session.verify_result() {
        Verdict::Verified => println!("verify: ok"),
        other => return Err(format!("the server was not verified: {other:?}").into()),
    }
    assert_eq!(session.version(), ProtocolVersion::Tls12);
    println!("{} with {}", session.version(), session.cipher_suite());

    // 13. Write
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    session.write_all(request.as_bytes())?;
    session.flush()?;

    // 14. Read
    let mut answer = Vec::new();
    session.read_to_end(&mut answer)?;
    assert_eq!(answer, server::ANSWER);

    // 15. Close
    session.close()?;

    // 16. Free
    drop(session);

    // When the server is refused
    use embertls::{Error, HandshakeError};

    let net = NetContext::connect((host, port))?;
    let name = ServerName::try_from("other.example")?;
    match Handshake::client(&config, name, net)?.complete() {
        Err(HandshakeError::Failed {
            error: Error::Verify(refused),
            ..
        }) => {
            for problem in refused.problems() {
                println!("verify: {problem}");
                println!("  what usually helps: {}", problem.remedy);
            }
        }
        Err(other) => return Err(other.into_error().into()),
        Ok(_) => return Err("the wrong server was accepted".into()),
    }

    // Looking at a certificate that is not trusted
    let looking = SslConfig::client()
        .trust_store(TrustStore::from_pem_file(ca_file)?)
        .danger_verification_optional()
        .build()?;
    let net = NetContext::connect((host, port))?;
    let name = ServerName::try_from("other.example")?;
    let session = Handshake::client(&looking, name, net)?.complete()?;
    match session.verify_result() {
        Verdict::Tolerated(problems) => println!("{problems}"),
        other => return Err(format!("expected problems, got {other:?}").into()),
    }

    // A transport that does not wait
    let net = NetContext::connect((host, port))?;
    net.set_nonblocking(true)?;
    let mut handshake = Handshake::client(&config, ServerName::try_from(host)?, net)?;
    loop {
        match handshake.advance() {
            Ok(()) => break,
            Err(Error::WouldBlock) => wait_until_ready(handshake.get_ref()),
            Err(error) => return Err(error.into()),
        }
    }
    let session = handshake.into_session().map_err(|_| "not complete")?;
    assert!(session.verify_result().is_verified());

    // Without a socket
    use embertls::MemoryTransport;

    let name = ServerName::try_from(host)?;
    let mut handshake = Handshake::client(&config, name, MemoryTransport::new())?;
    let waiting = handshake.advance();
    assert!(matches!(waiting, Err(Error::WouldBlock)));
    let hello = handshake.get_mut().take_outgoing();
    assert_eq!(hello[0], 22, "a handshake record for the server");

    // The short way
    use embertls::Connector;

    let connector = Connector::new(config);
    let mut session = connector.connect(host, port)?;
    session.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    session.read_to_end(&mut answer)?;
    assert_eq!(answer, server::ANSWER);
    Ok(())
}

/// Stands for the program's own means; here it is a nap.
fn wait_until_ready(_: &embertls::NetContext) {
    thread::sleep(std::time::Duration::from_millis(1));
}

/// The client of the README. It trusts what the system trusts, so it runs in
/// a process of its own, whose system trusts the test's authority.
mod readme {
    use std::io::{Read, Write};

    use embertls::Connector;

    pub fn fetch(host: &str, port: u16) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let connector = Connector::with_system_roots()?;
        let mut session = connector.connect(host, port)?;

        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        session.write_all(request.as_bytes())?;
        session.flush()?;

        let mut page = Vec::new();
        session.read_to_end(&mut page)?;
        session.close()?;
        Ok(page)
    }
}

/// A program without the standard library, as far as one with it can be. Its
/// clock is right: the other tests of this process have it too.
mod no_std {
    fn clock_chip() -> Option<u64> {
        Some(rustls_pki_types::UnixTime::now().as_secs())
    }

    fn generator_in_hardware(output: &mut [u8]) -> Result<(), ()> {
        ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), output).map_err(|_| ())
    }

    pub fn start() -> Result<(), embertls::Error> {
        use core::time::Duration;

        use embertls::platform::{self, Platform, Unavailable};
        use rustls_pki_types::UnixTime;

        struct Board;

        impl Platform for Board {
            fn now(&self) -> Option<UnixTime> {
                let seconds = clock_chip()?;
                Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
            }

            fn entropy(&self, output: &mut [u8]) -> Result<(), Unavailable> {
                generator_in_hardware(output).map_err(|_| Unavailable)
            }
        }

        platform::install(&Board)?;
        Ok(())
    }
}

#[test]
fn a_platform_is_installed() {
    no_std::start().unwrap();
    let drbg = embertls::Drbg::seed(embertls::Entropy::new().unwrap(), b"board").unwrap();
    drbg.fill(&mut [0; 32]).unwrap();
}

const README_PORT: &str = "EMBERTLS_TEST_README_PORT";

#[test]
fn the_readme_client_runs() {
    let server = Server::start();
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "readme_client", "--ignored"])
        .env(README_PORT, server.port.to_string())
        .env("SSL_CERT_FILE", &server.files.ca)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{output}");
    assert!(output.contains("1 passed"), "{output}");
}

#[test]
#[ignore = "started by `the_readme_client_runs`, which makes its server"]
fn readme_client() {
    // Also run by hand with every ignored test; then there is no server.
    let Ok(port) = std::env::var(README_PORT) else {
        return;
    };
    let page = readme::fetch("localhost", port.parse().unwrap()).unwrap();
    assert_eq!(page, server::ANSWER);
}

#[test]
fn the_guide_shows_this_program() {
    shows_this_program("docs/guide.md", include_str!("../docs/guide.md"), 21);
}

#[test]
fn the_readme_shows_this_program() {
    shows_this_program("README.md", include_str!("../README.md"), 1);
}

/// Each Rust block of `text` stands in this file, in the same order.
fn shows_this_program(name: &str, text: &str, at_least: usize) {
    let program: Vec<&str> = lines(include_str!("guide.rs")).collect();
    let blocks = rust_blocks(text);
    assert!(
        blocks.len() >= at_least,
        "{name} has {} blocks",
        blocks.len()
    );
    let mut from = 0;
    for block in blocks {
        let block: Vec<&str> = lines(&block).collect();
        let found = program[from..]
            .windows(block.len())
            .position(|part| part == block)
            .unwrap_or_else(|| {
                panic!("not in tests/guide.rs, or not here: {name} has\n{block:#?}")
            });
        from += found + block.len();
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn rust_blocks(text: &str) -> Vec<String> {
    text.split("```rust\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
        .collect()
}
