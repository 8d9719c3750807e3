//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use url::Url;

/// Fetches a page over HTTPS (HTTP/1.1 over TLS 1.2) and streams its body to
/// a file or to standard output.
#[derive(Debug, Parser)]
#[command(name = "https_get", version, after_help = AFTER_HELP)]
pub struct Args {
    /// What to fetch: an https URL
    #[arg(value_name = "URL", value_parser = https_url)]
    pub url: Url,

    /// Write the body to this file; it gets its name once all is there
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Trust the certificates of this file (PEM or DER) or directory; may be
    /// repeated [default: what the system trusts]
    #[arg(long, value_name = "PATH")]
    pub ca: Vec<PathBuf>,

    /// How many redirects to follow, all of them to https
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub max_redirects: u32,

    /// How long connecting, the handshake and each silence of the server may
    /// take
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub timeout: Duration,
}

const AFTER_HELP: &str = "\
The body goes to standard output as it comes; on a terminal its control
characters are escaped. Messages go to standard error.

Exit status:
  0  all of the body is there
  1  the certificate failed verification
  2  anything else: no connection, an HTTP status other than 2xx, a body cut short";

/// Whether this is a URL that can be fetched over TLS; the reason if not.
pub fn check_https(url: &Url) -> Result<(), String> {
    if url.scheme() != "https" {
        return Err(format!(
            "{url}: only https is fetched, and this is {}",
            url.scheme()
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "a user name in a URL is not supported (host {})",
            url.host_str().unwrap_or_default()
        ));
    }
    Ok(())
}

fn https_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    check_https(&url)?;
    Ok(url)
}

fn seconds(text: &str) -> Result<Duration, String> {
    let parsed = text.parse().ok().and_then(|seconds| {
        let timeout = Duration::try_from_secs_f64(seconds).ok()?;
        (!timeout.is_zero()).then_some(timeout)
    });
    parsed.ok_or_else(|| "not a number of seconds above 0".into())
}
