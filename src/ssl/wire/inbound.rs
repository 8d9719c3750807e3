//! The peer's bytes on their way to the engine: read-ahead, record headers,
//! and handshake messages put together again.
//!
//! The engine refuses a handshake message that is split over records, waits
//! without bound on warning alerts, and answers a bad header with silence. So
//! no byte reaches it before this layer has checked the header and joined the
//! message; once the peer encrypts, whole records pass as they are, after the
//! handshake from the engine's own buffer.

use alloc::string::String;
use alloc::vec::Vec;

use super::codec::Reader;
use super::hello::version_name;
use crate::error::Alert;

pub(crate) const HEADER_LEN: usize = 5;
/// The largest plaintext of a record (RFC 5246, 6.2.1).
pub(crate) const MAX_PLAINTEXT: usize = 1 << 14;
/// What an AEAD of TLS 1.2 adds at most: explicit nonce and tag.
const AEAD_EXPANSION: usize = 8 + 16;
/// What CBC adds at most: initialisation vector, MAC, padding and its length.
const CBC_EXPANSION: usize = 16 + 48 + 256;
/// The most that any suite that is compiled adds.
const MAX_EXPANSION: usize = match cfg!(feature = "legacy-suites") {
    true => CBC_EXPANSION,
    false => AEAD_EXPANSION,
};
/// The largest handshake message that the engine's buffer holds.
pub(crate) const MAX_MESSAGE: usize = MAX_PLAINTEXT;
/// All that the fields of a ClientHello can hold. The engine gets a part of it.
const MAX_CLIENT_HELLO: usize = 4 + 2 + 32 + 33 + (2 + 65_534) + 256 + (2 + 65_535);
/// A Certificate message never reaches the engine whole, so it may be larger.
const MAX_CERTIFICATE_MESSAGE: usize = 1 << 17;
/// Warning alerts in a row before the peer is refused, as other stacks do.
const MAX_WARNINGS: u32 = 4;
/// Longest plausible run of records that bring neither data nor progress.
const MAX_IDLE_RECORDS: u32 = 32;

pub(crate) const TYPE_CHANGE_CIPHER_SPEC: u8 = 20;
pub(crate) const TYPE_ALERT: u8 = 21;
pub(crate) const TYPE_HANDSHAKE: u8 = 22;
pub(crate) const TYPE_APPLICATION_DATA: u8 = 23;

pub(crate) const MESSAGE_CLIENT_HELLO: u8 = 1;
pub(crate) const MESSAGE_CERTIFICATE: u8 = 11;

/// Why the peer's records are refused, and the alert that says so.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RecordRefused {
    pub(crate) alert: Alert,
    pub(crate) reason: String,
}

/// One thing that the peer sent before it encrypts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    /// A whole handshake message, header included.
    Message(Vec<u8>),
    ChangeCipherSpec,
    Alert {
        fatal: bool,
        description: u8,
    },
}

/// What [`Inbound::next_plain`] and [`Inbound::next_protected`] give.
pub(crate) type Next<T> = Result<Option<T>, RecordRefused>;

/// The read-ahead buffer and the messages under construction.
#[derive(Debug, Default)]
pub(crate) struct Inbound {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    seen_record: bool,
    /// Handshake bytes of which no whole message has been handed out yet.
    joined: Vec<u8>,
    /// Whether the session has rested, and so may again.
    rests: bool,
    warnings: u32,
    idle_records: u32,
    /// Whether the peer's suite pads its records.
    padded: bool,
}

impl Inbound {
    /// From here on the peer's records may have padding.
    pub(crate) fn allow_padding(&mut self) {
        self.padded = true;
    }

    /// The largest record of a peer that encrypts.
    fn largest_protected(&self) -> usize {
        match self.padded {
            true => MAX_PLAINTEXT + CBC_EXPANSION,
            false => MAX_PLAINTEXT + AEAD_EXPANSION,
        }
    }

