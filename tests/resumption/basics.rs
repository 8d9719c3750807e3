//! A session comes again, and is what it was.

use std::sync::Arc;

use embertls::ssl::ChannelBinding;
use embertls::{
    CipherSuite, ClientAuth, ClientSessions, MemoryStore, NamedGroup, ResumptionData, SessionCache,
    TicketKeys, Verifier,
};
use rcgen::ExtendedKeyUsagePurpose;

use crate::common::certificates::{HOST, Identity, KeyKind, Leaf};
use crate::pair::*;

fn cache() -> SessionCache {
    SessionCache::in_memory(100, TicketKeys::DEFAULT_LIFETIME).unwrap()
}

#[test]
fn by_a_ticket_with_every_suite() {
    let server = ticket_server();
    for &suite in CipherSuite::ALL {
        if !suite.name().contains("ECDSA") || suite.name().ends_with("_8") {
            continue;
        }
        let client = client().cipher_suites(&[suite]).build().unwrap();
        let mut first = connect(&client, &server);
        assert!(!first.is_resumed());
        first.exchange();
        let mut data = first.data();
        for _ in 0..3 {
            let mut again = resume(&client, &server, &data);
            assert!(again.is_resumed(), "{suite}");
            assert_eq!(again.client.cipher_suite(), suite);
            assert_eq!(again.server.cipher_suite(), suite);
            again.exchange();
            data = again.data();
        }
    }
}

/// Encrypt-then-MAC is agreed upon anew in each handshake (RFC 7366, 3.1).
#[cfg(feature = "legacy-suites")]
#[test]
fn by_a_ticket_with_suites_for_old_peers() {
    let server = server()
        .tickets(tickets())
        .cipher_suites(CipherSuite::LEGACY);
    let server = server.build().unwrap();
    for &suite in CipherSuite::LEGACY {
        if !suite.name().contains("ECDSA") {
            continue;
        }
        let client = client().cipher_suites(&[suite]).build().unwrap();
        let mut first = connect(&client, &server);
        first.exchange();
        let mut again = resume(&client, &server, &first.data());
        assert!(again.is_resumed(), "{suite}");
        assert_eq!(again.server.cipher_suite(), suite);
        again.exchange();
    }
}

#[test]
fn by_a_session_id() {
    let store = Arc::new(MemoryStore::new(10));
    let cache = SessionCache::new(Arc::clone(&store), tickets());
    let server = server().session_cache(cache).build().unwrap();
    let client = client().build().unwrap();
    let first = connect(&client, &server);
    assert_eq!(store.len(), 1);
    for _ in 0..3 {
        let mut again = resume(&client, &server, &first.data());
        assert!(again.is_resumed());
        again.exchange();
    }
    assert_eq!(store.len(), 1);
}

#[test]
fn a_session_that_nobody_keeps_has_no_id() {
    let server = server().build().unwrap();
    let client = client().build().unwrap();
    let mut flights = Vec::new();
    let pair = run_through(begin_client(&client, HOST), &server, |from, bytes| {
        if from == From::Server {
            flights.extend_from_slice(&bytes);
        }
        bytes
    });
    assert!(pair.unwrap().client.resumption_data().is_none());
    // Record, message, version, random (RFC 5246, 7.4.1.3).
    assert_eq!(flights[5 + 4 + 2 + 32], 0);
}

#[test]
fn where_there_are_both_a_client_gets_a_ticket() {
    let store = Arc::new(MemoryStore::new(10));
    let cache = SessionCache::new(Arc::clone(&store), tickets());
    let server = server()
        .session_cache(cache)
        .tickets(tickets())
        .build()
        .unwrap();
    let client = client().build().unwrap();
    let first = connect(&client, &server);
    assert!(store.is_empty());
    assert!(resume(&client, &server, &first.data()).is_resumed());
}

#[test]
fn the_verification_is_that_of_the_full_handshake() {
    let server = ticket_server();
    let client = client().build().unwrap();
    let first = connect(&client, &server);
    let again = resume(&client, &server, &first.data());
    assert!(again.is_resumed());
    assert!(again.client.verify_result().is_verified());
    assert_eq!(again.client.peer_certificates(), pki().server.chain());
    assert!(!again.server.verify_result().is_verified());
    assert!(again.server.peer_certificates().is_empty());
}

#[test]
fn a_client_that_showed_its_certificate_is_known_again() {
    for by_ticket in [true, false] {
        let builder = server().client_auth(client_required());
        let server = match by_ticket {
            true => builder.tickets(tickets()).build().unwrap(),
            false => builder.session_cache(cache()).build().unwrap(),
        };
        let client = identify(client(), &pki().client).build().unwrap();
        let first = connect(&client, &server);
        assert!(first.server.verify_result().is_verified());
        let mut again = resume(&client, &server, &first.data());
        assert!(again.is_resumed());
        assert!(again.server.verify_result().is_verified());
        assert_eq!(again.server.peer_certificates(), pki().client.chain());
        again.exchange();
    }
}

#[test]
fn a_client_that_showed_none_where_it_might_is_resumed_without() {
    let optional = ClientAuth::Optional(Verifier::new(trust()));
    let server = server()
        .client_auth(optional)
        .tickets(tickets())
        .build()
        .unwrap();
    let client = client().build().unwrap();
    let first = connect(&client, &server);
    let again = resume(&client, &server, &first.data());
    assert!(again.is_resumed());
    assert!(again.server.peer_certificates().is_empty());
    assert!(!again.server.verify_result().is_verified());
}

