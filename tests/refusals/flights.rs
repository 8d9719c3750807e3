//! What comes behind the end of a flight, in its last record, and certificates
//! that nobody asked for.

use std::ops::Range;

use embertls::{
    Acceptor, Alert, Certificate, CipherSuite, ClientAuth, Error, Handshake, MemoryTransport,
    NamedGroup, PrivateKey, ServerName, SslConfig, TrustStore, Verifier,
};

use crate::common::certificates::{Authority, HOST, Leaf};
use crate::common::memory::{self, Refused};
use crate::common::{ours, rustls_peer};

/// The beginning of a ClientKeyExchange.
const MORE: [u8; 4] = [16, 0, 0, 33];

#[test]
fn server_gets_more_than_a_hello() {
    let root = Authority::root("Root");
    let identity = root.issue(Leaf::for_host(HOST));
    let config = ours::server_accepting(&identity, CipherSuite::DEFAULT, NamedGroup::ALL);
    let mut client = rustls_peer::client(&root, rustls_peer::restricted(None, None));
    let mut add = |bytes: Vec<u8>| lengthened(bytes, |record| record[0] == 1);
    let refused = memory::accept(&config, &mut client, &mut add).err();
    expect_unexpected_message(refused);
}

#[test]
fn acceptor_gets_more_than_a_hello() {
    let root = Authority::root("Root");
    let mut client = rustls_peer::client(&root, rustls_peer::restricted(None, None));
    let mut hello = Vec::new();
    client.write_tls(&mut hello).expect("memory");
    let mut transport = MemoryTransport::new();
    transport.push_incoming(&lengthened(hello, |record| record[0] == 1));
    let refused = Acceptor::new(transport)
        .accept()
        .expect_err("more than a hello");
    match refused.into_error() {
        Error::Handshake(failure) => {
            assert_eq!(
                failure.alert_sent,
                Some(Alert::UnexpectedMessage),
                "{failure}"
            );
        }
        other => panic!("{other}"),
    }
}

#[test]
fn client_gets_more_than_the_end_of_the_flight() {
    let root = Authority::root("Root");
    let identity = root.issue(Leaf::for_host(HOST));
    let server = rustls_peer::server_config(&identity, rustls_peer::restricted(None, None));
    let mut server = rustls_peer::server(server);
    let config = ours::client(&root).build().expect("sound");
    let mut add = |bytes: Vec<u8>| lengthened(bytes, |record| record.ends_with(&[14, 0, 0, 0]));
    let refused = memory::connect(&config, &mut server, &mut add).err();
    expect_unexpected_message(refused);
}

/// RFC 5246, 7.4.4 and 7.4.6.
#[test]
fn client_shows_no_certificate_of_a_kind_that_is_not_wanted() {
    let root = Authority::root("Root");
    let identity = root.issue(Leaf::for_host(HOST));
    let chain = || Certificate::chain_from_pem(&identity.chain_pem).expect("sound");
    let key = || PrivateKey::from_pem(&identity.key_pem).expect("sound");
    let trust = TrustStore::from_pem(root.pem()).expect("sound");
    let server = SslConfig::server()
        .identity(chain(), key())
        .client_auth(ClientAuth::Optional(Verifier::new(trust)))
        .build()
        .expect("sound");
    let client = ours::client(&root)
        .identity(chain(), key())
        .build()
        .expect("sound");
    for (rewritten, shows) in [(false, true), (true, false)] {
        let name = ServerName::try_from(HOST).expect("a name");
        let mut client = Handshake::client(&client, name, MemoryTransport::new()).expect("memory");
        let mut server = Handshake::server(&server, MemoryTransport::new()).expect("memory");
        assert!(client.advance().is_err(), "the server has not answered");
        server
            .get_mut()
            .push_incoming(&client.get_mut().take_outgoing());
        assert!(server.advance().is_err(), "the client has not answered");
        let mut flight = server.get_mut().take_outgoing();
        if rewritten {
            ask_for_rsa_alone(&mut flight);
        }
        client.get_mut().push_incoming(&flight);
        assert!(client.advance().is_err(), "the server has not answered");
        let answer = client.get_mut().take_outgoing();
        let [22, 3, 3, _, _, 11, _, _, _, length @ .., _] = &answer[..13] else {
            panic!("the answer begins with {:?}", &answer[..13]);
        };
        assert_eq!(*length != [0, 0, 0], shows, "{length:?}");
    }
}

/// Only rsa_sign is left of the kinds in a CertificateRequest.
fn ask_for_rsa_alone(flight: &mut [u8]) {
    let request = handshake_records(flight).find(|content| flight[content.start] == 13);
    let types = &mut flight[request.expect("a client is asked").start + 4..];
    let len = usize::from(types[0]);
    types[1..=len].fill(1);
}

/// The handshake record that is the last of its flight, with a piece of another
/// message behind it.
fn lengthened(mut flight: Vec<u8>, is_last: fn(&[u8]) -> bool) -> Vec<u8> {
    let last = handshake_records(&flight).find(|content| is_last(&flight[content.clone()]));
    if let Some(content) = last {
        let len = (content.len() + MORE.len()) as u16;
        flight[content.start - 2..content.start].copy_from_slice(&len.to_be_bytes());
        flight.splice(content.end..content.end, MORE);
    }
    flight
}

/// Where the contents of the plain handshake records are.
fn handshake_records(flight: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let header = flight.get(at..at + 5)?;
        let start = at + 5;
        at = start + usize::from(u16::from_be_bytes([header[3], header[4]]));
        (header[0] == 22).then_some(start..at)
    })
}

fn expect_unexpected_message(refused: Option<Box<Refused>>) {
    let refused = refused.expect("more than the flight");
    match &refused.ours {
        Error::Handshake(failure) => {
            assert_eq!(
                failure.alert_sent,
                Some(Alert::UnexpectedMessage),
                "{failure}"
            );
        }
        other => panic!("{other}"),
    }
    let peers = format!("{:?}", refused.peers);
    assert!(peers.contains("UnexpectedMessage"), "{peers}");
}
