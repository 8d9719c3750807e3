//! The names in a subjectAltName, and what nameConstraints say about them:
//! [RFC 5280, sections 4.2.1.6 and 4.2.1.10](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6).

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use ::der::asn1::AnyRef;
use ::der::{Decode, Reader, SliceReader};

use super::{FieldError, Read, SEQUENCE, canonical_name, context, enter, walk_name, whole};

/// The names in a subjectAltName.
#[derive(Debug, Clone, Default)]
pub(in crate::x509) struct AltNames {
    pub(in crate::x509) dns: Vec<String>,
    pub(in crate::x509) ip: Vec<IpAddr>,
    pub(in crate::x509) email: Vec<String>,
    pub(in crate::x509) uri: Vec<String>,
    /// Directory names in the form that is compared.
    pub(in crate::x509) directory: Vec<Vec<u8>>,
    /// The kinds of all others.
    pub(in crate::x509) others: Vec<NameKind>,
    /// The kinds of those that are not what their kind says.
    pub(in crate::x509) broken: Vec<NameKind>,
}

/// What nameConstraints allow and forbid.
#[derive(Debug, Clone, Default)]
pub(in crate::x509) struct NameConstraints {
    pub(in crate::x509) permitted: Vec<Subtree>,
    pub(in crate::x509) excluded: Vec<Subtree>,
}

/// A name and all below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::x509) enum Subtree {
    Dns(String),
    Email(String),
    Uri(String),
    Ip {
        address: Vec<u8>,
        mask: Vec<u8>,
    },
    /// In the form that is compared.
    Directory(Vec<u8>),
    Other(NameKind),
}

/// The kinds of `GeneralName`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::x509) enum NameKind {
    Dns,
    Ip,
    Email,
    Uri,
    Directory,
    /// By its tag.
    Other(u8),
}

impl NameKind {
    fn of(tag: u8) -> Self {
        match tag {
            EMAIL => Self::Email,
            DNS => Self::Dns,
            DIRECTORY => Self::Directory,
            URI => Self::Uri,
            IP => Self::Ip,
            other => Self::Other(other),
        }
    }

    pub(in crate::x509) fn describe(self) -> &'static str {
        match self {
            Self::Dns => "DNS name",
            Self::Ip => "IP address",
            Self::Email => "e-mail address",
            Self::Uri => "URI",
            Self::Directory => "directory name",
            Self::Other(0xa0) => "otherName",
            Self::Other(0xa3) => "x400Address",
            Self::Other(0xa5) => "ediPartyName",
            Self::Other(0x88) => "registeredID",
            Self::Other(_) => "name of an unknown kind",
        }
    }
}

impl AltNames {
    pub(super) fn read(value: &[u8]) -> Read<Self> {
        const FIELD: &str = "subjectAltName";
        whole(value, FIELD, |r| {
            enter(r, SEQUENCE, FIELD, |r| {
                let mut names = Self::default();
                while !r.is_finished() {
                    let (tag, value) = general_name(r)?;
                    names.add(tag, value);
                }
                Ok(names)
            })
        })
    }

    pub(in crate::x509) fn is_empty(&self) -> bool {
        self.dns.is_empty()
            && self.ip.is_empty()
            && self.email.is_empty()
            && self.uri.is_empty()
            && self.directory.is_empty()
            && self.others.is_empty()
            && self.broken.is_empty()
    }

    /// A name that is not what its type says matches nothing, but does not
    /// make the others worthless.
    fn add(&mut self, tag: u8, value: &[u8]) {
        match (tag, value.len()) {
            (DNS, 1..) if is_printable(value) => self.dns.push(text(value)),
            (EMAIL, 1..) if is_printable(value) => self.email.push(text(value)),
            (URI, 1..) if is_printable(value) => self.uri.push(text(value)),
            (IP, 4) => {
                let mut octets = [0; 4];
                octets.copy_from_slice(value);
                self.ip.push(octets.into());
            }
            (IP, 16) => {
                let mut octets = [0; 16];
                octets.copy_from_slice(value);
                self.ip.push(octets.into());
            }
            (DIRECTORY, _) if walk_name(value, |_| ()).is_ok() => {
                self.directory.push(canonical_name(value));
            }
            (DNS | EMAIL | URI | IP | DIRECTORY, _) => self.broken.push(NameKind::of(tag)),
            _ => self.others.push(NameKind::of(tag)),
        }
    }
}

