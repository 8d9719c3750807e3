//! Trusted certificates from the environment and from a crate.

#![cfg(feature = "full")]

mod common;

use std::env;
use std::fs;
use std::process::Command;

use embertls::{Error, TrustStore};
use tempfile::TempDir;

use common::certificates::Authority;

/// What the child prints before what it found.
const FOUND: &str = "found: ";

/// Not a test by itself: what the others start with variables of their own.
#[test]
fn child() {
    if env::var_os("EMBERTLS_ROOTS_CHILD").is_none() {
        return;
    }
    match TrustStore::from_env() {
        Ok(store) => println!("\n{FOUND}{}", store.certificates().len()),
        Err(error @ Error::Config { .. }) => println!("\n{FOUND}config: {error}"),
        Err(error) => println!("\n{FOUND}{error}"),
    }
}

fn found_with(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]);
    command
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR");
    command
        .env("EMBERTLS_ROOTS_CHILD", "1")
        .envs(variables.iter().copied());
    let output = command.output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let line = output.lines().find_map(|line| line.strip_prefix(FOUND));
    line.unwrap_or_else(|| panic!("{output}")).to_owned()
}

#[test]
fn files_and_directories_of_the_environment() {
    let dir = TempDir::new().unwrap();
    let place = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for folder in ["one", "two"] {
        fs::create_dir(place(folder)).unwrap();
    }
    for name in ["one/a.pem", "one/b.pem", "two/c.pem", "d.pem"] {
        fs::write(place(name), Authority::root(name).pem()).unwrap();
    }
    let (file, one) = (place("d.pem"), place("one"));
    let both = env::join_paths([place("one"), place("two")]).unwrap();
    let both = both.to_str().unwrap();
    for (variables, expected) in [
        (&[("SSL_CERT_FILE", file.as_str())][..], "1"),
        (&[("SSL_CERT_DIR", one.as_str())], "2"),
        (&[("SSL_CERT_DIR", both)], "3"),
        (&[("SSL_CERT_FILE", &file), ("SSL_CERT_DIR", both)], "4"),
        (&[("SSL_CERT_FILE", &file), ("SSL_CERT_DIR", "")], "1"),
    ] {
        assert_eq!(found_with(variables), expected, "{variables:?}");
    }
    let missing = found_with(&[("SSL_CERT_FILE", &place("missing.pem"))]);
    assert!(missing.contains("missing.pem"), "{missing}");
    let none = found_with(&[]);
    assert!(
        none.starts_with("config: ") && none.contains("SSL_CERT_DIR"),
        "{none}"
    );
}

#[cfg(feature = "webpki-roots")]
#[test]
fn the_roots_of_the_crate_are_usable() {
    let store = TrustStore::webpki_roots().unwrap();
    let (usable, rejected) = (store.certificates().len(), store.rejected());
    assert!(usable > 100, "{usable}");
    for rejected in rejected {
        assert!(rejected.reason.contains("name constraints"), "{rejected}");
    }
}
