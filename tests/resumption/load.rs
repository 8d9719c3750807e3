//! Many threads, one configuration, and keys that change all the time.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use embertls::{ClientSessions, Server, SslConfig, TicketKeys};

use crate::basics::secret;
use crate::common::certificates::HOST;
use crate::common::full_tier;
use crate::pair::*;

const THREADS: usize = 4;

/// Clients on several threads, each with sessions of its own. After each handshake
/// of all of them one calls `change`, while the others begin the next one. Gives
/// how many were resumed, and how many there were.
fn under_load(server: &SslConfig<Server>, change: impl Fn(usize) + Sync) -> (usize, usize) {
    let rounds = if full_tier() { 500 } else { 25 };
    let client = client().build().unwrap();
    let resumed = AtomicUsize::new(0);
    let together = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let sessions = ClientSessions::new(1);
                for round in 1..=rounds {
                    let handshake = begin_client(&client, HOST).remember(&sessions);
                    let mut pair = run(handshake, server).unwrap();
                    pair.exchange();
                    resumed.fetch_add(pair.is_resumed().into(), Ordering::Relaxed);
                    if together.wait().is_leader() {
                        change(round);
                    }
                }
            });
        }
    });
    (resumed.into_inner(), THREADS * rounds)
}

#[test]
fn own_keys_rotate_and_no_session_is_lost() {
    let keys = tickets();
    let server = server().tickets(keys.clone()).build().unwrap();
    let (resumed, done) = under_load(&server, |_| keys.rotate().unwrap());
    assert_eq!(resumed, done - THREADS, "the first of each thread is new");
}

#[test]
fn supplied_keys_are_replaced_and_no_session_is_lost() {
    let lifetime = TicketKeys::DEFAULT_LIFETIME;
    let keys = TicketKeys::supplied(lifetime, &secret(0), &[]).unwrap();
    let server = server().tickets(keys.clone()).build().unwrap();
    let key = |number: usize| secret(number as u8);
    let (resumed, done) = under_load(&server, |number| {
        let previous: Vec<_> = (1..4).map(|back| key(number.wrapping_sub(back))).collect();
        keys.replace(&key(number), &previous).unwrap();
    });
    assert_eq!(resumed, done - THREADS, "the first of each thread is new");
}
