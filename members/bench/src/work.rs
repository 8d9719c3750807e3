//! What is measured, in words that every library understands.

use std::any::Any;
use std::fmt;

use crate::network::{Sent, Wire};

/// The key in every certificate of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    EcdsaP256,
    Rsa2048,
}

/// The group of the key exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    P256,
    X25519,
}

/// The cipher of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bulk {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

/// How two sides of one library talk TLS 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub auth: Auth,
    pub group: Group,
    pub bulk: Bulk,
    /// The client shows a certificate, too.
    pub mutual: bool,
    /// Connections resume the session of a first one, by its ticket.
    pub resumed: bool,
    /// Idle connections give back the memory that they can.
    pub frugal: bool,
}

/// One library under measurement.
pub trait Library {
    fn name(&self) -> &'static str;

    /// Both sides, ready to make connections; `None` where the library cannot
    /// do this.
    fn setup(&self, terms: Terms) -> Option<Box<dyn Setup>>;
}

/// A client and a server configuration, which threads share.
pub trait Setup: Sync {
    /// A handshake in memory, with everything verified.
    fn connect(&self) -> Box<dyn Connection>;

    /// A server that has answered a client's hello and waits for the rest.
    fn answered(&self) -> Box<dyn Any>;

    /// A handshake over the network as client or server: what was sent.
    fn over(&self, wire: Wire, side: Side) -> Sent;
}

/// Which end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

/// Both ends of an established connection. Data goes from client to server.
pub trait Connection {
    /// Whether both ends resumed an earlier session.
    fn is_resumed(&self) -> bool;

    /// Seals `data` in records of `record` bytes each, onto the end of `wire`.
    fn seal(&mut self, data: &[u8], record: usize, wire: &mut Vec<u8>);

    /// Opens what was sealed: how many bytes of data there were. May take the
    /// bytes away.
    fn open(&mut self, wire: &mut Vec<u8>, buffer: &mut [u8]) -> usize;

    /// The server's end, where the client has gone.
    fn into_server(self: Box<Self>) -> Box<dyn Any>;
}

impl Auth {
    pub const ALL: [Self; 2] = [Self::EcdsaP256, Self::Rsa2048];
}

impl Bulk {
    pub const ALL: [Self; 3] = [Self::Aes128Gcm, Self::Aes256Gcm, Self::ChaCha20Poly1305];
}

impl Terms {
    pub const fn handshake(auth: Auth, group: Group) -> Self {
        Self {
            auth,
            group,
            bulk: Bulk::Aes128Gcm,
            mutual: false,
            resumed: false,
            frugal: false,
        }
    }

    pub fn bulk(bulk: Bulk) -> Self {
        Self {
            auth: Auth::EcdsaP256,
            group: Group::P256,
            bulk,
            mutual: false,
            resumed: false,
            frugal: false,
        }
    }

    /// The suite's number at IANA.
    pub fn suite(self) -> u16 {
        match (self.auth, self.bulk) {
            (Auth::EcdsaP256, Bulk::Aes128Gcm) => 0xc02b,
            (Auth::EcdsaP256, Bulk::Aes256Gcm) => 0xc02c,
            (Auth::EcdsaP256, Bulk::ChaCha20Poly1305) => 0xcca9,
            (Auth::Rsa2048, Bulk::Aes128Gcm) => 0xc02f,
            (Auth::Rsa2048, Bulk::Aes256Gcm) => 0xc030,
            (Auth::Rsa2048, Bulk::ChaCha20Poly1305) => 0xcca8,
        }
    }
}

impl fmt::Display for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EcdsaP256 => "ECDSA P-256",
            Self::Rsa2048 => "RSA 2048",
        })
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P256 => "P-256",
            Self::X25519 => "X25519",
        })
    }
}

impl fmt::Display for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes128Gcm => "AES-128-GCM",
            Self::Aes256Gcm => "AES-256-GCM",
            Self::ChaCha20Poly1305 => "ChaCha20-Poly1305",
        })
    }
}
