//! A part of a file (RFC 9110, section 14).

use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// No part is asked for, or in a way that is to be ignored.
    Whole,
    Bytes(Range<u64>),
    /// Nothing of the file is in it.
    Outside,
}

/// What the value of a `Range` field asks of a file of `len` bytes. Several
/// parts at once are not served: the whole file is a right answer to that.
pub fn parse(value: Option<&str>, len: u64) -> Part {
    let ranges = value.and_then(|value| value.strip_prefix("bytes="));
    let Some((first, last)) = ranges.and_then(|ranges| ranges.split_once('-')) else {
        return Part::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // A number too large for any file counts as the largest.
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let range = match (is_number(first), is_number(last)) {
        (true, true) if number(first) > number(last) => return Part::Whole,
        (true, true) => number(first)..number(last).saturating_add(1).min(len),
        (true, false) if last.is_empty() => number(first)..len,
        (false, true) if first.is_empty() => len - number(last).min(len)..len,
        _ => return Part::Whole,
    };
    match range.start < range.end {
        true => Part::Bytes(range),
        false => Part::Outside,
    }
}
