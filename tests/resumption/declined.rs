//! Sessions that the server does not know any more.

use embertls::{ClientSessions, SessionCache, TicketKeys};

use crate::common::certificates::HOST;
use crate::pair::*;

#[test]
fn a_declined_ticket_is_not_kept_beside_the_new_secret() {
    let client = client().build().unwrap();
    let before = connect(&client, &ticket_server()).data();

    // A server that gives no ticket: its session goes by its id.
    let cache = SessionCache::in_memory(10, TicketKeys::DEFAULT_LIFETIME).unwrap();
    let without = server().session_cache(cache).build().unwrap();
    let declined = resume(&client, &without, &before);
    assert!(!declined.is_resumed());
    let mut handshake = begin_client(&client, HOST);
    assert!(handshake.resume(&declined.data()));
    let again = run(handshake, &without).unwrap();
    assert!(!again.server.client_hello().unwrap().has_ticket);
    assert!(again.is_resumed());

    // One that announces a ticket and then has none.
    let large = crate::basics::large_client();
    let server = server()
        .client_auth(client_required())
        .tickets(tickets())
        .build()
        .unwrap();
    let client = identify(crate::pair::client(), &large).build().unwrap();
    assert!(connect(&client, &server).client.resumption_data().is_none());
}

#[test]
fn a_declined_session_is_replaced_by_the_new_one() {
    let client = client().build().unwrap();
    let sessions = ClientSessions::new(10);
    let (old, new) = (ticket_server(), ticket_server());
    for (server, resumed) in [(&old, false), (&new, false), (&new, true), (&old, false)] {
        let handshake = begin_client(&client, HOST).remember(&sessions);
        let mut pair = run(handshake, server).unwrap();
        assert_eq!(pair.is_resumed(), resumed);
        pair.exchange();
        assert_eq!(sessions.len(), 1);
    }
}
