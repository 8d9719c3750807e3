//! Extensions of certificates: [RFC 5280, section 4.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.2).

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use ::der::asn1::{AnyRef, OctetStringRef};
use ::der::{Decode, Reader, SliceReader};

use super::general_name::{AltNames, NameConstraints};
use super::{
    Extension, FieldError, Read, SEQUENCE, distribution_points, enter, field, named_bits,
    object_identifier, oid, whole,
};

/// The extensions of one certificate, as far as they must be known to judge
/// it.
#[derive(Debug, Clone, Default)]
pub(in crate::x509) struct Extensions {
    pub(in crate::x509) basic_constraints: Option<BasicConstraints>,
    /// The bits of keyUsage; see [`key_usage`].
    pub(in crate::x509) key_usage: Option<u16>,
    /// The purposes in extendedKeyUsage.
    pub(in crate::x509) purposes: Option<Vec<Vec<u8>>>,
    pub(in crate::x509) alt_names: Option<AltNames>,
    pub(in crate::x509) subject_key_id: Option<Vec<u8>>,
    pub(in crate::x509) authority_key_id: Option<AuthorityKeyId>,
    pub(in crate::x509) name_constraints: Option<NameConstraints>,
    /// The identifiers in certificatePolicies.
    pub(in crate::x509) policies: Option<Vec<Vec<u8>>>,
    /// From the issuer's policy to the subject's.
    pub(in crate::x509) policy_mappings: Vec<(Vec<u8>, Vec<u8>)>,
    pub(in crate::x509) policy_constraints: Option<PolicyConstraints>,
    pub(in crate::x509) inhibit_any_policy: Option<u32>,
    /// tlsFeature asks for a stapled OCSP response.
    pub(in crate::x509) must_staple: bool,
    /// Where the value of cRLDistributionPoints lies in the certificate.
    pub(in crate::x509) distribution_points: Option<Range<usize>>,
    /// The bits of nsCertType; see [`ns_cert_type`].
    pub(in crate::x509) ns_cert_type: Option<u16>,
    /// Why authorityInfoAccess cannot be read.
    pub(in crate::x509) broken_info_access: Option<String>,
    /// The identifiers of all that are critical.
    pub(in crate::x509) critical: Vec<Vec<u8>>,
    /// Critical extensions that are not understood.
    pub(in crate::x509) unknown_critical: Vec<Vec<u8>>,
}

#[derive(Debug, Clone, Default)]
pub(in crate::x509) struct BasicConstraints {
    pub(in crate::x509) is_ca: bool,
    pub(in crate::x509) path_length: Option<u32>,
}

#[derive(Debug, Clone, Default)]
pub(in crate::x509) struct AuthorityKeyId {
    pub(in crate::x509) key_id: Option<Vec<u8>>,
    pub(in crate::x509) has_issuer: bool,
    pub(in crate::x509) has_serial: bool,
}

#[derive(Debug, Clone, Default)]
pub(in crate::x509) struct PolicyConstraints {
    pub(in crate::x509) require_explicit: Option<u32>,
    pub(in crate::x509) inhibit_mapping: Option<u32>,
}

/// The bits of keyUsage: `digitalSignature` is bit 0 of the BIT STRING, which
/// is the highest here.
pub(in crate::x509) mod key_usage {
    use alloc::string::String;
    use alloc::vec::Vec;

    pub(in crate::x509) const DIGITAL_SIGNATURE: u16 = 1 << 15;
    pub(in crate::x509) const KEY_ENCIPHERMENT: u16 = 1 << 13;
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

/// The bits of nsCertType, an extension of Netscape from before there was
/// extendedKeyUsage.
pub(in crate::x509) mod ns_cert_type {
    pub(in crate::x509) const SSL_CLIENT: u16 = 1 << 15;
    pub(in crate::x509) const SSL_SERVER: u16 = 1 << 14;
}

impl Extensions {
    /// `cA` of basicConstraints.
    pub(in crate::x509) fn is_ca(&self) -> bool {
        let constraints = self.basic_constraints.as_ref();
        constraints.is_some_and(|constraints| constraints.is_ca)
    }

    pub(in crate::x509) fn is_critical(&self, id: &oid::ObjectIdentifier) -> bool {
        self.critical.iter().any(|known| known == id.as_bytes())
    }

