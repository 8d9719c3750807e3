//! The reader of records and of messages in pieces.

use super::transport::piece;
use super::{Target, handshakes, seed};
use crate::error::Alert;
use crate::ssl::fuzzing::{Inbound, Plain};

pub(super) const TARGET: Target = Target {
    name: "fragments",
    run,
    seeds,
    words: handshakes::WORDS,
};

/// What a stream is read as.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    plain: Vec<Plain>,
    protected: Vec<Vec<u8>>,
    refused: Option<Alert>,
    /// Where nothing is refused, each byte is a part of something.
    unused: Option<usize>,
}

fn run(data: &[u8]) {
    let [cut, encrypted_from, bytes @ ..] = data else {
        return;
    };
    let at_once = read(bytes, usize::MAX, *encrypted_from);
    assert_eq!(read(bytes, piece(*cut), *encrypted_from), at_once);
    assert_eq!(read(bytes, 1, *encrypted_from), at_once);
    check_joining(bytes, piece(*cut));
}

/// Reads a stream that comes `piece` bytes at a time. From the given number of
/// plain events on it counts as encrypted.
fn read(mut bytes: &[u8], piece: usize, encrypted_from: u8) -> Read {
    let mut inbound = Inbound::default();
    let mut read = Read::default();
    while !bytes.is_empty() {
        let space = inbound.space();
        let len = space.len().min(piece).min(bytes.len());
        assert!(len > 0, "no room, and nothing whole");
        space[..len].copy_from_slice(&bytes[..len]);
        inbound.filled(len);
        bytes = &bytes[len..];
        if let Err(alert) = events(&mut inbound, &mut read, encrypted_from) {
            read.refused = Some(alert);
            return read;
        }
    }
    read.unused = Some(inbound.unread().len());
    read
}

fn events(inbound: &mut Inbound, read: &mut Read, encrypted_from: u8) -> Result<(), Alert> {
    loop {
        if read.plain.len() < usize::from(encrypted_from) {
            match inbound.next_plain().map_err(|refused| refused.alert)? {
                Some(event) => read.plain.push(event),
                None => return Ok(()),
            }
        } else {
            match inbound.next_protected().map_err(|refused| refused.alert)? {
                Some((_, record)) => {
                    read.protected.push(record.to_vec());
                    let len = record.len();
                    inbound.record_used(len);
                }
                None => return Ok(()),
            }
        }
    }
}

/// Messages come out as they went in, however they were cut into records.
fn check_joining(bytes: &[u8], piece: usize) {
    const MOST: usize = 16_384;
    let mut rest = bytes;
    let mut messages = Vec::new();
    while let Some(body) = seed::take_vec16(&mut rest) {
        let body = &body[..body.len().min(MOST - 4)];
        let len = (body.len() as u32).to_be_bytes();
        messages.push([&[2, len[1], len[2], len[3]], body].concat());
    }
    let stream: Vec<u8> = messages
        .concat()
        .chunks(piece.min(MOST))
        .flat_map(|piece| [&[22, 3, 3], &seed::vec16(piece)[..]].concat())
        .collect();
    let read = read(&stream, usize::MAX, u8::MAX);
    let expected: Vec<_> = messages.into_iter().map(Plain::Message).collect();
    let count = expected.len().min(usize::from(u8::MAX));
    assert_eq!(read.plain[..count], expected[..count]);
    assert_eq!(read.refused, None);
}

fn seeds() -> Vec<Vec<u8>> {
    let streams = handshakes::seeds_of_both();
    let captures = streams.iter().enumerate().map(|(index, stream)| {
        let cut = index as u8;
        [&[cut, cut % 7], &stream[2..]].concat()
    });
    let others: [&[u8]; 3] = [
        b"\x00\xffHTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x01\xffGET / HTTP/1.1\r\nHost: server.test\r\n\r\n",
        b"\x02\xff\x80\x2e\x01\x03\x03\x00\x15\x00\x00\x00\x10",
    ];
    captures.chain(others.map(<[u8]>::to_vec)).collect()
}
