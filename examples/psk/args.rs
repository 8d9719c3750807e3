//! The command line.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use clap::Parser;
use embertls::PreSharedKey;
use embertls::ssl::PskTable;
use zeroize::Zeroizing;

/// Talks TLS 1.2 with a pre-shared key in the place of certificates.
///
/// Without a command it runs both sides on this machine.
#[derive(Debug, Parser)]
#[command(name = "psk", version)]
pub struct Args {
    #[command(subcommand)]
    pub role: Option<Role>,
}

#[derive(Debug, clap::Subcommand)]
pub enum Role {
    /// Answer clients until stopped
    Serve {
        /// Where to listen, such as 127.0.0.1:4433
        address: String,
        #[command(flatten)]
        keys: Keys,
    },
    /// Send a line to a server and print its answer
    Connect {
        /// HOST:PORT
        server: String,
        /// Which key to use
        #[arg(long)]
        identity: String,
        #[command(flatten)]
        keys: Keys,
    },
}

#[derive(Debug, clap::Args)]
pub struct Keys {
    /// Lines of IDENTITY:KEY, the key in hexadecimal digits: the file of
    /// `psktool`. On the command line everybody could read a key
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
}

impl Keys {
    pub fn table(&self) -> Result<PskTable, Box<dyn Error>> {
        let mut table = PskTable::new();
        self.each(|identity, key| table = std::mem::take(&mut table).with(identity, key))?;
        Ok(table)
    }

    pub fn key_of(&self, wanted: &str) -> Result<PreSharedKey, Box<dyn Error>> {
        let mut found = None;
        self.each(|identity, key| {
            if identity == wanted {
                found = Some(key);
            }
        })?;
        let file = self.key_file.display();
        found.ok_or_else(|| format!("{file} has no key for {wanted:?}").into())
    }

    fn each(&self, mut take: impl FnMut(&str, PreSharedKey)) -> Result<(), Box<dyn Error>> {
        let file = self.key_file.display();
        let text = fs::read_to_string(&self.key_file);
        let text = Zeroizing::new(text.map_err(|error| format!("reading {file}: {error}"))?);
        for (number, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = line.split_once(':').ok_or("it is not IDENTITY:KEY");
            let (identity, key) =
                entry.map_err(|error| format!("{file}, line {}: {error}", number + 1))?;
            let key = PreSharedKey::from_hex(key)
                .map_err(|error| format!("{file}, line {}: {error}", number + 1))?;
            take(identity, key);
        }
        Ok(())
    }
}
