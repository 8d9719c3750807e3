//! What is printed, and how. Results go to standard output, one to a line
//! that begins with a fixed word; messages go to standard error.

use std::fmt::Display;
use std::io::{self, Write};

use embertls::{Certificate, HandshakeReport, SslSession, VerifyError};

use crate::failure::Failure;
use crate::printable::Printable;

/// How much of a reply is shown unless all is asked for.
const SHOWN: usize = 2048;

pub struct Output {
    verbose: bool,
}

impl Output {
    pub fn new(verbose: bool) -> Self {
        Self { verbose }
    }

    /// The first line of every run.
    pub fn version(&self) -> io::Result<()> {
        writeln!(io::stdout(), "Mbed TLS {}", embertls::mbedtls_version())
    }

    pub fn demo(&self, text: impl Display) -> io::Result<()> {
        line("demo", text)
    }

    pub fn step(&self, name: &str, detail: impl Display) -> io::Result<()> {
        line("step", format_args!("{name}: {detail}"))
    }

    /// What the handshake came to.
    pub fn negotiated<T>(&self, session: &SslSession<T>) -> io::Result<()> {
        let suite = session.cipher_suite();
        line("version", session.version())?;
        line(
            "cipher suite",
            format_args!("{} (0x{:04x})", suite.name(), suite.iana_number()),
        )?;
        match session.alpn() {
            Some(protocol) => line("alpn", Printable(protocol))?,
            None => line("alpn", "none")?,
        }
        if self.verbose {
            for (depth, der) in session.peer_certificates().iter().enumerate() {
                match Certificate::from_der(der) {
                    Ok(known) => line(
                        "certificate",
                        format_args!(
                            "{depth} {}; issued by {}; serial {}",
                            known.subject(),
                            known.issuer(),
                            known.serial()
                        ),
                    )?,
                    Err(error) => line("certificate", format_args!("{depth} {error}"))?,
                }
            }
        }
        Ok(())
    }

    /// The result of verification: `verify: ok`, or a line for each problem.
    pub fn verify(&self, result: Result<(), &VerifyError>) -> io::Result<()> {
        match result {
            Ok(()) => line("verify", "ok"),
            Err(error) => error
                .problems()
                .iter()
                .try_for_each(|problem| line("verify", problem)),
        }
    }

    /// What the server sent, each line with a word before it, so that no line
    /// of the server's can pass for one of ours.
    pub fn reply(&self, reply: &[u8]) -> io::Result<()> {
        let shown = match self.verbose {
            true => reply,
            false => &reply[..reply.len().min(SHOWN)],
        };
        for one in shown.split_inclusive(|&byte| byte == b'\n') {
            let one = one.strip_suffix(b"\n").unwrap_or(one);
            line("reply", Printable(one.strip_suffix(b"\r").unwrap_or(one)))?;
        }
        match reply.len() - shown.len() {
            0 => Ok(()),
            rest => self.step("read", format_args!("{rest} more bytes; -v shows them")),
        }
    }

    /// Something that the user should know and that does not end the run.
    pub fn warning(&self, text: impl Display) {
        message(format_args!("warning: {text}"));
    }

    /// Why the run failed.
    pub fn failure(&self, failure: &Failure) {
        message(failure);
        match failure {
            Failure::Verify { error, .. } => {
                for problem in error.problems() {
                    message(format_args!(
                        "what usually helps against {}: {}",
                        problem.flag.name(),
                        problem.remedy
                    ));
                }
            }
            Failure::Other {
                report: Some(report),
                ..
            } if self.verbose => explain(report),
            Failure::Other { .. } => {}
        }
    }
}

fn explain(report: &HandshakeReport) {
    let lists = [
        ("versions offered", &report.versions_offered),
        ("cipher suites offered", &report.cipher_suites_offered),
        ("groups offered", &report.groups_offered),
        ("ALPN offered", &report.alpn_offered),
    ];
    for (what, list) in lists {
        if !list.is_empty() {
            message(format_args!("{what}: {}", list.join(", ")));
        }
    }
    let chosen = [
        ("version chosen", &report.version_chosen),
        ("cipher suite chosen", &report.cipher_suite_chosen),
        ("ALPN chosen", &report.alpn_chosen),
    ];
    for (what, value) in chosen {
        if let Some(value) = value {
            message(format_args!("{what}: {value}"));
        }
    }
}

/// A line of standard output; whatever is in it, it stays one line.
fn line(word: &str, text: impl Display) -> io::Result<()> {
    let text = text.to_string();
    writeln!(io::stdout(), "{word}: {}", Printable(text.as_bytes()))
}

/// A line of standard error. Where nobody reads it there is nothing to do.
fn message(text: impl Display) {
    let text = text.to_string();
    let _ = writeln!(io::stderr(), "tls_client: {}", Printable(text.as_bytes()));
}
