//! The sans-I/O interface: sessions over [`MemoryTransport`].

use std::io::{ErrorKind, Read, Write};

use embertls::{Error, Handshake, MemoryTransport};

use crate::pair::pending;
use crate::pki::{self, client_config, server_config};

/// Carries bytes between two transports; whether there were any.
fn carry(one: &mut MemoryTransport, other: &mut MemoryTransport) -> bool {
    let there = one.take_outgoing();
    let back = other.take_outgoing();
    other.push_incoming(&there);
    one.push_incoming(&back);
    !there.is_empty() || !back.is_empty()
}

#[test]
fn two_sessions_without_any_input_or_output() {
    let transport = MemoryTransport::new;
    let mut client = Handshake::client(&client_config(), pki::name(), transport()).unwrap();
    let mut server = Handshake::server(&server_config(), transport()).unwrap();
    let mut flights = 0;
    while pending(client.advance()).unwrap() | pending(server.advance()).unwrap() {
        assert!(carry(client.get_mut(), server.get_mut()), "a standstill");
        flights += 1;
    }
    assert_eq!(flights, 4, "two flights each way");
    let mut client = client.into_session().unwrap();
    let mut server = server.into_session().unwrap();

    client.write_all(b"question").unwrap();
    assert!(client.get_ref().outgoing_len() > 0);
    carry(client.get_mut(), server.get_mut());
    let mut buffer = [0; 16];
    assert_eq!(server.read(&mut buffer).unwrap(), 8);
    let error = server.read(&mut buffer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);

    server.close().unwrap();
    carry(client.get_mut(), server.get_mut());
    assert_eq!(client.read(&mut buffer).unwrap(), 0);
    server.get_mut().end_incoming();
    let error = server.read(&mut buffer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn every_flight_is_one_write() {
    let mut client =
        Handshake::client(&client_config(), pki::name(), MemoryTransport::new()).unwrap();
    assert!(pending(client.advance()).unwrap());
    let hello = client.get_mut().take_outgoing();
    assert_eq!(hello[0], 22);
    let len = usize::from(u16::from_be_bytes([hello[3], hello[4]]));
    assert_eq!(hello.len(), 5 + len, "the ClientHello alone");
    // Nothing more without an answer, however often it is asked for.
    for _ in 0..10 {
        assert!(pending(client.advance()).unwrap());
        assert_eq!(client.get_ref().outgoing_len(), 0);
    }
    client.get_mut().end_incoming();
    let error = client.advance().unwrap_err();
    assert!(
        matches!(&error, Error::Io { source, .. } if source.kind() == ErrorKind::UnexpectedEof),
        "{error:?}"
    );
}
