//! Bytes that come and go in the smallest pieces.

use std::io::{ErrorKind, Read, Write};

use embertls::{Acceptor, HandshakeError};

use crate::pair::{Handshakes, check_exchange, pending, read_available};
use crate::peer::greeted_server;
use crate::peer::records::DATA;
use crate::pki::server_config;

#[test]
fn a_handshake_of_one_byte_a_call() {
    let mut pair = Handshakes::new();
    pair.client_end.limit(1);
    pair.server_end.limit(1);
    pair.run().unwrap();
    let mut pair = pair.into_pair();
    check_exchange(&mut pair.client, &mut pair.server);
}

#[test]
fn a_handshake_that_blocks_after_every_byte() {
    for stutter in [false, true] {
        let mut pair = Handshakes::new();
        if stutter {
            pair.client_end.stutter(ErrorKind::WouldBlock);
            pair.server_end.stutter(ErrorKind::WouldBlock);
        }
        pair.client_end.limit(1);
        pair.server_end.limit(1);
        let mut calls = 0;
        loop {
            pair.client_end.set_room(Some(1));
            pair.server_end.set_room(Some(1));
            let client = pending(pair.client.advance()).unwrap();
            let server = pending(pair.server.advance()).unwrap();
            calls += 1;
            if !client && !server {
                break;
            }
        }
        assert!(calls > 500, "{calls} calls");
        let pair = pair.into_pair();
        let (mut client, mut server) = (pair.client, pair.server);
        let data: Vec<u8> = (0..2000_u32).map(|i| i as u8).collect();
        let mut sent = 0;
        let mut received = Vec::new();
        let mut buffer = [0; 3];
        while received.len() < data.len() {
            pair.client_end.set_room(Some(1));
            let rest = &data[sent..];
            match client.write(&rest[..rest.len().min(100)]) {
                Ok(len) => sent += len,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            match server.read(&mut buffer) {
                Ok(len) => received.extend_from_slice(&buffer[..len]),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
        assert_eq!(received, data);
    }
}

#[test]
fn a_session_whose_writes_take_one_byte() {
    let mut pair = Handshakes::new();
    pair.client_end.limit(1);
    pair.server_end.limit(1);
    pair.run().unwrap();
    let mut pair = pair.into_pair();
    let data = vec![5; 20_000];
    pair.client.write_all(&data).unwrap();
    pair.client.close().unwrap();
    let mut all = Vec::new();
    pair.server.read_to_end(&mut all).unwrap();
    assert_eq!(all, data);
}

#[test]
fn an_acceptor_that_blocks_after_every_byte() {
    let mut pair = Handshakes::new();
    assert!(pending(pair.client.advance()).unwrap());
    let hello = pair.client_end.take_outgoing();
    let mut acceptor = Acceptor::new(pair.server_end.clone());
    let (last, start) = hello.split_last().unwrap();
    for byte in start {
        pair.server_end.push_incoming(&[*byte]);
        let Err(HandshakeError::WouldBlock(waiting)) = acceptor.accept() else {
            panic!("the hello is not complete");
        };
        acceptor = *waiting;
    }
    pair.server_end.push_incoming(&[*last]);
    let accepted = acceptor.accept().unwrap();
    assert_eq!(
        accepted.client_hello().server_name.as_deref(),
        Some(crate::pki::NAME)
    );
    pair.server = accepted.into_handshake(&server_config()).unwrap();
    pair.run().unwrap();
    let mut pair = pair.into_pair();
    check_exchange(&mut pair.client, &mut pair.server);
}

#[test]
fn data_right_behind_the_clients_finished_is_kept() {
    // False start: the client does not wait for the server's Finished.
    let (mut server, mut peer) = greeted_server();
    let exchange = peer.client_key_exchange();
    peer.send(&exchange);
    peer.change_cipher_spec();
    let finished = peer.finished();
    peer.send(&finished);
    peer.records.send(DATA, b"early bird");
    peer.records.send(DATA, b" and more");
    peer.exchange(server.get_ref());
    server.advance().unwrap();
    let mut server = server.into_session().unwrap();
    assert_eq!(read_available(&mut server), b"early bird and more");
}
