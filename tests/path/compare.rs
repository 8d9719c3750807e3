//! Our verdict and another one, for many chains.

use std::collections::BTreeMap;
use std::fmt::Debug;

use base64ct::{Base64, Encoding};
use embertls::{TrustStore, VerifiedChain, Verifier, VerifyError};

use crate::generated::{Made, Numbers, make, make_rewritten};
use crate::pki::host;

pub type Ours = Result<VerifiedChain, String>;

/// So many chains of each kind, more in the full tier.
pub fn chains(seed: u64, fast: usize, full: usize) -> Vec<Made> {
    let rounds = match std::env::var_os("EMBERTLS_TEST_FULL") {
        Some(_) => full,
        None => fast,
    };
    let mut numbers = Numbers(seed);
    let mut all: Vec<_> = (0..rounds).map(|_| make(&mut numbers)).collect();
    all.extend((0..rounds).map(|_| make_rewritten(&mut numbers)));
    all
}

/// Fails where the two disagree and `known` cannot say why.
pub fn compare<T: Debug>(
    all: &[Made],
    theirs: &[T],
    is_good: impl Fn(&T) -> bool,
    known: impl Fn(&Made, &Ours, &T) -> Option<&'static str>,
) {
    let (mut good, mut bad) = (0, 0);
    let mut excused = BTreeMap::<&str, usize>::new();
    let mut unknown = Vec::new();
    for (round, (made, theirs)) in all.iter().zip(theirs).enumerate() {
        let ours = ours(made);
        match (ours.is_ok(), is_good(theirs)) {
            (true, true) => good += 1,
            (false, false) => bad += 1,
            _ => match known(made, &ours, theirs) {
                Some(why) => *excused.entry(why).or_default() += 1,
                None => unknown.push(format!(
                    "{round}: {:?}\n ours: {}\n theirs: {theirs:?}\n {}",
                    made.changes,
                    ours.err().unwrap_or_default(),
                    encoded(made)
                )),
            },
        }
    }
    println!("{good} good, {bad} bad, known disagreements: {excused:#?}");
    let count = unknown.len();
    assert!(unknown.is_empty(), "{}\n{count} in all", unknown.join("\n"));
    assert!(good > all.len() / 10 && bad > all.len() / 10);
}

/// Each line must be about something of this list, which holds words and why we
/// are stricter.
pub fn why_we_refuse(text: &str, stricter: &[(&str, &'static str)]) -> Option<&'static str> {
    let reason = |line: &str| {
        let mut all = stricter.iter();
        all.find(|(words, _)| line.contains(words))
            .map(|(_, why)| *why)
    };
    let reasons: Option<Vec<_>> = text.lines().map(reason).collect();
    reasons?.first().copied()
}

/// The root and the chain in base64, to look at.
pub fn encoded(made: &Made) -> String {
    let all = [&made.root].into_iter().chain(&made.chain);
    let all: Vec<_> = all.map(|der| Base64::encode_string(der)).collect();
    all.join(" ")
}

fn ours(made: &Made) -> Ours {
    let store = TrustStore::from_certificates([&made.root]).map_err(|e| e.to_string())?;
    let result = Verifier::new(store).verify(&made.chain, &host());
    result.map_err(|e: VerifyError| e.to_string())
}
