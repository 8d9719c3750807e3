//! Trust anchors that are not certificates: a name and a key, as
//! `webpki-roots` carries them.

use alloc::vec::Vec;

use rustls_pki_types::TrustAnchor;

/// A certificate that says what the anchor says. The engine knows trust only
/// in the form of certificates; of a trusted one it checks no signature.
pub(super) fn as_certificate(anchor: &TrustAnchor<'_>) -> Vec<u8> {
    let subject = tlv(SEQUENCE, &[&anchor.subject]);
    let algorithm = tlv(SEQUENCE, &[ECDSA_WITH_SHA256]);
    let mut extensions = BASIC_CONSTRAINTS.to_vec();
    if let Some(constraints) = &anchor.name_constraints {
        let value = tlv(OCTET_STRING, &[&tlv(SEQUENCE, &[constraints])]);
        extensions.extend(tlv(SEQUENCE, &[NAME_CONSTRAINTS, CRITICAL, &value]));
    }
    let extensions = tlv(EXTENSIONS, &[&tlv(SEQUENCE, &[&extensions])]);
    let to_be_signed = tlv(
        SEQUENCE,
        &[
            VERSION_3,
            SERIAL_1,
            &algorithm,
            &subject,
            &tlv(SEQUENCE, &[NOT_BEFORE_1970, NOT_AFTER_9999]),
            &subject,
            &tlv(SEQUENCE, &[&anchor.subject_public_key_info]),
            &extensions,
        ],
    );
    tlv(SEQUENCE, &[&to_be_signed, &algorithm, SIGNATURE])
}

/// A value with its tag and length.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    match u8::try_from(len) {
        Ok(short @ 0..0x80) => out.push(short),
        _ => {
            let bytes = len.to_be_bytes();
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            out.push(0x80 | (bytes.len() - zeros) as u8);
            out.extend_from_slice(&bytes[zeros..]);
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

const OCTET_STRING: u8 = 4;
const SEQUENCE: u8 = 0x30;
const VERSION_3: &[u8] = &[0xa0, 3, 2, 1, 2];
const SERIAL_1: &[u8] = &[2, 1, 1];
const ECDSA_WITH_SHA256: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const NOT_BEFORE_1970: &[u8] = b"\x17\x0d700101000000Z";
const NOT_AFTER_9999: &[u8] = b"\x18\x0f99991231235959Z";
const EXTENSIONS: u8 = 0xa3;
/// Critical, with cA.
const BASIC_CONSTRAINTS: &[u8] = &[
    0x30, 0x0f, 6, 3, 0x55, 0x1d, 0x13, 1, 1, 0xff, 4, 5, 0x30, 3, 1, 1, 0xff,
];
const NAME_CONSTRAINTS: &[u8] = &[6, 3, 0x55, 0x1d, 0x1e];
const CRITICAL: &[u8] = &[1, 1, 0xff];
/// Of no meaning.
const SIGNATURE: &[u8] = &[3, 2, 0, 0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_der() {
        assert_eq!(tlv(4, &[&[7; 0x7f]])[..2], [4, 0x7f]);
        assert_eq!(tlv(4, &[&[7; 0x80]])[..3], [4, 0x81, 0x80]);
        assert_eq!(tlv(4, &[&[7; 0x100], &[]])[..4], [4, 0x82, 1, 0]);
    }
}
