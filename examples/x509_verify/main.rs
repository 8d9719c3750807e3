//! Judges a chain of certificates, as a session would, and says why.
//!
//! ```text
//! cargo run --example x509_verify -- --trust ca.pem --chain chain.pem --name example.com
//! cargo run --example x509_verify -- --batch limbo.json --profile strict
//! ```
//!
//! [`judge`] is what to read first.

mod args;
mod batch;
mod output;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use embertls::{Crl, ServerName, TrustStore, VerifiedChain, Verifier, VerifyError};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::args::{Args, Purpose};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.batch {
        Some(path) => run_batch(path, &args),
        None => run_one(&args),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("x509_verify: {failure}");
        ExitCode::from(2)
    })
}

fn run_one(args: &Args) -> Result<ExitCode, Failure> {
    let result = judge(args)?;
    let text = match args.json {
        true => output::json(&result),
        false => output::lines(&result),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(match result {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(1),
    })
}

/// Builds a verifier as told, and lets it judge.
fn judge(args: &Args) -> Result<Result<VerifiedChain, VerifyError>, Failure> {
    let crls: Result<Vec<_>, _> = args.crl.iter().map(Crl::from_pem_file).collect();
    let mut verifier = Verifier::new(trust_store(args)?)
        .with_crls(crls?)
        .revocation(args.revocation.into())
        .uncovered(args.uncovered.into())
        .profile(args.profile.into())
        .max_depth(args.max_depth);
    if let Some(time) = args.time {
        verifier = verifier.verification_time(time);
    }
    let chain = match &args.chain {
        Some(path) => read_chain(path)?,
        None => return Err("--chain is missing".into()),
    };
    Ok(match (args.purpose, &args.name) {
        (Purpose::Server, Some(name)) => {
            verifier.verify(&chain, &ServerName::try_from(name.as_str())?)
        }
        (Purpose::Server, None) => {
            eprintln!("x509_verify: without --name, the certificate may be for any server");
            verifier.danger_verify_any_server(&chain)
        }
        (Purpose::Client, _) => verifier.verify_client(&chain),
    })
}

fn trust_store(args: &Args) -> Result<TrustStore, Failure> {
    if args.trust.is_empty() {
        return Ok(TrustStore::system()?);
    }
    let mut store = TrustStore::builder();
    for path in &args.trust {
        store = store.path(path)?;
    }
    let store = store.build()?;
    for rejected in store.rejected() {
        eprintln!("x509_verify: left out: {rejected}");
    }
    Ok(store)
}

/// The certificates of a PEM file as they are: what cannot be read is for the
/// verifier to say.
fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let which = path.display();
    let pem = fs::read(path).map_err(|e| format!("reading {which}: {e}"))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|e| format!("{which}: {e}"))?;
    match chain.is_empty() {
        true => Err(format!("{which}: no certificate found").into()),
        false => Ok(chain),
    }
}

fn run_batch(path: &Path, args: &Args) -> Result<ExitCode, Failure> {
    let which = path.display();
    let text = fs::read(path).map_err(|e| format!("reading {which}: {e}"))?;
    let suite: batch::Suite = serde_json::from_slice(&text).map_err(|e| format!("{which}: {e}"))?;
    let profile = args.profile.into();
    let cases = suite.testcases.iter();
    let answers: Vec<_> = cases.map(|case| batch::answer(case, profile)).collect();
    println!("{}", serde_json::to_string_pretty(&answers)?);
    Ok(ExitCode::SUCCESS)
}
