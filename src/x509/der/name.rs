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

#[cfg(test)]
mod tests {
    use super::*;

    const CN: &[u8] = &[6, 3, 0x55, 4, 3];

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        assert!(content.len() < 0x1_0000);
        let mut out = vec![tag];
        if content.len() < 0x80 {
            out.push(content.len() as u8);
        } else {
            out.push(0x82);
            out.extend_from_slice(&(content.len() as u16).to_be_bytes());
        }
        out.extend_from_slice(content);
        out
    }

    fn part(id: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        tlv(0x30, &[id, &tlv(tag, value)].concat())
    }

    /// A name of one part.
    fn name(tag: u8, value: &[u8]) -> Vec<u8> {
        tlv(0x30, &tlv(0x31, &part(CN, tag, value)))
    }

    #[test]
    fn each_kind_of_string_is_shown() {
        for (tag, value, shown) in [
            (0x0c, "B\u{fc}ro".as_bytes(), "CN=B\u{fc}ro"),
            (0x13, b"Office", "CN=Office"),
            (0x16, b"a@b.example", "CN=a@b.example"),
            (0x14, b"B\xfcro", "CN=B\u{fc}ro"),
            (0x1e, b"\x00B\x00\xfc", "CN=B\u{fc}"),
            // Not what the type says, or no type of string.
            (0x0c, b"\xff", "CN=#ff"),
            (0x13, b"\xff", "CN=#ff"),
            (0x1e, b"\x00", "CN=#00"),
            (0x02, b"\x05", "CN=#05"),
        ] {
            assert_eq!(describe_name(&name(tag, value)), shown);
        }
    }

    #[test]
    fn parts_keep_their_order_and_sets_stay_together() {
        let set = [
            part(&[6, 3, 0x55, 4, 10], 0x13, b"Org"),
            part(CN, 0x13, b"x"),
        ];
        let other = part(&[6, 3, 0x2a, 3, 4], 0x13, b"y");
        let whole = [tlv(0x31, &set.concat()), tlv(0x31, &other)].concat();
        assert_eq!(describe_name(&tlv(0x30, &whole)), "O=Org + CN=x, 1.2.3.4=y");
    }

    #[test]
    fn odd_names_are_shown_as_such() {
        assert_eq!(describe_name(&[0x30, 0]), "(empty)");
        assert_eq!(describe_name(&[0x30, 2, 0x31, 0]), "(unreadable)");
        assert_eq!(describe_name(&[]), "(unreadable)");
        let long = describe_name(&name(0x0c, "\u{e9}".repeat(2000).as_bytes()));
        assert!(long.len() <= LONGEST + 3 && long.ends_with("..."));
    }

    #[test]
    fn case_and_kind_of_string_do_not_separate_names() {
        let a = name(0x0c, b"Some CA");
        assert!(is_same_name(&a, &name(0x13, b"some ca")));
        assert!(!is_same_name(&a, &name(0x0c, b"Some C")));
        assert!(is_same_name(&a, &a));
        assert!(!is_same_name(&a, &[0x30, 0]));
    }
}
