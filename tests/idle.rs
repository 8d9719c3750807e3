//! Sessions that give their buffers back while they are idle: nothing is lost,
//! and little memory stays.

#![cfg(feature = "full")]

mod common;

use std::io::{ErrorKind, Read, Write};

use common::certificates::{Authority, HOST, KeyKind, Leaf};
use common::ours;
use embertls::{
    Certificate, CipherSuite, Client, Handshake, MemoryTransport, PrivateKey, Server, ServerName,
    SslConfig, SslSession,
};

type Session = SslSession<MemoryTransport>;

struct Configs {
    client: SslConfig<Client>,
    server: SslConfig<Server>,
}

fn configs(suite: CipherSuite, releases: bool) -> Configs {
    let root = Authority::root("Idle Test Root");
    let identity = root.issue(Leaf::new().kind(KeyKind::P256));
    let chain = Certificate::chain_from_pem(&identity.chain_pem).unwrap();
    let key = PrivateKey::from_pem(&identity.key_pem).unwrap();
    let mut client = ours::client(&root).cipher_suites(&[suite]);
    let mut server = SslConfig::server()
        .identity(chain, key)
        .cipher_suites(&[suite]);
    if releases {
        client = client.release_idle_buffers();
        server = server.release_idle_buffers();
    }
    Configs {
        client: client.build().unwrap(),
        server: server.build().unwrap(),
    }
}

fn pair(configs: &Configs) -> (Session, Session) {
    let name = ServerName::try_from(HOST).unwrap();
    let transport = MemoryTransport::new;
    let mut client = Handshake::client(&configs.client, name, transport()).unwrap();
    let mut server = Handshake::server(&configs.server, transport()).unwrap();
    while !(client.is_complete() && server.is_complete()) {
        let _ = client.advance();
        server
            .get_mut()
            .push_incoming(&client.get_mut().take_outgoing());
        let _ = server.advance();
        client
            .get_mut()
            .push_incoming(&server.get_mut().take_outgoing());
    }
    (
        client.into_session().unwrap(),
        server.into_session().unwrap(),
    )
}

/// Moves what one has sent to the other, `step` bytes at a time, and reads all
/// that comes out; the reader runs dry after each step.
fn carry(from: &mut Session, to: &mut Session, step: usize) -> Vec<u8> {
    let mut data = Vec::new();
    let wire = from.get_mut().take_outgoing();
    for part in wire.chunks(step.max(1)) {
        to.get_mut().push_incoming(part);
        let error = loop {
            let mut buffer = [0; 1000];
            match to.read(&mut buffer) {
                Ok(0) => return data,
                Ok(len) => data.extend_from_slice(&buffer[..len]),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
    }
    data
}

#[test]
fn data_goes_on_after_every_rest() {
    for suite in CipherSuite::ALL
        .iter()
        .filter(|suite| suite.name().contains("_ECDSA_"))
    {
        let configs = configs(*suite, true);
        let (mut client, mut server) = pair(&configs);
        // Both rest before anything was sent.
        assert!(carry(&mut client, &mut server, 1).is_empty());
        assert!(client.read(&mut [0; 1]).is_err());
        for (len, step) in [
            (1, 1),
            (3, 7),
            (500, 4),
            (16_384, 1000),
            (40_000, 333),
            (0, 1),
            (7, 100),
        ] {
            let data: Vec<u8> = (0..len).map(|i| i as u8).collect();
            client.write_all(&data).unwrap();
            client.flush().unwrap();
            assert_eq!(
                carry(&mut client, &mut server, step),
                data,
                "{suite}: {len}"
            );
            server.write_all(&data).unwrap();
            server.flush().unwrap();
            assert_eq!(
                carry(&mut server, &mut client, step),
                data,
                "{suite}: {len}"
            );
        }
        client.close().unwrap();
        assert!(carry(&mut client, &mut server, 2).is_empty());
        assert_eq!(server.read(&mut [0; 1]).unwrap(), 0, "closed");
        server.close().unwrap();
        assert!(carry(&mut server, &mut client, 1).is_empty());
        assert_eq!(client.read(&mut [0; 1]).unwrap(), 0, "closed");
    }
}

#[test]
fn data_that_nobody_took_keeps_its_buffer() {
    let configs = configs(CipherSuite::EcdheEcdsaWithAes128GcmSha256, true);
    let (mut client, mut server) = pair(&configs);
    client.write_all(b"two records").unwrap();
    client.write_all(b", one at a time").unwrap();
    let wire = client.get_mut().take_outgoing();
    server.get_mut().push_incoming(&wire);
    let mut first = [0; 4];
    server.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"two ");
    // Output that waits for its transport keeps the buffer as well.
    server.write_all(b"in between").unwrap();
    let mut rest = [0; 22];
    server.read_exact(&mut rest).unwrap();
    assert_eq!(&rest, b"records, one at a time");
    assert!(server.read(&mut first).is_err(), "nothing more");
    assert_eq!(carry(&mut server, &mut client, 5), b"in between");
}

#[test]
fn a_forged_record_after_a_rest_is_refused() {
    let configs = configs(CipherSuite::EcdheEcdsaWithAes128GcmSha256, true);
    let (mut client, mut server) = pair(&configs);
    for replayed in [false, true] {
        client.write_all(b"good").unwrap();
        let wire = client.get_mut().take_outgoing();
        server.get_mut().push_incoming(&wire);
        let mut data = [0; 4];
        server.read_exact(&mut data).unwrap();
        assert_eq!(
            server.read(&mut data).unwrap_err().kind(),
            ErrorKind::WouldBlock
        );
        if replayed {
            // The number of the record is one that has been.
            server.get_mut().push_incoming(&wire);
            let error = server.read(&mut data).unwrap_err();
            assert_ne!(error.kind(), ErrorKind::WouldBlock, "{error}");
        }
    }
}

/// Counts what both heaps hold, of Rust and of C: they are one in glibc.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn an_idle_session_holds_12_kib_at_most() {
    const PAIRS: usize = 40;

    fn held() -> usize {
        // SAFETY: takes nothing, and returns a structure of numbers.
        let info = unsafe { libc::mallinfo2() };
        info.uordblks + info.hblkhd
    }

    let per_session = |releases| {
        let configs = configs(CipherSuite::EcdheEcdsaWithAes128GcmSha256, releases);
        // What is made once: the generator, and what the libraries keep.
        drop(pair(&configs));
        let mut pairs = Vec::with_capacity(PAIRS);
        let before = held();
        for _ in 0..PAIRS {
            let (mut client, mut server) = pair(&configs);
            client.write_all(&[7; 3000]).unwrap();
            assert_eq!(carry(&mut client, &mut server, 99_999).len(), 3000);
            server.write_all(&[7; 3000]).unwrap();
            assert_eq!(carry(&mut server, &mut client, 99_999).len(), 3000);
            // The transport's own memory is not the session's.
            *client.get_mut() = MemoryTransport::new();
            *server.get_mut() = MemoryTransport::new();
            assert!(server.read(&mut [0; 1]).is_err() && client.read(&mut [0; 1]).is_err());
            pairs.push((client, server));
        }
        (held() - before) / (2 * PAIRS)
    };
    let (kept, released) = (per_session(false), per_session(true));
    println!("bytes for each idle session: {kept}, and {released} where buffers are released");
    assert!(kept > 2 * 16_384, "{kept}: the measure is wrong");
    assert!(released <= 12 * 1024, "{released}");
}
