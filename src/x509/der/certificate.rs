//! Certificates: [RFC 5280, section 4](https://www.rfc-editor.org/rfc/rfc5280#section-4).

use std::net::IpAddr;
use std::ops::Range;

use ::der::asn1::{AnyRef, BitStringRef, UintRef};
use ::der::{DateTime, Decode, Reader, SliceReader, Tag, Tagged};

use super::{
    Algorithm, Extension, FieldError, Read, SEQUENCE, algorithm, context, enter, extensions, field,
    integer, object_identifier, oid, position, skip, time, walk_name, whole,
};

/// What a certificate says. Ranges count in its DER.
#[derive(Debug, Clone)]
pub(in crate::x509) struct Fields {
    /// The serial number as it is encoded, with its sign.
    pub(in crate::x509) serial: Range<usize>,
    /// The identifier of the signature algorithm.
    pub(in crate::x509) signature_algorithm: Vec<u8>,
    /// The whole `Name` of who signed it.
    pub(in crate::x509) issuer: Range<usize>,
    /// The whole `Name` of whose it is.
    pub(in crate::x509) subject: Range<usize>,
    pub(in crate::x509) not_before: DateTime,
    pub(in crate::x509) not_after: DateTime,
    pub(in crate::x509) key: PublicKey,
    /// `cA` of basicConstraints.
    pub(in crate::x509) is_ca: bool,
    /// The bits of keyUsage; see [`key_usage`].
    pub(in crate::x509) key_usage: Option<u16>,
    /// The purposes in extendedKeyUsage.
    pub(in crate::x509) purposes: Option<Vec<Vec<u8>>>,
    pub(in crate::x509) alt_names: Option<AltNames>,
    /// Critical extensions that the engine does not understand, and refuses.
    pub(in crate::x509) unknown_critical: Vec<Vec<u8>>,
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

/// The names in a subjectAltName.
#[derive(Debug, Clone, Default)]
pub(in crate::x509) struct AltNames {
    pub(in crate::x509) dns: Vec<String>,
    pub(in crate::x509) ip: Vec<IpAddr>,
    /// How many there are of other kinds, or broken ones.
    pub(in crate::x509) others: usize,
}

/// The bits of keyUsage: `digitalSignature` is bit 0 of the BIT STRING, which
/// is the highest here.
pub(in crate::x509) mod key_usage {
    pub(in crate::x509) const DIGITAL_SIGNATURE: u16 = 1 << 15;
    pub(in crate::x509) const KEY_CERT_SIGN: u16 = 1 << 10;
    pub(in crate::x509) const CRL_SIGN: u16 = 1 << 9;
    pub(in crate::x509) const ENCIPHER_ONLY: u16 = 1 << 8;
    pub(in crate::x509) const DECIPHER_ONLY: u16 = 1 << 7;

