//! Objects dropped in any order, and at any time.

use std::any::Any;
use std::io::Write;

use embertls::{Drbg, Entropy, Handshake, SslConfig};

use crate::pair::{Handshakes, Pair, check_exchange, pending};
use crate::pki::{self, client_config, pki, server_config};
use crate::wire::{Call, wire};

/// Every order of the numbers below `len` (Heap's algorithm).
fn orders(len: usize) -> Vec<Vec<usize>> {
    fn permute(items: &mut Vec<usize>, len: usize, all: &mut Vec<Vec<usize>>) {
        if len <= 1 {
            return all.push(items.clone());
        }
        for i in 0..len {
            permute(items, len - 1, all);
            let other = if len % 2 == 0 { i } else { 0 };
            items.swap(other, len - 1);
        }
    }
    let mut all = Vec::new();
    permute(&mut (0..len).collect(), len, &mut all);
    all
}

#[test]
fn everything_a_session_was_made_of_may_go_in_any_order() {
    for order in orders(5) {
        let drbg = Drbg::seed(Entropy::new().unwrap(), b"drops").unwrap();
        let store = pki().trust_store();
        let leaf = pki().leaf();
        let key = pki().key();
        let client = SslConfig::client()
            .trust_store(store.clone())
            .rng(drbg)
            .build()
            .unwrap();
        let server = SslConfig::server()
            .identity([leaf.clone()], key.clone())
            .build()
            .unwrap();
        let pair = Pair::with(&client, &server);
        let mut things: Vec<Option<Box<dyn Any>>> = vec![
            Some(Box::new(client)),
            Some(Box::new(server)),
            Some(Box::new((store, leaf, key))),
            Some(Box::new(pair.client)),
            Some(Box::new(pair.server)),
        ];
        for position in order {
            things[position] = None;
            let (others, sessions) = things.split_at_mut(3);
            let sessions_left = sessions.iter().flatten().count();
            if let [Some(one), Some(other)] = sessions {
                let one = one.downcast_mut().unwrap();
                let other = other.downcast_mut().unwrap();
                check_exchange::<crate::wire::End>(one, other);
            }
            assert!(others.len() == 3 && sessions_left <= 2);
        }
    }
}

#[test]
fn a_config_outlived_by_a_handshake_serves_it_to_the_end() {
    let (client_end, server_end) = wire();
    let client = client_config();
    let server = server_config();
    let mut handshakes = Handshakes {
        client: Handshake::client(&client, pki::name(), client_end.clone()).unwrap(),
        server: Handshake::server(&server, server_end.clone()).unwrap(),
        client_end,
        server_end,
    };
    drop((client, server));
    handshakes.run().unwrap();
    let mut pair = handshakes.into_pair();
    check_exchange(&mut pair.client, &mut pair.server);
}

#[test]
fn a_handshake_may_be_dropped_at_every_step() {
    // One byte at a time, so that it is interrupted everywhere.
    let steps = |stop: usize| -> usize {
        let mut pair = Handshakes::new();
        pair.client_end.limit(97);
        pair.server_end.limit(97);
        for step in 0.. {
            pair.client_end.set_room(Some(97));
            pair.server_end.set_room(Some(97));
            let client = pending(pair.client.advance()).unwrap();
            let server = pending(pair.server.advance()).unwrap();
            if step == stop || (!client && !server) {
                return step;
            }
        }
        unreachable!()
    };
    let all = steps(usize::MAX);
    assert!(all > 8, "{all} steps");
    for stop in 0..all {
        assert_eq!(steps(stop), stop);
    }
}

#[test]
fn a_drop_calls_the_transport_for_nothing() {
    let mut pair = Pair::new();
    pair.client_end.set_room(Some(10));
    assert_eq!(pair.client.write(b"pending").unwrap(), 7);
    assert!(pair.client.bytes_pending() > 0);
    let calls = |call| pair.client_end.calls(call);
    let before = [calls(Call::Read), calls(Call::Write), calls(Call::Flush)];
    drop(pair.client);
    let calls = |call| pair.client_end.calls(call);
    assert_eq!(
        before,
        [calls(Call::Read), calls(Call::Write), calls(Call::Flush)]
    );
}
