//! A TLS 1.2 peer written by hand, with a second library's cryptography.
//!
//! It does what a test tells it: any record and any message at any time, in
//! the clear or sealed with the right keys. Two suites, one group, and no more
//! checks than the tests need.

pub mod messages;
pub mod records;

use embertls::{Handshake, SslSession};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

use self::messages::*;
use self::records::*;
use crate::pair::pending;
use crate::pki::{self, pki};
use crate::wire::End;

/// Either side of a connection, as its messages need it.
pub struct Peer {
    is_server: bool,
    pub suite: Suite,
    pub records: Records,
    /// Handshake bytes received and not yet taken as messages.
    joined: Vec<u8>,
    pub transcript: Vec<u8>,
    client_random: [u8; 32],
    server_random: [u8; 32],
    secret: Option<EphemeralPrivateKey>,
    public: Vec<u8>,
    master: Vec<u8>,
    next_sealing: Option<Cipher>,
    next_opening: Option<Cipher>,
}

impl Peer {
    pub fn client() -> Self {
        Self::new(false)
    }

    pub fn server() -> Self {
        Self::new(true)
    }

    fn new(is_server: bool) -> Self {
        let system = SystemRandom::new();
        let secret = EphemeralPrivateKey::generate(&ECDH_P256, &system).unwrap();
        let public = secret.compute_public_key().unwrap();
        let random = || {
            let mut random = [0; 32];
            system.fill(&mut random).unwrap();
            random
        };
        Self {
            is_server,
            suite: Suite::Aes128Gcm,
            records: Records::default(),
            joined: Vec::new(),
            transcript: Vec::new(),
            client_random: random(),
            server_random: random(),
            public: public.as_ref().to_vec(),
            secret: Some(secret),
            master: Vec::new(),
            next_sealing: None,
            next_opening: None,
        }
    }

    // Bytes to and from a session of the crate.

    /// Moves bytes both ways.
    pub fn exchange(&mut self, transport: &End) {
        self.records.receive(&transport.take_outgoing());
        transport.push_incoming(&std::mem::take(&mut self.records.outgoing));
    }

    // Sending.

    /// Sends a handshake message in one record.
    pub fn send(&mut self, message: &[u8]) {
        self.send_in_pieces(message, message.len());
    }

    /// Sends a handshake message in records of `piece` bytes.
    pub fn send_in_pieces(&mut self, message: &[u8], piece: usize) {
        self.transcript.extend_from_slice(message);
        for piece in message.chunks(piece) {
            self.records.send(HANDSHAKE, piece);
        }
    }

    /// Sends ChangeCipherSpec and seals from here on.
    pub fn change_cipher_spec(&mut self) {
        self.records.send(CHANGE_CIPHER_SPEC, &[1]);
        self.start_sealing();
    }

    pub fn start_sealing(&mut self) {
        self.records.sealing = self.next_sealing.take();
    }

    pub fn alert(&mut self, level: u8, description: u8) {
        self.records.send(ALERT, &[level, description]);
    }

    pub fn server_hello(&self, extensions: &[u8]) -> Vec<u8> {
        server_hello(self.suite, &self.server_random, extensions)
    }

    pub fn client_hello(&self, extensions: &[u8]) -> Vec<u8> {
        client_hello(self.suite, &self.client_random, extensions)
    }

    pub fn certificate(&self) -> Vec<u8> {
        certificate(&[&pki().leaf_der])
    }

    /// What a ServerKeyExchange holds besides the signature.
    pub fn key_share(&self) -> Vec<u8> {
        key_share(&self.public)
    }