    const NAMES: [&str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// The names of the bits that are set.
    pub(in crate::x509) fn describe(bits: u16) -> String {
        let set = (0..)
            .zip(NAMES)
            .filter(|(i, _)| bits & (1 << (15 - i)) != 0);
        let names: Vec<_> = set.map(|(_, name)| name).collect();
        match names.is_empty() {
            true => "nothing".into(),
            false => names.join(", "),
        }
    }
}

impl Fields {
    /// Reads a whole certificate; nothing may follow it.
    pub(in crate::x509) fn parse(certificate: &[u8]) -> Read<Self> {
        whole(certificate, "certificate", |r| {
            enter(r, SEQUENCE, "certificate", |r| {
                let (fields, inside) = enter(r, SEQUENCE, "tbsCertificate", to_be_signed)?;
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
}

/// Reads a `TBSCertificate`. Also gives its signature algorithm, whole.
fn to_be_signed<'a>(r: &mut SliceReader<'a>) -> Read<(Fields, &'a [u8])> {
    let version = version(r)?;
    let serial = integer(r, "serialNumber")?;
    let signature = algorithm(r, "signature")?;
    let issuer = name(r, "issuer")?;
    let (not_before, not_after) = enter(r, SEQUENCE, "validity", |r| {
        Ok((time(r, "notBefore")?, time(r, "notAfter")?))
    })?;
    let subject = name(r, "subject")?;
    let mut fields = Fields {
        serial,
        signature_algorithm: signature.id.to_vec(),
        issuer,
        subject,
        not_before,
        not_after,
        key: enter(r, SEQUENCE, "subjectPublicKeyInfo", public_key)?,
        is_ca: false,
        key_usage: None,
        purposes: None,
        alt_names: None,
        unknown_critical: Vec::new(),
    };
    if version > 1 {
        for (tag, name) in [(1, "issuerUniqueID"), (2, "subjectUniqueID")] {
            if matches!(r.peek_byte(), Some(byte) if byte | 0x20 == context(tag)) {
                skip(r, name)?;
            }
        }
    }
    if version == 3 && !r.is_finished() {
        enter(r, context(3), "extensions", |r| {
            extensions(r, "extensions", |extension| fields.extend(extension))
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

fn name(r: &mut SliceReader<'_>, field: &'static str) -> Read<Range<usize>> {
    let start = position(r);
    let tlv = r
        .tlv_bytes()
        .map_err(|e| FieldError::from(e).in_field(field))?;
    walk_name(tlv, |_| ()).map_err(|mut e| {
        e.field = field;
        e.offset = e.offset.map(|offset| start + offset);
        e
    })?;
    Ok(start..position(r))
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
        whole(key, FIELD, |r| {
            enter(r, SEQUENCE, FIELD, |r| {
                let modulus: UintRef<'_> = field(r, FIELD)?;
                let exponent: UintRef<'_> = field(r, FIELD)?;
                Ok(PublicKey::Rsa {
                    modulus_bits: bit_length(modulus.as_bytes()),
                    exponent_bits: bit_length(exponent.as_bytes()),
                })
            })
        })
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

impl Fields {
    fn extend(
        &mut self,
        Extension {
            id,
            critical,
            value,
        }: Extension<'_>,
    ) -> Read<()> {
        if id == oid::BASIC_CONSTRAINTS.as_bytes() {
            self.is_ca = basic_constraints(value)?;
        } else if id == oid::KEY_USAGE.as_bytes() {
            self.key_usage = Some(key_usage_bits(value)?);
        } else if id == oid::EXT_KEY_USAGE.as_bytes() {
            self.purposes = Some(purposes(value)?);
        } else if id == oid::SUBJECT_ALT_NAME.as_bytes() {
            self.alt_names = Some(alt_names(value)?);
        } else if critical && id != oid::NS_CERT_TYPE.as_bytes() {
            self.unknown_critical.push(id.to_vec());
        }
        Ok(())
    }
}

/// Whether this is an authority. The engine takes an INTEGER for `cA` too, and
/// overflows on the largest path length: neither may reach it.
fn basic_constraints(value: &[u8]) -> Read<bool> {
    const FIELD: &str = "basicConstraints";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            let ca = field::<Option<bool>>(r, FIELD)?;
            let length = field::<Option<u32>>(r, FIELD)?;
            if length.is_some_and(|length| length >= i32::MAX as u32) {
                return Err(FieldError::new(FIELD, "pathLenConstraint is too large"));
            }
            if ca.is_none() && length.is_some_and(|length| length != 0) {
                return Err(FieldError::new(FIELD, "a pathLenConstraint without cA"));
            }
            Ok(ca.unwrap_or(false))
        })
    })
}

fn key_usage_bits(value: &[u8]) -> Read<u16> {
    const FIELD: &str = "keyUsage";
    whole(value, FIELD, |r| {
        let bits: BitStringRef<'_> = field(r, FIELD)?;
        let mut bytes = bits.raw_bytes().iter().copied();
        let first = bytes
            .next()
            .ok_or_else(|| FieldError::new(FIELD, "it has no bits"))?;
        Ok(u16::from_be_bytes([first, bytes.next().unwrap_or(0)]))
    })
}

fn purposes(value: &[u8]) -> Read<Vec<Vec<u8>>> {
    const FIELD: &str = "extendedKeyUsage";
    let purposes = whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            let mut purposes = Vec::new();
            while !r.is_finished() {
                purposes.push(object_identifier(r, FIELD)?.to_vec());
            }
            Ok(purposes)
        })
    })?;
    match purposes.is_empty() {
        true => Err(FieldError::new(FIELD, "it names no purpose")),
        false => Ok(purposes),
    }
}

fn alt_names(value: &[u8]) -> Read<AltNames> {
    const FIELD: &str = "subjectAltName";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            let mut names = AltNames::default();
            while !r.is_finished() {
                let first = r.peek_byte();
                let name = AnyRef::decode(r)?;
                names.add(first.unwrap_or(0), name.value());
            }
            Ok(names)
        })
    })
}

impl AltNames {
    /// A name that is not what its type says matches nothing, but does not
    /// make the others worthless.
    fn add(&mut self, tag: u8, value: &[u8]) {
        match (tag, value.len()) {
            (0x82, 1..) if value.iter().all(u8::is_ascii_graphic) => {
                self.dns.push(String::from_utf8_lossy(value).into_owned());
            }
            (0x87, 4) => {
                let mut octets = [0; 4];
                octets.copy_from_slice(value);
                self.ip.push(octets.into());
            }
            (0x87, 16) => {
                let mut octets = [0; 16];
                octets.copy_from_slice(value);
                self.ip.push(octets.into());
            }
            _ => self.others += 1,
        }
    }
}
