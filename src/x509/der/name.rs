//! Distinguished names: shown to people, and compared to find an issuer.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

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

/// A whole `Name` in a form that can be compared byte by byte (RFC 5280,
/// section 7.1): without regard to case, kind of string and superfluous space.
/// A name is below another if the other's form begins its own.
pub(in crate::x509) fn canonical_name(name: &[u8]) -> Vec<u8> {
    let mut parts: Vec<Vec<Vec<u8>>> = Vec::new();
    let walked = walk_name(name, |attribute| {
        let text = match decoded(attribute.value) {
            Some(text) => folded(&text).into_bytes(),
            None => attribute.value.value().to_vec(),
        };
        let mut one = Vec::with_capacity(attribute.id.len() + text.len() + 8);
        push_counted(&mut one, attribute.id);
        push_counted(&mut one, &text);
        match parts.last_mut() {
            Some(last) if attribute.joined => last.push(one),
            _ => parts.push(vec![one]),
        }
    });
    debug_assert!(walked.is_ok());
    let mut out = Vec::with_capacity(name.len() + 8);
    for mut part in parts {
        part.sort_unstable();
        push_counted(&mut out, &part.concat());
    }
    out
}

/// The common names in a whole `Name`.
pub(in crate::x509) fn common_names(name: &[u8]) -> Vec<String> {
    values_of(name, &oid::COMMON_NAME)
}

/// The e-mail addresses in a whole `Name`.
pub(in crate::x509) fn emails(name: &[u8]) -> Vec<String> {
    values_of(name, &oid::EMAIL_ADDRESS)
}

fn values_of(name: &[u8], id: &oid::ObjectIdentifier) -> Vec<String> {
    let mut found = Vec::new();
    let walked = walk_name(name, |attribute| {
        if attribute.id == id.as_bytes() {
            let text = decoded(attribute.value);
            // What cannot be read is still there, and equals nothing.
            found.push(text.unwrap_or_else(|| "\u{fffd}".into()));
        }
    });
    debug_assert!(walked.is_ok());
    found
}

fn folded(text: &str) -> String {
    if text.is_ascii() && !text.contains("  ") && text.trim().len() == text.len() {
        return text.to_ascii_lowercase();
    }
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn push_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    // Names come from DER of far less than 4 GiB.
    let count = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&count.to_be_bytes());
    out.extend_from_slice(bytes);
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
        let form = canonical_name(&a);
        assert_eq!(form, canonical_name(&name(0x13, b"some ca")));
        let wide = name(0x1e, b"\0s\0o\0m\0e\0 \0 \0C\0A");
        assert_eq!(form, canonical_name(&wide));
        assert_ne!(form, canonical_name(&name(0x0c, b"Some C")));
        assert_ne!(form, canonical_name(&[0x30, 0]));
    }

    #[test]
    fn a_name_below_another_begins_with_it() {
        let one = |text: &[u8]| tlv(0x31, &part(CN, 0x13, text));
        let name = |parts: &[Vec<u8>]| canonical_name(&tlv(0x30, &parts.concat()));
        let a = name(&[one(b"a")]);
        assert!(name(&[one(b"A"), one(b"b")]).starts_with(&a));
        assert!(!name(&[one(b"ab")]).starts_with(&a));
        assert!(a.starts_with(&name(&[])));
    }
}
