//! Sessions on the move: through memory, through threads, many at once.

use std::thread;

use crate::pair::{Handshakes, Pair, check_exchange, pending, read_available, send};
use crate::pki::{client_config, server_config};

#[test]
fn sessions_in_a_growing_vec_stay_themselves() {
    let (client, server) = (client_config(), server_config());
    let mut pairs = Vec::new();
    for _ in 0..20 {
        // Pushing moves those that are there.
        pairs.push(Pair::with(&client, &server));
        for pair in &mut pairs {
            check_exchange(&mut pair.client, &mut pair.server);
        }
    }
    pairs.reverse();
    let (one, rest) = pairs.split_first_mut().unwrap();
    std::mem::swap(one, &mut rest[3]);
    for pair in &mut pairs {
        check_exchange(&mut pair.client, &mut pair.server);
    }
}

#[test]
fn a_handshake_moves_to_another_thread_before_every_step() {
    let mut pair = Handshakes::new();
    loop {
        let (moved, done) = thread::spawn(move || {
            let client = pending(pair.client.advance()).unwrap();
            // Boxed and back: another address as well.
            let mut pair = *Box::new(pair);
            let server = pending(pair.server.advance()).unwrap();
            (pair, !client && !server)
        })
        .join()
        .unwrap();
        pair = moved;
        if done {
            break;
        }
    }
    let mut pair = pair.into_pair();
    check_exchange(&mut pair.client, &mut pair.server);
}

#[test]
fn a_session_moves_to_another_thread_with_bytes_in_between() {
    let mut pair = Pair::new();
    send(&mut pair.server, &[7; 1000]);
    // Part of the record is read here, the rest elsewhere.
    let mut start = [0; 400];
    std::io::Read::read_exact(&mut pair.client, &mut start).unwrap();
    assert_eq!(pair.client.bytes_available(), 600);
    thread::spawn(move || {
        assert_eq!(read_available(&mut pair.client), [7; 600]);
        check_exchange(&mut pair.client, &mut pair.server);
    })
    .join()
    .unwrap();
}

#[test]
fn one_config_serves_eight_threads() {
    let (client, server) = (client_config(), server_config());
    thread::scope(|scope| {
        for number in 0..8_u8 {
            let (client, server) = (&client, &server);
            scope.spawn(move || {
                for _ in 0..5 {
                    let mut pairs = [Pair::with(client, server), Pair::with(client, server)];
                    for round in 0..20 {
                        for pair in &mut pairs {
                            let data = vec![number ^ round; 3000];
                            send(&mut pair.client, &data);
                            assert_eq!(read_available(&mut pair.server), data);
                            check_exchange(&mut pair.server, &mut pair.client);
                        }
                    }
                }
            });
        }
    });
}

#[test]
fn a_session_is_read_through_shared_references_by_many_threads() {
    let pair = Pair::new();
    let session = &pair.client;
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    assert_eq!(session.bytes_available(), 0);
                    assert_eq!(session.peer_certificates().len(), 1);
                    assert!(session.alpn().is_none());
                    let _ = (session.cipher_suite(), format!("{session:?}"));
                }
            });
        }
    });
}
