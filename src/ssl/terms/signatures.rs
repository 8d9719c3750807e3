//! Names of signature schemes, for reports.

use alloc::string::String;

use crate::pk::SignatureScheme;

/// A scheme of the signature_algorithms extension, as IANA names it, or its
/// number (RFC 8446, 4.2.3, and RFC 5246, 7.4.1.4.1).
pub(crate) fn describe(number: u16) -> String {
    if let Some(scheme) = SignatureScheme::from_iana_number(number) {
        return scheme.name().into();
    }
    let name = match number {
        0x0201 => "rsa_pkcs1_sha1",
        0x0203 => "ecdsa_sha1",
        0x0807 => "ed25519",
        0x0808 => "ed448",
        other => return format!("0x{other:04x}"),
    };
    name.into()
}
