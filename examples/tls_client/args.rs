//! The command line.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Parser, ValueEnum};

const DEFAULT_PORT: u16 = 443;

/// Connects to a TLS server step by step, and explains what goes wrong.
///
/// Without HOST it makes a certification authority and a server on this
/// machine, connects to it, and shows how it refuses an expired certificate
/// and a wrong host name. Nothing leaves the machine.
#[derive(Debug, Parser)]
#[command(name = "tls_client", version, after_help = AFTER_HELP)]
pub struct Args {
    /// The server: a DNS name or an IP address (`[::1]:443` with a port);
    /// the port is 443 unless given
    #[arg(value_name = "HOST[:PORT]")]
    pub target: Option<Endpoint>,

    /// Connect there, and still expect HOST in the certificate; without a
    /// port, to the one of HOST
    #[arg(long, value_name = "ADDR:PORT", requires = "target")]
    pub connect: Option<Endpoint>,

    /// Trust the certificates of this file (PEM or DER) or directory; may be
    /// repeated [default: what the system trusts]
    #[arg(long, value_name = "PATH", requires = "target")]
    pub ca: Vec<PathBuf>,

    /// Refuse what this revocation list (PEM or DER) names; may be repeated
    #[arg(long, value_name = "PATH", requires = "target")]
    pub crl: Vec<PathBuf>,

    /// What to do about a certificate that fails verification: stop, or list
    /// the problems and go on, which anyone on the way can abuse
    #[arg(long, value_enum, default_value_t = Verify::Required, requires = "target")]
    pub verify: Verify,

    /// Protocols to offer, most wanted first, with commas between them
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "target")]
    pub alpn: Vec<String>,

    /// Send this as it is, and nothing if it is empty [default: an HTTP/1.0
    /// request for `/`]
    #[arg(
        long,
        value_name = "TEXT",
        requires = "target",
        allow_hyphen_values = true
    )]
    pub send: Option<String>,

    /// How long each of connecting, the handshake and the exchange may take
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,

    /// Show the certificates, the whole reply, and what each side offered in
    /// a handshake that failed
    #[arg(short, long)]
    pub verbose: bool,
}

const AFTER_HELP: &str = "\
Results go to standard output, one to a line:
  Mbed TLS VERSION                       always the first line
  step: NAME: DETAIL                     as each step is taken
  version: / cipher suite: / alpn:       what was negotiated
  verify: ok                             the certificate is good, or one line for each problem:
  verify: depth N SUBJECT: FLAG: EXPLANATION
  reply: LINE                            what the server sent; nothing else begins so

Of the reply at most 64 KiB are read, until the server closes or has been
silent for 2 seconds, and 2 KiB are shown unless -v is given. Control
characters are escaped.

Exit status:
  0  connected and exchanged, or verification is optional and the problems are listed
  1  the certificate failed verification
  2  anything else; a message on standard error says what, with whom, and why";

/// What to do about a certificate that fails verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    Required,
    Optional,
}

/// A host and perhaps a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub host: String,
    port: Option<u16>,
}

impl Endpoint {
    pub fn new(host: &str, port: u16) -> Self {
        Self {
            host: host.into(),
            port: Some(port),
        }
    }

    /// The port of the server that is meant.
    pub fn port(&self) -> u16 {
        self.port_or(DEFAULT_PORT)
    }

    pub fn port_or(&self, default: u16) -> u16 {
        self.port.unwrap_or(default)
    }

    /// As in the `Host` field of an HTTP request.
    pub fn http_host(&self) -> String {
        match self.port() {
            DEFAULT_PORT => in_brackets(&self.host),
            port => format!("{}:{port}", in_brackets(&self.host)),
        }
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return Err("this is a URL; give HOST or HOST:PORT".into());
        }
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (host, rest) = rest.split_once(']').ok_or("the `]` is missing")?;
            if host.parse::<Ipv6Addr>().is_err() {
                return Err(format!("`{host}` is no IPv6 address"));
            }
            match rest.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if rest.is_empty() => (host, None),
                None => return Err("only `:PORT` may follow the `]`".into()),
            }
        } else if text.parse::<Ipv6Addr>().is_ok() {
            (text, None)
        } else {
            match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            }
        };
        if host.is_empty() {
            return Err("the host is missing".into());
        }
        let port = port.map(parse_port).transpose()?;
        Ok(Self {
            host: host.into(),
            port,
        })
    }
}

/// `HOST:PORT`, with the port that is meant.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", in_brackets(&self.host), self.port())
    }
}

fn in_brackets(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.into(),
    }
}

fn parse_port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(format!(
            "`{text}` is no port; ports are numbers from 1 to 65535"
        )),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let parsed = text.parse().ok().and_then(|seconds| {
        let timeout = Duration::try_from_secs_f64(seconds).ok()?;
        (!timeout.is_zero()).then_some(timeout)
    });
    parsed.ok_or_else(|| "not a number of seconds above 0".into())
}
