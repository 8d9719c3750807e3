//! ClientHello and ServerHello, read in Rust before the engine sees them.
//!
//! The engine accepts duplicate extensions and answers some malformed hellos
//! with no alert at all; what is read here decides, and the same facts fill
//! the [`HandshakeReport`](crate::HandshakeReport) of both sides.

use std::fmt;

use super::codec::{Reader, u16_list};
use super::inbound::MAX_MESSAGE;
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
        if hello.for_engine(message).len() > MAX_MESSAGE {
            return Err(HelloRefused::new(
                Alert::IllegalParameter,
                format!("what matters of the ClientHello has more than {MAX_MESSAGE} bytes"),
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
        let text = std::str::from_utf8(value)
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
/// The groups of RFC 8422: three NIST curves, X25519 and X448.
const CURVES: [u16; 5] = [23, 24, 25, 29, 30];

fn protocol_list(list: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::new(list);
    let mut protocols = Vec::new();
    while !reader.is_empty() {
        let protocol = reader.vec8().filter(|protocol| !protocol.is_empty())?;
        protocols.push(protocol.to_vec());
    }
    (!protocols.is_empty()).then_some(protocols)
}

/// What a server chose (RFC 5246, 7.4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerHello {
    pub(crate) version: u16,
    pub(crate) session_id: Vec<u8>,
    pub(crate) cipher_suite: u16,
    pub(crate) alpn: Option<Vec<u8>>,
    pub(crate) extended_master_secret: bool,
    pub(crate) random: [u8; 32],
}

impl ServerHello {
    /// Reads a whole handshake message and holds it against what was offered.
    pub(crate) fn parse(message: &[u8], offer: &ClientHello) -> Result<Self, HelloRefused> {
        let malformed = || HelloRefused::decode("ServerHello");
        let mut body = Reader::new(message.get(4..).ok_or_else(malformed)?);
        let version = body.u16().ok_or_else(malformed)?;
        let random = body.array().ok_or_else(malformed)?;
        let session_id = body.vec8().ok_or_else(malformed)?;
        let cipher_suite = body.u16().ok_or_else(malformed)?;
        let compression = body.u8().ok_or_else(malformed)?;
        if session_id.len() > 32 {
            return Err(malformed());
        }
        if version != TLS12 {
            return Err(HelloRefused::new(
                Alert::ProtocolVersion,
                format!(
                    "the server chose {}; only TLS 1.2 was offered",
                    version_name(version)
                ),
            ));
        }
        if !offer.cipher_suites.contains(&cipher_suite) {
            return Err(HelloRefused::new(
                Alert::IllegalParameter,
                format!(
                    "the server chose cipher suite 0x{cipher_suite:04x}, which was not offered"
                ),
            ));
        }
        if compression != 0 {
            return Err(HelloRefused::new(
                Alert::IllegalParameter,
                "the server chose compression, which was not offered",
            ));
        }

        let mut alpn = None;
        let mut extended_master_secret = false;
        if !body.is_empty() {
            let extensions = body
                .vec16()
                .filter(|_| body.is_empty())
                .ok_or_else(malformed)?;
            each_extension(extensions, "ServerHello", |number, content| {
                // renegotiation_info answers the signalling suite as well (RFC 5746, 3.4).
                if number != extension::RENEGOTIATION_INFO && !offer.offers(number) {
                    return Err(HelloRefused::new(
                        Alert::UnsupportedExtension,
                        format!("the server sends extension {number}, which was not offered"),
                    ));
                }
                match number {
                    extension::ALPN => alpn = Some(chosen_protocol(content, offer)?),
                    extension::EXTENDED_MASTER_SECRET => extended_master_secret = true,
                    extension::EC_POINT_FORMATS => {
                        let formats = point_format_list(content, "ServerHello")?;
                        if !formats.contains(&UNCOMPRESSED) {
                            return Err(no_uncompressed_points("server"));
                        }
                    }
                    _ => {}
                }
                Ok(())
            })?;
        }
        Ok(Self {
            version,
            session_id: session_id.to_vec(),
            cipher_suite,
            alpn,
            extended_master_secret,
            random,
        })
    }
}

fn chosen_protocol(content: &[u8], offer: &ClientHello) -> Result<Vec<u8>, HelloRefused> {
    let mut reader = Reader::new(content);
    let mut list = reader
        .vec16()
        .filter(|_| reader.is_empty())
        .and_then(protocol_list)
        .filter(|list| list.len() == 1)
        .ok_or_else(|| HelloRefused::decode("ALPN extension of the ServerHello"))?;
    let chosen = list.remove(0);
    if !offer.alpn.contains(&chosen) {
        return Err(HelloRefused::new(
            Alert::IllegalParameter,
            format!(
                "the server chose protocol {:?}, which was not offered",
                String::from_utf8_lossy(&chosen)
            ),
        ));
    }
    Ok(chosen)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn client_hello(extensions: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend_from_slice(&[9; 32]);
        body.extend_from_slice(&[0, 0, 4, 0xc0, 0x2f, 0x00, 0xff, 1, 0]);
        if !extensions.is_empty() {
            body.extend_from_slice(&(extensions.len() as u16).to_be_bytes());
            body.extend_from_slice(extensions);
        }
        message(1, &body)
    }

    fn server_hello(version: u16, suite: u16, compression: u8, extensions: &[u8]) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend_from_slice(&[9; 32]);
        body.push(0);
        body.extend_from_slice(&suite.to_be_bytes());
        body.push(compression);
        if !extensions.is_empty() {
            body.extend_from_slice(&(extensions.len() as u16).to_be_bytes());
            body.extend_from_slice(extensions);
        }
        message(2, &body)
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![kind, 0, (body.len() >> 8) as u8, body.len() as u8];
        message.extend_from_slice(body);
        message
    }

    const SNI: &[u8] = b"\0\0\0\x0a\0\x08\0\0\x05Ab.de";
    const ALPN: &[u8] = b"\0\x10\0\x05\0\x03\x02h2";

    #[test]
    fn the_facts_of_a_client_hello_are_read() {
        let hello = ClientHello::parse(&client_hello(&[SNI, ALPN].concat())).unwrap();
        assert_eq!(hello.server_name.as_deref(), Some("ab.de"));
        assert_eq!(hello.alpn, [b"h2"]);
        assert_eq!(hello.cipher_suites, [0xc02f], "without the signal");
        assert_eq!(hello.extensions, [0, 16]);
    }

    #[test]
    fn every_truncation_of_a_client_hello_is_refused() {
        let whole = client_hello(&[SNI, ALPN].concat());
        // The body ends legally where the extensions would begin, so the header is left as it is.
        for len in 0..whole.len() {
            assert!(ClientHello::parse(&whole[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn duplicate_extensions_are_refused_on_both_sides() {
        let refused = ClientHello::parse(&client_hello(&[ALPN, ALPN].concat())).unwrap_err();
        assert!(refused.reason.contains("appears twice"), "{refused:?}");
        let offer = ClientHello::parse(&client_hello(ALPN)).unwrap();
        let answer = server_hello(0x0303, 0xc02f, 0, &[ALPN, ALPN].concat());
        let refused = ServerHello::parse(&answer, &offer).unwrap_err();
        assert!(refused.reason.contains("appears twice"), "{refused:?}");
    }

    #[test]
    fn two_host_names_are_refused() {
        let extension = b"\0\0\0\x0a\0\x08\0\0\x01a\0\0\x01b";
        let refused = ClientHello::parse(&client_hello(extension)).unwrap_err();
        assert_eq!(refused.alert, Alert::IllegalParameter);
    }

    #[test]
    fn uncompressed_points_are_what_both_sides_take() {
        const P256: &[u8] = &[0, 10, 0, 4, 0, 2, 0, 23];
        const FFDHE: &[u8] = &[0, 10, 0, 4, 0, 2, 1, 0];
        const BOTH: &[u8] = &[0, 11, 0, 3, 2, 1, 0];
        const COMPRESSED: &[u8] = &[0, 11, 0, 2, 1, 1];
        let refusal =
            |extensions: &[&[u8]]| match ClientHello::parse(&client_hello(&extensions.concat())) {
                Ok(_) => None,
                Err(refused) => Some(refused.alert),
            };
        for fine in [
            &[P256, BOTH][..],
            &[P256],
            &[FFDHE, COMPRESSED],
            &[COMPRESSED],
        ] {
            assert_eq!(refusal(fine), None, "{fine:?}");
        }
        for one in [[P256, COMPRESSED], [COMPRESSED, P256]] {
            assert_eq!(refusal(&one), Some(Alert::IllegalParameter));
        }
        for malformed in [&[0, 11, 0, 1, 0][..], &[0, 11, 0, 2, 2, 0], &[0, 11, 0, 0]] {
            assert_eq!(refusal(&[P256, malformed]), Some(Alert::DecodeError));
        }

        let offer = ClientHello::parse(&client_hello(&[P256, BOTH].concat())).unwrap();
        let answer = |formats| ServerHello::parse(&server_hello(TLS12, 0xc02f, 0, formats), &offer);
        assert!(answer(BOTH).is_ok());
        let refused = answer(COMPRESSED).unwrap_err();
        assert_eq!(refused.alert, Alert::IllegalParameter);
        assert!(refused.reason.contains("uncompressed"), "{refused:?}");
    }

    #[test]
    fn a_server_may_choose_only_what_was_offered() {
        let offer = ClientHello::parse(&client_hello(ALPN)).unwrap();
        let refusal = |answer: Vec<u8>| ServerHello::parse(&answer, &offer).unwrap_err().alert;
        assert!(ServerHello::parse(&server_hello(0x0303, 0xc02f, 0, ALPN), &offer).is_ok());
        for (answer, alert) in [
            (server_hello(0x0301, 0xc02f, 0, &[]), Alert::ProtocolVersion),
            (
                server_hello(0x0303, 0xc030, 0, &[]),
                Alert::IllegalParameter,
            ),
            (
                server_hello(0x0303, 0xc02f, 1, &[]),
                Alert::IllegalParameter,
            ),
            (
                server_hello(0x0303, 0xc02f, 0, b"\0\x23\0\0"),
                Alert::UnsupportedExtension,
            ),
            (
                server_hello(0x0303, 0xc02f, 0, b"\0\x10\0\x05\0\x03\x02h3"),
                Alert::IllegalParameter,
            ),
        ] {
            assert_eq!(refusal(answer.clone()), alert, "{answer:?}");
        }
    }

    #[test]
    fn old_versions_and_missing_compression_are_named() {
        let mut old = client_hello(&[]);
        old[5] = 2;
        let refused = ClientHello::parse(&old).unwrap_err();
        assert_eq!(refused.alert, Alert::ProtocolVersion);
        assert!(refused.reason.contains("TLS 1.1"), "{refused:?}");
        let mut compressed = client_hello(&[]);
        *compressed.last_mut().unwrap() = 1;
        let refused = ClientHello::parse(&compressed).unwrap_err();
        assert_eq!(refused.alert, Alert::IllegalParameter);
    }
}
