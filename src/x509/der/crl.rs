//! Revocation lists: [RFC 5280, section 5](https://www.rfc-editor.org/rfc/rfc5280#section-5).
//!
//! The engine's reader fails open: an entry with an empty serial number hides
//! all behind it, and critical extensions of an entry are passed over. A list
//! that has such a thing is refused here.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use ::der::{DateTime, Reader, SliceReader};

use super::distribution_point::Scope;
use super::{
    Extension, FieldError, GENERALIZED_TIME, Read, SEQUENCE, UTC_TIME, algorithm, bit_string,
    canonical_name, context, enter, extensions, field, integer, oid, position, time, walk_name,
    whole,
};
use crate::x509::signature::Scheme;

/// What a revocation list says. Ranges count in its DER.
#[derive(Debug, Clone)]
pub(in crate::x509) struct ListFields {
    /// The `TBSCertList`, which is signed.
    pub(in crate::x509) signed: Range<usize>,
    /// The bytes of the signature.
    pub(in crate::x509) signature: Range<usize>,
    /// The whole `Name` of who signed it.
    pub(in crate::x509) issuer: Range<usize>,
    /// The same in the form that is compared.
    pub(in crate::x509) canonical_issuer: Box<[u8]>,
    /// The identifier of the signature algorithm.
    pub(in crate::x509) signature_algorithm: Vec<u8>,
    /// The same, understood.
    pub(in crate::x509) scheme: Option<Scheme>,
    pub(in crate::x509) this_update: DateTime,
    pub(in crate::x509) next_update: Option<DateTime>,
    /// Whether it has all that RFC 5280, section 5, demands of a list.
    pub(in crate::x509) is_exact: bool,
    /// Which certificates it speaks about, if not about all of its issuer.
    pub(in crate::x509) scope: Option<Scope>,
    /// Serial numbers and dates, in the order of the numbers.
    entries: Vec<(Range<usize>, DateTime)>,
}

impl ListFields {
    /// Reads a whole list; nothing may follow it.
    pub(in crate::x509) fn parse(list: &[u8]) -> Read<Self> {
        let mut fields = whole(list, "list", |r| enter(r, SEQUENCE, "list", signed_list))?;
        let serial = |entry: &(Range<usize>, DateTime)| &list[entry.0.clone()];
        fields.entries.sort_by(|a, b| serial(a).cmp(serial(b)));
        Ok(fields)
    }

    /// When this list, whose DER is given, revoked the certificate with this
    /// serial number, if it did.
    pub(in crate::x509) fn revocation_date(&self, list: &[u8], serial: &[u8]) -> Option<DateTime> {
        let found = self
            .entries
            .binary_search_by(|entry| list[entry.0.clone()].cmp(serial));
        found.ok().map(|at| self.entries[at].1)
    }
}

fn signed_list(r: &mut SliceReader<'_>) -> Read<ListFields> {
    let start = position(r);
    let (mut fields, inside) = enter(r, SEQUENCE, "tbsCertList", to_be_signed)?;
    fields.signed = start..position(r);
    let at = position(r);
    let outside = algorithm(r, "signatureAlgorithm")?;
    fields.signature = bit_string(r, "signatureValue")?;
    if inside != outside.whole {
        let reason = "it differs from the one inside the signed part";
        return Err(FieldError::new("signatureAlgorithm", reason).at(at));
    }
    Ok(fields)
}

/// Reads a `TBSCertList`. Also gives its signature algorithm, whole.
fn to_be_signed<'a>(r: &mut SliceReader<'a>) -> Read<(ListFields, &'a [u8])> {
    let at = position(r);
    let version = field::<Option<u8>>(r, "version")?;
    if version.is_some_and(|number| number != 1) {
        return Err(FieldError::new("version", "only 1 and 2 are known").at(at));
    }
    let signature = algorithm(r, "signature")?;
    let start = position(r);
    let name = r
        .tlv_bytes()
        .map_err(|e| FieldError::from(e).in_field("issuer").at(start))?;
    let field = "issuer";
    walk_name(name, |_| ()).map_err(|e| FieldError { field, ..e }.moved(start))?;
    let issuer = start..position(r);
    let this_update = time(r, "thisUpdate")?;
    let next_update = match r.peek_byte() {
        Some(UTC_TIME | GENERALIZED_TIME) => Some(time(r, "nextUpdate")?),
        _ => None,
    };
    let mut entries = Vec::new();
    if r.peek_byte() == Some(SEQUENCE) {
        enter(r, SEQUENCE, "revokedCertificates", |r| {
            while !r.is_finished() {
                entries.push(enter(r, SEQUENCE, "revokedCertificates", entry)?);
            }
            Ok(())
        })?;
    }
    let mut scope = None;
    let mut demanded = [oid::CRL_NUMBER, oid::AUTHORITY_KEY_ID].to_vec();
    if !r.is_finished() {
        enter(r, context(0), "crlExtensions", |r| {
            extensions(r, "crlExtensions", |extension| {
                demanded.retain(|id| id.as_bytes() != extension.id);
                if extension.id == oid::ISSUING_DISTRIBUTION_POINT.as_bytes() {
                    scope = Some(Scope::read(extension.value)?);
                    return Ok(());
                }
                judge(extension)
            })
        })?;
    }
    let scheme = Scheme::read(signature.id, signature.parameters);
    let fields = ListFields {
        signed: 0..0,
        signature: 0..0,
        issuer,
        canonical_issuer: canonical_name(name).into(),
        signature_algorithm: signature.id.to_vec(),
        scheme,
        is_exact: version.is_some()
            && demanded.is_empty()
            && scheme.is_some_and(|scheme| scheme.is_exact),
        this_update,
        next_update,
        scope,
        entries,
    };
    Ok((fields, signature.whole))
}

fn entry(r: &mut SliceReader<'_>) -> Read<(Range<usize>, DateTime)> {
    let serial = integer(r, "userCertificate")?;
    let date = time(r, "revocationDate")?;
    if !r.is_finished() {
        extensions(r, "crlEntryExtensions", |extension| {
            if !extension.critical {
                return Ok(());
            }
            let reason = format!(
                "an entry has the critical extension {}, which is not understood",
                oid::describe(extension.id)
            );
            Err(FieldError::new("crlEntryExtensions", reason))
        })?;
    }
    Ok((serial, date))
}

/// What is not understood may change what the entries say.
fn judge(Extension { id, critical, .. }: Extension<'_>) -> Read<()> {
    let refused = |reason: String| Err(FieldError::new("crlExtensions", reason));
    if id == oid::DELTA_CRL_INDICATOR.as_bytes() {
        return refused("this is a delta list, which is not supported: use the full one".into());
    }
    if critical {
        return refused(format!(
            "the critical extension {} is not understood",
            oid::describe(id)
        ));
    }
    Ok(())
}
