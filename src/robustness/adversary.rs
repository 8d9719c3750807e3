//! A peer and a transport that do anything at any time, against a model that
//! tells what each call must give.
//!
//! A sequence is some sixty calls, records and mishaps, drawn from a number.
//! The peer seals with another library's cryptography. The sessions have had
//! no handshake, so that a hundred thousand sequences take a minute or two.
//!
//! The same sequences find what is wrong with the engine alone: [`naked`] is
//! the engine behind the functions that the C guide calls, without our layer.

mod model;
mod naked;
mod peer;
mod play;
mod subject;

// The peer and the wire of the soundness tests.
#[allow(dead_code)]
#[path = "../../tests/soundness/peer/messages.rs"]
mod messages;
#[allow(dead_code)]
#[path = "../../tests/soundness/peer/records.rs"]
mod records;
#[allow(dead_code)]
#[path = "../../tests/soundness/wire.rs"]
mod wire;

use std::collections::BTreeMap;

use self::model::Wrong;
use self::play::{Habits, Play};
use self::subject::Side;

/// How many sequences, unless the environment says otherwise.
const SEQUENCES: u64 = 2000;
const SEQUENCES_IN_FULL: u64 = 100_000;
const VARIABLE: &str = "EMBERTLS_ADVERSARY_SEQUENCES";

fn count() -> u64 {
    if let Ok(count) = std::env::var(VARIABLE) {
        return count.parse().expect(VARIABLE);
    }
    match std::env::var_os("EMBERTLS_TEST_FULL") {
        Some(_) => SEQUENCES_IN_FULL,
        None => SEQUENCES,
    }
}

fn sequences(numbers: impl Iterator<Item = u64>) {
    for number in numbers {
        let mut play = Play::new(number, Habits::any());
        let mut session = subject::session(play.side(), play.suite(), play.end());
        if let Err(fault) = play.run(&mut session) {
            panic!("sequence {number}: {fault}");
        }
        play.end_with(session);
    }
}

#[test]
fn clients_do_as_the_model_says() {
    sequences((0..count()).step_by(2));
}

#[test]
fn servers_do_as_the_model_says() {
    sequences((1..count()).step_by(2));
}

/// What sequences of certain habits find in the engine alone.
fn found_in_the_engine(habits: &Habits) -> BTreeMap<Wrong, String> {
    let mut found = BTreeMap::new();
    for number in 0..200 {
        let mut play = Play::new(number, habits.clone());
        let mut engine = naked::Naked::new(play.side(), play.suite(), play.end());
        if let Err(fault) = play.run(&mut engine) {
            let text = format!("sequence {number}: {fault}");
            found.entry(fault.wrong).or_insert(text);
        }
    }
    found
}

/// The faults of the engine that our layer keeps from its users: what makes
/// each appear, and how it shows.
#[test]
fn without_our_layer_the_sequences_find_the_faults_of_the_engine() {
    let quiet = Habits::quiet();
    let lines: [(&str, Habits, Wrong); 9] = [
        (
            "a write of 0 bytes counts as success",
            quiet.clone().with(|h| h.zero_writes = true),
            Wrong::NotAllSent,
        ),
        (
            "a repeated write reports the length of the second buffer",
            quiet.clone().with(|h| h.room = true),
            Wrong::OtherBytes,
        ),
        (
            "a close with output pending sends nothing",
            quiet.clone().with(|h| (h.room, h.faithful) = (true, true)),
            Wrong::NotClosed,
        ),
        (
            "a cut reads as the end",
            quiet.clone().with(|h| h.cuts = true),
            Wrong::FalseEnd,
        ),
        (
            "data is lost behind a pending alert",
            quiet.clone().with(|h| {
                (h.room, h.faithful, h.renegotiation) = (true, true, true);
            }),
            Wrong::NotAllSent,
        ),
        (
            "warnings without end",
            quiet.clone().with(|h| h.warnings = true),
            Wrong::NotRefused,
        ),
        (
            "requests for a renegotiation without end",
            quiet.clone().with(|h| h.renegotiation = true),
            Wrong::NotRefused,
        ),
        (
            "a no_renegotiation warning hides the records behind it",
            quiet.clone().with(|h| h.no_renegotiation = true),
            Wrong::Sleeps,
        ),
        (
            "two empty records read as the end",
            quiet.clone().with(|h| h.empty_records = true),
            Wrong::FalseEnd,
        ),
    ];
    for (what, habits, wrong) in &lines {
        let found = found_in_the_engine(habits);
        assert!(found.contains_key(wrong), "{what}: {found:#?}");
    }
    let found = found_in_the_engine(&quiet.with(|h| h.empty_writes = true));
    assert!(found.contains_key(&Wrong::EmptyRecord), "{found:#?}");
}

/// The control of the test above: without its trigger none of it shows.
#[test]
fn a_quiet_sequence_finds_nothing_in_the_engine() {
    let found = found_in_the_engine(&Habits::quiet());
    assert!(found.is_empty(), "{found:#?}");
}

/// For a build under AddressSanitizer with the patch left out: the engine alone
/// writes an alert behind a full record that waits (`tests/build_script/` does it).
#[test]
fn full_records_wait_while_a_renegotiation_is_asked_for() {
    let habits = Habits::quiet().with(|h| {
        (h.room, h.faithful, h.renegotiation, h.large) = (true, true, true, true);
    });
    found_in_the_engine(&habits);
}

#[test]
fn both_sides_and_suites_are_played() {
    let kinds = (0..8).map(|number| {
        let play = Play::new(number, Habits::any());
        (play.side() == Side::Client, play.suite().number())
    });
    let kinds: std::collections::BTreeSet<_> = kinds.collect();
    assert_eq!(kinds.len(), 4);
}
