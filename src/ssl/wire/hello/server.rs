//! ServerHello: what a server chose.

use alloc::string::String;
use alloc::vec::Vec;

use super::{
    ClientHello, HelloRefused, TLS12, UNCOMPRESSED, each_extension, extension,
    no_uncompressed_points, point_format_list, protocol_list, version_name,
};
use crate::error::Alert;
use crate::ssl::wire::codec::Reader;

/// What a server chose (RFC 5246, 7.4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerHello {
    pub(crate) version: u16,
    pub(crate) session_id: Vec<u8>,
    pub(crate) cipher_suite: u16,
    pub(crate) alpn: Option<Vec<u8>>,
    pub(crate) extended_master_secret: bool,
    pub(crate) secure_renegotiation: bool,
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
        let mut secure_renegotiation = false;
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
                    extension::RENEGOTIATION_INFO => secure_renegotiation = true,
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
            secure_renegotiation,
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