    /// Room for more bytes of the peer; fill its front and call [`Self::filled`].
    ///
    /// Empty when the buffer holds a whole record, or when memory is short.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        let wanted = self.wanted();
        if let Some(more @ 1..) = wanted.checked_sub(self.buffer.len()) {
            if self.buffer.try_reserve_exact(more).is_ok() {
                self.buffer.resize(wanted, 0);
            }
        }
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        &mut self.buffer[self.end..]
    }

    /// How large the buffer must be for what comes next: a usual flight of the
    /// handshake; for a session that rests, a header, and small records with it.
    /// A header makes room for its record in any case.
    fn wanted(&self) -> usize {
        const CAPACITY: usize = HEADER_LEN + MAX_PLAINTEXT + MAX_EXPANSION;
        let least = match self.rests {
            false => 4096,
            true => 512,
        };
        match *self.unread() {
            [_, _, _, high, low, ..] => {
                let len = usize::from(u16::from_be_bytes([high, low]));
                (HEADER_LEN + len).clamp(least, CAPACITY)
            }
            _ => least,
        }
    }

    /// Whether there is memory for bytes that come.
    pub(crate) fn has_buffer(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Forgets all bytes, and gives their memory back.
    pub(crate) fn give_buffer_back(&mut self) {
        (self.start, self.end) = (0, 0);
        self.buffer = Vec::new();
    }

    /// Takes as little memory as possible from now on. With the front of a
    /// record that came elsewhere, where nothing is here: `false` if there is no
    /// memory for it.
    pub(crate) fn rest_with(&mut self, bytes: &[u8]) -> bool {
        self.rests = true;
        if self.start != self.end {
            return bytes.is_empty();
        }
        self.give_buffer_back();
        let mut buffer = Vec::new();
        if buffer.try_reserve_exact(bytes.len()).is_err() {
            return false;
        }
        buffer.extend_from_slice(bytes);
        self.end = buffer.len();
        self.buffer = buffer;
        true
    }

    pub(crate) fn filled(&mut self, len: usize) {
        self.end = self.buffer.len().min(self.end + len);
    }

    /// Bytes received and not yet used, such as what follows a close_notify.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether the peer stopped in the middle of a record or message.
    pub(crate) fn is_mid_record(&self) -> bool {
        self.start != self.end || !self.joined.is_empty()
    }

    /// Whether every handshake byte that came belongs to a message handed out.
    pub(crate) fn is_between_messages(&self) -> bool {
        self.joined.is_empty()
    }

    /// The next thing from a peer that does not encrypt yet.
    pub(crate) fn next_plain(&mut self) -> Next<Plain> {
        loop {
            if let Some(message) = self.take_message()? {
                self.warnings = 0;
                return Ok(Some(Plain::Message(message)));
            }
            let Some((kind, len)) = self.plain_header()? else {
                return Ok(None);
            };
            let from = self.start + HEADER_LEN;
            let content = from..from + len;
            let event = match kind {
                TYPE_HANDSHAKE => {
                    if self.joined.try_reserve(len).is_err() {
                        return Err(refused(Alert::InternalError, "out of memory"));
                    }
                    self.joined.extend_from_slice(&self.buffer[content]);
                    None
                }
                TYPE_ALERT => Some(self.plain_alert(content)?),
                _ if !self.joined.is_empty() => {
                    return Err(refused(
                        Alert::UnexpectedMessage,
                        "a handshake message is interrupted by another record",
                    ));
                }
                TYPE_CHANGE_CIPHER_SPEC if self.buffer[content.clone()] == [1] => {
                    Some(Plain::ChangeCipherSpec)
                }
                TYPE_CHANGE_CIPHER_SPEC => {
                    return Err(refused(
                        Alert::UnexpectedMessage,
                        "the ChangeCipherSpec is malformed",
                    ));
                }
                _ => {
                    return Err(refused(
                        Alert::UnexpectedMessage,
                        "application data before the handshake is complete",
                    ));
                }
            };
            self.start += HEADER_LEN + len;
            if event.is_some() {
                return Ok(event);
            }
        }
    }

    /// The next whole record of a peer that encrypts: its type and all bytes.
    ///
    /// It stays in the buffer until [`Self::record_used`].
    pub(crate) fn next_protected(&mut self) -> Next<(u8, &[u8])> {
        let most = self.largest_protected();
        let bytes = &self.buffer[self.start..self.end];
        let next = protected_header(&mut self.seen_record, bytes, most)?;
        Ok(next.map(|(kind, len)| (kind, &bytes[..len])))
    }

    /// The same where the bytes are elsewhere: type and length of the record at
    /// their front.
    pub(crate) fn next_protected_of(&mut self, bytes: &[u8]) -> Next<(u8, usize)> {
        let most = self.largest_protected();
        protected_header(&mut self.seen_record, bytes, most)
    }

    /// The record of so many bytes at the front is done with.
    pub(crate) fn record_used(&mut self, len: usize) {
        self.start = self.end.min(self.start + len);
    }

    /// Notes a warning alert that changes nothing; refuses an endless run.
    pub(crate) fn warning_seen(&mut self) -> Result<(), RecordRefused> {
        self.warnings += 1;
        if self.warnings > MAX_WARNINGS {
            return Err(refused(
                Alert::UnexpectedMessage,
                format!("more than {MAX_WARNINGS} warning alerts in a row"),
            ));
        }
        Ok(())
    }

    /// Notes a record without data or progress; refuses an endless run.
    pub(crate) fn idle_record_seen(&mut self) -> Result<(), RecordRefused> {
        self.idle_records += 1;
        if self.idle_records > MAX_IDLE_RECORDS {
            return Err(refused(
                Alert::UnexpectedMessage,
                format!("more than {MAX_IDLE_RECORDS} records in a row that carry no data"),
            ));
        }
        Ok(())
    }

    /// Data came: runs of empty records and warnings start anew.
    pub(crate) fn data_seen(&mut self) {
        self.warnings = 0;
        self.idle_records = 0;
    }

    fn plain_header(&mut self) -> Next<(u8, usize)> {
        let bytes = &self.buffer[self.start..self.end];
        header(&mut self.seen_record, bytes, MAX_PLAINTEXT)
    }

    fn plain_alert(&mut self, content: core::ops::Range<usize>) -> Result<Plain, RecordRefused> {
        let [level, description] = self.buffer[content] else {
            return Err(refused(Alert::DecodeError, "an alert of a wrong length"));
        };
        if level != 1 && level != 2 {
            return Err(refused(
                Alert::IllegalParameter,
                format!("an alert of unknown level {level}"),
            ));
        }
        Ok(Plain::Alert {
            fatal: level == 2,
            description,
        })
    }

    fn take_message(&mut self) -> Next<Vec<u8>> {
        let mut reader = Reader::new(&self.joined);
        let (Some(kind), Some(len)) = (reader.u8(), reader.u24()) else {
            return Ok(None);
        };
        let total = 4 + len;
        let most = match kind {
            MESSAGE_CLIENT_HELLO => MAX_CLIENT_HELLO,
            MESSAGE_CERTIFICATE => MAX_CERTIFICATE_MESSAGE,
            _ => MAX_MESSAGE,
        };
        if total > most {
            // A ClientHello of that length holds more than its fields can.
            let alert = match kind {
                MESSAGE_CLIENT_HELLO => Alert::DecodeError,
                _ => Alert::IllegalParameter,
            };
            return Err(refused(
                alert,
                format!("a handshake message of {len} bytes"),
            ));
        }
        if self.joined.len() < total {
            return Ok(None);
        }
        let rest = self.joined.split_off(total);
        Ok(Some(core::mem::replace(&mut self.joined, rest)))
    }
}

