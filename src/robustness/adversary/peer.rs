//! The other side: any record at any time, and a list of what was sent.

use super::messages::prf;
use super::records::{ALERT, CHANGE_CIPHER_SPEC, Cipher, DATA, HANDSHAKE, Records, Suite};
use super::subject::{Side, cipher_suite};
use super::wire::End;
use crate::fuzzing::established;

/// What a record that was sent means to who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Data(Vec<u8>),
    /// A record without data.
    Empty,
    Warning,
    /// So many requests for a renegotiation.
    Renegotiation(usize),
    Close,
    /// What ends the session.
    Refused,
}

pub(super) struct Peer {
    records: Records,
    end: End,
    asks_as_server: bool,
    /// Bytes sent in all.
    sent: u64,
    /// Items, and where each ends among the bytes sent.
    pub(super) items: Vec<(u64, Item)>,
}

impl Peer {
    /// `side` is that of the subject.
    pub(super) fn new(side: Side, suite: Suite, end: End) -> Self {
        let agreed = established::agreed(cipher_suite(suite));
        let (client, server) = agreed.randoms.split_at(32);
        let (key, fixed) = suite.key_lengths();
        let seed = [server, client].concat();
        let block = prf(&agreed.master, "key expansion", &seed, 2 * (key + fixed));
        let (keys, fixed_parts) = block.split_at(2 * key);
        let cipher = |of: usize| {
            let key = &keys[of * key..][..key];
            Cipher::new(suite, key, &fixed_parts[of * fixed..][..fixed])
        };
        let (sealing, opening) = match side {
            Side::Client => (cipher(1), cipher(0)),
            Side::Server => (cipher(0), cipher(1)),
        };
        let mut records = Records::default();
        records.sealing = Some(sealing);
        records.opening = Some(opening);
        Self {
            records,
            end,
            asks_as_server: side == Side::Client,
            sent: 0,
            items: Vec::new(),
        }
    }

    pub(super) fn data(&mut self, data: Vec<u8>) {
        let item = if data.is_empty() {
            Item::Empty
        } else {
            Item::Data(data.clone())
        };
        self.send(DATA, &data, item);
    }

    pub(super) fn warning(&mut self, description: u8) {
        self.send(ALERT, &[1, description], Item::Warning);
    }

    pub(super) fn close(&mut self) {
        self.send(ALERT, &[1, 0], Item::Close);
    }

    /// Asks for a renegotiation, several times in one record.
    pub(super) fn renegotiation(&mut self, times: usize) {
        let message: &[u8] = match self.asks_as_server {
            true => &[0, 0, 0, 0],
            false => &[1, 0, 0, 2, 3, 3],
        };
        self.send(
            HANDSHAKE,
            &message.repeat(times),
            Item::Renegotiation(times),
        );
    }

    /// One of the things that end a session.
    pub(super) fn refused(&mut self, which: usize) {
        match which {
            0 => self.send(ALERT, &[2, 40], Item::Refused),
            1 => self.send(ALERT, &[3, 40], Item::Refused),
            2 => self.send(HANDSHAKE, &[20, 0, 0, 0], Item::Refused),
            3 => self.send(HANDSHAKE, &[0, 0], Item::Refused),
            4 => self.send(CHANGE_CIPHER_SPEC, &[1], Item::Refused),
            5 => {
                // Where its header says so already, that is enough.
                const HEADER: u64 = 5;
                const MOST: usize = 16_384 + 8 + 16;
                let start = self.sent;
                self.send(DATA, &[0; 16_385], Item::Refused);
                if self.sent - start > HEADER + MOST as u64 {
                    self.items.last_mut().expect("just sent").0 = start + HEADER;
                }
            }
            _ => {
                self.records.send_raw(DATA, &[7; 40]);
                self.sent(Item::Refused);
            }
        }
    }

    /// Sends no more.
    pub(super) fn cut(&mut self) {
        self.end.end_incoming();
    }

    fn send(&mut self, kind: u8, content: &[u8], item: Item) {
        self.records.send(kind, content);
        self.sent(item);
    }

    fn sent(&mut self, item: Item) {
        let bytes = std::mem::take(&mut self.records.outgoing);
        self.sent += bytes.len() as u64;
        self.items.push((self.sent, item));
        self.end.push_incoming(&bytes);
    }

    pub(super) fn total_sent(&self) -> u64 {
        self.sent
    }

    /// The next whole record of the subject: type and content.
    pub(super) fn receive(&mut self) -> Option<(u8, Vec<u8>)> {
        self.records.receive(&self.end.take_outgoing());
        self.records.next()
    }
}