impl NameConstraints {
    pub(super) fn read(value: &[u8]) -> Read<Self> {
        let constraints = whole(value, FIELD, |r| {
            enter(r, SEQUENCE, FIELD, |r| {
                Ok(Self {
                    permitted: subtrees(r, context(0))?,
                    excluded: subtrees(r, context(1))?,
                })
            })
        })?;
        match constraints.permitted.is_empty() && constraints.excluded.is_empty() {
            true => Err(FieldError::new(FIELD, "they constrain nothing")),
            false => Ok(constraints),
        }
    }
}

fn subtrees(r: &mut SliceReader<'_>, tag: u8) -> Read<Vec<Subtree>> {
    let mut found = Vec::new();
    if r.peek_byte() != Some(tag) {
        return Ok(found);
    }
    enter(r, tag, FIELD, |r| {
        while !r.is_finished() {
            found.push(enter(r, SEQUENCE, FIELD, |r| {
                let (tag, value) = general_name(r)?;
                if !r.is_finished() {
                    let reason = "a subtree has a minimum or maximum";
                    return Err(FieldError::new(FIELD, reason));
                }
                Subtree::new(tag, value)
            })?);
        }
        Ok(())
    })?;
    Ok(found)
}

impl Subtree {
    pub(in crate::x509) fn kind(&self) -> NameKind {
        match self {
            Self::Dns(_) => NameKind::Dns,
            Self::Email(_) => NameKind::Email,
            Self::Uri(_) => NameKind::Uri,
            Self::Ip { .. } => NameKind::Ip,
            Self::Directory(_) => NameKind::Directory,
            Self::Other(kind) => *kind,
        }
    }

    fn new(tag: u8, value: &[u8]) -> Read<Self> {
        let refused = |reason| Err(FieldError::new(FIELD, reason));
        match tag {
            DNS | EMAIL | URI if !is_printable(value) => {
                refused("a name with spaces or letters outside ASCII")
            }
            DNS => Ok(Self::Dns(text(value).to_ascii_lowercase())),
            EMAIL => Ok(Self::Email(text(value))),
            URI => Ok(Self::Uri(text(value).to_ascii_lowercase())),
            IP if matches!(value.len(), 8 | 32) => {
                let (address, mask) = value.split_at(value.len() / 2);
                if !is_prefix(mask) {
                    return refused("the mask of an address has gaps");
                }
                Ok(Self::Ip {
                    address: address.to_vec(),
                    mask: mask.to_vec(),
                })
            }
            IP => refused("an IP address of a wrong length"),
            DIRECTORY => match walk_name(value, |_| ()) {
                Ok(()) => Ok(Self::Directory(canonical_name(value))),
                Err(e) => Err(e.in_field(FIELD)),
            },
            other => Ok(Self::Other(NameKind::of(other))),
        }
    }
}

/// A `GeneralName`: its tag and content.
fn general_name<'a>(r: &mut SliceReader<'a>) -> Read<(u8, &'a [u8])> {
    let tag = r.peek_byte().unwrap_or(0);
    Ok((tag, AnyRef::decode(r)?.value()))
}

/// Ones, then zeros.
fn is_prefix(mask: &[u8]) -> bool {
    let mut bits = mask
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    bits.by_ref().find(|bit| *bit == 0);
    bits.all(|bit| bit == 0)
}

fn is_printable(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_graphic)
}

fn text(ascii: &[u8]) -> String {
    String::from_utf8_lossy(ascii).into_owned()
}

const FIELD: &str = "nameConstraints";

const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const DIRECTORY: u8 = 0xa4;
const URI: u8 = 0x86;
const IP: u8 = 0x87;
