//! TLS records and handshake messages on the wire, and how to cut them anew.

pub const CHANGE_CIPHER_SPEC: u8 = 20;
pub const ALERT: u8 = 21;
pub const HANDSHAKE: u8 = 22;
pub const APPLICATION_DATA: u8 = 23;

pub const SERVER_HELLO: u8 = 2;
pub const NEW_SESSION_TICKET: u8 = 4;
pub const SERVER_KEY_EXCHANGE: u8 = 12;

const HEADER_LEN: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub kind: u8,
    pub content: Vec<u8>,
}

impl Record {
    pub fn new(kind: u8, content: impl Into<Vec<u8>>) -> Self {
        Self {
            kind,
            content: content.into(),
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let len = u16::try_from(self.content.len()).expect("a record is short");
        let mut bytes = vec![self.kind, 3, 3];
        bytes.extend(len.to_be_bytes());
        bytes.extend(&self.content);
        bytes
    }
}

/// Takes the whole records out of the front of `bytes`.
pub fn take_records(bytes: &mut Vec<u8>) -> Vec<Record> {
    let mut records = Vec::new();
    let mut used = 0;
    while let Some([kind, _, _, high, low]) = bytes[used..].first_chunk::<HEADER_LEN>() {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let from = used + HEADER_LEN;
        let Some(content) = bytes.get(from..from + len) else {
            break;
        };
        records.push(Record::new(*kind, content));
        used = from + len;
    }
    bytes.drain(..used);
    records
}

/// Takes the whole handshake messages, headers included, out of the front of
/// `bytes`.
pub fn take_messages(bytes: &mut Vec<u8>) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while let Some([_, a, b, c]) = bytes.first_chunk::<4>() {
        let len = 4 + u32::from_be_bytes([0, *a, *b, *c]) as usize;
        if bytes.len() < len {
            break;
        }
        messages.push(bytes.drain(..len).collect());
    }
    messages
}

/// What one side of a handshake sends before it encrypts, message by message.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    Message(Vec<u8>),
    /// Anything else, and everything once the side encrypts.
    Record(Record),
}

/// Reads a stream of records as it comes.
#[derive(Default)]
pub struct Reader {
    bytes: Vec<u8>,
    handshake: Vec<u8>,
    encrypts: bool,
}

impl Reader {
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Sent> {
        self.bytes.extend_from_slice(bytes);
        let mut sent = Vec::new();
        for record in take_records(&mut self.bytes) {
            if record.kind == HANDSHAKE && !self.encrypts {
                self.handshake.extend(record.content);
                let messages = take_messages(&mut self.handshake);
                sent.extend(messages.into_iter().map(Sent::Message));
            } else {
                self.encrypts |= record.kind == CHANGE_CIPHER_SPEC;
                sent.push(Sent::Record(record));
            }
        }
        sent
    }
}

/// How to cut handshake messages into records.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Records of so many bytes.
    Into(usize),
    /// All messages that come together in as few records as can be.
    Merged,
}

/// Cuts the plain handshake messages of a stream anew; the rest passes as it
/// is.
pub struct Reframer {
    reader: Reader,
    cut: Cut,
}

impl Reframer {
    pub fn new(cut: Cut) -> Self {
        Self {
            reader: Reader::default(),
            cut,
        }
    }

    pub fn reframe(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut flight = Vec::new();
        for sent in self.reader.read(bytes) {
            match sent {
                Sent::Message(message) => flight.extend(message),
                Sent::Record(record) => {
                    out.extend(self.records(&std::mem::take(&mut flight)));
                    out.extend(record.to_bytes());
                }
            }
        }
        out.extend(self.records(&flight));
        out
    }

    fn records(&self, flight: &[u8]) -> Vec<u8> {
        let size = match self.cut {
            Cut::Into(size) => size,
            Cut::Merged => 1 << 14,
        };
        flight
            .chunks(size)
            .flat_map(|piece| Record::new(HANDSHAKE, piece).to_bytes())
            .collect()
    }
}
