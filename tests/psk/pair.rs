//! Our client and our server with a key that they share.

use embertls::ssl::PskTable;
use embertls::{
    CipherSuite, Error, Handshake, MemoryTransport, PreSharedKey, Server, ServerName, SessionCache,
    SslConfig, SslSession, TicketKeys, Verdict,
};

use crate::common::records::{NEW_SESSION_TICKET, Reader, SERVER_HELLO, Sent};

pub const IDENTITY: &str = "kitchen";
pub const KEY_HEX: &str = "6bc1bee22e409f96e93d7e117393172a";

pub fn key() -> PreSharedKey {
    PreSharedKey::from_hex(KEY_HEX).unwrap()
}

pub fn client(suite: CipherSuite) -> SslConfig {
    let client = SslConfig::client().pre_shared_key(IDENTITY, key());
    client.cipher_suites(&[suite]).build().unwrap()
}

pub fn table() -> PskTable {
    PskTable::new().with(IDENTITY, key())
}

pub fn server() -> SslConfig<Server> {
    let server = SslConfig::server().pre_shared_keys(table());
    server.cipher_suites(CipherSuite::PSK).build().unwrap()
}

pub struct Pair {
    pub client: Handshake<MemoryTransport>,
    pub server: Handshake<MemoryTransport>,
}

impl Pair {
    pub fn new(client: &SslConfig, server: &SslConfig<Server>) -> Self {
        let name = ServerName::try_from("localhost").unwrap();
        Self {
            client: Handshake::client(client, name, MemoryTransport::new()).unwrap(),
            server: Handshake::server(server, MemoryTransport::new()).unwrap(),
        }
    }

    /// Advances both sides until both are done, or one has failed: what each
    /// came to.
    pub fn run(&mut self) -> (Result<(), Error>, Result<(), Error>) {
        self.run_showing(|_| {})
    }

    /// The same; `show` gets what the server sends.
    pub fn run_showing(
        &mut self,
        mut show: impl FnMut(&[u8]),
    ) -> (Result<(), Error>, Result<(), Error>) {
        let (mut client, mut server) = (Err(Error::WouldBlock), Err(Error::WouldBlock));
        for _ in 0..10 {
            if matches!(client, Err(Error::WouldBlock)) {
                client = self.client.advance();
            }
            let flight = self.client.get_mut().take_outgoing();
            self.server.get_mut().push_incoming(&flight);
            if matches!(server, Err(Error::WouldBlock)) {
                server = self.server.advance();
            }
            let flight = self.server.get_mut().take_outgoing();
            show(&flight);
            self.client.get_mut().push_incoming(&flight);
        }
        (client, server)
    }

    pub fn sessions(mut self) -> (SslSession<MemoryTransport>, SslSession<MemoryTransport>) {
        match self.run() {
            (Ok(()), Ok(())) => {}
            other => panic!("{other:?}"),
        }
        (
            self.client.into_session().unwrap(),
            self.server.into_session().unwrap(),
        )
    }
}

#[test]
fn both_sides_know_who_is_there_and_nobody_takes_it_for_a_certificate() {
    for suite in CipherSuite::PSK {
        let (client, server) = Pair::new(&client(*suite), &server()).sessions();
        for session in [&client, &server] {
            assert_eq!(session.cipher_suite(), *suite);
            assert_eq!(session.psk_identity(), Some(IDENTITY.as_bytes()));
            assert!(matches!(session.verify_result(), Verdict::PreSharedKey));
            assert!(!session.verify_result().is_verified());
            assert!(session.peer_certificates().is_empty());
        }
        let mut ours = [0; 32];
        let mut theirs = [0; 32];
        let (label, context) = (b"EXPORTER-test", Some(&b"context"[..]));
        client
            .export_keying_material(&mut ours, label, context)
            .unwrap();
        server
            .export_keying_material(&mut theirs, label, context)
            .unwrap();
        assert_eq!(ours, theirs, "{suite}");
    }
}

#[test]
fn forward_secrecy_comes_first() {
    let client = SslConfig::client()
        .pre_shared_key(IDENTITY, key())
        .build()
        .unwrap();
    let server = SslConfig::server()
        .pre_shared_keys(table())
        .build()
        .unwrap();
    let (client, _) = Pair::new(&client, &server).sessions();
    assert!(client.cipher_suite().has_forward_secrecy());
}

#[test]
fn the_extended_master_secret_goes_with_keys() {
    let suite = CipherSuite::PskWithAes128GcmSha256;
    let client = SslConfig::client()
        .pre_shared_key(IDENTITY, key())
        .cipher_suites(&[suite])
        .require_extended_master_secret()
        .build()
        .unwrap();
    let server = SslConfig::server()
        .pre_shared_keys(table())
        .cipher_suites(CipherSuite::PSK)
        .require_extended_master_secret()
        .build()
        .unwrap();
    Pair::new(&client, &server).sessions();
}

/// Such sessions are not kept, and nothing promises that they are.
#[test]
fn there_is_neither_a_ticket_nor_a_session_id() {
    let lifetime = TicketKeys::DEFAULT_LIFETIME;
    for suite in CipherSuite::PSK {
        for has_tickets in [false, true] {
            let mut server = SslConfig::server()
                .pre_shared_keys(table())
                .cipher_suites(CipherSuite::PSK)
                .session_cache(SessionCache::in_memory(10, lifetime).unwrap());
            if has_tickets {
                server = server.tickets(TicketKeys::rotating(lifetime).unwrap());
            }
            let mut pair = Pair::new(&client(*suite), &server.build().unwrap());
            let (mut reader, mut messages) = (Reader::default(), Vec::new());
            let result = pair.run_showing(|flight| messages.extend(reader.read(flight)));
            assert!(matches!(result, (Ok(()), Ok(()))), "{result:?}");
            let Sent::Message(hello) = &messages[0] else {
                panic!("{messages:?}");
            };
            assert_eq!((hello[0], hello[4 + 2 + 32]), (SERVER_HELLO, 0));
            for sent in &messages {
                let is_ticket =
                    matches!(sent, Sent::Message(message) if message[0] == NEW_SESSION_TICKET);
                assert!(!is_ticket, "{suite}");
            }
        }
    }
}

#[test]
fn a_lookup_by_function_gets_what_the_client_sends() {
    let suite = CipherSuite::EcdhePskWithChacha20Poly1305Sha256;
    let server = SslConfig::server().pre_shared_keys(|identity: &[u8]| {
        assert_eq!(identity, IDENTITY.as_bytes());
        Ok(Some(key()))
    });
    Pair::new(&client(suite), &server.build().unwrap()).sessions();
}
