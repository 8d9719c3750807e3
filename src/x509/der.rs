//! The one place that reads DER: certificates, revocation lists and names.
//!
//! The reader is the crate `der`, strict and without allocation. It goes over
//! everything before the engine does, so what is not DER never reaches the C
//! parser, and what cannot be read is named: field, byte and reason.

mod certificate;
mod crl;
mod distribution_point;
mod extensions;
mod general_name;
mod name;
pub(super) mod oid;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use ::der::asn1::{AnyRef, BitStringRef, GeneralizedTime, OctetStringRef, UtcTime};
use ::der::{DateTime, Decode, Header, Reader, SliceReader, Tag, Tagged};

pub(super) use self::certificate::{Fields, PublicKey};
pub(super) use self::crl::ListFields;
pub(super) use self::distribution_point::{ALL_REASONS, Point, PointName, distribution_points};
pub(super) use self::extensions::{key_usage, ns_cert_type};
pub(super) use self::general_name::{AltNames, NameConstraints, NameKind, Subtree};
pub(super) use self::name::{canonical_name, common_names, describe_name, emails, walk_name};

/// Something that cannot be read, or is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldError {
    field: &'static str,
    /// The byte of the DER where reading stopped.
    offset: Option<usize>,
    reason: String,
}

type Read<T> = Result<T, FieldError>;

impl FieldError {
    fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self {
            field,
            offset: None,
            reason: reason.into(),
        }
    }

    /// Names the field, if what failed below did not.
    fn in_field(mut self, field: &'static str) -> Self {
        if self.field.is_empty() {
            self.field = field;
        }
        self
    }

    /// Says where, if what failed below did not.
    fn at(mut self, offset: usize) -> Self {
        self.offset.get_or_insert(offset);
        self
    }

    /// What failed was read from a piece that lies at `start`.
    fn moved(mut self, start: usize) -> Self {
        self.offset = Some(start + self.offset.unwrap_or(0));
        self
    }
}

impl From<::der::Error> for FieldError {
    fn from(error: ::der::Error) -> Self {
        Self {
            field: "",
            offset: error.position().and_then(|at| usize::try_from(at).ok()),
            reason: error.kind().to_string(),
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field {}: {}", self.field, self.reason)?;
        match self.offset {
            Some(offset) => write!(f, " (at byte {offset})"),
            None => Ok(()),
        }
    }
}

/// An extension, not yet understood.
struct Extension<'a> {
    id: &'a [u8],
    critical: bool,
    value: &'a [u8],
    /// Where the value lies.
    at: usize,
}

/// Reads `input` to its end.
fn whole<'a, T>(
    input: &'a [u8],
    field: &'static str,
    read: impl FnOnce(&mut SliceReader<'a>) -> Read<T>,
) -> Read<T> {
    let read_all = || {
        let mut reader = SliceReader::new(input)?;
        let value = read(&mut reader)?;
        reader.finish()?;
        Ok(value)
    };
    read_all().map_err(|e: FieldError| e.in_field(field).at(0))
}

/// Reads a value that begins with the byte `tag`, to the end of that value.
fn enter<'a, T>(
    r: &mut SliceReader<'a>,
    tag: u8,
    field: &'static str,
    read: impl FnOnce(&mut SliceReader<'a>) -> Read<T>,
) -> Read<T> {
    let start = position(r);
    let enter = || {
        if r.peek_byte() != Some(tag) {
            return Err(unexpected(r));
        }
        let header = Header::decode(r)?;
        r.read_nested(header.length(), read)
    };
    enter().map_err(|e| e.in_field(field).at(start))
}

/// Reads a field with a type of its own.
fn field<'a, T: Decode<'a, Error = ::der::Error>>(
    r: &mut SliceReader<'a>,
    field: &'static str,
) -> Read<T> {
    let start = position(r);
    T::decode(r).map_err(|e| FieldError::from(e).in_field(field).at(start))
}

/// The value of an OBJECT IDENTIFIER. Not decoded: identifiers of private
/// extensions may be longer than any type for them.
fn object_identifier<'a>(r: &mut SliceReader<'a>, name: &'static str) -> Read<&'a [u8]> {
    let start = position(r);
    let any: AnyRef<'a> = field(r, name)?;
    let id = any.value();
    // The last byte of each number is below 0x80, and none begins with 0x80.
    let is_whole = id.last().is_some_and(|last| *last < 0x80);
    let mut is_start = true;
    let is_short = id.iter().all(|byte| {
        let is_good = !is_start || *byte != 0x80;
        is_start = *byte < 0x80;
        is_good
    });
    if any.tag() != Tag::ObjectIdentifier || !is_whole || !is_short {
        return Err(FieldError::new(name, "expected an OBJECT IDENTIFIER").at(start));
    }
    Ok(id)
}

