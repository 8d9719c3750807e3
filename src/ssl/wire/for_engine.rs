//! What the engine is given of a ClientHello.
//!
//! The engine reads a hello from one record and refuses what is odd but
//! allowed: more than 16 compression methods, a version that does not exist
//! yet. It gets the parts that it understands, in a hello of its own.

use alloc::vec::Vec;

use super::codec::{Reader, u16_list};
use super::hello::{ClientHello, FALLBACK_SCSV, RENEGOTIATION_SCSV, TLS12, extension};
use super::inbound::MESSAGE_CLIENT_HELLO;
use crate::ssl::terms::{CipherSuite, NamedGroup};

/// The extensions that the engine reads.
const UNDERSTOOD: [u16; 9] = [
    extension::MAX_FRAGMENT_LENGTH,
    extension::SUPPORTED_GROUPS,
    extension::EC_POINT_FORMATS,
    extension::SIGNATURE_ALGORITHMS,
    extension::ALPN,
    extension::ENCRYPT_THEN_MAC,
    extension::EXTENDED_MASTER_SECRET,
    extension::SESSION_TICKET,
    extension::RENEGOTIATION_INFO,
];

/// What the other extensions hold at most.
const LONGEST: usize = 256;

impl ClientHello {
    /// The message that the engine gets in place of `message`, of which this
    /// hello was read. Of the protocols only those are in it that the server
    /// knows, so it fits a record, whatever the client sent. With none of
    /// `groups` in common, the suites that need one are left out: the engine
    /// would choose one of them and then fail.
    pub(crate) fn for_engine(
        &self,
        message: &[u8],
        groups: &[NamedGroup],
        is_known_protocol: impl Fn(&[u8]) -> bool,
    ) -> Vec<u8> {
        let mut common = groups.iter().map(|group| group.iana_number());
        let has_group = self.groups.is_empty() || common.any(|group| self.groups.contains(&group));
        // The fields were checked when they were read: none is missing.
        fields(message).map_or_else(Vec::new, |(suites, extensions)| {
            let suites = kept(suites, |suite| is_usable_suite(suite, has_group));
            let extensions = self.kept_extensions(extensions, is_known_protocol);
            let body = [
                &TLS12.to_be_bytes()[..],
                &self.random,
                &[self.session_id.len() as u8],
                &self.session_id,
                &(suites.len() as u16).to_be_bytes(),
                &suites,
                &[1, 0],
                &(extensions.len() as u16).to_be_bytes(),
                &extensions,
            ]
            .concat();

            let len = (body.len() as u32).to_be_bytes();
            [&[MESSAGE_CLIENT_HELLO], &len[1..], &body].concat()
        })
    }

    fn kept_extensions(
        &self,
        extensions: &[u8],
        is_known_protocol: impl Fn(&[u8]) -> bool,
    ) -> Vec<u8> {
        let mut reader = Reader::new(extensions);
        let mut kept = Vec::new();
        while let (Some(number), Some(content)) = (reader.u16(), reader.vec16()) {
            if !UNDERSTOOD.contains(&number) {
                continue;
            }
            let content = match number {
                extension::SUPPORTED_GROUPS => kept_list(content, is_known_group),
                extension::SIGNATURE_ALGORITHMS => kept_list(content, is_known_scheme),
                extension::ALPN => self.kept_protocols(&is_known_protocol),
                // Tickets are opened here.
                extension::SESSION_TICKET => Vec::new(),
                // Where one is longer, it is wrong, and stays so.
                _ => content.iter().take(LONGEST).copied().collect(),
            };
            kept.extend_from_slice(&number.to_be_bytes());
            kept.extend_from_slice(&(content.len() as u16).to_be_bytes());
            kept.extend_from_slice(&content);
        }
        kept
    }

    /// The known protocols, each once, in the client's order. Where none is
    /// known the first stays, for the engine to refuse.
    fn kept_protocols(&self, is_known: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let mut kept: Vec<&[u8]> = Vec::new();
        for name in &self.alpn {
            if is_known(name) && !kept.contains(&&name[..]) {
                kept.push(name);
            }
        }
        if kept.is_empty() {
            kept.extend(self.alpn.first().map(|name| &name[..]));
        }
        let mut list = Vec::new();
        for name in kept {
            list.push(name.len() as u8);
            list.extend_from_slice(name);
        }
        [&(list.len() as u16).to_be_bytes()[..], &list].concat()
    }
}

/// The lists of suites and of extensions.
fn fields(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut body = Reader::new(message.get(4 + 2 + 32..)?);
    body.vec8()?;
    let suites = body.vec16()?;
    body.vec8()?;
    Some((suites, body.vec16().unwrap_or_default()))
}

/// Whether the suite is compiled and needs no group that is not there, or is a
/// signal.
fn is_usable_suite(number: u16, has_group: bool) -> bool {
    matches!(number, RENEGOTIATION_SCSV | FALLBACK_SCSV)
        || CipherSuite::from_iana_number(number)
            .is_some_and(|suite| has_group || !suite.has_forward_secrecy())
}