    pub(super) fn add(
        &mut self,
        Extension {
            id,
            critical,
            value,
            at,
        }: Extension<'_>,
    ) -> Read<()> {
        if critical {
            self.critical.push(id.to_vec());
        }
        if id == oid::BASIC_CONSTRAINTS.as_bytes() {
            self.basic_constraints = Some(basic_constraints(value)?);
        } else if id == oid::KEY_USAGE.as_bytes() {
            self.key_usage = Some(whole(value, "keyUsage", |r| named_bits(r, "keyUsage"))?);
        } else if id == oid::EXT_KEY_USAGE.as_bytes() {
            self.purposes = Some(identifiers(value, "extendedKeyUsage", |r, name| {
                object_identifier(r, name)
            })?);
        } else if id == oid::SUBJECT_ALT_NAME.as_bytes() {
            self.alt_names = Some(AltNames::read(value)?);
        } else if id == oid::SUBJECT_KEY_ID.as_bytes() {
            self.subject_key_id = Some(subject_key_id(value)?);
        } else if id == oid::AUTHORITY_KEY_ID.as_bytes() {
            self.authority_key_id = Some(authority_key_id(value)?);
        } else if id == oid::NAME_CONSTRAINTS.as_bytes() {
            self.name_constraints = Some(NameConstraints::read(value)?);
        } else if id == oid::CERTIFICATE_POLICIES.as_bytes() {
            self.policies = Some(identifiers(value, "certificatePolicies", |r, name| {
                first_identifier(r, name)
            })?);
        } else if id == oid::POLICY_MAPPINGS.as_bytes() {
            self.policy_mappings = policy_mappings(value)?;
        } else if id == oid::POLICY_CONSTRAINTS.as_bytes() {
            self.policy_constraints = Some(policy_constraints(value)?);
        } else if id == oid::INHIBIT_ANY_POLICY.as_bytes() {
            let count = whole(value, "inhibitAnyPolicy", |r| field(r, "inhibitAnyPolicy"))?;
            self.inhibit_any_policy = Some(count);
        } else if id == oid::TLS_FEATURE.as_bytes() {
            self.must_staple = tls_features(value)?.contains(&STATUS_REQUEST);
        } else if id == oid::CRL_DISTRIBUTION_POINTS.as_bytes() {
            // Otherwise read where there are revocation lists.
            if critical {
                distribution_points(value)?;
            }
            self.distribution_points = Some(at..at + value.len());
        } else if id == oid::NS_CERT_TYPE.as_bytes() {
            self.ns_cert_type = Some(whole(value, "nsCertType", |r| named_bits(r, "nsCertType"))?);
        } else {
            if id == oid::AUTHORITY_INFO_ACCESS.as_bytes() {
                let broken = info_access(value).err();
                self.broken_info_access = broken.map(|e| e.moved(at).to_string());
            }
            if critical {
                self.unknown_critical.push(id.to_vec());
            }
        }
        Ok(())
    }
}

/// The engine takes an INTEGER for `cA` too, and overflows on the largest path
/// length: neither may reach it.
fn basic_constraints(value: &[u8]) -> Read<BasicConstraints> {
    const FIELD: &str = "basicConstraints";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            let ca = field::<Option<bool>>(r, FIELD)?;
            let path_length = field::<Option<u32>>(r, FIELD)?;
            if path_length.is_some_and(|length| length >= i32::MAX as u32) {
                return Err(FieldError::new(FIELD, "pathLenConstraint is too large"));
            }
            if ca.is_none() && path_length.is_some_and(|length| length != 0) {
                return Err(FieldError::new(FIELD, "a pathLenConstraint without cA"));
            }
            Ok(BasicConstraints {
                is_ca: ca.unwrap_or(false),
                path_length,
            })
        })
    })
}

/// A list that is not empty, of which each element gives one identifier.
fn identifiers<'a>(
    value: &'a [u8],
    name: &'static str,
    mut element: impl FnMut(&mut SliceReader<'a>, &'static str) -> Read<&'a [u8]>,
) -> Read<Vec<Vec<u8>>> {
    let found = whole(value, name, |r| {
        enter(r, SEQUENCE, name, |r| {
            let mut found = Vec::new();
            while !r.is_finished() {
                found.push(element(r, name)?.to_vec());
            }
            Ok(found)
        })
    })?;
    match found.is_empty() {
        true => Err(FieldError::new(name, "it is empty")),
        false => Ok(found),
    }
}

