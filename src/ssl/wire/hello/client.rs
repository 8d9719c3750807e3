//! ClientHello: what a client says first.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{
    FALLBACK_SCSV, HelloRefused, RENEGOTIATION_SCSV, TLS12, UNCOMPRESSED, each_extension,
    extension, no_uncompressed_points, point_format_list, protocol_list, version_name,
};
use crate::error::Alert;
use crate::ssl::wire::codec::{Reader, u16_list};

/// What a client says first (RFC 5246, 7.4.1.2): the facts on which a server
/// chooses its answer.
///
/// Obtained from [`Accepted::client_hello`](crate::ssl::Accepted::client_hello).
///
/// ```
/// use embertls::ssl::ClientHello;
///
/// fn speaks_http2(hello: &ClientHello) -> bool {
///     hello.alpn.iter().any(|protocol| protocol == b"h2")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientHello {
    /// The version field of the message; 0x0303 for TLS 1.2 and for TLS 1.3.
    pub legacy_version: u16,
    /// Versions listed in `supported_versions` (RFC 8446), empty without it.
    pub supported_versions: Vec<u16>,
    /// The name in the server_name extension (RFC 6066), in lower case.
    pub server_name: Option<String>,
    /// Protocols offered through ALPN (RFC 7301), most wanted first.
    pub alpn: Vec<Vec<u8>>,
    /// IANA numbers of the cipher suites, most wanted first, without the
    /// signalling values.
    pub cipher_suites: Vec<u16>,
    /// IANA numbers of the named groups (RFC 8422), most wanted first.
    pub groups: Vec<u16>,
    /// IANA numbers of the signature schemes, most wanted first.
    pub signature_schemes: Vec<u16>,
    /// The session that the client would resume; empty for none.
    pub session_id: Vec<u8>,
    /// Whether a session ticket came along (RFC 5077).
    pub has_ticket: bool,
    /// Numbers of all extensions, in the order sent.
    pub extensions: Vec<u16>,
    pub(crate) ticket: Ticket,
    pub(crate) random: [u8; 32],
}

/// A session ticket; only its length is shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Ticket(pub(crate) Vec<u8>);

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl ClientHello {
    /// Whether the extension with this number was sent.
    pub(crate) fn offers(&self, extension: u16) -> bool {
        self.extensions.contains(&extension)
    }

    /// Reads a whole handshake message, header included.
    pub(crate) fn parse(message: &[u8]) -> Result<Self, HelloRefused> {
        let malformed = || HelloRefused::decode("ClientHello");
        let mut reader = Reader::new(message);
        let kind = reader.u8().ok_or_else(malformed)?;
        if kind != 1 {
            return Err(HelloRefused::new(
                Alert::UnexpectedMessage,
                format!("the first message is of type {kind}, not a ClientHello"),
            ));
        }
        let body = reader.vec24().ok_or_else(malformed)?;
        if !reader.is_empty() {
            return Err(malformed());
        }

        let mut body = Reader::new(body);
        let legacy_version = body.u16().ok_or_else(malformed)?;
        let random = body.array().ok_or_else(malformed)?;
        let session_id = body.vec8().ok_or_else(malformed)?;
        let suites = body
            .vec16()
            .and_then(u16_list)
            .filter(|list| !list.is_empty())
            .ok_or_else(malformed)?;
        let compressions = body.vec8().ok_or_else(malformed)?;
        if session_id.len() > 32 || compressions.is_empty() {
            return Err(malformed());
        }
        if legacy_version < TLS12 && suites.contains(&FALLBACK_SCSV) {
            return Err(HelloRefused::new(
                Alert::InappropriateFallback,
                format!(
                    "the client fell back to {} though TLS 1.2 is spoken here (RFC 7507)",
                    version_name(legacy_version)
                ),
            ));
        }
        if legacy_version < TLS12 {
            return Err(HelloRefused::new(
                Alert::ProtocolVersion,
                format!(
                    "the client speaks {} at most; TLS 1.2 is the least accepted",
                    version_name(legacy_version)
                ),
            ));
        }

        let mut hello = Self {
            legacy_version,
            supported_versions: Vec::new(),
            server_name: None,
            alpn: Vec::new(),
            cipher_suites: suites
                .into_iter()
                .filter(|&suite| suite != RENEGOTIATION_SCSV && suite != FALLBACK_SCSV)
                .collect(),
            groups: Vec::new(),
            signature_schemes: Vec::new(),
            session_id: session_id.to_vec(),
            has_ticket: false,
            extensions: Vec::new(),
            ticket: Ticket::default(),
            random,
        };
        let mut point_formats = None;
        if !body.is_empty() {
            let extensions = body
                .vec16()
                .filter(|_| body.is_empty())
                .ok_or_else(malformed)?;
            hello.extensions = each_extension(extensions, "ClientHello", |number, content| {
                if number == extension::EC_POINT_FORMATS {
                    point_formats = Some(point_format_list(content, "ClientHello")?);
                    return Ok(());
                }
                hello_extension(&mut hello, number, content)
            })?;
        }
        let is_for_curves = hello.groups.iter().any(|group| CURVES.contains(group));
        if is_for_curves && point_formats.is_some_and(|formats| !formats.contains(&UNCOMPRESSED)) {
            return Err(no_uncompressed_points("client"));
        }
        if !compressions.contains(&0) {
            return Err(HelloRefused::new(
                Alert::IllegalParameter,
                "the client does not offer null compression",
            ));
        }
        Ok(hello)
    }
}

