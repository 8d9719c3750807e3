//! Authorities and identities, made anew for each run, in files for those who
//! read files.

use std::fs;
use std::path::{Path, PathBuf};

use embertls::{CipherSuite, NamedGroup};
use rcgen::ExtendedKeyUsagePurpose;
use tempfile::TempDir;

use crate::common::certificates::{Authority, Identity, IdentityFiles, KeyKind, Leaf};
use crate::common::openssl_made;

/// One suite and one group.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub suite: CipherSuite,
    pub group: NamedGroup,
}

impl Case {
    /// Every suite with every group.
    pub fn all() -> impl Iterator<Item = Self> {
        CipherSuite::ALL.iter().flat_map(|&suite| {
            let groups = NamedGroup::ALL.iter();
            groups.map(move |&group| Self { suite, group })
        })
    }

    pub fn is_ecdsa(self) -> bool {
        self.suite.name().contains("_ECDSA_")
    }

    /// The key that the server needs. That of an ECDSA certificate must be on
    /// a curve that the client offers (RFC 8422, 5.3), and X25519 signs nothing.
    pub fn key(self) -> Key {
        match self.group {
            _ if !self.is_ecdsa() => Key::Rsa,
            NamedGroup::Secp384r1 => Key::P384,
            NamedGroup::Secp521r1 => Key::P521,
            _ => Key::P256,
        }
    }

    /// What our client offers so that the server can only choose this, or in
    /// this order where its key needs another.
    pub fn groups(self) -> Vec<NamedGroup> {
        match self.group {
            NamedGroup::X25519 if self.is_ecdsa() => {
                vec![NamedGroup::X25519, NamedGroup::Secp256r1]
            }
            group => vec![group],
        }
    }
}

/// The kinds of keys that servers have here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Rsa,
    P256,
    P384,
    P521,
}

impl Key {
    pub const ALL: [Self; 4] = [Self::Rsa, Self::P256, Self::P384, Self::P521];
}

/// Who there is.
pub struct Pki {
    dir: TempDir,
    roots: String,
    clients: Authority,
    client: Identity,
    servers: Vec<(Key, Identity)>,
}

/// The common name of the client's certificate.
pub const CLIENT: &str = "somebody";

impl Pki {
    pub fn new() -> Self {
        let dir = TempDir::new().expect("a folder");
        let ec = Authority::root("Interop Root");
        let rsa = Authority::root_with("Interop RSA Root", KeyKind::Rsa);
        let below = |root: &Authority| root.intermediate("Interop Intermediate");
        let leaf = |kind| Leaf::new().and_host("127.0.0.1").kind(kind);
        let servers = Key::ALL.map(|key| {
            let identity = match key {
                Key::Rsa => below(&rsa).issue(leaf(KeyKind::Rsa)),
                Key::P256 => below(&ec).issue(leaf(KeyKind::P256)),
                Key::P384 => below(&ec).issue(leaf(KeyKind::P384)),
                Key::P521 => {
                    openssl_made::identity(&below(&ec), openssl_made::p521_key(), "-sha512")
                }
            };
            (key, identity)
        });
        let clients = Authority::root("Interop Clients");
        let leaf = Leaf::for_host(CLIENT).extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
        let client = clients.issue(leaf);
        let pki = Self {
            dir,
            roots: ec.pem() + &rsa.pem(),
            clients,
            client,
            servers: servers.into(),
        };
        for (name, text) in [("ca.pem", &pki.roots), ("clients.pem", &pki.clients.pem())] {
            fs::write(pki.dir.path().join(name), text).expect("a file can be written");
        }
        pki
    }

    /// What clients trust, in PEM.
    pub fn roots(&self) -> &str {
        &self.roots
    }

    /// What clients trust, as a file.
    pub fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// The authority of clients.
    pub fn clients(&self) -> &Authority {
        &self.clients
    }

    /// The authority of clients, as a file.
    pub fn client_ca(&self) -> PathBuf {
        self.dir.path().join("clients.pem")
    }

    pub fn client(&self) -> &Identity {
        &self.client
    }

    pub fn client_files(&self) -> IdentityFiles {
        self.client.write_to(&self.folder("client"))
    }

    pub fn server(&self, key: Key) -> &Identity {
        let found = self.servers.iter().find(|(kind, _)| *kind == key);
        &found.expect("an identity for each kind of key").1
    }

    pub fn server_files(&self, key: Key) -> IdentityFiles {
        self.server(key).write_to(&self.folder(&format!("{key:?}")))
    }

    /// A folder of this name, which goes with this.
    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::create_dir_all(&path).expect("a folder can be made");
        path
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}