/// The identifier at the beginning of a SEQUENCE; the rest is passed over.
fn first_identifier<'a>(r: &mut SliceReader<'a>, name: &'static str) -> Read<&'a [u8]> {
    enter(r, SEQUENCE, name, |r| {
        let id = object_identifier(r, name)?;
        while !r.is_finished() {
            AnyRef::decode(r)?;
        }
        Ok(id)
    })
}

fn subject_key_id(value: &[u8]) -> Read<Vec<u8>> {
    const FIELD: &str = "subjectKeyIdentifier";
    whole(value, FIELD, |r| {
        Ok(field::<&OctetStringRef>(r, FIELD)?.as_bytes().to_vec())
    })
}

fn authority_key_id(value: &[u8]) -> Read<AuthorityKeyId> {
    const FIELD: &str = "authorityKeyIdentifier";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            let mut found = AuthorityKeyId::default();
            let mut last = None;
            while let Some(tag) = r.peek_byte() {
                if last >= Some(tag & 0x1f) {
                    return Err(FieldError::new(FIELD, "its parts are out of order"));
                }
                last = Some(tag & 0x1f);
                let part = AnyRef::decode(r)?;
                match tag {
                    0x80 => found.key_id = Some(part.value().to_vec()),
                    0xa1 => found.has_issuer = true,
                    0x82 => found.has_serial = true,
                    _ => return Err(FieldError::new(FIELD, "a part that is not known")),
                }
            }
            Ok(found)
        })
    })
}

fn policy_mappings(value: &[u8]) -> Read<Vec<(Vec<u8>, Vec<u8>)>> {
    const FIELD: &str = "policyMappings";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            let mut mappings = Vec::new();
            while !r.is_finished() {
                mappings.push(enter(r, SEQUENCE, FIELD, |r| {
                    let from = object_identifier(r, FIELD)?.to_vec();
                    Ok((from, object_identifier(r, FIELD)?.to_vec()))
                })?);
            }
            Ok(mappings)
        })
    })
}

fn policy_constraints(value: &[u8]) -> Read<PolicyConstraints> {
    const FIELD: &str = "policyConstraints";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            Ok(PolicyConstraints {
                require_explicit: tagged_number(r, 0, FIELD)?,
                inhibit_mapping: tagged_number(r, 1, FIELD)?,
            })
        })
    })
}

/// `[number] IMPLICIT INTEGER OPTIONAL`, a count of certificates. A count that
/// no chain reaches is as good as a larger one.
fn tagged_number(r: &mut SliceReader<'_>, number: u8, name: &'static str) -> Read<Option<u32>> {
    if r.peek_byte() != Some(0x80 | number) {
        return Ok(None);
    }
    match AnyRef::decode(r)?.value() {
        [byte] if *byte < 0x80 => Ok(Some((*byte).into())),
        [first, _, ..] if *first < 0x80 => Ok(Some(u32::MAX)),
        _ => Err(FieldError::new(name, "a count is not a positive number")),
    }
}

fn tls_features(value: &[u8]) -> Read<Vec<u16>> {
    const FIELD: &str = "tlsFeature";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            let mut features = Vec::new();
            while !r.is_finished() {
                features.push(field(r, FIELD)?);
            }
            Ok(features)
        })
    })
}

/// Only looks whether it can be read.
fn info_access(value: &[u8]) -> Read<()> {
    const FIELD: &str = "authorityInfoAccess";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            if r.is_finished() {
                return Err(FieldError::new(FIELD, "it is empty"));
            }
            while !r.is_finished() {
                enter(r, SEQUENCE, FIELD, |r| {
                    object_identifier(r, FIELD)?;
                    let tag = r.peek_byte().unwrap_or(0);
                    AnyRef::decode(r)?;
                    match tag & 0x80 == 0x80 && tag & 0x1f <= 8 {
                        true => Ok(()),
                        false => Err(FieldError::new(FIELD, "a location that is no name")),
                    }
                })?;
            }
            Ok(())
        })
    })
}

/// The number of a ClientHello extension (RFC 6066, section 8).
const STATUS_REQUEST: u16 = 5;
