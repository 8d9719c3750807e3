//! Certificates: [RFC 5280, section 4](https://www.rfc-editor.org/rfc/rfc5280#section-4).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use ::der::asn1::{AnyRef, BitStringRef, UintRef};
use ::der::{DateTime, Reader, SliceReader, Tag, Tagged};

use super::extensions::Extensions;
use super::{
    Algorithm, FieldError, GENERALIZED_TIME, Read, SEQUENCE, algorithm, bit_string, canonical_name,
    context, enter, extensions, field, integer, oid, position, time, walk_name, whole,
};
use crate::x509::signature::Scheme;

/// What a certificate says. Ranges count in its DER.
#[derive(Debug, Clone)]
pub(in crate::x509) struct Fields {
    /// 1, 2 or 3.
    pub(in crate::x509) version: u8,
    /// The `TBSCertificate`, which is signed.
    pub(in crate::x509) signed: Range<usize>,
    /// The bytes of the signature.
    pub(in crate::x509) signature: Range<usize>,
    /// The serial number as it is encoded, with its sign.
    pub(in crate::x509) serial: Range<usize>,
    /// The identifier of the signature algorithm.
    pub(in crate::x509) signature_algorithm: Vec<u8>,
    /// The same, understood.
    pub(in crate::x509) scheme: Option<Scheme>,
    /// The whole `Name` of who signed it.
    pub(in crate::x509) issuer: Range<usize>,
    /// The whole `Name` of whose it is.
    pub(in crate::x509) subject: Range<usize>,
    /// Both in the form that is compared.
    pub(in crate::x509) canonical_issuer: Box<[u8]>,
    pub(in crate::x509) canonical_subject: Box<[u8]>,
    pub(in crate::x509) not_before: DateTime,
    pub(in crate::x509) not_after: DateTime,
    /// Whether both are written in the type that belongs to their year.
    pub(in crate::x509) has_exact_times: bool,
    pub(in crate::x509) has_unique_ids: bool,
    pub(in crate::x509) key: PublicKey,
    /// The whole `SubjectPublicKeyInfo`.
    pub(in crate::x509) key_info: Range<usize>,
    pub(in crate::x509) extensions: Extensions,
}

/// The public key, as far as it must be known to judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::x509) enum PublicKey {
    Rsa {
        modulus_bits: usize,
        exponent_bits: usize,
    },
    /// The identifier of the curve, if one is named.
    Ec { curve: Option<Vec<u8>> },
    /// The identifier of the algorithm.
    Other(Vec<u8>),
}

impl Fields {
    /// Reads a whole certificate; nothing may follow it.
    pub(in crate::x509) fn parse(certificate: &[u8]) -> Read<Self> {
        whole(certificate, "certificate", |r| {
            enter(r, SEQUENCE, "certificate", |r| {
                let start = position(r);
                let (mut fields, inside) = enter(r, SEQUENCE, "tbsCertificate", to_be_signed)?;
                fields.signed = start..position(r);
                let at = position(r);
                let outside = algorithm(r, "signatureAlgorithm")?;
                fields.signature = bit_string(r, "signatureValue")?;
                if inside != outside.whole {
                    let reason = "it differs from the one inside the signed part";
                    return Err(FieldError::new("signatureAlgorithm", reason).at(at));
                }
                Ok(fields)
            })
        })
    }

    /// Whether it names itself as its issuer.
    pub(in crate::x509) fn is_self_issued(&self) -> bool {
        self.canonical_issuer == self.canonical_subject
    }
}

/// Reads a `TBSCertificate`. Also gives its signature algorithm, whole.
fn to_be_signed<'a>(r: &mut SliceReader<'a>) -> Read<(Fields, &'a [u8])> {
    let version = version(r)?;
    let serial = integer(r, "serialNumber")?;
    let signature = algorithm(r, "signature")?;
    let (issuer, canonical_issuer) = name(r, "issuer")?;
    let (not_before, not_after) = enter(r, SEQUENCE, "validity", |r| {
        Ok((exact_time(r, "notBefore")?, exact_time(r, "notAfter")?))
    })?;
    let (subject, canonical_subject) = name(r, "subject")?;
    let start = position(r);
    let key = enter(r, SEQUENCE, "subjectPublicKeyInfo", public_key)?;
    let mut fields = Fields {
        version,
        signed: 0..0,
        signature: 0..0,
        serial,
        signature_algorithm: signature.id.to_vec(),
        scheme: Scheme::read(signature.id, signature.parameters),
        issuer,
        subject,
        canonical_issuer,
        canonical_subject,
        not_before: not_before.0,
        not_after: not_after.0,
        has_exact_times: not_before.1 && not_after.1,
        has_unique_ids: false,
        key,
        key_info: start..position(r),
        extensions: Extensions::default(),
    };
    if version > 1 {
        for (tag, name) in [(1, "issuerUniqueID"), (2, "subjectUniqueID")] {
            fields.has_unique_ids |= unique_id(r, tag, name)?;
        }
    }
    if version < 3 && r.peek_byte() == Some(context(3)) {
        let reason = format!("it is {version}, and there are extensions, which need 3");
        return Err(FieldError::new("version", reason).at(position(r)));
    }
    if version == 3 && !r.is_finished() {
        enter(r, context(3), "extensions", |r| {
            extensions(r, "extensions", |extension| {
                fields.extensions.add(extension)
            })
        })?;
    }
    Ok((fields, signature.whole))
}