/// Checks the header at the front; `None` until the whole record is here.
fn header(seen_record: &mut bool, bytes: &[u8], max_len: usize) -> Next<(u8, usize)> {
    let Some(&kind) = bytes.first() else {
        return Ok(None);
    };
    if !(TYPE_CHANGE_CIPHER_SPEC..=TYPE_APPLICATION_DATA).contains(&kind) {
        return match !*seen_record && may_be_known_later(bytes) {
            true => Ok(None),
            false => Err(unknown_type(*seen_record, bytes, kind)),
        };
    }
    if bytes.len() < HEADER_LEN {
        return Ok(None);
    }
    let version = u16::from_be_bytes([bytes[1], bytes[2]]);
    if version >> 8 != 3 {
        return Err(refused(
            Alert::ProtocolVersion,
            format!("a record of {}", version_name(version)),
        ));
    }
    let len = usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
    if len > max_len {
        return Err(refused(
            Alert::RecordOverflow,
            format!("a record of {len} bytes; {max_len} is the most allowed"),
        ));
    }
    if len == 0 && kind != TYPE_APPLICATION_DATA {
        return Err(refused(Alert::DecodeError, "an empty record"));
    }
    *seen_record = true;
    Ok((bytes.len() >= HEADER_LEN + len).then_some((kind, len)))
}

