//! What seeds are made of.

use base64ct::{Base64, Encoding};

/// The DER of the one block in a text.
pub(super) fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    Base64::decode_vec(&lines.collect::<String>()).expect("base64")
}

/// A stream taken apart into records, headers included.
pub(super) fn records(mut stream: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let [_, _, _, high, low, ..] = stream {
        let len = 5 + usize::from(u16::from_be_bytes([*high, *low]));
        let (record, rest) = stream.split_at(len.min(stream.len()));
        records.push(record);
        stream = rest;
    }
    records
}

/// Bytes with their length in two bytes before them.
pub(super) fn vec16(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).expect("a short seed");
    [&len.to_be_bytes()[..], bytes].concat()
}

/// Takes what [`vec16`] wrote, or as much of it as there is.
pub(super) fn take_vec16<'a>(data: &mut &'a [u8]) -> Option<&'a [u8]> {
    let [high, low, rest @ ..] = *data else {
        return None;
    };
    let len = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
    let (taken, rest) = rest.split_at(len);
    *data = rest;
    Some(taken)
}
