//! The same chains judged by OpenSSL, in one Python process for all of them.
//!
//! Where the two disagree, [`known`] says why; anything else fails.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use crate::compare::{self, Ours, encoded};
use crate::der::{content, parts};
use crate::generated::Made;
use crate::pki::HOST;
use crate::programs;

/// OpenSSL's result for one chain.
#[derive(Debug)]
struct Theirs {
    code: i32,
    /// The depth, and what it says; for whoever reads why this test failed.
    #[allow(dead_code)]
    words: String,
}

/// Lets OpenSSL judge all of them; nothing where there is no Python.
fn theirs(all: &[Made]) -> Option<Vec<Theirs>> {
    let python = programs::python()?;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chains");
    let mut text = String::new();
    for made in all {
        writeln!(text, "{HOST} {}", encoded(made)).unwrap();
    }
    std::fs::write(&path, text).unwrap();
    let output = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/path/openssl_judge.py"
        ))
        .arg(&path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let read = |line: &str| {
        let (code, rest) = line.split_once(' ').unwrap();
        Theirs {
            code: code.parse().unwrap(),
            words: rest.into(),
        }
    };
    let found: Vec<_> = lines.lines().map(read).collect();
    assert_eq!(found.len(), all.len(), "{complaint}");
    Some(found)
}

/// Why the two may disagree about a chain.
fn known(made: &Made, ours: &Ours, theirs: &Theirs) -> Option<&'static str> {
    match ours {
        Ok(_) => why_we_accept(made, theirs.code),
        Err(text) => compare::why_we_refuse(text, STRICTER),
    }
}

/// What OpenSSL refuses by this code.
fn why_we_accept(made: &Made, code: i32) -> Option<&'static str> {
    let was_changed = |what: &[&str]| what.iter().any(|what| made.changes.contains(what));
    let all = [&made.root].into_iter().chain(&made.chain);
    let all: Vec<_> = all.map(|der| Extensions::of(der)).collect();
    let has = |id: u8| all.iter().any(|e| e.has(id));
    match code {
        SIGNATURE_FAILURE | NO_ISSUER | NO_LOCAL_ISSUER if was_changed(&["twin"]) => {
            Some("OpenSSL takes the first certificate with the issuer's name and never goes back")
        }
        NO_ISSUER | NO_LOCAL_ISSUER if has(AUTHORITY_KEY_ID) => {
            Some("key identifiers help to find an issuer and prove nothing")
        }
        UNHANDLED_CRITICAL
            if all
                .iter()
                .any(|e| e.is_critical(AUTHORITY_KEY_ID) || e.is_critical(SUBJECT_KEY_ID)) =>
        {
            Some("critical key identifiers are understood here")
        }
        UNSUITABLE_PURPOSE if all.iter().any(|e| e.allows_any_purpose()) => {
            Some("anyExtendedKeyUsage includes servers (RFC 5280, 4.2.1.12)")
        }
        UNREADABLE if was_changed(&["subject", "issuer", "any byte"]) => {
            Some("the value of a name may be of any type and any text; it is only compared")
        }
        INVALID_POLICY if all.iter().any(|e| e.has_empty_policy_constraints()) => {
            Some("what empty policyConstraints mean is left open (RFC 5280, 4.2.1.11)")
        }
        INVALID_POLICY if all[1].has(POLICY_MAPPINGS) => Some("mappings in a leaf map nothing"),
        NO_ISSUER | NO_LOCAL_ISSUER if all.iter().any(|e| e.has_malformed_point()) => {
            Some("cRLDistributionPoints matter where there are lists, or where they are critical")
        }
        _ => None,
    }
}

const STRICTER: &[(&str, &str)] = &[
    (
        "field ",
        "DER, and each extension that matters, is read strictly",
    ),
    (
        "KEY_USAGE",
        "the key signs the key exchange, so keyUsage needs digitalSignature",
    ),
    (
        "map anyPolicy",
        "mapping anyPolicy is forbidden (RFC 5280, 6.1.4 (a))",
    ),
    ("must-staple", "must-staple cannot be checked"),
    ("RSA or EC is needed", "the engine knows RSA and EC only"),
    (
        "the trust store holds CN=Root, but it is no authority",
        "a root of version 3 needs basicConstraints",
    ),
];

/// The extensions of a certificate that the test can take apart.
struct Extensions(Vec<Vec<Vec<u8>>>);

impl Extensions {
    fn of(der: &[u8]) -> Self {
        let fields = std::panic::catch_unwind(|| parts(&parts(der)[0])).unwrap_or_default();
        let last = fields.last().filter(|last| last[0] == 0xa3);
        Self(last.map_or_else(Vec::new, |last| {
            parts(content(last)).iter().map(|one| parts(one)).collect()
        }))
    }

    fn has_empty_policy_constraints(&self) -> bool {
        let mut all = self.0.iter();
        all.any(|parts| parts[0][2..] == [0x55, 0x1d, 36] && parts.last().unwrap() == EMPTY)
    }

    fn has(&self, id: u8) -> bool {
        self.0.iter().any(|parts| parts[0][2..] == [0x55, 0x1d, id])
    }

    /// A distribution point without a name.
    fn has_malformed_point(&self) -> bool {
        let mut all = self.0.iter();
        all.any(|parts| parts[0][2..] == [0x55, 0x1d, 31] && parts.last().unwrap() == POINTLESS)
    }

    fn is_critical(&self, id: u8) -> bool {
        let mut all = self.0.iter();
        all.any(|parts| parts[0][2..] == [0x55, 0x1d, id] && parts.len() == 3)
    }

    fn allows_any_purpose(&self) -> bool {
        let any = [6, 4, 0x55, 0x1d, 0x25, 0];
        let mut values = self.0.iter().flatten();
        values.any(|value| value.windows(6).any(|w| w == any))
    }
}

const EMPTY: &[u8] = &[4, 2, 0x30, 0];
const POINTLESS: &[u8] = &[4, 4, 0x30, 2, 0x30, 0];
const POLICY_MAPPINGS: u8 = 33;
const AUTHORITY_KEY_ID: u8 = 35;
const SUBJECT_KEY_ID: u8 = 14;

// X509_V_ERR_..., and one of the script.
const UNREADABLE: i32 = -1;
const NO_ISSUER: i32 = 2;
const SIGNATURE_FAILURE: i32 = 7;
const NO_LOCAL_ISSUER: i32 = 20;
const UNSUITABLE_PURPOSE: i32 = 26;
const UNHANDLED_CRITICAL: i32 = 34;
const INVALID_POLICY: i32 = 42;

#[test]
fn openssl_finds_the_same_chains_good() {
    let all = compare::chains(0x05e7_ab1e, 300, 6_000);
    if let Some(theirs) = theirs(&all) {
        compare::compare(&all, &theirs, |theirs| theirs.code == 0, known);
    }
}