    /// A ServerKeyExchange with a valid signature, whatever is in it.
    pub fn server_key_exchange(&self, share: &[u8]) -> Vec<u8> {
        let signed = [&self.client_random[..], &self.server_random, share].concat();
        let system = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, &pki().key_der, &system).unwrap();
        let signature = key.sign(&system, &signed).unwrap();
        server_key_exchange(share, signature.as_ref())
    }

    pub fn client_key_exchange(&self) -> Vec<u8> {
        client_key_exchange(&self.public)
    }

    /// The Finished that is right at this point.
    pub fn finished(&self) -> Vec<u8> {
        let label = match self.is_server {
            true => "server finished",
            false => "client finished",
        };
        finished(&self.master, label, &self.transcript)
    }

    /// The whole flight from ServerHello to ServerHelloDone.
    pub fn server_flight(&self) -> Vec<Vec<u8>> {
        vec![
            self.server_hello(&server_extensions()),
            self.certificate(),
            self.server_key_exchange(&self.key_share()),
            message(SERVER_HELLO_DONE, &[]),
        ]
    }

    // Receiving.

    /// The next handshake message, which goes into the transcript.
    pub fn message(&mut self) -> Vec<u8> {
        loop {
            if let [_, a, b, c, ..] = self.joined[..] {
                let len = 4 + (usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c));
                if self.joined.len() >= len {
                    let rest = self.joined.split_off(len);
                    let message = std::mem::replace(&mut self.joined, rest);
                    self.transcript.extend_from_slice(&message);
                    return message;
                }
            }
            let (kind, content) = self.records.next().expect("a handshake message");
            assert_eq!(kind, HANDSHAKE, "{content:?}");
            self.joined.extend_from_slice(&content);
        }
    }

    /// On a server: reads the ClientHello.
    pub fn read_client_hello(&mut self) {
        let hello = self.message();
        assert_eq!(hello[0], CLIENT_HELLO);
        self.client_random.copy_from_slice(&hello[6..38]);
    }

    /// On a server: reads ClientKeyExchange, ChangeCipherSpec and Finished.
    pub fn read_client_flight(&mut self) {
        let exchange = self.message();
        assert_eq!(exchange[0], CLIENT_KEY_EXCHANGE);
        self.agree(&exchange[5..]);
        self.read_finished();
    }

    /// On a client: reads from ServerHello to ServerHelloDone.
    pub fn read_server_flight(&mut self) {
        let hello = self.message();
        self.server_random.copy_from_slice(&hello[6..38]);
        loop {
            let message = self.message();
            match message[0] {
                SERVER_KEY_EXCHANGE => {
                    let len = usize::from(message[7]);
                    self.agree(&message[8..8 + len]);
                }
                SERVER_HELLO_DONE => return,
                _ => {}
            }
        }
    }

    /// Reads ChangeCipherSpec and Finished.
    pub fn read_finished(&mut self) {
        assert_eq!(
            self.records.next(),
            Some((CHANGE_CIPHER_SPEC, vec![1])),
            "ChangeCipherSpec"
        );
        self.records.opening = self.next_opening.take();
        let label = match self.is_server {
            true => "client finished",
            false => "server finished",
        };
        let expected = finished(&self.master, label, &self.transcript);
        assert_eq!(self.message(), expected, "Finished");
    }

    /// The next record must be this alert.
    pub fn expect_alert(&mut self, level: u8, description: u8) {
        let record = self.records.next();
        assert_eq!(record, Some((ALERT, vec![level, description])));
    }

    /// Derives the keys from the other side's public key (RFC 5246, sections
    /// 6.3 and 8.1).
    fn agree(&mut self, public: &[u8]) {
        let secret = self.secret.take().expect("one agreement");
        let public = UnparsedPublicKey::new(&ECDH_P256, public);
        let premaster = agree_ephemeral(secret, &public, |secret| secret.to_vec()).unwrap();
        let (client, server) = (self.client_random, self.server_random);
        self.master = prf(&premaster, "master secret", &[client, server].concat(), 48);
        let (key, fixed) = self.suite.key_lengths();
        let seed = [server, client].concat();
        let block = prf(&self.master, "key expansion", &seed, 2 * (key + fixed));
        let (keys, fixed_parts) = block.split_at(2 * key);
        let cipher = |side: usize| {
            let key = &keys[side * key..][..key];
            Cipher::new(self.suite, key, &fixed_parts[side * fixed..][..fixed])
        };
        let (of_client, of_server) = (cipher(0), cipher(1));
        let (sealing, opening) = match self.is_server {
            true => (of_server, of_client),
            false => (of_client, of_server),
        };
        self.next_sealing = Some(sealing);
        self.next_opening = Some(opening);
    }
}

