//! Distinguished names: shown to people, and compared to find an issuer.

use std::fmt::Write as _;

use ::der::asn1::AnyRef;
use ::der::{Decode, Reader, Tag, Tagged};

use super::{FieldError, Read, SEQUENCE, SET, enter, object_identifier, oid, whole};

/// One part of a name, such as `CN=example.org`.
pub(in crate::x509) struct Attribute<'a> {
    /// Whether it stands in one set with the part before it.
    joined: bool,
    id: &'a [u8],
    value: AnyRef<'a>,
}

/// Calls `visit` for each part of a whole `Name`.
pub(in crate::x509) fn walk_name<'a>(
    name: &'a [u8],
    mut visit: impl FnMut(Attribute<'a>),
) -> Result<(), FieldError> {
    const FIELD: &str = "name";
    whole(name, FIELD, |r| {
        enter(r, SEQUENCE, FIELD, |r| {
            while !r.is_finished() {
                let mut joined = false;
                enter(r, SET, FIELD, |r| -> Read<()> {
                    while !r.is_finished() {
                        let (id, value) = enter(r, SEQUENCE, FIELD, |r| {
                            Ok((object_identifier(r, FIELD)?, AnyRef::decode(r)?))
                        })?;
                        visit(Attribute { joined, id, value });
                        joined = true;
                    }
                    match joined {
                        true => Ok(()),
                        false => Err(FieldError::new(FIELD, "an empty part")),
                    }
                })?;
            }
            Ok(())
        })
    })
}

/// A whole `Name` for people: `C=NL, O=Example, CN=example.org`.
///
/// Never to be compared or parsed. What separates parts, ends lines or changes
/// the direction of writing is escaped inside values, so that a name cannot
/// pretend to be another name or another line.
pub(in crate::x509) fn describe_name(name: &[u8]) -> String {
    let mut text = String::new();
    let walked = walk_name(name, |attribute| {
        if text.len() > LONGEST {
            return;
        }
        if !text.is_empty() {
            text.push_str(if attribute.joined { " + " } else { ", " });
        }
        text.push_str(&oid::describe(attribute.id));
        text.push('=');
        match decoded(attribute.value) {
            Some(value) => push_escaped(&mut text, &value),
            None => push_hex(&mut text, attribute.value.value()),
        }
    });
    if walked.is_err() {
        return "(unreadable)".into();
    }
    if text.is_empty() {
        return "(empty)".into();
    }
    if text.len() > LONGEST {
        let mut end = LONGEST;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str("...");
    }
    text
}

/// Whether two whole `Name`s may be the same: without regard to case and kind
/// of string, so never stricter than the engine.
pub(in crate::x509) fn is_same_name(a: &[u8], b: &[u8]) -> bool {
    a == b || folded(a).is_some_and(|folded_a| Some(folded_a) == folded(b))
}

/// The parts of a name in lower case.
fn folded(name: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut parts = Vec::new();
    walk_name(name, |attribute| {
        let value = attribute.value.value().to_ascii_lowercase();
        parts.push((attribute.id.to_vec(), value));
    })
    .ok()?;
    Some(parts)
}

/// The text of a string type, if it is one and holds what it says.
fn decoded(value: AnyRef<'_>) -> Option<String> {
    let bytes = value.value();
    match value.tag() {
        Tag::Utf8String => String::from_utf8(bytes.to_vec()).ok(),
        Tag::PrintableString | Tag::Ia5String | Tag::VisibleString | Tag::NumericString => bytes
            .is_ascii()
            .then(|| String::from_utf8_lossy(bytes).into_owned()),
        // Officially T.61, in practice Latin-1.
        Tag::TeletexString => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Tag::BmpString if bytes.len() % 2 == 0 => {
            let units: Vec<_> = bytes
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

fn push_escaped(text: &mut String, value: &str) {
    let mut chars = value.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match c {
            ',' | '+' | '=' | '"' | '\\' | '<' | '>' | ';' => {
                text.push('\\');
                text.push(c);
            }
            // `: ` ends the subject in a line about a problem.
            ':' if next.is_none_or(char::is_whitespace) => text.push_str("\\:"),
            '#' if at == 0 => text.push_str("\\#"),
            ' ' if at == 0 || next.is_none() => text.push_str("\\ "),
            c if crate::error::is_unprintable(c) => {
                let _ = write!(text, "{}", c.escape_unicode());
            }
            c => text.push(c),
        }
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    text.push('#');
    for byte in bytes.iter().take(LONGEST / 2) {
        let _ = write!(text, "{byte:02x}");
    }
}

/// More than any honest name needs.
const LONGEST: usize = 512;
