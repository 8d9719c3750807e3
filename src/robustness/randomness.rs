//! The generator fails: each draw, and each request for entropy, in turn.

use std::collections::HashSet;

use super::scene::{Configs, Memory, Scene};
use super::sessions::Sessions;
use crate::ResumptionData;
use crate::rng::failing::{self, Failing};
use crate::ssl::fuzzing::Handle;
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

/// The key in the place of one that is not known: without it the handshake
/// ends before anything is derived, and is told from no other failure of this kind.
#[test]
fn an_unknown_identity_is_refused_without_randomness() {
    let scene = Scene::unknown_psk();
    let mut failed = 0;
    for number in 1.. {
        let pair = scene.configs().unwrap().begin().unwrap();
        let mut last = Vec::new();
        let outcome = failing::with(Failing::DrawAt(number), || {
            pair.complete(|_, flight| {
                if !flight.is_empty() {
                    last.clone_from(flight);
                }
            })
        });
        let error = outcome.map(drop).unwrap_err().error.to_string();
        if !failing::has_failed() {
            assert!(error.contains("bad_record_mac"), "{error}");
            break;
        }
        assert!(error.contains("random"), "{number}: {error}");
        let internal_error: [u8; 7] = [21, 3, 3, 0, 2, 2, 80];
        assert!(last.ends_with(&internal_error), "{number}: {last:02x?}");
        failed += 1;
    }
    assert!(failed >= 3, "both hellos and the key");
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
    let scenes = [
        Some(Scene::ecdsa()),
        Scene::rsa(),
        Some(Scene::mutual()),
        Some(Scene::psk()),
        Some(Scene::ecdhe_psk()),
    ];
    for scene in scenes.into_iter().flatten() {
        let configs = || scene.configs_with(resistance).unwrap();
        each_fails(&scene, failing, configs, |_, _| false);
    }
    for memory in [Memory::Tickets, Memory::Cache] {
        let scene = Scene::ecdsa().with(memory);
        let configs = || scene.configs_with(resistance).unwrap();
        let resumed = || configs().after_a_session().unwrap();
        // Tickets and entries are sealed with random bytes, too. Without them there are none.
        let is_without = |mut configs: Configs, sessions: &Sessions| {
            configs.data = sessions.client.resumption_data();
            !configs.handshake().unwrap().client.is_resumed()
        };
        each_fails(&scene, failing, configs, is_without);
        each_fails(&scene, failing, resumed, |_, _| false);
    }
}

/// `is_less` tells a session that lacks what could not be made.
fn each_fails(
    scene: &Scene,
    failing: fn(usize) -> Failing,
    configs: impl Fn() -> Configs,
    is_less: impl Fn(Configs, &Sessions) -> bool,
) {
    let mut sent = Sent::default();
    for number in 1.. {
        let configs = configs();
        sent.begin(scene, &configs);
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
                assert!(number > 2, "only {number} draws");
                break;
            }
            Ok(sessions) => assert!(
                is_less(configs, &sessions),
                "draw {number} failed, and the handshake did not"
            ),
            Err(failure) => {
                assert!(!sent.lacks_alert, "{number}");
                assert_eq!(Some(failure.side), failed_side.as_deref(), "{number}");
                let error = failure.error.to_string();
                // What the engine says when it cannot blind its part of the secret.
                let is_blinding = error.contains("CLIENT_KEY_EXCHANGE_CS");
                let is_named = error.starts_with("drawing random bytes")
                    || error.contains("random") && error.contains("ENTROPY_SOURCE_FAILED");
                assert!(is_named || is_blinding, "{number}: {error}");
            }
        }
    }
}

/// Every random value that went out in any handshake of a scene.
#[derive(Default)]
struct Sent {
    values: HashSet<Vec<u8>>,
    has_psk: bool,
    /// The session id that a client brings from before, or has just sent: it
    /// comes again.
    id: Vec<u8>,
    /// A side has gone on after its generator failed.
    lacks_alert: bool,
}

impl Sent {
    fn begin(&mut self, scene: &Scene, configs: &Configs) {
        self.has_psk = scene.psk.is_some();
        self.id = match configs.data.as_ref().map(ResumptionData::handle) {
            Some(Handle::Id(id)) => id.to_vec(),
            _ => Vec::new(),
        };
        self.lacks_alert = false;
    }

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
        self.lacks_alert |= is_failed && !flight.is_empty() && last != 21;
        messages
    }

    /// The engine writes each message into a record of its own.
    fn note_message(&mut self, message: &[u8]) {
        match message[0] {
            // A hello: version, random bytes, session id.
            1 | 2 => {
                self.note_value(&message[6..38]);
                let id = vec8(&message[38..]);
                if !id.is_empty() && self.id != id {
                    self.note_value(id);
                    self.id = id.to_vec();
                }
            }
            // NewSessionTicket: lifetime; our ticket has a version, the name of its key, and the salt.
            4 => match vec16(&message[8..]) {
                [] => {}
                ticket => self.note_value(&ticket[17..41]),
            },
            // ServerKeyExchange: with a key a hint; a named group, the point.
            12 => self.note_value(vec8(&self.behind_psk(&message[4..])[3..])),
            // ClientKeyExchange: with a key the identity; the point, if there is one.
            16 => match self.behind_psk(&message[4..]) {
                [] => assert!(self.has_psk),
                point => self.note_value(vec8(point)),
            },
            _ => {}
        }
    }

    fn behind_psk<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        match self.has_psk {
            true => &message[2 + vec16(message).len()..],
            false => message,
        }
    }

    fn note_value(&mut self, value: &[u8]) {
        assert!(value.len() >= 24 && value.iter().any(|byte| *byte != 0));
        let is_new = self.values.insert(value.to_vec());
        assert!(is_new, "sent twice: {value:02x?}");
    }
}

fn vec8(bytes: &[u8]) -> &[u8] {
    &bytes[1..][..usize::from(bytes[0])]
}

fn vec16(bytes: &[u8]) -> &[u8] {
    &bytes[2..][..usize::from(bytes[0]) << 8 | usize::from(bytes[1])]
}
