//! What the tool prints about one chain.

use std::fmt::Write as _;

use embertls::{Certificate, VerifiedChain, VerifyError, VerifyProblem};
use serde_json::{Value, json};

/// Lines for people; the last one is the verdict.
pub fn lines(result: &Result<VerifiedChain, VerifyError>) -> String {
    let mut out = String::new();
    match result {
        Ok(chain) => {
            for (depth, subject) in subjects(chain).iter().enumerate() {
                // Writing to a string cannot fail.
                let _ = writeln!(out, "depth {depth} {subject}");
            }
            out.push_str("ACCEPT\n");
        }
        Err(error) => {
            for problem in error.problems() {
                let _ = writeln!(out, "verify: {problem}");
                let _ = writeln!(out, "  {}", facts(problem));
                let _ = writeln!(out, "  what usually helps: {}", problem.remedy);
            }
            out.push_str("REJECT\n");
        }
    }
    out
}

/// The same as one line of JSON.
pub fn json(result: &Result<VerifiedChain, VerifyError>) -> String {
    let value = match result {
        Ok(chain) => json!({ "result": "ACCEPT", "chain": subjects(chain) }),
        Err(error) => {
            let problems: Vec<_> = error.problems().iter().map(problem_json).collect();
            json!({ "result": "REJECT", "problems": problems })
        }
    };
    format!("{value}\n")
}

fn problem_json(problem: &VerifyProblem) -> Value {
    json!({
        "depth": problem.depth,
        "position": problem.position,
        "subject": problem.subject,
        "issuer": problem.issuer,
        "serial": problem.serial,
        "sha256": hex(&problem.fingerprint_sha256),
        "flag": problem.flag.name(),
        "rule": problem.rule,
        "explanation": problem.explanation,
        "remedy": problem.remedy,
    })
}

/// What identifies the certificate and the rule.
fn facts(problem: &VerifyProblem) -> String {
    let rule = match problem.rule {
        "" => String::new(),
        rule => format!("; rule: {rule}"),
    };
    let place = match problem.position {
        Some(position) => format!("certificate {} of the peer", position + 1),
        None => "not sent by the peer".into(),
    };
    format!(
        "{place}, serial {}, SHA-256 {}, issued by {}{rule}",
        problem.serial,
        hex(&problem.fingerprint_sha256),
        problem.issuer
    )
}

fn subjects(chain: &VerifiedChain) -> Vec<String> {
    let certificates = chain.certificates().iter().map(Certificate::try_from);
    certificates
        .map(|certificate| certificate.map_or_else(|e| e.to_string(), |c| c.subject()))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