fn hello_extension(
    hello: &mut ClientHello,
    number: u16,
    content: &[u8],
) -> Result<(), HelloRefused> {
    let mut reader = Reader::new(content);
    let read = match number {
        extension::SERVER_NAME => {
            hello.server_name = server_name(content)?;
            return Ok(());
        }
        extension::SUPPORTED_GROUPS => reader
            .vec16()
            .and_then(u16_list)
            .filter(|list| !list.is_empty())
            .map(|list| hello.groups = list),
        extension::SIGNATURE_ALGORITHMS => reader
            .vec16()
            .and_then(u16_list)
            .filter(|list| !list.is_empty())
            .map(|list| hello.signature_schemes = list),
        extension::SUPPORTED_VERSIONS => reader
            .vec8()
            .and_then(u16_list)
            .filter(|list| !list.is_empty())
            .map(|list| hello.supported_versions = list),
        extension::ALPN => reader
            .vec16()
            .and_then(protocol_list)
            .map(|list| hello.alpn = list),
        extension::MAX_FRAGMENT_LENGTH => match reader.u8() {
            None | Some(1..=4) => Some(()),
            Some(code) => {
                return Err(HelloRefused::new(
                    Alert::IllegalParameter,
                    format!("max_fragment_length of the ClientHello is {code} (RFC 6066, 4)"),
                ));
            }
        }
        .filter(|()| content.len() == 1),
        extension::SESSION_TICKET => {
            hello.has_ticket = !content.is_empty();
            hello.ticket = Ticket(content.to_vec());
            return Ok(());
        }
        _ => return Ok(()),
    };
    match read {
        Some(()) if reader.is_empty() => Ok(()),
        _ => Err(HelloRefused::decode(&format!(
            "ClientHello extension {number}"
        ))),
    }
}

/// The one host_name of a server_name list (RFC 6066, section 3).
fn server_name(content: &[u8]) -> Result<Option<String>, HelloRefused> {
    let malformed = || HelloRefused::decode("server_name extension");
    let mut reader = Reader::new(content);
    let list = reader
        .vec16()
        .filter(|list| !list.is_empty())
        .ok_or_else(malformed)?;
    if !reader.is_empty() {
        return Err(malformed());
    }
    let mut list = Reader::new(list);
    let mut name = None;
    while !list.is_empty() {
        let kind = list.u8().ok_or_else(malformed)?;
        let value = list
            .vec16()
            .filter(|value| !value.is_empty())
            .ok_or_else(malformed)?;
        if kind != 0 {
            continue;
        }
        if name.is_some() {
            return Err(HelloRefused::new(
                Alert::IllegalParameter,
                "the client sends two host names in server_name",
            ));
        }
        let text = core::str::from_utf8(value)
            .ok()
            .filter(|text| text.bytes().all(|b| b.is_ascii_graphic()))
            .ok_or_else(|| {
                HelloRefused::new(
                    Alert::IllegalParameter,
                    "the host name in server_name is not ASCII text",
                )
            })?;
        name = Some(text.to_ascii_lowercase());
    }
    Ok(name)
}

/// The groups of RFC 8422: three NIST curves, X25519 and X448.
const CURVES: [u16; 5] = [23, 24, 25, 29, 30];
