//! Revocation lists: [RFC 5280, section 5](https://www.rfc-editor.org/rfc/rfc5280#section-5).
//!
//! The engine's reader fails open: an entry with an empty serial number hides
//! all behind it, and critical extensions of an entry are passed over. A list
//! that has such a thing is refused here.

use std::ops::Range;

use ::der::asn1::BitStringRef;
use ::der::{DateTime, Reader, SliceReader};

use super::{
    Extension, FieldError, GENERALIZED_TIME, Read, SEQUENCE, UTC_TIME, algorithm, context, enter,
    extensions, field, integer, oid, position, time, walk_name, whole,
};

/// What a revocation list says. Ranges count in its DER.
#[derive(Debug, Clone)]
pub(in crate::x509) struct ListFields {
    /// The whole `Name` of who signed it.
    pub(in crate::x509) issuer: Range<usize>,
    /// The identifier of the signature algorithm.
    pub(in crate::x509) signature_algorithm: Vec<u8>,
    pub(in crate::x509) this_update: DateTime,
    pub(in crate::x509) next_update: Option<DateTime>,
}

impl ListFields {
    /// Reads a whole list; nothing may follow it.
    pub(in crate::x509) fn parse(list: &[u8]) -> Read<Self> {
        read(list, |_, _| ())
    }
}

/// When a list revoked the certificate with this serial number, if it did.
pub(in crate::x509) fn revocation_date(list: &[u8], serial: &[u8]) -> Option<DateTime> {
    let mut found = None;
    read(list, |entry, date| {
        if entry == serial {
            found = Some(date);
        }
    })
    .ok()?;
    found
}

/// Reads a list, and hands serial number and date of each entry to `visit`.
fn read(list: &[u8], mut visit: impl FnMut(&[u8], DateTime)) -> Read<ListFields> {
    whole(list, "list", |r| {
        enter(r, SEQUENCE, "list", |r| {
            let (fields, inside) = enter(r, SEQUENCE, "tbsCertList", |r| {
                to_be_signed(r, |serial, date| visit(&list[serial], date))
            })?;
            let outside = algorithm(r, "signatureAlgorithm")?;
            field::<BitStringRef<'_>>(r, "signatureValue")?;
            if inside != outside.whole {
                let reason = "it differs from the one inside the signed part";
                return Err(FieldError::new("signatureAlgorithm", reason));
            }
            Ok(fields)
        })
    })
}

fn to_be_signed<'a>(
    r: &mut SliceReader<'a>,
    mut visit: impl FnMut(Range<usize>, DateTime),
) -> Read<(ListFields, &'a [u8])> {
    if field::<Option<u8>>(r, "version")?.is_some_and(|number| number != 1) {
        return Err(FieldError::new("version", "only 1 and 2 are known"));
    }
    let signature = algorithm(r, "signature")?;
    let start = position(r);
    let name = r
        .tlv_bytes()
        .map_err(|e| FieldError::from(e).in_field("issuer"))?;
    walk_name(name, |_| ()).map_err(|e| FieldError {
        field: "issuer",
        ..e
    })?;
    let issuer = start..position(r);
    let this_update = time(r, "thisUpdate")?;
    let next_update = match r.peek_byte() {
        Some(UTC_TIME | GENERALIZED_TIME) => Some(time(r, "nextUpdate")?),
        _ => None,
    };
    if r.peek_byte() == Some(SEQUENCE) {
        enter(r, SEQUENCE, "revokedCertificates", |r| {
            while !r.is_finished() {
                let (serial, date) = enter(r, SEQUENCE, "revokedCertificates", entry)?;
                visit(serial, date);
            }
            Ok(())
        })?;
    }
    if !r.is_finished() {
        enter(r, context(0), "crlExtensions", |r| {
            extensions(r, "crlExtensions", judge)
        })?;
    }
    let fields = ListFields {
        issuer,
        signature_algorithm: signature.id.to_vec(),
        this_update,
        next_update,
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

/// A list that speaks only about some certificates would be taken for one
/// that speaks about all.
fn judge(Extension { id, critical, .. }: Extension<'_>) -> Read<()> {
    let refused = |reason: String| Err(FieldError::new("crlExtensions", reason));
    if id == oid::DELTA_CRL_INDICATOR.as_bytes() {
        return refused("this is a delta list, which is not supported: use the full one".into());
    }
    if id == oid::ISSUING_DISTRIBUTION_POINT.as_bytes() {
        return refused(
            "the list has an issuingDistributionPoint; partial and indirect lists are not supported"
                .into(),
        );
    }
    if critical {
        return refused(format!(
            "the critical extension {} is not understood",
            oid::describe(id)
        ));
    }
    Ok(())
}