fn unknown_type(seen_record: bool, bytes: &[u8], kind: u8) -> RecordRefused {
    if seen_record {
        return refused(
            Alert::UnexpectedMessage,
            format!("a record of unknown type {kind}"),
        );
    }
    // An SSL 2.0 hello has its own framing (RFC 5246, E.2).
    if kind & 0x80 != 0 && bytes.get(2) == Some(&1) {
        return refused(Alert::ProtocolVersion, "an SSL 2.0 hello");
    }
    let shown: String = bytes.iter().take(16).map(|&b| printable(b)).collect();
    let looks_like = if bytes.starts_with(HTTP_ANSWER) {
        " (a plain HTTP answer: the port does not speak TLS)"
    } else if HTTP_METHODS.iter().any(|method| bytes.starts_with(method)) {
        " (a plain HTTP request)"
    } else {
        ""
    };
    refused(
        Alert::UnexpectedMessage,
        format!("not TLS: the peer's first bytes are \"{shown}\"{looks_like}"),
    )
}

/// The same of a peer that encrypts; with the length of the whole record.
fn protected_header(seen_record: &mut bool, bytes: &[u8], most: usize) -> Next<(u8, usize)> {
    match header(seen_record, bytes, most)? {
        Some((TYPE_CHANGE_CIPHER_SPEC, _)) => Err(refused(
            Alert::UnexpectedMessage,
            "a second ChangeCipherSpec",
        )),
        next => Ok(next.map(|(kind, len)| (kind, HEADER_LEN + len))),
    }
}

/// A record that goes on behind the last message of a flight.
pub(crate) fn behind_the_flight() -> RecordRefused {
    refused(
        Alert::UnexpectedMessage,
        "a handshake message before the answer that it needs",
    )
}

fn refused(alert: Alert, reason: impl Into<String>) -> RecordRefused {
    RecordRefused {
        alert,
        reason: reason.into(),
    }
}

const HTTP_ANSWER: &[u8] = b"HTTP/";
const HTTP_METHODS: [&[u8]; 6] = [b"GET ", b"POST", b"HEAD", b"PUT ", b"OPTI", b"CONN"];

/// Whether more bytes can tell what this is that is not TLS: a segment may end
/// anywhere.
fn may_be_known_later(bytes: &[u8]) -> bool {
    let begins = |known: &&[u8]| known.len() > bytes.len() && known.starts_with(bytes);
    let is_ssl2 = bytes.first().is_some_and(|first| first & 0x80 != 0) && bytes.len() < 3;
    is_ssl2 || begins(&HTTP_ANSWER) || HTTP_METHODS.iter().any(begins)
}

