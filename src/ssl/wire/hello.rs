//! ClientHello and ServerHello, read in Rust before the engine sees them.
//!
//! The engine accepts duplicate extensions and answers some malformed hellos
//! with no alert at all; what is read here decides, and the same facts fill
//! the [`HandshakeReport`](crate::HandshakeReport) of both sides.

mod client;
mod server;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

pub use self::client::ClientHello;
pub(crate) use self::server::ServerHello;

use super::codec::Reader;
use crate::error::Alert;

/// Extension numbers that this crate reads (IANA, TLS ExtensionType Values).
pub(crate) mod extension {
    pub(crate) const SERVER_NAME: u16 = 0;
    pub(crate) const MAX_FRAGMENT_LENGTH: u16 = 1;
    pub(crate) const SUPPORTED_GROUPS: u16 = 10;
    pub(crate) const EC_POINT_FORMATS: u16 = 11;
    pub(crate) const SIGNATURE_ALGORITHMS: u16 = 13;
    pub(crate) const ALPN: u16 = 16;
    pub(crate) const ENCRYPT_THEN_MAC: u16 = 22;
    pub(crate) const EXTENDED_MASTER_SECRET: u16 = 23;
    pub(crate) const SESSION_TICKET: u16 = 35;
    pub(crate) const SUPPORTED_VERSIONS: u16 = 43;
    pub(crate) const RENEGOTIATION_INFO: u16 = 0xff01;
}

/// TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746), a signal among the suites.
pub(crate) const RENEGOTIATION_SCSV: u16 = 0x00ff;
/// TLS_FALLBACK_SCSV (RFC 7507).
pub(crate) const FALLBACK_SCSV: u16 = 0x5600;
pub(crate) const TLS12: u16 = 0x0303;

/// Why a hello is refused, and the alert that says so.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HelloRefused {
    pub(crate) alert: Alert,
    pub(crate) reason: String,
}

impl HelloRefused {
    fn new(alert: Alert, reason: impl Into<String>) -> Self {
        Self {
            alert,
            reason: reason.into(),
        }
    }

    fn decode(what: &str) -> Self {
        Self::new(
            Alert::DecodeError,
            format!("the {what} is cut short or has a wrong length"),
        )
    }
}

/// The formats of an ec_point_formats extension (RFC 8422, 5.1.2).
fn point_format_list<'a>(content: &'a [u8], message: &str) -> Result<&'a [u8], HelloRefused> {
    let mut reader = Reader::new(content);
    reader
        .vec8()
        .filter(|formats| !formats.is_empty() && reader.is_empty())
        .ok_or_else(|| HelloRefused::decode(&format!("ec_point_formats of the {message}")))
}

fn no_uncompressed_points(peer: &str) -> HelloRefused {
    HelloRefused::new(
        Alert::IllegalParameter,
        format!("the {peer} does not take uncompressed points (RFC 8422, 5.1.2)"),
    )
}

/// The only format of a point that is left.
const UNCOMPRESSED: u8 = 0;
fn protocol_list(list: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::new(list);
    let mut protocols = Vec::new();
    while !reader.is_empty() {
        let protocol = reader.vec8().filter(|protocol| !protocol.is_empty())?;
        protocols.push(protocol.to_vec());
    }
    (!protocols.is_empty()).then_some(protocols)
}

/// Walks the extensions, refuses duplicates (RFC 5246, 7.4.1.4), and gives
/// their numbers.
fn each_extension<'a>(
    extensions: &'a [u8],
    message: &str,
    mut read: impl FnMut(u16, &'a [u8]) -> Result<(), HelloRefused>,
) -> Result<Vec<u16>, HelloRefused> {
    let malformed = || HelloRefused::decode(&format!("extension list of the {message}"));
    let mut reader = Reader::new(extensions);
    let mut numbers = Vec::new();
    while !reader.is_empty() {
        let number = reader.u16().ok_or_else(malformed)?;
        let content = reader.vec16().ok_or_else(malformed)?;
        numbers.push(number);
        read(number, content)?;
    }
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(HelloRefused::new(
            Alert::DecodeError,
            format!("extension {} appears twice in the {message}", pair[0]),
        ));
    }
    Ok(numbers)
}

/// The name of a protocol version on the wire.
pub(crate) fn version_name(version: u16) -> String {
    match version {
        0x0200 => "SSL 2.0".into(),
        0x0300 => "SSL 3.0".into(),
        0x0301 => "TLS 1.0".into(),
        0x0302 => "TLS 1.1".into(),
        0x0303 => "TLS 1.2".into(),
        0x0304 => "TLS 1.3".into(),
        other => format!("version 0x{other:04x}"),
    }
}