/// 1, 2 or 3.
fn version(r: &mut SliceReader<'_>) -> Read<u8> {
    if r.peek_byte() != Some(context(0)) {
        return Ok(1);
    }
    let number: u8 = enter(r, context(0), "version", |r| field(r, "version"))?;
    match number {
        0..=2 => Ok(number + 1),
        _ => Err(FieldError::new("version", "only 1, 2 and 3 are known")),
    }
}

/// `[number] IMPLICIT BIT STRING OPTIONAL`: whether it is there.
fn unique_id(r: &mut SliceReader<'_>, number: u8, name: &'static str) -> Read<bool> {
    if r.peek_byte() != Some(0x80 | number) {
        return Ok(false);
    }
    let start = position(r);
    match field::<AnyRef<'_>>(r, name)?.value() {
        [0..8, ..] => Ok(true),
        _ => Err(FieldError::new(name, "it is no BIT STRING").at(start)),
    }
}

fn name(r: &mut SliceReader<'_>, field: &'static str) -> Read<(Range<usize>, Box<[u8]>)> {
    let start = position(r);
    let tlv = r
        .tlv_bytes()
        .map_err(|e| FieldError::from(e).in_field(field).at(start))?;
    walk_name(tlv, |_| ()).map_err(|e| FieldError { field, ..e }.moved(start))?;
    Ok((start..position(r), canonical_name(tlv).into()))
}

/// A time, and whether its type is the one for its year: UTCTime up to 2049.
fn exact_time(r: &mut SliceReader<'_>, name: &'static str) -> Read<(DateTime, bool)> {
    let is_general = r.peek_byte() == Some(GENERALIZED_TIME);
    let time = time(r, name)?;
    Ok((time, is_general == (time.year() >= 2050)))
}

/// The content of a `SubjectPublicKeyInfo`.
fn public_key(r: &mut SliceReader<'_>) -> Read<PublicKey> {
    const FIELD: &str = "subjectPublicKeyInfo";
    let Algorithm { id, parameters, .. } = algorithm(r, FIELD)?;
    let bits: BitStringRef<'_> = field(r, FIELD)?;
    if id == oid::RSA_ENCRYPTION.as_bytes() {
        let key = bits
            .as_bytes()
            .ok_or_else(|| FieldError::new(FIELD, "the key does not end at a byte"))?;
        let start = position(r) - key.len();
        let read = whole(key, FIELD, |r| {
            enter(r, SEQUENCE, FIELD, |r| {
                let modulus: UintRef<'_> = field(r, FIELD)?;
                let exponent: UintRef<'_> = field(r, FIELD)?;
                Ok(PublicKey::Rsa {
                    modulus_bits: bit_length(modulus.as_bytes()),
                    exponent_bits: bit_length(exponent.as_bytes()),
                })
            })
        });
        read.map_err(|e| e.moved(start))
    } else if id == oid::EC_PUBLIC_KEY.as_bytes() {
        let named = parameters.filter(|p: &AnyRef<'_>| p.tag() == Tag::ObjectIdentifier);
        Ok(PublicKey::Ec {
            curve: named.map(|curve| curve.value().to_vec()),
        })
    } else {
        Ok(PublicKey::Other(id.to_vec()))
    }
}

fn bit_length(big_endian: &[u8]) -> usize {
    match big_endian.iter().position(|byte| *byte != 0) {
        None => 0,
        Some(zeros) => {
            let bits = (big_endian.len() - zeros).saturating_mul(8);
            bits - big_endian[zeros].leading_zeros() as usize
        }
    }
}
