//! The record layer of a hand-written peer: TLS 1.2 with AES-128-GCM.

use std::collections::VecDeque;

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

pub const CHANGE_CIPHER_SPEC: u8 = 20;
pub const ALERT: u8 = 21;
pub const HANDSHAKE: u8 = 22;
pub const DATA: u8 = 23;

/// Keys and sequence number of one direction.
pub struct Cipher {
    key: LessSafeKey,
    salt: [u8; 4],
    sequence: u64,
}

impl Cipher {
    pub fn new(key: &[u8], salt: &[u8]) -> Self {
        Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).unwrap()),
            salt: salt.try_into().unwrap(),
            sequence: 0,
        }
    }

    fn nonce(&self, explicit: [u8; 8]) -> Nonce {
        let mut nonce = [0; 12];
        nonce[..4].copy_from_slice(&self.salt);
        nonce[4..].copy_from_slice(&explicit);
        Nonce::assume_unique_for_key(nonce)
    }

    fn additional_data(&mut self, kind: u8, len: usize) -> Aad<Vec<u8>> {
        let mut data = self.sequence.to_be_bytes().to_vec();
        data.extend_from_slice(&[kind, 3, 3]);
        data.extend_from_slice(&(len as u16).to_be_bytes());
        self.sequence += 1;
        Aad::from(data)
    }

    fn seal(&mut self, kind: u8, content: &[u8]) -> Vec<u8> {
        let explicit = self.sequence.to_be_bytes();
        let nonce = self.nonce(explicit);
        let data = self.additional_data(kind, content.len());
        let mut sealed = content.to_vec();
        self.key
            .seal_in_place_append_tag(nonce, data, &mut sealed)
            .unwrap();
        [&explicit[..], &sealed].concat()
    }

    fn open(&mut self, kind: u8, sealed: &[u8]) -> Vec<u8> {
        let (explicit, sealed) = sealed.split_at(8);
        let nonce = self.nonce(explicit.try_into().unwrap());
        let data = self.additional_data(kind, sealed.len() - 16);
        let mut opened = sealed.to_vec();
        let content = self.key.open_in_place(nonce, data, &mut opened);
        content.expect("a record of our session").to_vec()
    }
}

/// Records both ways, sealed once there are ciphers.
#[derive(Default)]
pub struct Records {
    pub sealing: Option<Cipher>,
    pub opening: Option<Cipher>,
    pub outgoing: Vec<u8>,
    incoming: VecDeque<u8>,
}

impl Records {
    /// Sends one record, whatever is in it.
    pub fn send(&mut self, kind: u8, content: &[u8]) {
        let body = match &mut self.sealing {
            Some(cipher) => cipher.seal(kind, content),
            None => content.to_vec(),
        };
        self.send_raw(kind, &body);
    }

    /// Sends a record as it is, never sealed.
    pub fn send_raw(&mut self, kind: u8, body: &[u8]) {
        self.outgoing.extend_from_slice(&[kind, 3, 3]);
        self.outgoing
            .extend_from_slice(&(body.len() as u16).to_be_bytes());
        self.outgoing.extend_from_slice(body);
    }

    pub fn receive(&mut self, bytes: &[u8]) {
        self.incoming.extend(bytes);
    }

    /// The next whole record, opened.
    pub fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let header: Vec<u8> = self.incoming.iter().take(5).copied().collect();
        let &[kind, _, _, high, low] = &header[..] else {
            return None;
        };
        let len = usize::from(u16::from_be_bytes([high, low]));
        if self.incoming.len() < 5 + len {
            return None;
        }
        let record: Vec<u8> = self.incoming.drain(..5 + len).collect();
        let body = &record[5..];
        Some(match &mut self.opening {
            Some(cipher) => (kind, cipher.open(kind, body)),
            None => (kind, body.to_vec()),
        })
    }
}
