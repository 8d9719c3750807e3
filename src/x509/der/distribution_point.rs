//! Which certificates a revocation list speaks about: cRLDistributionPoints of
//! certificates and issuingDistributionPoint of lists
//! ([RFC 5280, sections 4.2.1.13 and 5.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-5.2.5)).

use alloc::vec::Vec;

use ::der::asn1::AnyRef;
use ::der::{Decode, Encode, Reader, SliceReader, Tag};

use super::{
    FieldError, Read, SEQUENCE, canonical_name, context, enter, named_bits, position, walk_name,
    whole,
};

/// A place where the lists with a certificate can be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::x509) struct Point {
    pub(in crate::x509) names: Option<Vec<PointName>>,
    /// Those for which certificates are revoked there, as bits.
    pub(in crate::x509) reasons: Option<u16>,
    /// Who issues these lists, if not the certificate's issuer.
    pub(in crate::x509) issuers: Option<Vec<PointName>>,
}

/// What a list speaks about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::x509) struct Scope {
    pub(in crate::x509) names: Option<Vec<PointName>>,
    pub(in crate::x509) only_users: bool,
    pub(in crate::x509) only_authorities: bool,
    pub(in crate::x509) reasons: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::x509) enum PointName {
    /// In the form that is compared.
    Directory(Vec<u8>),
    /// What is put behind the issuer's name, in the same form.
    Relative(Vec<u8>),
    /// By tag and content.
    Other(u8, Vec<u8>),
}

/// All the reasons that there are, from keyCompromise to aACompromise.
pub(in crate::x509) const ALL_REASONS: u16 = 0x7f80;

/// Reads the value of cRLDistributionPoints.
pub(in crate::x509) fn distribution_points(value: &[u8]) -> Read<Vec<Point>> {
    const FIELD: &str = "cRLDistributionPoints";
    whole(value, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            let mut points = Vec::new();
            while !r.is_finished() {
                points.push(enter(r, SEQUENCE, FIELD, |r| {
                    let mut point = Point::default();
                    parts(r, FIELD, |tag, content| {
                        match tag {
                            0xa0 => point.names = Some(point_names(content)?),
                            0x81 => point.reasons = Some(reasons(content)?),
                            0xa2 => point.issuers = Some(general_names(content)?),
                            _ => return Err(FieldError::new(FIELD, UNKNOWN_PART)),
                        }
                        Ok(())
                    })?;
                    match point.names.is_none() && point.issuers.is_none() {
                        true => Err(FieldError::new(FIELD, "a point without a name")),
                        false => Ok(point),
                    }
                })?);
            }
            Ok(points)
        })
    })
}

impl Scope {
    /// Reads the value of issuingDistributionPoint.
    pub(super) fn read(value: &[u8]) -> Read<Self> {
        const FIELD: &str = "issuingDistributionPoint";
        whole(value, FIELD, |r| {
            enter(r, SEQUENCE, FIELD, |r| {
                let mut scope = Self::default();
                parts(r, FIELD, |tag, content| {
                    match tag {
                        0xa0 => scope.names = Some(point_names(content)?),
                        0x81 => scope.only_users = boolean(content)?,
                        0x82 => scope.only_authorities = boolean(content)?,
                        0x83 => scope.reasons = Some(reasons(content)?),
                        0x84 if boolean(content)? => {
                            return Err(FieldError::new(FIELD, INDIRECT));
                        }
                        0x85 if boolean(content)? => {
                            return Err(FieldError::new(FIELD, OF_ATTRIBUTES));
                        }
                        0x84 | 0x85 => {}
                        _ => return Err(FieldError::new(FIELD, UNKNOWN_PART)),
                    }
                    Ok(())
                })?;
                match scope.only_users && scope.only_authorities {
                    true => Err(FieldError::new(FIELD, OF_NOTHING)),
                    false => Ok(scope),
                }
            })
        })
    }
}

impl PointName {
    /// Whether both name the same, where relative ones are below `issuer`.
    pub(in crate::x509) fn is_same(&self, other: &Self, issuer: &[u8]) -> bool {
        match (self, other) {
            (Self::Relative(part), Self::Directory(name))
            | (Self::Directory(name), Self::Relative(part)) => {
                name.strip_prefix(issuer) == Some(part)
            }
            _ => self == other,
        }
    }
}

/// Calls `visit` with the tag and content of each part; tags go up.
fn parts<'a>(
    r: &mut SliceReader<'a>,
    field: &'static str,
    mut visit: impl FnMut(u8, &'a [u8]) -> Read<()>,
) -> Read<()> {
    let mut last = None;
    while let Some(tag) = r.peek_byte() {
        let start = position(r);
        let number = Some(tag & 0x1f);
        if last >= number {
            return Err(FieldError::new(field, "its parts are out of order").at(start));
        }
        last = number;
        let content = AnyRef::decode(r)?.value();
        visit(tag, content).map_err(|e| FieldError {
            offset: Some(start),
            ..e
        })?;
    }
    Ok(())
}

