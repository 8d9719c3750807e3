//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use rustls_pki_types::UnixTime;

use crate::batch;

/// Judges a chain of certificates and says why.
///
/// The last line is ACCEPT or REJECT. The exit status is 0 for ACCEPT, 1 for
/// REJECT and 2 if something given cannot be used.
#[derive(Parser)]
#[command(version)]
pub struct Args {
    /// Trusted certificates: files in PEM or DER, or directories; without it
    /// those of the system
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub trust: Vec<PathBuf>,

    /// The chain in PEM: the peer's own certificate first
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    pub chain: Option<PathBuf>,

    /// The DNS name or IP address of the server; without it no name is
    /// checked
    #[arg(long)]
    pub name: Option<String>,

    /// What the peer is to be
    #[arg(long, value_enum, default_value_t = Purpose::Server)]
    pub purpose: Purpose,

    /// The time to judge by, such as 2026-01-02T03:04:05Z; without it now
    #[arg(long, value_name = "RFC3339", value_parser = batch::parse_time)]
    pub time: Option<UnixTime>,

    /// Revocation lists in PEM or DER
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub crl: Vec<PathBuf>,

    /// Which certificates are looked for on the revocation lists
    #[arg(long, value_enum, default_value_t = Revocation::Chain)]
    pub revocation: Revocation,

    /// What becomes of a certificate that no revocation list covers
    #[arg(long, value_enum, default_value_t = Uncovered::Allow)]
    pub uncovered: Uncovered,

    /// How much the chain must keep to the letter of the rules
    #[arg(long, value_enum, default_value_t = Profile::Compatible)]
    pub profile: Profile,

    /// How many intermediate certificates there may be
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub max_depth: usize,

    /// Print one line of JSON instead
    #[arg(long)]
    pub json: bool,

    /// Judge all cases of a file like those of x509-limbo, and print what
    /// came out as JSON
    #[arg(long, value_name = "FILE", conflicts_with_all = ["chain", "trust", "name", "time", "crl"])]
    pub batch: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Purpose {
    Server,
    Client,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Revocation {
    Off,
    Leaf,
    Chain,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Uncovered {
    Allow,
    Refuse,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Profile {
    Compatible,
    Strict,
}

impl From<Revocation> for embertls::Revocation {
    fn from(revocation: Revocation) -> Self {
        match revocation {
            Revocation::Off => Self::Off,
            Revocation::Leaf => Self::Leaf,
            Revocation::Chain => Self::Chain,
        }
    }
}

impl From<Uncovered> for embertls::Uncovered {
    fn from(uncovered: Uncovered) -> Self {
        match uncovered {
            Uncovered::Allow => Self::Allow,
            Uncovered::Refuse => Self::Refuse,
        }
    }
}

impl From<Profile> for embertls::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Compatible => Self::Compatible,
            Profile::Strict => Self::Strict,
        }
    }
}
