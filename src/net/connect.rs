//! Making connections.

use std::fmt::Write as _;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::NetContext;
use super::address::Endpoint;
use crate::error::{Error, Result};

/// Connects to the first address that answers.
pub(super) fn connect(endpoint: &Endpoint, timeout: Option<Duration>) -> Result<NetContext> {
    // A timeout too long for the clock is none.
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let addresses = endpoint
        .resolve(timeout)
        .map_err(|source| Error::io(format!("resolving {}", endpoint.name), source))?;

    let mut failures = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        match attempt(address, deadline, addresses.len() - index) {
            Ok(stream) => return Ok(stream.into()),
            Err(failure) => failures.push((*address, failure)),
        }
    }
    Err(explain(endpoint, failures))
}

/// Tries one address, with its share of the time that is left for
/// `candidates`.
fn attempt(
    address: &SocketAddr,
    deadline: Option<Instant>,
    candidates: usize,
) -> io::Result<TcpStream> {
    let stream = match deadline {
        None => TcpStream::connect(address)?,
        Some(deadline) => {
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(candidates).unwrap_or(u32::MAX).max(1);
            if share.is_zero() {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "no time was left to try it",
                ));
            }
            TcpStream::connect_timeout(address, share)?
        }
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Names every address that was tried; the last one's error is the source.
fn explain(endpoint: &Endpoint, mut failures: Vec<(SocketAddr, io::Error)>) -> Error {
    let mut action = format!("connecting to {}", endpoint.name);
    let Some((last, source)) = failures.pop() else {
        return Error::io(action, io::ErrorKind::NotFound.into());
    };
    if !failures.is_empty() || endpoint.name != last.to_string() {
        action.push_str(" (tried ");
        for (address, failure) in &failures {
            let _ = write!(action, "{address}: {failure}; ");
        }
        let _ = write!(action, "{last})");
    }
    Error::io(action, source)
}
