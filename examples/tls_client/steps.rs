//! One connection, by every step of the guide.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use embertls::{
    Crl, Drbg, Entropy, Handshake, NetContext, ProtocolVersion, ServerName, SslConfig, SslSession,
    TrustStore, Verdict,
};

use crate::args::{Endpoint, Verify};
use crate::failure::Failure;
use crate::output::Output;

/// What to do, with whom.
pub struct Plan {
    /// Who is expected in the certificate.
    pub server: Endpoint,
    /// Where to connect to.
    pub host: String,
    pub port: u16,
    pub trust: Trust,
    pub revoked: Vec<Revoked>,
    pub verify: Verify,
    pub alpn: Vec<String>,
    pub request: Vec<u8>,
    pub timeout: Duration,
}

/// Whom to trust.
pub enum Trust {
    System,
    Paths(Vec<PathBuf>),
    Pem(String),
}

/// A revocation list.
pub enum Revoked {
    Path(PathBuf),
    Pem(String),
}

/// How much of a reply is read.
const MAX_REPLY: usize = 64 * 1024;

/// A server that has begun its reply and is silent for so long has ended it.
const PAUSE: Duration = Duration::from_secs(2);

const RESULT_OF: &str = "of the server's certificate";

/// Takes the steps, printing each.
pub fn run(plan: &Plan, out: &Output) -> Result<(), Failure> {
    let timeout = plan.timeout;

    out.step(
        "initialise",
        "the operating system is the source of entropy",
    )?;
    let entropy = Entropy::new()?;

    out.step("seed", "a CTR_DRBG of our own")?;
    let drbg = Drbg::seed(entropy, b"tls_client")?;

    out.step("defaults", "those of a client")?;
    let config = SslConfig::client().rng(drbg);

    out.step("minimum version", ProtocolVersion::Tls12)?;
    let config = config.min_version(ProtocolVersion::Tls12);

    let config = match plan.verify {
        Verify::Required => {
            out.step("verification", "required")?;
            config.verification_required()
        }
        Verify::Optional => {
            out.step("verification", "optional: anyone could pose as the server")?;
            config.danger_verification_optional()
        }
    };

    let name = ServerName::try_from(plan.server.host.as_str())?;
    let sni = match name.is_ip() {
        true => "an address, so there is no SNI",
        false => "sent as SNI",
    };
    out.step(
        "server name",
        format_args!("{name}, expected in the certificate; {sni}"),
    )?;

    let roots = trusted_roots(&plan.trust, out)?;
    let config = config.trust_store(roots);

    let mut config = config;
    for list in &plan.revoked {
        config = config.crl(revocation_list(list, out)?);
    }
    if plan.revoked.is_empty() {
        out.step("revocation lists", "none")?;
    }

    if !plan.alpn.is_empty() {
        out.step("alpn", plan.alpn.join(", "))?;
        config = config.alpn(&plan.alpn);
    }
    let config = config.build()?;

    let target = (plan.host.as_str(), plan.port);
    out.step(
        "connect",
        format_args!("to {} port {}", plan.host, plan.port),
    )?;
    let net = NetContext::connect_timeout(target, timeout)
        .map_err(|error| Failure::connecting(timeout, error))?;
    let peer = format!("{} at {}", plan.server, net.peer_addr()?);
    let failed = |error| Failure::handshake(&peer, timeout, error);

    out.step("handshake", format_args!("with {peer}"))?;
    let handshake =
        Handshake::client(&config, name, net).map_err(|error| failed(error.into_error()))?;
    let mut session = match handshake.complete_within(timeout) {
        Ok(session) => session,
        Err(error) => {
            let failure = failed(error.into_error());
            if let Failure::Verify { error, .. } = &failure {
                out.step("verification result", RESULT_OF)?;
                out.verify(Err(error))?;
            }
            return Err(failure);
        }
    };
    out.negotiated(&session)?;

    out.step("verification result", RESULT_OF)?;
    match session.verify_result() {
        Verdict::Verified => out.verify(Ok(()))?,
        Verdict::Tolerated(error) => out.verify(Err(error))?,
        _ => {
            return Err(Failure::other(format!(
                "{peer}: the certificate was not judged"
            )));
        }
    }

    let deadline = Instant::now().checked_add(timeout);
    session.get_mut().set_deadline(deadline);
    let writing = |error| Failure::exchange("writing to", &peer, timeout, error);
    session.write_all(&plan.request).map_err(writing)?;
    session.flush().map_err(writing)?;
    out.step("write", format_args!("{} bytes", plan.request.len()))?;

    let (reply, end) = read_reply(&mut session, timeout)
        .map_err(|error| Failure::exchange("reading the reply of", &peer, timeout, error))?;
    out.step("read", format_args!("{} bytes, {end}", reply.len()))?;
    out.reply(&reply)?;

    session
        .get_mut()
        .set_deadline(Instant::now().checked_add(PAUSE));
    match session.close() {
        Ok(()) => out.step("close", "close_notify is sent")?,
        // What was to be exchanged has been.
        Err(error) => out.step(
            "close",
            format_args!("the server was gone before us: {error}"),
        )?,
    }

    // The session holds the configuration too: dropped last, it frees all in
    // the order of the guide.
    drop(config);
    drop(session);
    out.step(
        "free",
        "session, certificates, configuration, socket, generator, entropy",
    )?;
    Ok(())
}

