//! Which suites and groups are tried, and what every exchange must show.

use std::io::Read;
use std::net::TcpStream;
use std::sync::OnceLock;

use embertls::{CipherSuite, NamedGroup, ProtocolVersion, SslSession};

use crate::common::certificates::{Authority, Identity, KeyKind, Leaf};
use crate::common::tap::Tap;
use crate::common::{echo, full_tier, openssl_made, ours, programs};

/// One suite and one group, offered and accepted alone.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub suite: CipherSuite,
    pub group: NamedGroup,
}

impl Case {
    /// Every suite with one group, and every group with one suite for each
    /// kind of key; in the full tier every suite with every group.
    pub fn all() -> Vec<Self> {
        let every = CipherSuite::ALL.iter().flat_map(|&suite| {
            let groups = NamedGroup::ALL.iter();
            groups.map(move |&group| Self { suite, group })
        });
        let wanted: Vec<_> = every.filter(|case| case.is_wanted()).collect();
        match programs::openssl() {
            Some(_) => wanted,
            None => wanted
                .into_iter()
                .filter(|case| !case.needs_openssl())
                .collect(),
        }
    }

    fn is_wanted(self) -> bool {
        // An ECDSA key must be on a curve that is offered, so X25519 cannot be alone.
        if self.is_ecdsa() && self.group == NamedGroup::X25519 {
            return false;
        }
        full_tier()
            || self.group == NamedGroup::Secp256r1
            || matches!(
                self.suite,
                CipherSuite::EcdheEcdsaWithAes256GcmSha384
                    | CipherSuite::EcdheRsaWithChacha20Poly1305Sha256
            )
    }

    /// Whether only the openssl program can make the key.
    fn needs_openssl(self) -> bool {
        !self.is_ecdsa() || self.group == NamedGroup::Secp521r1
    }

    fn is_ecdsa(self) -> bool {
        self.suite.name().contains("_ECDSA_")
    }

    /// The root and the server that go with the suite and, as the key of an
    /// ECDSA certificate must be on a curve that the client offers (RFC 8422,
    /// 5.3), with the group.
    pub fn pki(self) -> &'static Pki {
        static RSA: OnceLock<Pki> = OnceLock::new();
        static P256: OnceLock<Pki> = OnceLock::new();
        static P384: OnceLock<Pki> = OnceLock::new();
        static P521: OnceLock<Pki> = OnceLock::new();
        match self.group {
            _ if !self.is_ecdsa() => RSA.get_or_init(|| Pki::new(KeyKind::Rsa)),
            NamedGroup::Secp256r1 => P256.get_or_init(|| Pki::new(KeyKind::P256)),
            NamedGroup::Secp384r1 => P384.get_or_init(|| Pki::new(KeyKind::P384)),
            NamedGroup::Secp521r1 => P521.get_or_init(Pki::with_p521_leaf),
            other => panic!("{other} has no certificate here"),
        }
    }

    /// Our client's session with a server that sends back what it gets: the
    /// handshake, data of all sizes, and the end.
    pub fn exchange(self, stream: TcpStream) {
        let mut session = self.connect(stream);
        echo::exchange_all_sizes(&mut session);
        close(session);
    }

    /// The handshake of our client, and what it must have come to.
    pub fn connect(self, stream: TcpStream) -> SslSession<Tap<TcpStream>> {
        let config = ours::client_offering(&self.pki().root, self.suite, self.group);
        let session = ours::connect(&config, stream)
            .unwrap_or_else(|error| panic!("{self:?}: {error}\n{error:?}"));
        assert_eq!(session.cipher_suite(), self.suite);
        assert_eq!(session.version(), ProtocolVersion::Tls12);
        assert!(session.verify_result().is_verified());
        assert_eq!(session.get_ref().group(), self.group.iana_number());
        let sent = session.peer_certificates();
        assert_eq!(sent, self.pki().identity.chain());
        session
    }
}

/// Closes our side and waits for the peer's close_notify.
pub fn close(mut session: SslSession<Tap<TcpStream>>) {
    session.close().expect("close_notify can be sent");
    let end = session.read(&mut [0; 16]).expect("the peer closes");
    assert_eq!(end, 0, "the peer sends more than was asked for");
}

pub struct Pki {
    pub root: Authority,
    pub identity: Identity,
}

impl Pki {
    fn new(kind: KeyKind) -> Self {
        let root = Authority::root_with("Peer Test Root", kind);
        let intermediate = root.intermediate("Peer Test Intermediate");
        Self {
            identity: intermediate.issue(Leaf::new().kind(kind)),
            root,
        }
    }

    fn with_p521_leaf() -> Self {
        let root = Authority::root("Peer Test Root");
        let intermediate = root.intermediate("Peer Test Intermediate");
        let key = openssl_made::p521_key();
        Self {
            identity: openssl_made::identity(&intermediate, key, "-sha512"),
            root,
        }
    }
}