/// A client of the crate that has sent its ClientHello, and a server that has
/// read it.
pub fn greeted_client() -> (Handshake<End>, Peer) {
    greeted_client_with(Suite::Aes128Gcm)
}

fn greeted_client_with(suite: Suite) -> (Handshake<End>, Peer) {
    let config = pki::client_config();
    let mut client = Handshake::client(&config, pki::name(), End::alone()).unwrap();
    let mut peer = Peer::server();
    peer.suite = suite;
    assert!(pending(client.advance()).unwrap());
    peer.exchange(client.get_ref());
    peer.read_client_hello();
    (client, peer)
}

/// A client of the crate that waits for the server's ChangeCipherSpec.
pub fn almost_finished_client() -> (Handshake<End>, Peer) {
    almost_finished_client_with(Suite::Aes128Gcm)
}

fn almost_finished_client_with(suite: Suite) -> (Handshake<End>, Peer) {
    let (mut client, mut peer) = greeted_client_with(suite);
    for message in peer.server_flight() {
        peer.send(&message);
    }
    turn(&mut client, &mut peer);
    peer.read_client_flight();
    (client, peer)
}

pub fn established_client() -> (SslSession<End>, Peer) {
    established_client_with(Suite::Aes128Gcm)
}

pub fn established_client_with(suite: Suite) -> (SslSession<End>, Peer) {
    finish_client(almost_finished_client_with(suite))
}

/// A session with a server that knows nothing of secure renegotiation.
pub fn established_client_without_secure_renegotiation() -> (SslSession<End>, Peer) {
    let (mut client, mut peer) = greeted_client();
    let mut flight = peer.server_flight();
    flight[0] = peer.server_hello(&[]);
    for message in flight {
        peer.send(&message);
    }
    turn(&mut client, &mut peer);
    peer.read_client_flight();
    finish_client((client, peer))
}

fn finish_client((mut client, mut peer): (Handshake<End>, Peer)) -> (SslSession<End>, Peer) {
    peer.change_cipher_spec();
    let finished = peer.finished();
    peer.send(&finished);
    peer.exchange(client.get_ref());
    client.advance().unwrap();
    (client.into_session().unwrap(), peer)
}

/// A server of the crate that waits for the client's ClientKeyExchange.
pub fn greeted_server() -> (Handshake<End>, Peer) {
    let config = pki::server_config();
    let mut server = Handshake::server(&config, End::alone()).unwrap();
    let mut peer = Peer::client();
    let hello = peer.client_hello(&client_extensions());
    peer.send(&hello);
    turn(&mut server, &mut peer);
    peer.read_server_flight();
    (server, peer)
}

pub fn established_server() -> (SslSession<End>, Peer) {
    let (mut server, mut peer) = greeted_server();
    let exchange = peer.client_key_exchange();
    peer.send(&exchange);
    peer.change_cipher_spec();
    let finished = peer.finished();
    peer.send(&finished);
    peer.exchange(server.get_ref());
    server.advance().unwrap();
    peer.exchange(server.get_ref());
    peer.read_finished();
    (server.into_session().unwrap(), peer)
}

/// Bytes to the handshake, as far as it goes with them, bytes back.
pub fn turn(handshake: &mut Handshake<End>, peer: &mut Peer) {
    peer.exchange(handshake.get_ref());
    assert!(
        pending(handshake.advance()).unwrap(),
        "the handshake waits for more"
    );
    peer.exchange(handshake.get_ref());
}
