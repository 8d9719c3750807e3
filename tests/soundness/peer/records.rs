//! The record layer of a hand-written peer: TLS 1.2 with AES-128-GCM (RFC
//! 5288) or ChaCha20-Poly1305 (RFC 7905).

use std::collections::VecDeque;

use aws_lc_rs::aead::{AES_128_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

pub const CHANGE_CIPHER_SPEC: u8 = 20;
pub const ALERT: u8 = 21;
pub const HANDSHAKE: u8 = 22;
pub const DATA: u8 = 23;

/// How records are sealed. Both suites go with ECDHE_ECDSA and SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    Aes128Gcm,
    Chacha20Poly1305,
}

impl Suite {
    pub fn number(self) -> [u8; 2] {
        match self {
            Self::Aes128Gcm => [0xc0, 0x2b],
            Self::Chacha20Poly1305 => [0xcc, 0xa9],
        }
    }

    /// Bytes of a key, and of the part of the nonce that goes with it.
    pub fn key_lengths(self) -> (usize, usize) {
        match self {
            Self::Aes128Gcm => (16, 4),
            Self::Chacha20Poly1305 => (32, 12),
        }
    }

    /// Bytes of the nonce that each record carries.
    fn explicit_len(self) -> usize {
        12 - self.key_lengths().1
    }
}

/// Keys and sequence number of one direction.
pub struct Cipher {
    suite: Suite,
    key: LessSafeKey,
    fixed: Vec<u8>,
    sequence: u64,
}

impl Cipher {
    pub fn new(suite: Suite, key: &[u8], fixed: &[u8]) -> Self {
        let algorithm = match suite {
            Suite::Aes128Gcm => &AES_128_GCM,
            Suite::Chacha20Poly1305 => &CHACHA20_POLY1305,
        };
        Self {
            suite,
            key: LessSafeKey::new(UnboundKey::new(algorithm, key).unwrap()),
            fixed: fixed.to_vec(),
            sequence: 0,
        }
    }

    fn nonce(&self, explicit: &[u8]) -> Nonce {
        let mut nonce = [0; 12];
        match self.suite {
            Suite::Aes128Gcm => {
                nonce[..4].copy_from_slice(&self.fixed);
                nonce[4..].copy_from_slice(explicit);
            }
            Suite::Chacha20Poly1305 => {
                nonce[4..].copy_from_slice(&self.sequence.to_be_bytes());
                for (byte, fixed) in nonce.iter_mut().zip(&self.fixed) {
                    *byte ^= fixed;
                }
            }
        }
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
        let sequence = self.sequence.to_be_bytes();
        let explicit = &sequence[..self.suite.explicit_len()];
        let nonce = self.nonce(explicit);
        let data = self.additional_data(kind, content.len());
        let mut sealed = content.to_vec();
        self.key
            .seal_in_place_append_tag(nonce, data, &mut sealed)
            .unwrap();
        [explicit, &sealed].concat()
    }

    fn open(&mut self, kind: u8, sealed: &[u8]) -> Vec<u8> {
        let (explicit, sealed) = sealed.split_at(self.suite.explicit_len());
        let nonce = self.nonce(explicit);
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
