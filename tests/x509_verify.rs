//! The example `x509_verify`, run as a user runs it.

#![cfg(feature = "full")]

#[allow(dead_code)]
#[path = "verify/pki.rs"]
mod pki;
#[allow(dead_code)]
#[path = "examples/program.rs"]
mod program;

use std::path::Path;

use base64ct::{Base64, Encoding};
use pki::{Authority, HOST, list, server};
use program::Run;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Files for one authority and a server's chain below it.
struct Files {
    dir: TempDir,
    root: Authority,
    middle: Authority,
}

impl Files {
    fn new() -> Self {
        let root = Authority::root("Root");
        let middle = root.intermediate("Middle");
        let files = Self {
            dir: tempfile::tempdir().unwrap(),
            root,
            middle,
        };
        files.write("root.pem", &files.root.pem);
        files.write("chain.pem", &files.chain());
        files
    }

    fn chain(&self) -> String {
        let leaf = pem(&self.middle.sign(&server(HOST)));
        format!("{leaf}{}", pem(&self.middle.der))
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().into()
    }

    fn path(&self, name: &str) -> String {
        Path::join(self.dir.path(), name).to_str().unwrap().into()
    }

    /// Runs the tool with the root trusted, on the chain.
    fn run(&self, more: &[&str]) -> Run {
        let (root, chain) = (self.path("root.pem"), self.path("chain.pem"));
        let mut args = vec!["--trust", &root, "--chain", &chain];
        args.extend(more);
        program::run("x509_verify", &args)
    }
}

fn pem(der: &[u8]) -> String {
    let text = Base64::encode_string(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).collect();
    let text = lines.join(&b'\n');
    let text = String::from_utf8(text).unwrap();
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

#[test]
fn a_good_chain_is_accepted() {
    let files = Files::new();
    let run = files.run(&["--name", HOST]).ended(0);
    assert_eq!(
        run.text(),
        "depth 0 CN=server.example\ndepth 1 CN=Middle\ndepth 2 CN=Root\nACCEPT\n"
    );
    files.run(&[]).ended(0).complained(&["without --name"]);
}

#[test]
fn a_bad_chain_is_rejected_with_reasons() {
    let files = Files::new();
    let args = ["--name", "b.example", "--time", "2100-01-01T00:00:00Z"];
    let run = files.run(&args).ended(1);
    assert_eq!(run.text().lines().last(), Some("REJECT"));
    let problems = run.lines("verify: ");
    assert_eq!(problems.len(), 4, "{}", run.shown());
    assert!(problems[0].contains("MBEDTLS_X509_BADCERT_EXPIRED"));
    assert!(problems[1].contains("MBEDTLS_X509_BADCERT_CN_MISMATCH"));
    assert!(problems[1].contains("you asked for b.example"));

    files.run(&["--purpose", "client"]).ended(1);
    files.run(&["--name", HOST, "--max-depth", "0"]).ended(1);
    files.run(&["--name", HOST, "--profile", "strict"]).ended(1);
}

#[test]
fn revocation_lists_are_read() {
    let files = Files::new();
    let good = files.write("good.crl", &files.middle.crl_pem(list(&[])));
    let args = ["--name", HOST, "--crl", &good, "--uncovered", "refuse"];
    files.run(&args).ended(1);
    files
        .run(&[&args[..], &["--revocation", "leaf"]].concat())
        .ended(0);
}

#[test]
fn json_is_one_line() {
    let files = Files::new();
    let run = files.run(&["--name", HOST, "--json"]).ended(0);
    let value: Value = serde_json::from_str(run.text()).unwrap();
    assert_eq!(value["result"], "ACCEPT");
    let run = files.run(&["--name", "b.example", "--json"]).ended(1);
    let value: Value = serde_json::from_str(run.text()).unwrap();
    assert_eq!(value["result"], "REJECT");
    assert_eq!(
        value["problems"][0]["flag"],
        "MBEDTLS_X509_BADCERT_CN_MISMATCH"
    );
    assert_eq!(value["problems"][0]["rule"], "RFC 9525, 6");
}

#[test]
fn what_cannot_be_used_ends_with_2() {
    let files = Files::new();
    files
        .run(&["--crl", "none.crl"])
        .ended(2)
        .complained(&["none.crl"]);
    files
        .run(&["--name", "https://x/"])
        .ended(2)
        .complained(&["URL"]);
    files
        .run(&["--time", "tomorrow"])
        .ended(2)
        .complained(&["tomorrow"]);
    files.write("chain.pem", "nothing");
    files
        .run(&[])
        .ended(2)
        .complained(&["no certificate found"]);
}

#[test]
fn a_batch_is_answered_case_by_case() {
    let files = Files::new();
    let (leaf, middle) = (pem(&files.middle.server()), pem(&files.middle.der));
    let case = |id: &str, name: &str| {
        json!({
            "id": id,
            "trusted_certs": [files.root.pem],
            "untrusted_intermediates": [middle],
            "peer_certificate": leaf,
            "validation_kind": "SERVER",
            "validation_time": "2026-01-01T00:00:00+00:00",
            "expected_peer_name": { "kind": "DNS", "value": name },
        })
    };
    let suite = json!({ "testcases": [case("good", HOST), case("bad", "b.example")] });
    let path = files.write("batch.json", &suite.to_string());
    let run = program::run("x509_verify", &["--batch", &path]).ended(0);
    let answers: Value = serde_json::from_str(run.text()).unwrap();
    assert_eq!(
        answers[0],
        json!({ "id": "good", "actual_result": "SUCCESS", "context": null })
    );
    assert_eq!(answers[1]["actual_result"], "FAILURE");
    let context = answers[1]["context"].as_str().unwrap();
    assert!(context.contains("CN_MISMATCH"), "{context}");
}
