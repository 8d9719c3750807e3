//! PEM files: where each block stands, and what is in it.
//!
//! The text is taken apart in Rust, so that the engine's reader of PEM, which
//! has known faults, is not reached. A block that is broken does not hide the
//! others.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use rustls_pki_types::pem::{Error, PemObject, SectionKind};

use crate::error::excerpt;

/// One `-----BEGIN ...-----` and what belongs to it.
pub(super) struct Block<'a> {
    /// The line of the beginning; the first line is 1.
    pub(super) line: usize,
    /// What stands behind `BEGIN`.
    pub(super) label: &'a str,
    text: &'a [u8],
}

impl Block<'_> {
    /// What the base64 says, or why it says nothing.
    pub(super) fn decode(&self) -> Result<Vec<u8>, String> {
        match <(SectionKind, Vec<u8>)>::from_pem_slice(self.text) {
            Ok((_, der)) => Ok(der),
            Err(Error::MissingSectionEnd { .. }) => Err(format!(
                "there is no `-----END {}-----` line",
                excerpt(self.label)
            )),
            Err(Error::IllegalSectionStart { .. }) => {
                Err("the line with BEGIN does not end in `-----`".into())
            }
            Err(Error::Base64Decode(_)) => Err("it is not base64".into()),
            Err(Error::NoItemsFound) => Err("it is of an unknown kind".into()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The blocks of a file, in order.
pub(super) fn blocks(text: &[u8]) -> Vec<Block<'_>> {
    let mut starts = Vec::new();
    let mut at = 0;
    for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let skip = if index == 0 { bom(line) } else { 0 };
        if line[skip..].starts_with(BEGIN) {
            starts.push((index + 1, at + skip));
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).map(|(_, at)| *at);
    let ends: Vec<_> = ends.chain([text.len()]).collect();
    starts
        .into_iter()
        .zip(ends)
        .map(|((line, start), end)| block(line, &text[start..end]))
        .collect()
}

/// Says what a file holds that has no block of the kind looked for.
pub(super) fn describe_contents(text: &[u8], blocks: &[Block<'_>]) -> String {
    if text.is_empty() {
        return "it is empty".into();
    }
    if let Some(block) = blocks.first() {
        let others = match blocks.len() {
            1 => String::new(),
            n => format!(" and {} more of other kinds", n - 1),
        };
        return format!(
            "it holds a `-----BEGIN {}-----` in line {}{others}",
            excerpt(block.label),
            block.line
        );
    }
    if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
        return "it is UTF-16 text; PEM is plain ASCII".into();
    }
    if text.first() == Some(&0x30) {
        return "it looks like DER, but not of that kind".into();
    }
    match core::str::from_utf8(text) {
        Ok(text) => format!(
            "none of its {} lines begins with `-----BEGIN `",
            text.lines().count()
        ),
        Err(_) => format!("its {} bytes are neither PEM nor DER", text.len()),
    }
}

/// Whether a file is DER and not PEM: all that we read begin as a SEQUENCE
/// with a long length, which is no text.
#[cfg(feature = "std")]
pub(super) fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, length, ..] if *length >= 0x80)
}

fn block(line: usize, text: &[u8]) -> Block<'_> {
    let first = text.split(|byte| matches!(byte, b'\n' | b'\r')).next();
    let label = first.and_then(|line| line.get(BEGIN.len()..));
    let label = core::str::from_utf8(label.unwrap_or_default()).unwrap_or("(unreadable)");
    Block {
        line,
        label: label.trim_end().trim_end_matches('-'),
        text,
    }
}

/// Some editors put a mark of three bytes before the first line.
fn bom(line: &[u8]) -> usize {
    match line.starts_with(b"\xef\xbb\xbf") {
        true => 3,
        false => 0,
    }
}

const BEGIN: &[u8] = b"-----BEGIN ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_know_their_line_and_label() {
        let text = b"text\n-----BEGIN A-----\nAAAA\n-----END A-----\r\n\n-----BEGIN B C----- \nx";
        let found = blocks(text);
        let places: Vec<_> = found.iter().map(|b| (b.line, b.label)).collect();
        assert_eq!(places, [(2, "A"), (6, "B C")]);
        assert!(found[0].text.ends_with(b"\r\n\n"));
    }

    #[test]
    fn a_block_is_decoded_or_says_why_not() {
        for (text, expected) in [
            (
                &b"-----BEGIN CERTIFICATE-----\r\nAAEC\r\n-----END CERTIFICATE-----"[..],
                Ok(vec![0, 1, 2]),
            ),
            (
                b"-----BEGIN CERTIFICATE----\nAAEC\n-----END CERTIFICATE-----",
                Err("the line with BEGIN does not end in `-----`"),
            ),
            (
                b"-----BEGIN CERTIFICATE-----\nAAEC\n",
                Err("there is no `-----END CERTIFICATE-----` line"),
            ),
            (
                b"-----BEGIN X-----\nAAEC\n-----END X-----",
                Err("it is of an unknown kind"),
            ),
        ] {
            let decoded = blocks(text)[0].decode();
            assert_eq!(decoded, expected.map_err(str::to_owned));
        }
    }

    #[test]
    fn labels_of_a_hostile_file_are_shown_short_and_printable() {
        let text = format!("-----BEGIN \u{1b}[2J\u{202e}{}", "x".repeat(1000));
        let whole = format!("{text}-----\nAAEC\n");
        for reason in [
            blocks(whole.as_bytes())[0].decode().unwrap_err(),
            describe_contents(whole.as_bytes(), &blocks(whole.as_bytes())),
            describe_contents(text.as_bytes(), &blocks(text.as_bytes())),
        ] {
            assert!(reason.contains("\\u{1b}[2J\\u{202e}"), "{reason:?}");
            assert!(!reason.contains(crate::error::is_unprintable), "{reason:?}");
            assert!(reason.len() < 300, "{reason:?}");
        }
    }

    #[test]
    fn text_is_not_taken_for_der() {
        assert!(is_der(&[0x30, 0x82, 1, 0]));
        assert!(!is_der(b"0 is a digit\n"));
        assert!(!is_der(b"-----BEGIN CERTIFICATE-----"));
        assert!(!is_der(b""));
    }
}
