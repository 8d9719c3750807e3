use std::time::Duration;

use super::*;
use crate::rng::failing::{self, Failing::DrawAt};
use crate::ssl::resumption::clock::test::{advance, stopped};

const LIFETIME: Duration = Duration::from_secs(100);

fn rotating() -> TicketKeys {
    TicketKeys::rotating(LIFETIME).unwrap()
}

fn secret(n: u8) -> [u8; 32] {
    std::array::from_fn(|at| n + at as u8)
}

fn supplied(current: u8, previous: &[u8]) -> TicketKeys {
    let previous: Vec<_> = previous.iter().map(|n| secret(*n)).collect();
    TicketKeys::supplied(LIFETIME, &secret(current), &previous).unwrap()
}

fn opens(keys: &TicketKeys, sealed: &[u8]) -> bool {
    keys.open(Purpose::Ticket, b"", sealed).is_some()
}

#[test]
fn what_was_sealed_is_opened() {
    let keys = rotating();
    for text in [&b""[..], b"a", &[7; 5000]] {
        let sealed = keys.seal(Purpose::Ticket, b"", text).unwrap();
        let opened = keys.open(Purpose::Ticket, b"", &sealed).unwrap();
        assert_eq!(opened.text[..], *text);
        assert!(opened.is_current);
        let again = keys.seal(Purpose::Ticket, b"", text).unwrap();
        assert_ne!(sealed, again, "no two are alike");
    }
}

#[test]
fn every_flipped_bit_and_every_truncation_is_refused() {
    let keys = rotating();
    let sealed = keys.seal(Purpose::Ticket, b"", b"text").unwrap();
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert!(!opens(&keys, &changed), "bit {bit} of byte {at}");
        }
        assert!(!opens(&keys, &sealed[..at]), "{at} bytes");
    }
    assert!(!opens(&keys, &[&sealed[..], &[0]].concat()));
}

#[test]
fn purpose_and_context_are_part_of_it() {
    let keys = rotating();
    let sealed = keys.seal(Purpose::Cache, b"id", b"text").unwrap();
    assert!(keys.open(Purpose::Cache, b"id", &sealed).is_some());
    assert!(keys.open(Purpose::Cache, b"ie", &sealed).is_none());
    assert!(keys.open(Purpose::Ticket, b"id", &sealed).is_none());
    assert!(keys.open(Purpose::Saved, b"id", &sealed).is_none());
}

/// The format and the derivation, by another library.
#[test]
fn a_ticket_of_version_1_is_opened() {
    use ring::{aead, hmac};

    let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret(1));
    let name = hmac::sign(&secret, b"embertls ticket key name");
    let salt = [5; 24];
    let header = [&[1], &name.as_ref()[..16], &salt].concat();
    let key = hmac::sign(&secret, &[b"embertls ticket seal", &salt[..]].concat());
    let key = aead::UnboundKey::new(&aead::AES_256_GCM, key.as_ref()).unwrap();
    let nonce = aead::Nonce::assume_unique_for_key([0; 12]);
    let aad = aead::Aad::from([&[1], &header[..]].concat());
    let mut text = b"a ticket of version 1".to_vec();
    aead::LessSafeKey::new(key)
        .seal_in_place_append_tag(nonce, aad, &mut text)
        .unwrap();

    let sealed = [header, text].concat();
    let opened = supplied(1, &[]).open(Purpose::Ticket, b"", &sealed);
    assert_eq!(opened.unwrap().text[..], b"a ticket of version 1"[..]);
}

#[test]
fn own_keys_are_replaced_and_the_old_ones_open_until_the_last_ticket_has_expired() {
    let _clock = stopped();
    let keys = rotating();
    let sealed = keys.seal(Purpose::Ticket, b"", b"").unwrap();
    advance(99);
    let late = keys.seal(Purpose::Ticket, b"", b"").unwrap();
    assert_eq!(late[..17], sealed[..17], "the same key");
    advance(1);
    let next = keys.seal(Purpose::Ticket, b"", b"").unwrap();
    assert_ne!(next[..17], sealed[..17], "another key");
    assert!(!keys.open(Purpose::Ticket, b"", &late).unwrap().is_current);
    advance(99);
    assert!(opens(&keys, &late));
    advance(1);
    assert!(!opens(&keys, &late));
    assert!(opens(&keys, &next));
    advance(10_000);
    assert!(!opens(&keys, &next), "also if nobody sealed meanwhile");
    assert!(keys.ring().previous.is_empty(), "and it is gone");
}

