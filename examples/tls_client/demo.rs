//! The demonstration: a connection that works and two that must not, all on
//! this machine.

use std::time::Duration;

use embertls::VerifyFlag;

use crate::args::{Endpoint, Verify};
use crate::authority::{Authority, Identity, LONG, PAST};
use crate::failure::Failure;
use crate::output::Output;
use crate::server::LoopbackServer;
use crate::steps::{self, Plan, Revoked, Trust};

/// The name in the certificates.
const NAME: &str = "localhost";
/// A name that is in none of them.
const OTHER_NAME: &str = "other.example";

pub fn run(timeout: Duration, out: &Output) -> Result<(), Failure> {
    out.demo("making a throwaway certification authority and its revocation list")?;
    let demo = Demo {
        authority: Authority::new()?,
        timeout,
        out,
    };
    let good = demo.authority.issue(NAME, LONG)?;
    let expired = demo.authority.issue(NAME, PAST)?;

    out.demo(format_args!(
        "1 of 3: a server with a good certificate for {NAME}"
    ))?;
    demo.connect(&good, NAME)?;

    out.demo("2 of 3: a server whose certificate has expired")?;
    demo.be_refused(&expired, NAME, VerifyFlag::Expired)?;

    out.demo(format_args!(
        "3 of 3: a good certificate for {NAME}, and a client that wants {OTHER_NAME}"
    ))?;
    demo.be_refused(&good, OTHER_NAME, VerifyFlag::CnMismatch)?;

    out.demo("done: one connection verified, two refused as they should be")?;
    Ok(())
}

struct Demo<'a> {
    authority: Authority,
    timeout: Duration,
    out: &'a Output,
}

impl Demo<'_> {
    /// Connects to a server with this certificate, wanting `name`.
    fn connect(&self, identity: &Identity, name: &str) -> Result<(), Failure> {
        let server = LoopbackServer::start(identity)?;
        let result = steps::run(&self.plan(&server, name)?, self.out);
        if matches!(result, Err(Failure::Other { .. })) {
            // The server may still wait for a client: it ends with the program.
            return result;
        }
        self.out
            .demo(format_args!("the server's side: {}", server.finish()))?;
        result
    }

    /// Connects as above, and fails if that works.
    fn be_refused(&self, identity: &Identity, name: &str, flag: VerifyFlag) -> Result<(), Failure> {
        match self.connect(identity, name) {
            Err(Failure::Verify { error, .. })
                if error.problems().iter().any(|problem| problem.flag == flag) =>
            {
                self.out.demo("refused, as it should be")?;
                Ok(())
            }
            Err(other) => Err(other),
            Ok(()) => Err(Failure::other(format!(
                "the connection was to be refused with {}, and was not",
                flag.name()
            ))),
        }
    }

    fn plan(&self, server: &LoopbackServer, name: &str) -> Result<Plan, Failure> {
        Ok(Plan {
            server: Endpoint::new(name, server.port),
            host: "127.0.0.1".into(),
            port: server.port,
            trust: Trust::Pem(self.authority.pem()),
            revoked: vec![Revoked::Pem(self.authority.revocation_list_pem()?)],
            verify: Verify::Required,
            alpn: vec!["http/1.1".into()],
            request: format!("GET / HTTP/1.0\r\nHost: {name}\r\n\r\n").into_bytes(),
            timeout: self.timeout,
        })
    }
}

impl From<rcgen::Error> for Failure {
    fn from(error: rcgen::Error) -> Self {
        Self::other(format!("making the demonstration's certificates: {error}"))
    }
}
