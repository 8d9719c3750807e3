//! A wire that knows the keys of the session, and so can change what the peer
//! sends encrypted.
//!
//! For sessions of one suite, [`SUITE`]: its keys are as long as rustls' keys
//! from outside must be.

use std::sync::{Arc, Mutex};

use embertls::CipherSuite;
use rustls::crypto::aws_lc_rs::cipher_suite;
use rustls::crypto::cipher::{
    AeadKey, InboundOpaqueMessage, MessageDecrypter, MessageEncrypter, OutboundChunks,
    OutboundPlainMessage,
};
use rustls::{ContentType, KeyLog, ProtocolVersion, SupportedCipherSuite, Tls12CipherSuite};

use super::memory::Wire;
use super::records::{CHANGE_CIPHER_SPEC, Record, SERVER_HELLO, take_messages, take_records};

pub const SUITE: CipherSuite = CipherSuite::EcdheEcdsaWithAes256GcmSha384;

const KEY_LEN: usize = 32;
/// The part of the nonce that comes from the key block (RFC 5288, 3).
const SALT_LEN: usize = 4;

/// Catches the secret of the one session that a rustls peer makes with it.
#[derive(Debug, Default)]
pub struct KeyCatcher(Mutex<Option<Secret>>);

#[derive(Clone, Debug)]
struct Secret {
    client_random: Vec<u8>,
    master: Vec<u8>,
}

impl KeyLog for KeyCatcher {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        assert_eq!(label, "CLIENT_RANDOM", "the session is of TLS 1.2");
        *self.0.lock().expect("no panic") = Some(Secret {
            client_random: client_random.into(),
            master: secret.into(),
        });
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    Client,
    Server,
}

/// Puts other records in the place of those that the peer encrypts.
pub struct Forger<F> {
    peer: Peer,
    keys: Arc<KeyCatcher>,
    /// What the server said in plain records, until its random is known.
    hello: Vec<u8>,
    server_random: Option<[u8; 32]>,
    bytes: Vec<u8>,
    protection: Option<Protection>,
    rewrite: F,
}

impl<F: FnMut(Record) -> Vec<Record>> Forger<F> {
    /// `rewrite` gets each record that the peer encrypts, opened, and gives
    /// those that go on instead.
    pub fn new(peer: Peer, keys: Arc<KeyCatcher>, rewrite: F) -> Self {
        Self {
            peer,
            keys,
            hello: Vec::new(),
            server_random: None,
            bytes: Vec::new(),
            protection: None,
            rewrite,
        }
    }

    /// Looks for the server's random in what it says.
    fn listen_to_server(&mut self, bytes: &[u8]) {
        if self.server_random.is_some() {
            return;
        }
        self.hello.extend_from_slice(bytes);
        let records = take_records(&mut self.hello.clone());
        let mut messages = records
            .into_iter()
            .flat_map(|record| record.content)
            .collect();
        let hello = take_messages(&mut messages)
            .into_iter()
            .find(|message| message[0] == SERVER_HELLO);
        self.server_random = hello.map(|hello| hello[6..38].try_into().expect("a hello"));
    }

    fn protection(&self) -> Protection {
        let secret = self.keys.0.lock().expect("no panic").clone();
        let secret = secret.expect("the keys are made before they are used");
        let random = self.server_random.expect("the server has said hello");
        Protection::new(self.peer, &secret, &random)
    }
}

impl<F: FnMut(Record) -> Vec<Record>> Wire for Forger<F> {
    fn carry(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        if self.peer == Peer::Server {
            self.listen_to_server(&bytes);
        }
        self.bytes.extend(bytes);
        let mut out = Vec::new();
        for record in take_records(&mut self.bytes) {
            match &mut self.protection {
                None => {
                    if record.kind == CHANGE_CIPHER_SPEC {
                        self.protection = Some(self.protection());
                    }
                    out.push(record.to_bytes());
                }
                Some(protection) => {
                    let opened = protection.open(record);
                    for forged in (self.rewrite)(opened) {
                        out.push(protection.seal(&forged));
                    }
                }
            }
        }
        out
    }

    fn overhear(&mut self, bytes: &[u8]) {
        if self.peer == Peer::Client {
            self.listen_to_server(bytes);
        }
    }
}

/// One direction of a session: opens what the sender sealed, and seals anew.
struct Protection {
    opener: Box<dyn MessageDecrypter>,
    opened: u64,
    sealer: Box<dyn MessageEncrypter>,
    sealed: u64,
}

impl Protection {
    fn new(sender: Peer, secret: &Secret, server_random: &[u8; 32]) -> Self {
        let suite = suite();
        let seed = [server_random, secret.client_random.as_slice()].concat();
        let mut block = [0; 2 * KEY_LEN + 2 * SALT_LEN];
        suite
            .prf_provider
            .for_secret(&mut block, &secret.master, b"key expansion", &seed);
        let (keys, salts) = block.split_at(2 * KEY_LEN);
        let (client_key, server_key) = keys.split_at(KEY_LEN);
        let (client_salt, server_salt) = salts.split_at(SALT_LEN);
        let (key, salt) = match sender {
            Peer::Client => (client_key, client_salt),
            Peer::Server => (server_key, server_salt),
        };
        let key: [u8; KEY_LEN] = key.try_into().expect("32 bytes");
        Self {
            opener: suite.aead_alg.decrypter(AeadKey::from(key), salt),
            opened: 0,
            // The explicit nonces start elsewhere than the sender's.
            sealer: suite
                .aead_alg
                .encrypter(AeadKey::from(key), salt, &[0x80; 8]),
            sealed: 0,
        }
    }

    fn open(&mut self, mut record: Record) -> Record {
        let kind = ContentType::from(record.kind);
        let version = ProtocolVersion::TLSv1_2;
        let sealed = InboundOpaqueMessage::new(kind, version, &mut record.content);
        let opened = self
            .opener
            .decrypt(sealed, self.opened)
            .expect("the right keys");
        let opened = Record::new(record.kind, opened.payload);
        self.opened += 1;
        opened
    }

    fn seal(&mut self, record: &Record) -> Vec<u8> {
        let message = OutboundPlainMessage {
            typ: ContentType::from(record.kind),
            version: ProtocolVersion::TLSv1_2,
            payload: OutboundChunks::Single(&record.content),
        };
        let sealed = self
            .sealer
            .encrypt(message, self.sealed)
            .expect("the right keys");
        self.sealed += 1;
        sealed.encode()
    }
}

fn suite() -> &'static Tls12CipherSuite {
    match cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 {
        SupportedCipherSuite::Tls12(suite) => suite,
        other => panic!("{other:?} is of another version"),
    }
}