/// The identifier in an `AlgorithmIdentifier`, and the whole of it.
fn algorithm<'a>(r: &mut SliceReader<'a>, name: &'static str) -> Read<Algorithm<'a>> {
    let start = position(r);
    let whole = r
        .tlv_bytes()
        .map_err(|e| FieldError::from(e).in_field(name).at(start))?;
    let mut inside = SliceReader::new(whole)?;
    let read = enter(&mut inside, SEQUENCE, name, |r| {
        let id = object_identifier(r, name)?;
        let parameters = match r.is_finished() {
            true => None,
            false => Some(field(r, name)?),
        };
        Ok(Algorithm {
            whole,
            id,
            parameters,
        })
    });
    read.map_err(|e| e.moved(start))
}

struct Algorithm<'a> {
    whole: &'a [u8],
    id: &'a [u8],
    parameters: Option<AnyRef<'a>>,
}

/// Where the content of an INTEGER lies. Negative ones are let through.
fn integer(r: &mut SliceReader<'_>, name: &'static str) -> Read<Range<usize>> {
    let value: ::der::asn1::IntRef<'_> = field(r, name)?;
    let end = position(r);
    Ok(end - value.as_bytes().len()..end)
}

/// Where the content of a BIT STRING of whole bytes lies.
fn bit_string(r: &mut SliceReader<'_>, name: &'static str) -> Read<Range<usize>> {
    let start = position(r);
    let bits: BitStringRef<'_> = field(r, name)?;
    let bytes = bits
        .as_bytes()
        .ok_or_else(|| FieldError::new(name, "it does not end at a byte").at(start))?;
    let end = position(r);
    Ok(end - bytes.len()..end)
}

/// The first 16 named bits of a BIT STRING, the first of them highest. Bits
/// that are not used must not be set, so that nobody reads them as others do
/// not.
fn named_bits(r: &mut SliceReader<'_>, name: &'static str) -> Read<u16> {
    let start = position(r);
    let bits: BitStringRef<'_> = field(r, name)?;
    let bytes = bits.raw_bytes();
    let unused = (1u8 << bits.unused_bits()) - 1;
    if bytes.last().is_some_and(|last| last & unused != 0) {
        return Err(FieldError::new(name, "bits that are not used are set").at(start));
    }
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    Ok(u16::from_be_bytes([byte(0), byte(1)]))
}

/// A `Time`: UTCTime or GeneralizedTime.
fn time(r: &mut SliceReader<'_>, name: &'static str) -> Read<DateTime> {
    match r.peek_byte() {
        Some(UTC_TIME) => field::<UtcTime>(r, name).map(|time| time.to_date_time()),
        Some(GENERALIZED_TIME) => field::<GeneralizedTime>(r, name).map(|time| time.to_date_time()),
        _ => Err(unexpected(r).in_field(name)),
    }
}

/// Reads `Extensions`, handing each one to `judge`. None may come twice, and
/// there may be no more than anyone needs: each is compared with all others.
fn extensions<'a>(
    r: &mut SliceReader<'a>,
    name: &'static str,
    mut judge: impl FnMut(Extension<'a>) -> Read<()>,
) -> Read<()> {
    let mut seen: Vec<&[u8]> = Vec::new();
    enter(r, SEQUENCE, name, |r| {
        while !r.is_finished() {
            let start = position(r);
            let extension = enter(r, SEQUENCE, name, |r| {
                let id = object_identifier(r, name)?;
                let critical = field::<Option<bool>>(r, name)?.unwrap_or(false);
                let value = field::<&OctetStringRef>(r, name)?.as_bytes();
                let at = position(r) - value.len();
                Ok(Extension {
                    id,
                    critical,
                    value,
                    at,
                })
            })?;
            if seen.contains(&extension.id) {
                let reason = format!("{} appears twice", oid::describe(extension.id));
                return Err(FieldError::new(name, reason).at(start));
            }
            if seen.len() == MAX_EXTENSIONS {
                let reason = format!("there are more than {MAX_EXTENSIONS}");
                return Err(FieldError::new(name, reason).at(start));
            }
            seen.push(extension.id);
            let at = extension.at;
            judge(extension).map_err(|e| e.moved(at))?;
        }
        Ok(())
    })
}

fn position(r: &SliceReader<'_>) -> usize {
    usize::try_from(r.position()).unwrap_or(usize::MAX)
}

fn unexpected(r: &SliceReader<'_>) -> FieldError {
    FieldError {
        field: "",
        offset: Some(position(r)),
        reason: match r.peek_byte() {
            Some(tag) => format!("unexpected tag 0x{tag:02x}"),
            None => "missing".into(),
        },
    }
}

const MAX_EXTENSIONS: usize = 64;

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// `[number]` with other values inside.
const fn context(number: u8) -> u8 {
    0xa0 | number
}
