//! What the runner is told of us.

use std::fs;
use std::path::Path;

use embertls::NamedGroup;
use serde_json::Value;

fn config() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_disabled_test_has_its_reason_in_a_line() {
    let config = config();
    let disabled = config["DisabledTests"].as_object().unwrap();
    assert!(!disabled.is_empty());
    for (pattern, reason) in disabled {
        let reason = reason.as_str().unwrap();
        assert!((10..=140).contains(&reason.len()), "{pattern}: {reason}");
        assert!(!reason.contains('\n'), "{pattern}");
    }
}

#[test]
fn every_error_of_the_runner_has_words_of_ours() {
    let config = config();
    for (theirs, ours) in config["ErrorMap"].as_object().unwrap() {
        // Nothing would be in everything that we say.
        assert!(ours.as_str().unwrap().len() > 5, "{theirs}");
    }
}

#[test]
fn the_groups_are_all_that_there_are() {
    let config = config();
    let listed = config["AllCurves"].as_array().unwrap();
    let mut listed: Vec<u64> = listed.iter().map(|group| group.as_u64().unwrap()).collect();
    let all = NamedGroup::ALL
        .iter()
        .map(|group| group.iana_number().into());
    let mut all: Vec<u64> = all.collect();
    listed.sort_unstable();
    all.sort_unstable();
    assert_eq!(listed, all);
}
