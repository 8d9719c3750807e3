//! What fuzzing does, again and the same each time: the seeds, and mutations of
//! them made with fixed numbers.
//!
//! Inputs that lead into signatures cost milliseconds each, so of those only a
//! share runs here; with `EMBERTLS_TEST_FULL=1` all 20,000 do.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::random::Random;
use super::{TARGETS, Target, target};

const MUTATIONS: u64 = 20_000;

/// Runs the seeds and one of `share` mutations.
fn twin(name: &str, share: u64) {
    let full = std::env::var_os("EMBERTLS_TEST_FULL").is_some_and(|value| value == "1");
    let share = if full { 1 } else { share };
    let target = target(name);
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty());
    for (number, seed) in seeds.iter().enumerate() {
        attempt(target, seed, &format!("seed {number}"));
    }
    for number in (0..MUTATIONS).step_by(share as usize) {
        let input = mutation(target, &seeds, number);
        attempt(target, &input, &format!("mutation {number}"));
    }
}

fn attempt(target: &Target, input: &[u8], what: &str) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        eprintln!("{what} of {}: {}", target.name, input.escape_ascii());
        resume_unwind(payload);
    }
}

/// The input of this number: a seed with one to four changes.
fn mutation(target: &Target, seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut random = Random(number);
    let mut input = seeds[random.below(seeds.len())].clone();
    for _ in 0..1 + random.below(4) {
        change(target, seeds, &mut input, &mut random);
    }
    input
}

fn change(target: &Target, seeds: &[Vec<u8>], input: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(input.len());
    let end = input.len().min(at + 1 + random.below(16));
    match random.below(9) {
        0 if at < input.len() => input[at] ^= 1 << random.below(8),
        1 if at < input.len() => input[at] = random.next() as u8,
        2 if at < input.len() => {
            const NUMBERS: [u8; 6] = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
            input[at] = NUMBERS[random.below(6)];
        }
        // Lengths: a byte or two, a little more or less.
        3 if at < input.len() => {
            input[at] = input[at]
                .wrapping_add(random.below(9) as u8)
                .wrapping_sub(4)
        }
        4 => drop(input.drain(at..end)),
        5 => {
            let piece = input[at..end].to_vec();
            let to = random.below(input.len());
            input.splice(to..to, piece);
        }
        6 => {
            let word = target.words[random.below(target.words.len())];
            input.splice(at..at, word.iter().copied());
        }
        7 => {
            let word = target.words[random.below(target.words.len())];
            let end = input.len().min(at + word.len());
            input.splice(at..end, word.iter().copied());
        }
        8 => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len());
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        _ => input.push(random.next() as u8),
    }
}

macro_rules! twins {
    ($($name:ident: $share:literal,)*) => {
        $(#[test]
        fn $name() {
            twin(stringify!($name), $share);
        })*

        #[test]
        fn every_target_has_a_twin() {
            let names = TARGETS.map(|target| target.name);
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

twins! {
    client: 100,
    server: 100,
    fragments: 4,
    hellos: 5,
    records: 4,
    certificate: 4,
    crl: 8,
    pem: 4,
    verifier: 25,
    key: 10,
    sessions: 100,
    resumed: 100,
    psk: 50,
}