/// The content of `[0] DistributionPointName`.
fn point_names(content: &[u8]) -> Read<Vec<PointName>> {
    const FIELD: &str = "distributionPoint";
    whole(content, FIELD, |r| {
        let tag = r.peek_byte();
        let content = AnyRef::decode(r)?.value();
        match tag {
            Some(0xa0) => general_names(content),
            Some(0xa1) => {
                let set = AnyRef::new(Tag::Set, content)?.to_der()?;
                let name = AnyRef::new(Tag::Sequence, &set)?.to_der()?;
                walk_name(&name, |_| ())?;
                Ok(vec![PointName::Relative(canonical_name(&name))])
            }
            _ => Err(FieldError::new(FIELD, UNKNOWN_PART)),
        }
    })
}

/// The content of `GeneralNames`.
fn general_names(content: &[u8]) -> Read<Vec<PointName>> {
    whole(content, "distributionPoint", |r| {
        let mut names = Vec::new();
        while let Some(tag) = r.peek_byte() {
            let value = AnyRef::decode(r)?.value();
            names.push(
                match tag == context(4) && walk_name(value, |_| ()).is_ok() {
                    true => PointName::Directory(canonical_name(value)),
                    false => PointName::Other(tag, value.to_vec()),
                },
            );
        }
        Ok(names)
    })
}

/// `ReasonFlags`: bit 0 of the BIT STRING is the highest here.
fn reasons(content: &[u8]) -> Read<u16> {
    let bits = AnyRef::new(Tag::BitString, content)?.to_der()?;
    whole(&bits, "reasons", |r| named_bits(r, "reasons"))
}

fn boolean(content: &[u8]) -> Read<bool> {
    match content {
        [0] => Ok(false),
        [0xff] => Ok(true),
        _ => Err(FieldError::new("", "expected a BOOLEAN")),
    }
}

const INDIRECT: &str = "this is an indirect list, with entries of other issuers, which is not supported: use a list of the issuer itself";
const OF_ATTRIBUTES: &str = "the list is about attribute certificates, which TLS does not use";
const OF_NOTHING: &str = "it leaves no certificate for the list to be about";
const UNKNOWN_PART: &str = "a part that is not known";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read() {
        let scope = Scope::read(&[0x30, 3, 0x81, 1, 0xff]).unwrap();
        assert!(scope.only_users && !scope.only_authorities && scope.names.is_none());
        let scope = Scope::read(&[0x30, 4, 0x83, 2, 1, 0x40]).unwrap();
        assert_eq!(scope.reasons, Some(0x4000));
        let scope = Scope::read(&[0x30, 7, 0xa0, 5, 0xa0, 3, 0x86, 1, b'x']).unwrap();
        assert_eq!(
            scope.names,
            Some(vec![PointName::Other(0x86, b"x".to_vec())])
        );
    }

    #[test]
    fn what_is_not_supported_or_contradicts_itself_is_refused() {
        for (value, reason) in [
            (&[0x30, 3, 0x84, 1, 0xff][..], "indirect list"),
            (&[0x30, 3, 0x85, 1, 0xff], "attribute certificates"),
            (
                &[0x30, 6, 0x81, 1, 0xff, 0x82, 1, 0xff],
                "leaves no certificate",
            ),
            (&[0x30, 6, 0x82, 1, 0xff, 0x81, 1, 0xff], "out of order"),
            (&[0x30, 3, 0x81, 1, 1], "a BOOLEAN"),
            (&[0x30, 3, 0x86, 1, 0xff], "not known"),
        ] {
            let error = Scope::read(value).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn relative_names_are_below_the_issuer() {
        // CN=a, and CN=a, CN=b; the relative part is CN=b.
        let part = |letter| [0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x13, 1, letter];
        let name = |parts: &[u8]| [&[0x30, parts.len() as u8], parts].concat();
        let issuer = canonical_name(&name(&part(b'a')));
        let full = PointName::Directory(canonical_name(&name(&[part(b'a'), part(b'b')].concat())));
        let content = [&[0xa1, 10], &part(b'B')[2..]].concat();
        let relative = &point_names(&content).unwrap()[0];
        assert!(relative.is_same(&full, &issuer) && full.is_same(relative, &issuer));
        assert!(!relative.is_same(&PointName::Directory(issuer.clone()), &issuer));
        assert!(relative.is_same(relative, &issuer));
    }
}
