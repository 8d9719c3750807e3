//! Pre-shared keys: handshakes from both sides, and keys in text form.

use super::Target;
use super::handshakes::{self, WORDS};
use super::pki::{self, drbg};
use super::transport::Transport;
use crate::ssl::PskTable;
use crate::{
    CipherSuite, Client, Handshake, MemoryTransport, PreSharedKey, Server, SslConfig, SslSession,
    Verdict,
};

pub(super) const TARGET: Target = Target {
    name: "psk",
    run,
    seeds,
    words: WORDS,
};

const IDENTITY: &[u8] = b"kitchen";
const KEY: [u8; 32] = *b"the pre-shared key of the seeds.";

/// What an input is, by its first byte.
#[derive(Clone, Copy, Debug)]
struct Terms {
    role: Role,
    suite: CipherSuite,
    /// On a server, the identity is not known; on a client, certificates are
    /// good as well.
    is_other: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Client,
    Server,
    Text,
}

impl Terms {
    const COUNT: u8 = 24;

    fn new(byte: u8) -> Self {
        const ROLES: [Role; 3] = [Role::Client, Role::Server, Role::Text];
        const SUITES: [CipherSuite; 4] = [
            CipherSuite::EcdhePskWithChacha20Poly1305Sha256,
            CipherSuite::PskWithAes128GcmSha256,
            CipherSuite::PskWithAes256GcmSha384,
            CipherSuite::PskWithAes128Ccm,
        ];
        let byte = usize::from(byte % Self::COUNT);
        Self {
            role: ROLES[byte % 3],
            suite: SUITES[byte / 3 % 4],
            is_other: byte >= 12,
        }
    }

    fn client(self) -> SslConfig<Client> {
        let mut suites = vec![self.suite];
        let mut builder = SslConfig::client()
            .pre_shared_key(IDENTITY, key())
            .rng(drbg(1));
        if self.is_other {
            suites.push(pki::SUITES[0]);
            builder = builder.verifier(pki::verifier());
        }
        let builder = builder.cipher_suites(&suites);
        builder.build().expect("a configuration of ours")
    }

    fn server(self) -> SslConfig<Server> {
        let identity = match self.is_other {
            true => b"cellar",
            false => IDENTITY,
        };
        let builder = SslConfig::server()
            .pre_shared_keys(PskTable::new().with(identity, key()))
            .hide_unknown_identities()
            .cipher_suites(&[self.suite])
            .rng(drbg(2));
        builder.build().expect("a configuration of ours")
    }
}

fn key() -> PreSharedKey {
    PreSharedKey::new(KEY).expect("it is long enough")
}

fn run(data: &[u8]) {
    let [terms, cut, bytes @ ..] = data else {
        return;
    };
    let terms = Terms::new(*terms);
    if terms.role == Role::Text {
        return text(bytes);
    }
    let Some(mut session) = session(terms, Transport::new(bytes, *cut)) else {
        return;
    };
    if session.cipher_suite() == terms.suite {
        assert!(matches!(session.verify_result(), Verdict::PreSharedKey));
        assert!(session.peer_certificates().is_empty());
        assert_eq!(session.psk_identity(), Some(IDENTITY));
        assert!(terms.role == Role::Client || !terms.is_other, "unknown");
    } else {
        assert!(terms.role == Role::Client && terms.is_other);
        assert!(session.verify_result().is_verified(), "nobody verified it");
        assert_eq!(session.psk_identity(), None);
    }
    assert!(session.resumption_data().is_none() || session.psk_identity().is_none());
    handshakes::use_up(&mut session);
}

/// Held against another way to read the same.
fn text(digits: &[u8]) {
    let expected = std::str::from_utf8(digits).ok().and_then(|digits| {
        let is_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let pairs = (0..digits.len()).step_by(2);
        let bytes = pairs.map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok());
        bytes.collect::<Option<Vec<u8>>>().filter(|_| is_digits)
    });
    let expected = expected.filter(|key| (16..=64).contains(&key.len()));
    match PreSharedKey::from_hex(digits) {
        Ok(key) => {
            assert_eq!(Some(key.as_bytes()), expected.as_deref());
            assert!(PreSharedKey::new(key.as_bytes()).is_ok());
        }
        Err(error) => {
            assert_eq!(expected, None);
            assert!(!error.to_string().is_empty());
        }
    }
}

fn session(terms: Terms, transport: Transport<'_>) -> Option<SslSession<Transport<'_>>> {
    let handshake = match terms.role {
        Role::Client => Handshake::client(&terms.client(), pki::name(), transport),
        _ => Handshake::server(&terms.server(), transport),
    };
    handshakes::run(handshake.expect("memory"))
}

fn seeds() -> Vec<Vec<u8>> {
    let streams = (0..Terms::COUNT).filter_map(|number| recording(number, Terms::new(number)));
    let texts: [&[u8]; 3] = [
        b"\x02\x006bc1bee22e409f96e93d7e117393172a",
        b"\x02\x00000102030405060708090A0B0C0D0E0F1011",
        b"\x02\x000x6bc1bee22e409f96e93d7e11739317",
    ];
    streams.chain(texts.map(<[u8]>::to_vec)).collect()
}

fn recording(number: u8, terms: Terms) -> Option<Vec<u8>> {
    let known = Terms {
        is_other: false,
        ..terms
    };
    let client = Handshake::client(&terms.client(), pki::name(), MemoryTransport::new());
    let server = Handshake::server(&known.server(), MemoryTransport::new());
    let (client, server) = (client.expect("memory"), server.expect("memory"));
    let (client, server) = handshakes::record([number, number], client, server);
    match terms.role {
        Role::Client => Some(server),
        Role::Server => Some(client),
        Role::Text => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_is_right_again() {
        for number in 0..Terms::COUNT {
            let terms = Terms::new(number);
            let Some(said) = recording(number, terms) else {
                continue;
            };
            let session = session(terms, Transport::new(&said[2..], 0));
            let is_known = terms.role == Role::Client || !terms.is_other;
            assert_eq!(session.is_some(), is_known, "{terms:?}");
        }
    }
}
