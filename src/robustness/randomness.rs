//! The generator fails: each draw, and each request for entropy, in turn.

use std::collections::HashSet;

use super::scene::Scene;
use crate::rng::failing::{self, Failing};
#[cfg(not(feature = "accel"))]
use crate::{Error, PrivateKey};

#[test]
fn a_failed_draw_ends_the_handshake() {
    handshakes_end(Failing::DrawAt, false);
}

#[test]
fn entropy_that_fails_once_ends_the_handshake() {
    handshakes_end(Failing::SourceAt, true);
}

/// Only the engine blinds the check with random numbers.
#[cfg(not(feature = "accel"))]
#[test]
fn a_key_is_not_checked_without_randomness() {
    let scene = Scene::ecdsa();
    for number in 1.. {
        let loaded = failing::with(Failing::DrawAt(number), || PrivateKey::from_der(&scene.key));
        if !failing::has_failed() {
            loaded.unwrap();
            assert!(number > 1, "nothing was drawn");
            break;
        }
        let error = loaded.unwrap_err();
        assert!(matches!(error, Error::Random { .. }), "{error}");
    }
}

/// With each draw or request failing once, until none is left to fail.
fn handshakes_end(failing: fn(usize) -> Failing, resistance: bool) {
    let scenes = [Some(Scene::ecdsa()), Scene::rsa(), Some(Scene::mutual())];
    for scene in scenes.into_iter().flatten() {
        let mut sent = Sent::default();
        for number in 1.. {
            let configs = scene.configs_with(resistance).unwrap();
            let pair = configs.begin().unwrap();
            let mut failed_side = None;
            let outcome = failing::with(failing(number), || {
                pair.complete(|side, flight| {
                    let was_over = failed_side == Some(side.to_owned());
                    if failing::has_failed() {
                        failed_side.get_or_insert(side.to_owned());
                    }
                    let is_failed = failed_side == Some(side.to_owned());
                    let messages = sent.note(flight, is_failed);
                    assert!(!was_over || messages == 0, "{number}: {side} went on");
                })
            });
            match outcome {
                Ok(_) if !failing::has_failed() => {
                    assert!(number > 5, "only {number} draws");
                    break;
                }
                Ok(_) => panic!("draw {number} failed, and the handshake did not"),
                Err(failure) => {
                    assert_eq!(Some(failure.side), failed_side.as_deref(), "{number}");
                    let error = failure.error.to_string();
                    // What the engine says when it cannot blind its part of the secret.
                    let is_blinding = error.contains("CLIENT_KEY_EXCHANGE_CS");
                    let is_named =
                        error.contains("random") && error.contains("ENTROPY_SOURCE_FAILED");
                    assert!(is_named || is_blinding, "{number}: {error}");
                }
            }
        }
    }
}

/// Every random value that went out in any handshake.
#[derive(Default)]
struct Sent(HashSet<Vec<u8>>);

impl Sent {
    /// Looks at a flight: how many messages it has. That of a side whose
    /// generator failed ends with an alert.
    fn note(&mut self, flight: &[u8], is_failed: bool) -> usize {
        let mut rest = flight;
        let mut last = 0;
        let mut messages = 0;
        let mut encrypted = false;
        while let [kind, _, _, high, low, behind @ ..] = rest {
            let (content, next) = behind.split_at(usize::from(*high) << 8 | usize::from(*low));
            match kind {
                22 if !encrypted => self.note_message(content),
                20 => encrypted = true,
                _ => {}
            }
            messages += usize::from(*kind != 21);
            (last, rest) = (*kind, next);
        }
        assert!(!is_failed || flight.is_empty() || last == 21);
        messages
    }

    /// The engine writes each message into a record of its own.
    fn note_message(&mut self, message: &[u8]) {
        let value = match message[0] {
            // A hello: version, random bytes.
            1 | 2 => &message[6..38],
            // ServerKeyExchange: a named group, the point.
            12 => &message[8..][..usize::from(message[7])],
            // ClientKeyExchange: the point.
            16 => &message[5..],
            _ => return,
        };
        assert!(value.iter().any(|byte| *byte != 0));
        assert!(self.0.insert(value.to_vec()), "sent twice: {value:02x?}");
    }
}