fn is_known_group(number: u16) -> bool {
    let mut all = NamedGroup::ALL.iter();
    all.any(|group| group.iana_number() == number)
}

/// Whether the scheme has a hash that the engine knows, or is RSA-PSS.
fn is_known_scheme(number: u16) -> bool {
    matches!(number >> 8, 1..=6 | 8)
}

/// The known numbers of a list, each once. The engine wants one at least, so
/// where none is known the first stays.
fn kept(list: &[u8], is_known: impl Fn(u16) -> bool) -> Vec<u8> {
    let mut kept = Vec::new();
    for number in u16_list(list).unwrap_or_default() {
        if is_known(number) && !kept.contains(&number) {
            kept.push(number);
        }
    }
    match kept.is_empty() {
        true => list.iter().take(2).copied().collect(),
        false => kept.into_iter().flat_map(u16::to_be_bytes).collect(),
    }
}

/// The same of an extension that is one list, and its length before it.
fn kept_list(content: &[u8], is_known: impl Fn(u16) -> bool) -> Vec<u8> {
    let kept = kept(content.get(2..).unwrap_or_default(), is_known);
    [&(kept.len() as u16).to_be_bytes()[..], &kept].concat()
}

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_understood_is_kept() {
        let body = [
            &[4, 1][..],
            &[9; 32],
            &[2, 7, 8],
            &[0, 8, 0xee, 0xee, 0xc0, 0x2f, 0x00, 0xff, 0x0a, 0x0a],
            &[3, 9, 0, 1],
            &[0, 13, 0xee, 0xee, 0, 1, 5, 0, 10, 0, 4, 0, 2, 0, 23],
        ]
        .concat();
        let message = [&[1, 0, 0, body.len() as u8], &body[..]].concat();
        let hello = ClientHello::parse(&message).unwrap();
        let expected = [
            &[3, 3][..],
            &[9; 32],
            &[2, 7, 8],
            &[0, 4, 0xc0, 0x2f, 0x00, 0xff],
            &[1, 0],
            &[0, 8, 0, 10, 0, 4, 0, 2, 0, 23],
        ]
        .concat();
        assert_eq!(
            hello.for_engine(&message, NamedGroup::ALL, |_| true)[4..],
            expected
        );
    }

    #[test]
    fn suites_that_need_a_group_stay_with_one_in_common() {
        // ECDHE_RSA and PSK, both with AES_128_GCM_SHA256; groups P-256 and P-384.
        let body = [
            &[3, 3][..],
            &[9; 32],
            &[0, 0, 4, 0xc0, 0x2f, 0x00, 0xa8, 1, 0],
            &[0, 10, 0, 10, 0, 6, 0, 4, 0, 23, 0, 24],
        ]
        .concat();
        let message = [&[1, 0, 0, body.len() as u8], &body[..]].concat();
        let hello = ClientHello::parse(&message).unwrap();
        for (groups, suites) in [
            (&[NamedGroup::Secp384r1][..], &[0xc02f, 0x00a8][..]),
            (&[NamedGroup::X25519], &[0x00a8]),
        ] {
            let reduced = hello.for_engine(&message, groups, |_| true);
            let reduced = ClientHello::parse(&reduced).unwrap();
            assert_eq!(reduced.cipher_suites, suites, "{groups:?}");
        }
    }

    #[test]
    fn whatever_the_client_sends_what_is_kept_fits_the_engine() {
        let protocols: Vec<u8> = (0..15_000u16)
            .flat_map(|number| [&[2][..], &number.to_be_bytes()].concat())
            .collect();
        let alpn = [&(protocols.len() as u16).to_be_bytes()[..], &protocols].concat();
        let ticket = vec![7; 60_000 - alpn.len()];
        let mut extensions = Vec::new();
        for (number, content) in [(16, alpn), (35, ticket)] {
            extensions.extend([0, number]);
            extensions.extend((content.len() as u16).to_be_bytes());
            extensions.extend(content);
        }
        let body = [
            &[3, 3][..],
            &[9; 32],
            &[0, 0, 2, 0xc0, 0x2f, 1, 0],
            &(extensions.len() as u16).to_be_bytes(),
            &extensions,
        ]
        .concat();
        let len = (body.len() as u32).to_be_bytes();
        let message = [&[1], &len[1..], &body].concat();
        let hello = ClientHello::parse(&message).unwrap();
        assert_eq!(hello.alpn.len(), 15_000);
        for (known, left) in [(14_999u16, 14_999u16), (15_000, 0)] {
            let reduced = hello.for_engine(&message, NamedGroup::ALL, |name| {
                name == known.to_be_bytes()
            });
            let reduced = ClientHello::parse(&reduced).unwrap();
            assert_eq!(reduced.alpn, [left.to_be_bytes()]);
            assert!(!reduced.has_ticket && reduced.offers(extension::SESSION_TICKET));
        }
    }
}
