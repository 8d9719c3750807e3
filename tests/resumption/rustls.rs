//! rustls as the peer, in memory: tickets and ids both ways, and the same
//! secrets at both ends of a resumed session.

use std::sync::{Arc, Mutex};

use embertls::{ClientSessions, Handshake, MemoryTransport, ServerName, SessionCache, TicketKeys};
use rustls::crypto::ring;
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, HandshakeKind, KeyLog, RootCertStore,
    ServerConnection, SideData,
};

use crate::common::certificates::{self, HOST};
use crate::common::memory::{self, Plain};
use crate::common::rustls_peer::{TLS12, server_config};
use crate::common::tap::Tap;
use crate::pair::{client, pki, server, tickets};

/// What rustls would write to a key log file.
#[derive(Debug, Default)]
struct Lines(Mutex<Vec<String>>);

impl KeyLog for Lines {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
        let line = format!("{label} {} {}", hex(client_random), hex(secret));
        self.0.lock().unwrap().push(line);
    }
}

impl Lines {
    fn last(&self) -> String {
        self.0.lock().unwrap().last().unwrap().clone()
    }
}

/// Data, exporter and key log, and what rustls calls the handshake.
fn same_at_both_ends<S: SideData>(
    session: &mut memory::Session,
    peer: &mut ConnectionCommon<S>,
    lines: &Lines,
    is_resumed: bool,
) {
    memory::exchange(session, peer, &mut Plain, b"there and back again");
    assert_eq!(session.is_resumed(), is_resumed);
    let kind = peer.handshake_kind();
    let wanted = match is_resumed {
        true => HandshakeKind::Resumed,
        false => HandshakeKind::Full,
    };
    assert_eq!(kind, Some(wanted));
    let mut ours = [0; 48];
    session
        .export_keying_material(&mut ours, b"EXPORTER-resumption", Some(b"context"))
        .unwrap();
    let theirs = peer.export_keying_material([1; 48], b"EXPORTER-resumption", Some(b"context"));
    assert_eq!(theirs.unwrap(), ours);
    assert_eq!(lines.last(), session.danger_key_log_line().unwrap());
}

#[test]
fn our_client() {
    for by_ticket in [true, false] {
        let lines = Arc::new(Lines::default());
        let mut config = server_config(&pki().server, ring::default_provider());
        config.key_log = lines.clone();
        if by_ticket {
            config.ticketer = rustls::crypto::ring::Ticketer::new().unwrap();
        }
        let config = Arc::new(config);
        let ours = client().build().unwrap();
        let sessions = ClientSessions::new(10);
        for round in 0..3 {
            let mut peer = ServerConnection::new(config.clone()).unwrap();
            let name = ServerName::try_from(HOST).unwrap();
            let transport = Tap::new(MemoryTransport::new());
            let handshake = Handshake::client(&ours, name, transport).unwrap();
            let handshake = handshake.remember(&sessions);
            let mut session = memory::run(handshake, &mut peer, &mut Plain).unwrap();
            same_at_both_ends(&mut session, &mut peer, &lines, round > 0);
            assert_eq!(session.peer_certificates(), pki().server.chain());
        }
    }
}

#[test]
fn our_server() {
    for by_ticket in [true, false] {
        let builder = match by_ticket {
            true => server().tickets(tickets()),
            false => server()
                .session_cache(SessionCache::in_memory(10, TicketKeys::DEFAULT_LIFETIME).unwrap()),
        };
        let ours = builder.build().unwrap();
        let lines = Arc::new(Lines::default());
        let mut roots = RootCertStore::empty();
        roots
            .add(certificates::certificate(&pki().root.pem()))
            .unwrap();
        let mut config = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_protocol_versions(TLS12)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.key_log = lines.clone();
        let config = Arc::new(config);
        for round in 0..3 {
            let mut peer = ClientConnection::new(config.clone(), HOST.try_into().unwrap()).unwrap();
            let mut session = memory::accept(&ours, &mut peer, &mut Plain).unwrap();
            same_at_both_ends(&mut session, &mut peer, &lines, round > 0);
        }
    }
}