/// A client whose certificate no ticket carries.
pub fn large_client() -> Identity {
    let leaf = Leaf::for_host("client")
        .extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth)
        .padded(5000);
    pki().root.issue(leaf)
}

#[test]
fn a_client_certificate_too_large_for_a_ticket_ends_with_its_session() {
    let large = large_client();
    let server = server()
        .client_auth(client_required())
        .tickets(tickets())
        .build()
        .unwrap();
    let client = identify(client(), &large).build().unwrap();
    let first = connect(&client, &server);
    assert!(first.server.verify_result().is_verified());
    assert!(first.client.resumption_data().is_none(), "an empty ticket");
}

#[test]
fn saved_and_read_back() {
    let server = ticket_server();
    let client = client().build().unwrap();
    let keys = TicketKeys::supplied(TicketKeys::MAX_LIFETIME, &secret(1), &[]).unwrap();
    let sealed = connect(&client, &server).data().seal(&keys).unwrap();
    let keys = TicketKeys::supplied(TicketKeys::MAX_LIFETIME, &secret(1), &[]).unwrap();
    let data = ResumptionData::open(&keys, &sealed).unwrap();
    assert_eq!(data.server_name(), HOST);
    assert!(!data.is_expired());
    assert!(resume(&client, &server, &data).is_resumed());
}

pub fn secret(n: u8) -> [u8; 32] {
    std::array::from_fn(|at| n.wrapping_mul(31).wrapping_add(at as u8))
}

#[test]
fn a_client_remembers_by_itself() {
    let server = ticket_server();
    let client = client().build().unwrap();
    let sessions = ClientSessions::new(10);
    for round in 0..4 {
        let handshake = begin_client(&client, HOST).remember(&sessions);
        let mut pair = run(handshake, &server).unwrap();
        assert_eq!(pair.is_resumed(), round > 0);
        assert_eq!(sessions.len(), 1);
        pair.exchange();
    }
    sessions.clear();
    let handshake = begin_client(&client, HOST).remember(&sessions);
    assert!(!run(handshake, &server).unwrap().is_resumed());
}

#[test]
fn a_client_without_resumption_offers_and_keeps_nothing() {
    let server = ticket_server();
    let client_with = client().build().unwrap();
    let data = connect(&client_with, &server).data();
    let client = client().without_resumption().build().unwrap();
    let sessions = ClientSessions::new(10);
    let mut handshake = begin_client(&client, HOST).remember(&sessions);
    assert!(!handshake.resume(&data));
    let pair = run(handshake, &server).unwrap();
    let hello = pair.server.client_hello().unwrap();
    assert!(!hello.extensions.contains(&35) && hello.session_id.is_empty());
    assert!(!pair.is_resumed() && pair.client.resumption_data().is_none());
    assert!(sessions.is_empty());
}

#[test]
fn a_client_without_tickets_resumes_by_session_ids() {
    let cache = || SessionCache::in_memory(10, TicketKeys::DEFAULT_LIFETIME).unwrap();
    let server = server().tickets(tickets()).session_cache(cache());
    let server = server.build().unwrap();
    let ticket = connect(&client().build().unwrap(), &server).data();

    let client = client().without_tickets().build().unwrap();
    assert!(!begin_client(&client, HOST).resume(&ticket));
    let first = connect(&client, &server);
    for _ in 0..2 {
        let mut again = resume(&client, &server, &first.data());
        assert!(again.is_resumed());
        let hello = again.server.client_hello().unwrap();
        assert!(!hello.extensions.contains(&35) && !hello.session_id.is_empty());
        again.exchange();
    }
}

#[test]
fn nothing_is_offered_once_the_handshake_has_begun() {
    let server = ticket_server();
    let client = client().build().unwrap();
    let data = connect(&client, &server).data();
    let mut handshake = begin_client(&client, HOST);
    assert!(handshake.resume(&data));
    assert!(!handshake.resume(&data), "one is offered already");
    let mut handshake = begin_client(&client, HOST);
    assert!(handshake.advance().is_err());
    assert!(!handshake.resume(&data));
}

#[test]
fn the_session_of_a_server_has_no_data_to_resume() {
    let pair = connect(&client().build().unwrap(), &ticket_server());
    assert!(pair.server.resumption_data().is_none());
}

#[test]
fn the_bindings_to_the_channel_are_the_same_on_both_sides() {
    let another = pki().root.issue(Leaf::new().kind(KeyKind::P384));
    let (chain, key) = loaded(&another);
    // The certificate that is shown is not the first one.
    let server = server()
        .identity(chain, key)
        .groups(&[NamedGroup::Secp384r1])
        .tickets(tickets())
        .tls_unique()
        .build()
        .unwrap();
    let client = client()
        .groups(&[NamedGroup::Secp384r1])
        .tls_unique()
        .build()
        .unwrap();
    let first = connect(&client, &server);
    assert_eq!(first.client.peer_certificates(), another.chain());
    let again = resume(&client, &server, &first.data());
    assert!(again.is_resumed());
    let mut seen = Vec::new();
    for pair in [&first, &again] {
        for kind in [
            ChannelBinding::TlsServerEndPoint,
            ChannelBinding::TlsUnique,
            ChannelBinding::TlsExporter,
        ] {
            let ours = pair.client.channel_binding(kind).unwrap();
            assert_eq!(ours, pair.server.channel_binding(kind).unwrap(), "{kind:?}");
            seen.push(ours);
        }
    }
    assert_eq!(seen[0], seen[3], "the certificate is the same");
    assert_ne!(seen[1], seen[4]);
    assert_ne!(seen[2], seen[5]);
}