#[test]
fn own_keys_are_replaced_on_demand_and_their_number_is_bounded() {
    let keys = rotating();
    let sealed = keys.seal(Purpose::Ticket, b"", b"").unwrap();
    keys.rotate().unwrap();
    assert!(!keys.open(Purpose::Ticket, b"", &sealed).unwrap().is_current);
    for _ in 0..100 {
        keys.rotate().unwrap();
    }
    assert_eq!(keys.ring().previous.len(), TicketKeys::MAX_PREVIOUS);
    assert!(!opens(&keys, &sealed));
    assert!(keys.replace(&secret(1), &[]).is_err());
}

#[test]
fn a_clock_that_was_set_back_makes_a_new_key() {
    let _clock = stopped();
    let keys = rotating();
    let sealed = keys.seal(Purpose::Ticket, b"", b"").unwrap();
    advance(-50);
    let later = keys.seal(Purpose::Ticket, b"", b"").unwrap();
    assert_ne!(later[..17], sealed[..17]);
}

#[test]
fn without_randomness_nothing_is_sealed_with_a_key_that_is_due() {
    let _clock = stopped();
    let keys = rotating();
    let sealed = keys.seal(Purpose::Ticket, b"", b"").unwrap();
    advance(100);
    let failed = failing::with(DrawAt(1), || keys.seal(Purpose::Ticket, b"", b""));
    let opened = failing::with(DrawAt(1), || opens(&keys, &sealed));
    assert!(matches!(failed, Err(Error::Random { .. })), "{failed:?}");
    assert!(opened, "opening needs none");
}

#[test]
fn servers_with_the_same_keys_open_each_others_tickets() {
    let (one, two) = (supplied(1, &[]), supplied(1, &[]));
    let sealed = one.seal(Purpose::Ticket, b"", b"").unwrap();
    assert!(two.open(Purpose::Ticket, b"", &sealed).unwrap().is_current);
    two.replace(&secret(2), &[secret(1)]).unwrap();
    assert!(!two.open(Purpose::Ticket, b"", &sealed).unwrap().is_current);
    advance(100_000);
    assert!(
        opens(&two, &sealed),
        "when it ends is up to the application"
    );
    two.replace(&secret(3), &[secret(2)]).unwrap();
    assert!(!opens(&two, &sealed));
    assert!(two.rotate().is_err());
}

#[test]
fn useless_keys_and_lifetimes_are_refused() {
    let refused = |current: &[u8; 32], previous: &[[u8; 32]]| {
        let made = TicketKeys::supplied(LIFETIME, current, previous);
        matches!(made, Err(Error::Config { .. }))
    };
    assert!(refused(&[0; 32], &[]));
    assert!(refused(&secret(1), &[[9; 32]]));
    assert!(refused(&secret(1), &[secret(1)]));
    assert!(refused(&secret(1), &[secret(2), secret(2)]));
    let many: Vec<_> = (2..18).map(secret).collect();
    assert!(refused(&secret(1), &many));
    assert!(!refused(&secret(1), &many[1..]));

    let keys = supplied(1, &[]);
    let sealed = keys.seal(Purpose::Ticket, b"", b"").unwrap();
    assert!(keys.replace(&[0; 32], &[]).is_err());
    assert!(opens(&keys, &sealed), "they are as they were");

    for lifetime in [
        Duration::ZERO,
        Duration::from_millis(999),
        TicketKeys::MAX_LIFETIME + Duration::from_secs(1),
    ] {
        assert!(TicketKeys::rotating(lifetime).is_err(), "{lifetime:?}");
    }
    assert!(TicketKeys::rotating(TicketKeys::MAX_LIFETIME).is_ok());
}

#[test]
fn the_debug_form_shows_no_key() {
    let shown = format!("{:?}", supplied(1, &[2]));
    assert_eq!(
        shown,
        "TicketKeys { lifetime: 100s, rotates: false, keys: 2, .. }"
    );
}

#[test]
fn threads_share_keys_that_rotate() {
    let keys = rotating();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let sealed = keys.seal(Purpose::Ticket, b"", b"text").unwrap();
                    keys.rotate().unwrap();
                    // Other threads rotate as well, and may have pushed it out.
                    if let Some(opened) = keys.open(Purpose::Ticket, b"", &sealed) {
                        assert_eq!(opened.text[..], b"text"[..]);
                    }
                }
            });
        }
    });
    assert!(keys.ring().previous.len() <= TicketKeys::MAX_PREVIOUS);
}