/// A byte as it may stand in a message for people.
fn printable(byte: u8) -> char {
    match byte {
        b' '..=b'~' if byte != b'"' => char::from(byte),
        _ => '.',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbound(bytes: &[u8]) -> Inbound {
        let mut inbound = Inbound::default();
        feed(&mut inbound, bytes);
        inbound
    }

    /// In as many turns as there is room for.
    fn feed(inbound: &mut Inbound, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let space = inbound.space();
            let (now, later) = bytes.split_at(bytes.len().min(space.len()));
            assert!(!now.is_empty(), "there is room");
            space[..now.len()].copy_from_slice(now);
            inbound.filled(now.len());
            bytes = later;
        }
    }

    #[test]
    fn a_message_in_one_byte_records_is_joined() {
        let message = [2, 0, 0, 3, b'a', b'b', b'c'];
        let mut inbound = Inbound::default();
        for (position, byte) in message.iter().enumerate() {
            assert_eq!(inbound.next_plain(), Ok(None), "before byte {position}");
            feed(&mut inbound, &[22, 3, 3, 0, 1, *byte]);
        }
        assert_eq!(
            inbound.next_plain(),
            Ok(Some(Plain::Message(message.to_vec())))
        );
        assert!(!inbound.is_mid_record());
    }

    #[test]
    fn two_messages_in_one_record_come_one_by_one() {
        let mut inbound = inbound(&[22, 3, 1, 0, 9, 14, 0, 0, 0, 12, 0, 0, 1, 7]);
        let next = inbound.next_plain();
        assert_eq!(next, Ok(Some(Plain::Message(vec![14, 0, 0, 0]))));
        let next = inbound.next_plain();
        assert_eq!(next, Ok(Some(Plain::Message(vec![12, 0, 0, 1, 7]))));
        assert_eq!(inbound.next_plain(), Ok(None));
    }

    #[test]
    fn a_message_cut_by_another_record_is_refused() {
        let mut inbound = inbound(&[22, 3, 3, 0, 2, 14, 0, 20, 3, 3, 0, 1, 1]);
        assert_eq!(
            inbound.next_plain().unwrap_err().alert,
            Alert::UnexpectedMessage
        );
    }

    #[test]
    fn what_is_not_tls_is_named() {
        let refused = inbound(b"HTTP/1.1 400 Bad Request\r\n")
            .next_plain()
            .unwrap_err();
        assert!(refused.reason.contains("plain HTTP answer"), "{refused:?}");
        let refused = inbound(b"GET / HTTP/1.1\r\n").next_plain().unwrap_err();
        assert!(refused.reason.contains("plain HTTP request"), "{refused:?}");
        let refused = inbound(&[0x80, 0x2e, 1, 0, 2]).next_plain().unwrap_err();
        assert_eq!(refused.alert, Alert::ProtocolVersion);
    }

    #[test]
    fn what_is_not_tls_is_named_however_it_is_cut() {
        for (bytes, word, needed) in [
            (&b"HTTP/1.1 200 OK"[..], "plain HTTP answer", 5),
            (b"HEAD / HTTP/1.1", "plain HTTP request", 4),
            (&[0x80, 0x2e, 1, 3, 3], "SSL 2.0", 3),
            (b"HELO there", "not TLS", 3),
            (b"SSH-2.0-x", "not TLS", 1),
        ] {
            let mut inbound = Inbound::default();
            for byte in &bytes[..needed - 1] {
                feed(&mut inbound, &[*byte]);
                assert_eq!(inbound.next_plain(), Ok(None), "{word}");
            }
            feed(&mut inbound, &bytes[needed - 1..needed]);
            let refused = inbound.next_plain().unwrap_err();
            assert!(refused.reason.contains(word), "{refused:?}");
        }
    }

    #[test]
    fn oversized_and_malformed_records_are_refused() {
        for (bytes, alert) in [
            (&[22, 3, 3, 0x40, 1][..], Alert::RecordOverflow),
            (&[22, 2, 0, 0, 1], Alert::ProtocolVersion),
            (&[22, 3, 3, 0, 0], Alert::DecodeError),
            (&[20, 3, 3, 0, 1, 2], Alert::UnexpectedMessage),
            (&[21, 3, 3, 0, 1, 2], Alert::DecodeError),
            (&[23, 3, 3, 0, 1, 2], Alert::UnexpectedMessage),
            (&[22, 3, 3, 0, 4, 1, 2, 1, 0x45], Alert::DecodeError),
            (&[22, 3, 3, 0, 4, 2, 0, 0x40, 0], Alert::IllegalParameter),
            (&[22, 3, 3, 0, 4, 11, 2, 0, 0], Alert::IllegalParameter),
        ] {
            let refused = inbound(bytes).next_plain().unwrap_err();
            assert_eq!(refused.alert, alert, "{bytes:?}: {}", refused.reason);
        }
    }

    #[test]
    fn protected_records_pass_whole() {
        let mut inbound = inbound(&[23, 3, 3, 0, 2, 7, 8, 23, 3, 3, 0, 1]);
        let next = inbound.next_protected();
        assert_eq!(next, Ok(Some((23, &[23, 3, 3, 0, 2, 7, 8][..]))));
        inbound.record_used(7);
        assert_eq!(inbound.next_protected(), Ok(None));
        assert!(inbound.is_mid_record());
        feed(&mut inbound, &[9]);
        inbound.record_used(6);
        assert!(!inbound.is_mid_record());
    }

    #[test]
    fn the_buffer_takes_a_full_record_behind_a_used_one() {
        let mut inbound = inbound(&[23, 3, 3, 0, 1, 1]);
        inbound.record_used(6);
        if cfg!(feature = "legacy-suites") {
            inbound.allow_padding();
        }
        let len = MAX_PLAINTEXT + MAX_EXPANSION;
        let mut record = vec![23, 3, 3, (len >> 8) as u8, len as u8];
        record.resize(HEADER_LEN + len, 5);
        feed(&mut inbound, &record);
        assert_eq!(inbound.next_protected(), Ok(Some((23, &record[..]))));
        assert!(inbound.space().is_empty());
    }

    #[test]
    fn the_buffer_grows_for_a_large_record_alone() {
        let mut inbound = inbound(&[23, 3, 3, 0, 1, 1]);
        let small = inbound.buffer.len();
        for _ in 0..1000 {
            inbound.record_used(6);
            feed(&mut inbound, &[23, 3, 3, 0, 1, 1]);
        }
        assert_eq!(inbound.buffer.len(), small);

        inbound.record_used(6);
        feed(&mut inbound, &[23, 3, 3, 0x40, 0]);
        assert_eq!(inbound.space().len(), MAX_PLAINTEXT);
    }

    #[test]
    fn a_rest_keeps_what_there_is_of_a_record() {
        let mut resting = Inbound::default();
        assert!(resting.rest_with(&[23, 3, 3, 0]));
        assert_eq!(resting.unread(), [23, 3, 3, 0]);
        feed(&mut resting, &[1, 7]);
        let next = resting.next_protected();
        assert_eq!(next, Ok(Some((23, &[23, 3, 3, 0, 1, 7][..]))));
        resting.record_used(6);
        assert!(resting.rest_with(&[]));
        assert!(!resting.has_buffer());
        assert!(resting.space().len() < 1000);
    }

    #[test]
    fn bytes_that_are_elsewhere_are_held_to_the_same_rules() {
        let mut inbound = Inbound::default();
        let next = inbound.next_protected_of(&[23, 3, 3, 0, 2, 7, 8, 23]);
        assert_eq!(next, Ok(Some((23, 7))));
        assert_eq!(inbound.next_protected_of(&[23, 3, 3, 0, 2, 7]), Ok(None));
        for (bytes, alert) in [
            ([20, 3, 3, 0, 1, 1], Alert::UnexpectedMessage),
            ([25, 3, 3, 0, 1, 1], Alert::UnexpectedMessage),
            ([23, 2, 0, 0, 1, 1], Alert::ProtocolVersion),
            ([23, 3, 3, 0x48, 0, 1], Alert::RecordOverflow),
        ] {
            let refused = inbound.next_protected_of(&bytes).unwrap_err();
            assert_eq!(refused.alert, alert, "{bytes:?}");
        }
    }

    #[test]
    fn a_record_is_as_large_as_its_suite_makes_it() {
        for (padded, expansion) in [(false, AEAD_EXPANSION), (true, CBC_EXPANSION)] {
            for (more, is_fine) in [(0, true), (1, false)] {
                let len = MAX_PLAINTEXT + expansion + more;
                let mut inbound = inbound(&[23, 3, 3, (len >> 8) as u8, len as u8]);
                if padded {
                    inbound.allow_padding();
                }
                assert_eq!(inbound.next_protected().is_ok(), is_fine, "{len}");
            }
        }
    }
}
