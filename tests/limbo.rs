//! The x509-limbo suite, as far as a copy of it is at hand.
//!
//! The folder `../shared/data/limbo`, or the one that the variable
//! `EMBERTLS_LIMBO` names, holds the cases. `docs/verification.md` lists where
//! we disagree with them, and this test holds it to that list.

#![cfg(feature = "full")]

#[path = "../examples/x509_verify/batch.rs"]
mod batch;

use std::collections::BTreeSet;
use std::path::PathBuf;

use batch::Suite;
use embertls::Profile;
use serde::Deserialize;

/// What the suite expects.
#[derive(Deserialize)]
struct Expectations {
    testcases: Vec<Expectation>,
}

#[derive(Deserialize)]
struct Expectation {
    id: String,
    features: Vec<String>,
    importance: String,
    expected_result: String,
}

/// A case with another result than the suite expects.
struct Disagreement {
    id: String,
    is_wrong_acceptance: bool,
    is_pedantic: bool,
    matters: bool,
}

/// The disagreements, and how many cases there are.
fn run(profile: Profile) -> Option<(Vec<Disagreement>, usize)> {
    let folder = match std::env::var_os("EMBERTLS_LIMBO") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/limbo"),
    };
    let path = folder.join("limbo-subset.json");
    let Ok(text) = std::fs::read(&path) else {
        println!("skipped: there is no {}", path.display());
        return None;
    };
    let suite: Suite = serde_json::from_slice(&text).unwrap();
    let expected: Expectations = serde_json::from_slice(&text).unwrap();
    let mut found = Vec::new();
    for (case, expected) in suite.testcases.iter().zip(&expected.testcases) {
        let answer = batch::answer(case, profile);
        assert_eq!(answer.id, expected.id);
        if answer.actual_result != expected.expected_result {
            let context = answer.context.unwrap_or_default();
            println!("{}: {} {context}", answer.id, answer.actual_result);
            found.push(Disagreement {
                is_wrong_acceptance: answer.actual_result == "SUCCESS",
                is_pedantic: expected.features.iter().any(|f| f.starts_with("pedantic-")),
                matters: ["high", "critical"].contains(&expected.importance.as_str()),
                id: answer.id,
            });
        }
    }
    let count = suite.testcases.len();
    println!("{profile:?}: {} of {count} agree", count - found.len());
    Some((found, count))
}

/// The cases that `docs/verification.md` lists under this heading.
fn documented(heading: &str) -> BTreeSet<String> {
    let text = include_str!("../docs/verification.md");
    let (_, section) = text.split_once(&format!("### {heading}\n")).unwrap();
    let section = section.split("\n#").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| Some(row.split_once('`')?.0.to_owned()))
        .collect()
}

fn ids(found: &[Disagreement]) -> BTreeSet<String> {
    found.iter().map(|found| found.id.clone()).collect()
}

#[test]
fn strict_agrees_with_the_suite() {
    let Some((found, count)) = run(Profile::Strict) else {
        return;
    };
    for found in &found {
        let is_wrong = found.is_wrong_acceptance && !found.is_pedantic;
        assert!(!is_wrong, "{} accepted", found.id);
    }
    assert!((count - found.len()) * 100 >= count * 97);
    assert_eq!(ids(&found), documented("Strict"));
}

#[test]
fn compatible_is_wrong_about_nothing_that_matters() {
    let Some((found, _)) = run(Profile::Compatible) else {
        return;
    };
    for found in &found {
        let is_wrong = found.is_wrong_acceptance && found.matters;
        assert!(!is_wrong, "{} accepted", found.id);
        assert!(!found.id.starts_with("online::"), "{} refused", found.id);
    }
    assert_eq!(ids(&found), documented("Compatible"));
}
