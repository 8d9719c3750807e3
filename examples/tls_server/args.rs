//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Serves the files of a folder over HTTPS until it is stopped with Ctrl-C.
///
/// Without --cert and --key it makes a throwaway certificate for localhost and
/// says which file clients are to trust.
#[derive(Debug, Parser)]
#[command(name = "tls_server", version, after_help = AFTER_HELP)]
pub struct Args {
    /// What to serve
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,

    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,

    /// The certificate chain in PEM, the server's own first
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,

    /// The private key of the certificate in PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,

    /// Require a certificate of clients that leads to one of this file
    #[arg(long, value_name = "FILE")]
    pub client_ca: Option<PathBuf>,

    /// Protocols to accept through ALPN, most wanted first, with commas between
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "http/1.1"
    )]
    pub alpn: Vec<String>,

    /// Accept the cipher suites for old peers, too: CBC and static RSA
    #[cfg(feature = "legacy-suites")]
    #[arg(long)]
    pub legacy: bool,

    /// Whether clients get tickets to resume their sessions with; those that
    /// take none are remembered by a session id in either case
    #[arg(long, value_name = "on|off", default_value = "on")]
    pub tickets: Tickets,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Tickets {
    On,
    Off,
}

const AFTER_HELP: &str = "\
Standard output begins with these lines:
  Mbed TLS VERSION
  trust: FILE                the file that clients are to trust, with a throwaway certificate
  listening: https://ADDR:PORT/
and goes on with one line for each connection: what was negotiated, or why it
was refused.

Exit status:
  0  stopped by Ctrl-C, after the requests under way were answered
  2  anything else; a message on standard error says why";
