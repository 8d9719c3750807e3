//! Peers that send nothing sensible: whatever comes, nobody panics, and
//! nobody takes it for a handshake.

use std::io::{ErrorKind, Read};

use embertls::{Acceptor, Error, Handshake};

use crate::pair::assert_dead;
use crate::peer::messages::client_extensions;
use crate::peer::{Peer, established_client, greeted_client};
use crate::pki::{client_config, name, server_config};
use crate::random::Random;
use crate::wire::End;

/// A record header of some kind, more often a plausible one, and noise.
fn noise(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..random.below(6) {
        let kind = match random.below(8) {
            0 => random.next() as u8,
            n => 20 + (n % 4) as u8,
        };
        let len = random.size().min(20_000);
        let version = if random.below(8) == 0 {
            random.next() as u8
        } else {
            3
        };
        bytes.extend_from_slice(&[kind, version, 3, (len >> 8) as u8, len as u8]);
        // A handshake message that fits, now and then.
        let mut body: Vec<u8> = (0..len).map(|_| random.next() as u8).collect();
        if len >= 4 && random.below(2) == 0 {
            body[0] = random.below(21) as u8;
            body[1..4].copy_from_slice(&[0, ((len - 4) >> 8) as u8, (len - 4) as u8]);
        }
        bytes.extend_from_slice(&body);
    }
    bytes
}

/// Fails, or waits for more; and then for ever.
fn assert_gets_nowhere(handshake: &mut Handshake<End>) {
    match handshake.advance() {
        Ok(()) => panic!("a handshake with noise"),
        Err(Error::WouldBlock) => {
            handshake.get_ref().end_incoming();
            assert!(handshake.advance().is_err());
        }
        Err(_) => {}
    }
    assert!(matches!(handshake.advance(), Err(Error::Closed { .. })));
    assert!(!handshake.is_complete());
}

#[test]
fn noise_instead_of_a_handshake() {
    let (client, server) = (client_config(), server_config());
    for seed in 0..500 {
        let mut random = Random::new(seed);
        let bytes = noise(&mut random);
        let mut handshake = Handshake::client(&client, name(), End::alone()).unwrap();
        handshake.get_ref().push_incoming(&bytes);
        assert_gets_nowhere(&mut handshake);

        let mut handshake = Handshake::server(&server, End::alone()).unwrap();
        handshake.get_ref().push_incoming(&bytes);
        assert_gets_nowhere(&mut handshake);

        let end = End::alone();
        end.push_incoming(&bytes);
        end.end_incoming();
        assert!(Acceptor::new(end).accept().is_err());
    }
}

#[test]
fn noise_instead_of_records() {
    for seed in 0..200 {
        let (mut client, _) = established_client();
        let mut bytes = noise(&mut Random::new(seed));
        bytes.extend_from_slice(&[23, 3, 3, 0, 30]);
        client.get_ref().push_incoming(&bytes);
        client.get_ref().end_incoming();
        let error = client.read(&mut [0; 64]).unwrap_err();
        assert!(
            matches!(
                error.kind(),
                ErrorKind::InvalidData | ErrorKind::UnexpectedEof
            ),
            "{error}"
        );
        assert_dead(&mut client);
    }
}

#[test]
fn a_flipped_bit_anywhere_in_the_servers_flight_is_noticed() {
    let mut random = Random::new(0);
    let mut position = 0;
    loop {
        let (mut client, mut peer) = greeted_client();
        for message in peer.server_flight() {
            peer.send(&message);
        }
        let Some(byte) = peer.records.outgoing.get_mut(position) else {
            break;
        };
        *byte ^= 1 << random.below(8);
        peer.exchange(client.get_ref());
        match client.advance() {
            Ok(()) => panic!("a handshake without Finished"),
            // What was hashed differs, so Finished will not fit.
            Err(Error::WouldBlock) => {
                client.get_ref().end_incoming();
                assert!(client.advance().is_err());
            }
            Err(_) => {}
        }
        position += 1 + random.below(4) as usize;
    }
    assert!(position > 500, "{position} bytes");
}

#[test]
fn a_flipped_bit_anywhere_in_the_clients_hello_is_survived() {
    let config = server_config();
    let mut random = Random::new(0);
    let mut position = 0;
    loop {
        let mut peer = Peer::client();
        let hello = peer.client_hello(&client_extensions());
        peer.send(&hello);
        let Some(byte) = peer.records.outgoing.get_mut(position) else {
            break;
        };
        *byte ^= 1 << random.below(8);
        let mut server = Handshake::server(&config, End::alone()).unwrap();
        peer.exchange(server.get_ref());
        assert_gets_nowhere(&mut server);
        position += 1;
    }
}
