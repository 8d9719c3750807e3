//! The tools of these tests work.

use crate::pair::{Pair, check_exchange};
use crate::peer::{established_client, established_server, records::DATA};

use std::io::{Read, Write};

#[test]
fn our_two_sides_understand_each_other() {
    let mut pair = Pair::new();
    check_exchange(&mut pair.client, &mut pair.server);
}

#[test]
fn the_hand_written_server_and_our_client_understand_each_other() {
    let (mut client, mut peer) = established_client();
    peer.records.send(DATA, b"hello");
    peer.exchange(client.get_ref());
    let mut buffer = [0; 16];
    assert_eq!(client.read(&mut buffer).unwrap(), 5);
    client.write_all(b"and back").unwrap();
    client.flush().unwrap();
    peer.exchange(client.get_ref());
    assert_eq!(peer.records.next(), Some((DATA, b"and back".to_vec())));
}

#[test]
fn the_hand_written_client_and_our_server_understand_each_other() {
    let (mut server, mut peer) = established_server();
    peer.records.send(DATA, b"hello");
    peer.exchange(server.get_ref());
    let mut buffer = [0; 16];
    assert_eq!(server.read(&mut buffer).unwrap(), 5);
    server.write_all(b"and back").unwrap();
    server.flush().unwrap();
    peer.exchange(server.get_ref());
    assert_eq!(peer.records.next(), Some((DATA, b"and back".to_vec())));
}
