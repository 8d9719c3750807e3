//! The digest of a certificate that names a server's end of a session.

use alloc::vec::Vec;

use super::der::Fields;
use super::raw;
use super::signature::Hash;

/// The binding `tls-server-end-point` of a certificate (RFC 5929, 4.1): its
/// digest by the hash that it is signed with, and by SHA-256 in place of MD5
/// and SHA-1. None is defined where the signature uses another hash.
pub(crate) fn end_point_digest(certificate: &[u8]) -> Option<Vec<u8>> {
    let fields = Fields::parse(certificate).ok()?;
    let hash = match fields.scheme {
        Some(scheme) if scheme.hash == Hash::Sha1 => Hash::Sha256,
        Some(scheme) => scheme.hash,
        None if super::der::oid::is_broken_hash(&fields.signature_algorithm) => Hash::Sha256,
        None => return None,
    };
    raw::digest(hash.engine_number(), hash.len().into(), certificate).ok()
}