fn trusted_roots(trust: &Trust, out: &Output) -> Result<TrustStore, Failure> {
    let (roots, from) = match trust {
        Trust::System => (TrustStore::system()?, "the system".into()),
        Trust::Pem(pem) => (TrustStore::from_pem(pem)?, "memory".into()),
        Trust::Paths(paths) => {
            let mut builder = TrustStore::builder();
            for path in paths {
                builder = builder.path(path)?;
            }
            let names: Vec<_> = paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            (builder.build()?, names.join(", "))
        }
    };
    for rejected in roots.rejected() {
        out.warning(format_args!("not trusted: {rejected}"));
    }
    let count = match roots.certificates().len() {
        1 => "1 certificate".into(),
        many => format!("{many} certificates"),
    };
    out.step("trusted roots", format_args!("{count} from {from}"))?;
    Ok(roots)
}

fn revocation_list(list: &Revoked, out: &Output) -> Result<Crl, Failure> {
    let crl = match list {
        Revoked::Path(path) => Crl::from_pem_file(path)?,
        Revoked::Pem(pem) => Crl::from_pem(pem)?,
    };
    let issuers: Vec<_> = crl.issuers().collect();
    out.step("revocation list", format_args!("of {}", issuers.join("; ")))?;
    Ok(crl)
}

/// Reads until the server closes, falls silent or has sent enough; says which.
///
/// An error is one only where nothing came at all: servers exist that do not
/// close their sessions, or cut them.
fn read_reply(
    session: &mut SslSession<NetContext>,
    timeout: Duration,
) -> io::Result<(Vec<u8>, &'static str)> {
    let mut reply = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let room = buffer.len().min(MAX_REPLY - reply.len());
        match session.read(&mut buffer[..room]) {
            Ok(0) if room == 0 => return Ok((reply, "and there may be more")),
            Ok(0) => return Ok((reply, "then close_notify")),
            Ok(len) => {
                if reply.is_empty() {
                    let pause = PAUSE.min(timeout);
                    session.get_mut().set_read_timeout(Some(pause))?;
                }
                reply.extend_from_slice(&buffer[..len]);
            }
            Err(error) if reply.is_empty() => return Err(error),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                return Ok((reply, "then silence"));
            }
            Err(error) if is_cut(error.kind()) => {
                return Ok((
                    reply,
                    "then the connection was cut without close_notify: some may be missing",
                ));
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_cut(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(
        kind,
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
    )
}
