//! Certificates and revocation lists taken apart and put together again, to
//! make what rcgen does not make.

use rcgen::date_time_ymd;
use rustls_pki_types::CertificateDer;

use super::pki::{Authority, list};

/// A value with its tag and length.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ ..=0x7f => out.push(short as u8),
        long => {
            let length = u32::try_from(long).unwrap().to_be_bytes();
            let zeros = length.iter().take_while(|byte| **byte == 0).count();
            out.push(0x80 | (4 - zeros) as u8);
            out.extend_from_slice(&length[zeros..]);
        }
    }
    out.extend_from_slice(content);
    out
}

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// Tag, content, and what lies behind.
fn first(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (head, length) = match der[1] {
        short @ ..=0x7f => (2, usize::from(short)),
        long => {
            let bytes = &der[2..2 + usize::from(long & 0x7f)];
            let length = bytes.iter().fold(0, |n, byte| n << 8 | usize::from(*byte));
            (2 + bytes.len(), length)
        }
    };
    let (content, rest) = der[head..].split_at(length);
    (der[0], content, rest)
}

/// The content of a value.
pub fn content(der: &[u8]) -> &[u8] {
    first(der).1
}

/// The values inside a value.
pub fn parts(der: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = content(der);
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (tag, content, behind) = first(rest);
        found.push(tlv(tag, content));
        rest = behind;
    }
    found
}

/// `ecdsa-with-SHA256`
pub const ECDSA_SHA256: &[u8] = &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// `md5WithRSAEncryption`
pub const MD5: &[u8] = &[
    0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4, 5, 0,
];
/// `ecdsa-with-SHA1`
pub const ECDSA_SHA1: &[u8] = &[0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
pub const ED25519: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70];

/// Where the fields of a `TBSCertificate` with a version are.
pub mod field {
    pub const SERIAL: usize = 1;
    pub const SIGNATURE: usize = 2;
    pub const ISSUER: usize = 3;
    pub const VALIDITY: usize = 4;
    pub const SUBJECT: usize = 5;
    pub const KEY: usize = 6;
    pub const EXTENSIONS: usize = 7;
}

/// The same certificate with other fields, signed by this authority.
pub fn rewritten(
    by: &Authority,
    certificate: &[u8],
    change: impl FnOnce(&mut Vec<Vec<u8>>),
) -> CertificateDer<'static> {
    let mut fields = parts(&parts(certificate)[0]);
    change(&mut fields);
    signed(by, &tlv(0x30, &fields.concat()), ECDSA_SHA256).into()
}

/// The same certificate, said to be signed by another algorithm; then its
/// signature is noise.
pub fn signed_with(
    by: &Authority,
    certificate: &[u8],
    algorithm: &[u8],
) -> CertificateDer<'static> {
    let mut fields = parts(&parts(certificate)[0]);
    fields[field::SIGNATURE] = algorithm.to_vec();
    signed(by, &tlv(0x30, &fields.concat()), algorithm).into()
}

/// The same certificate with the extension added, or in place of the one with
/// its identifier.
pub fn with_extension(
    by: &Authority,
    certificate: &[u8],
    extension: &[u8],
) -> CertificateDer<'static> {
    rewritten(by, certificate, |fields| {
        let mut all = parts(content(&fields[field::EXTENSIONS]));
        let id = &parts(extension)[0];
        all.retain(|known| parts(known)[0] != *id);
        all.push(extension.to_vec());
        fields[field::EXTENSIONS] = tlv(0xa3, &tlv(0x30, &all.concat()));
    })
}

/// An extension of `2.5.29`.
pub fn extension(id: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    extension_of(&[0x55, 0x1d, id], critical, value)
}

pub fn extension_of(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { &[1, 1, 0xff][..] } else { &[] };
    sequence(&[&tlv(6, id), critical, &tlv(4, value)])
}

/// A revocation list of this authority with these numbers on it and these
/// extensions in it, current and signed.
pub fn list_with(by: &Authority, revoked: &[u64], extensions: &[Vec<u8>]) -> Vec<u8> {
    list_signed_with(by, revoked, extensions, ECDSA_SHA256)
}

/// As [`list_with`]; with another algorithm, its signature is noise.
pub fn list_signed_with(
    by: &Authority,
    revoked: &[u64],
    extensions: &[Vec<u8>],
    algorithm: &[u8],
) -> Vec<u8> {
    let mut params = list(revoked);
    params.this_update = date_time_ymd(2020, 1, 1);
    let mut fields = parts(&parts(&by.crl_der(params))[0]);
    fields[1] = algorithm.to_vec();
    let last = fields.pop().unwrap();
    let mut all = parts(content(&last));
    all.extend_from_slice(extensions);
    fields.push(tlv(0xa0, &tlv(0x30, &all.concat())));
    signed(by, &tlv(0x30, &fields.concat()), algorithm)
}

fn signed(by: &Authority, to_be_signed: &[u8], algorithm: &[u8]) -> Vec<u8> {
    let signature = [&[0][..], &by.signature(to_be_signed)].concat();
    sequence(&[to_be_signed, algorithm, &tlv(3, &signature)])
}

/// The same certificate or list, signed by this authority.
pub fn signed_again(by: &Authority, whole: &[u8]) -> Vec<u8> {
    signed(by, &parts(whole)[0], ECDSA_SHA256)
}
