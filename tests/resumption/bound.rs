//! What a session is bound to. Under anything else it is not resumed: a full
//! handshake is made.

use std::time::Duration;

use embertls::ssl::{ClientConfigBuilder, ServerConfigBuilder};
use embertls::{
    CipherSuite, ClientAuth, ClientSessions, Crl, Error, MaxFragmentLength, NamedGroup, Revocation,
    Server, SessionCache, SslConfig, TicketKeys, TrustStore, Verifier,
};
use rcgen::ExtendedKeyUsagePurpose;
use rustls_pki_types::UnixTime;

use crate::common::certificates::{Authority, HOST, Leaf};
use crate::pair::*;

/// A client's session made under one configuration does not fit the other, in
/// either direction, and fits a copy of its own.
fn client_is_bound(one: impl Fn() -> ClientConfigBuilder, other: ClientConfigBuilder) {
    let server = server()
        .alpn(["one", "two"])
        .tickets(tickets())
        .build()
        .unwrap();
    let configs = [one().build().unwrap(), other.build().unwrap()];
    let copy = one().build().unwrap();
    for (from, to) in [(0, 1), (1, 0)] {
        let data = connect(&configs[from], &server).data();
        let mut handshake = begin_client(&configs[to], HOST);
        assert!(!handshake.resume(&data), "from {from} to {to}");
        assert!(!run(handshake, &server).unwrap().is_resumed());
    }
    let data = connect(&configs[0], &server).data();
    assert!(resume(&copy, &server, &data).is_resumed());
}

#[test]
fn a_client_to_what_it_trusts() {
    let root = Authority::root("Another Root");
    let more = TrustStore::from_pem(pki().root.pem() + &root.pem()).unwrap();
    client_is_bound(client, SslConfig::client().trust_store(more));
}

#[test]
fn a_client_to_its_verifier() {
    let verifier = || Verifier::new(trust());
    let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let with = |verifier| SslConfig::client().verifier(verifier);
    client_is_bound(client, with(verifier().max_depth(3)));
    client_is_bound(client, with(verifier().revocation(Revocation::Leaf)));
    client_is_bound(
        client,
        with(verifier().verification_time(at(1_700_000_000))),
    );
    client_is_bound(client, client().danger_verification_optional());
}

#[test]
fn a_client_to_a_function_of_its_own() {
    let server = ticket_server();
    let config = || {
        let verifier = Verifier::new(trust()).also_require(|_| Ok(()));
        SslConfig::client().verifier(verifier).build().unwrap()
    };
    let (one, two) = (config(), config());
    let data = connect(&one, &server).data();
    assert!(resume(&one.clone(), &server, &data).is_resumed());
    assert!(
        !begin_client(&two, HOST).resume(&data),
        "who knows whether the functions say the same"
    );
}

#[test]
fn a_client_to_what_it_offers() {
    client_is_bound(|| client().alpn(["one"]), client().alpn(["two"]));
    client_is_bound(
        || client().alpn(["one", "two"]),
        client().alpn(["two", "one"]),
    );
    client_is_bound(client, client().alpn(["two"]));
    let suite = CipherSuite::EcdheEcdsaWithAes128GcmSha256;
    client_is_bound(client, client().cipher_suites(&[suite]));
    client_is_bound(client, client().groups(&[NamedGroup::Secp256r1]));
    client_is_bound(
        client,
        client().max_fragment_length(MaxFragmentLength::Bytes1024),
    );
}

#[test]
fn a_client_to_its_certificate() {
    let identified = || identify(client(), &pki().client);
    client_is_bound(client, identified());
    client_is_bound(identified, identify(client(), &pki().other_client));
}

#[test]
fn a_client_to_the_name_of_its_server() {
    let pki = pki();
    let both = pki.root.issue(Leaf::new().and_host("other.example"));
    let (chain, key) = loaded(&both);
    let server = SslConfig::server()
        .identity(chain, key)
        .tickets(tickets())
        .build()
        .unwrap();
    let client = client().build().unwrap();
    let data = connect(&client, &server).data();
    let mut handshake = begin_client(&client, "other.example");
    assert!(!handshake.resume(&data));
    assert!(!run(handshake, &server).unwrap().is_resumed());

    let sessions = ClientSessions::new(10);
    for (host, resumed) in [
        (HOST, false),
        ("other.example", false),
        (HOST, true),
        ("other.example", true),
    ] {
        let handshake = begin_client(&client, host).remember(&sessions);
        assert_eq!(run(handshake, &server).unwrap().is_resumed(), resumed);
    }
    assert_eq!(sessions.len(), 2);
}

/// What a server's session is tried under: by ticket and by session id.
struct Servers {
    one: SslConfig<Server>,
    other: SslConfig<Server>,
    copy: SslConfig<Server>,
}

impl Servers {
    fn all(
        one: impl Fn() -> ServerConfigBuilder,
        other: impl Fn() -> ServerConfigBuilder,
    ) -> [Self; 2] {
        let (keys, cache) = (
            tickets(),
            SessionCache::in_memory(100, TicketKeys::DEFAULT_LIFETIME).unwrap(),
        );
        let by_ticket = |builder: ServerConfigBuilder| builder.tickets(keys.clone()).build();
        let by_id = |builder: ServerConfigBuilder| builder.session_cache(cache.clone()).build();
        [
            Self {
                one: by_ticket(one()).unwrap(),
                other: by_ticket(other()).unwrap(),
                copy: by_ticket(one()).unwrap(),
            },
            Self {
                one: by_id(one()).unwrap(),
                other: by_id(other()).unwrap(),
                copy: by_id(one()).unwrap(),
            },
        ]
    }
}

/// A session with one server is resumed by its copy and not by the other,
/// though both have the same keys and the same cache.
fn server_is_bound(
    client: &SslConfig,
    one: impl Fn() -> ServerConfigBuilder,
    other: impl Fn() -> ServerConfigBuilder,
) {
    for servers in Servers::all(one, other) {
        let data = connect(client, &servers.one).data();
        assert!(resume(client, &servers.copy, &data).is_resumed());
        assert!(!resume(client, &servers.other, &data).is_resumed());
        let data = connect(client, &servers.other).data();
        assert!(!resume(client, &servers.one, &data).is_resumed());
    }
}

#[test]
fn a_server_to_whether_it_asks_for_certificates() {
    let client = identify(client(), &pki().client).build().unwrap();
    let required = || server().client_auth(client_required());
    let optional = || server().client_auth(ClientAuth::Optional(Verifier::new(trust())));
    server_is_bound(&client, server, required);
    server_is_bound(&client, optional, required);
    server_is_bound(&client, server, optional);
}

#[test]
fn a_server_to_how_it_judges_them() {
    let client = identify(client(), &pki().client).build().unwrap();
    let judging = |verifier| server().client_auth(ClientAuth::Required(verifier));
    let root = Authority::root("Another Root");
    let more = TrustStore::from_pem(pki().root.pem() + &root.pem()).unwrap();
    let one = || judging(Verifier::new(trust()));
    server_is_bound(&client, one, || judging(Verifier::new(more.clone())));
    server_is_bound(&client, one, || {
        judging(Verifier::new(trust()).max_depth(0))
    });
}

#[test]
fn a_server_to_its_key() {
    let client = client().build().unwrap();
    let another = pki().root.issue(Leaf::new());
    server_is_bound(&client, server, || {
        let (chain, key) = loaded(&another);
        SslConfig::server().identity(chain, key)
    });
}

#[test]
fn a_server_to_its_suites() {
    let client = client().build().unwrap();
    let [one, two] = [
        CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        CipherSuite::EcdheEcdsaWithAes256GcmSha384,
    ];
    server_is_bound(
        &client,
        || server().cipher_suites(&[one]),
        || server().cipher_suites(&[two]),
    );
    // The suite is that of the session, even where another would be preferred by now.
    for servers in Servers::all(
        || server().cipher_suites(&[one]),
        || server().cipher_suites(&[two, one]),
    ) {
        let data = connect(&client, &servers.one).data();
        let mut again = resume(&client, &servers.other, &data);
        assert!(again.is_resumed());
        assert_eq!(again.client.cipher_suite(), one);
        again.exchange();
    }
}

#[test]
fn a_server_to_the_protocol() {
    let client = client().alpn(["one", "two"]).build().unwrap();
    server_is_bound(
        &client,
        || server().alpn(["one"]),
        || server().alpn(["two"]),
    );
    server_is_bound(&client, || server().alpn(["one"]), server);
    for servers in Servers::all(|| server().alpn(["one"]), || server().alpn(["one", "two"])) {
        let data = connect(&client, &servers.one).data();
        let again = resume(&client, &servers.other, &data);
        assert!(again.is_resumed(), "it is the same protocol");
        assert_eq!(again.server.alpn(), Some(&b"one"[..]));
        assert_eq!(again.client.alpn(), Some(&b"one"[..]));
    }
}

#[test]
fn a_renewed_certificate_for_the_same_key_ends_no_session() {
    let pki = pki();
    let renewed = pki.root.issue_for_key(Leaf::new(), &pki.server.key_pem);
    assert_ne!(renewed.chain_pem, pki.server.chain_pem);
    let client = client().build().unwrap();
    let keys = tickets();
    let before = server().tickets(keys.clone()).build().unwrap();
    let (chain, key) = loaded(&renewed);
    let after = SslConfig::server().identity(chain, key).tickets(keys);
    let data = connect(&client, &before).data();
    assert!(resume(&client, &after.build().unwrap(), &data).is_resumed());
}

#[test]
fn a_client_is_not_taken_for_another() {
    let server = server()
        .client_auth(client_required())
        .tickets(tickets())
        .build()
        .unwrap();
    let pki = pki();
    let one = identify(client(), &pki.client).build().unwrap();
    let other = identify(client(), &pki.other_client).build().unwrap();
    let sessions = ClientSessions::new(10);
    for _ in 0..2 {
        for (config, identity) in [(&one, &pki.client), (&other, &pki.other_client)] {
            let handshake = begin_client(config, HOST).remember(&sessions);
            let pair = run(handshake, &server).unwrap();
            assert_eq!(pair.server.peer_certificates(), identity.chain());
        }
    }
    assert_eq!(sessions.len(), 2);
}

#[test]
fn both_sides_to_their_revocation_lists() {
    const SERIAL: u64 = 77;
    let pki = pki();
    let list = |serials: &[u64]| Crl::from_pem(pki.root.revocation_list(serials)).unwrap();
    let (one, two) = (list(&[1]), list(&[1, 2]));
    client_is_bound(client, client().crl(one.clone()));
    client_is_bound(|| client().crl(one.clone()), client().crl(two));

    // A client that was revoked since its full handshake.
    let leaf = Leaf::for_host("client").serial(SERIAL);
    let revoked = pki
        .root
        .issue(leaf.extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth));
    let client = identify(client(), &revoked).build().unwrap();
    let keys = tickets();
    let judging = |list: &Crl| {
        let verifier = Verifier::new(trust()).with_crls([list.clone()]);
        server()
            .client_auth(ClientAuth::Required(verifier))
            .tickets(keys.clone())
            .build()
            .unwrap()
    };
    let data = connect(&client, &judging(&one)).data();
    assert!(resume(&client, &judging(&one), &data).is_resumed());
    let mut handshake = begin_client(&client, HOST);
    assert!(handshake.resume(&data));
    let failed = run(handshake, &judging(&list(&[1, SERIAL]))).err().unwrap();
    assert!(
        matches!(failed.server, Some(Error::Verify(_))),
        "{failed:?}"
    );
}

#[test]
fn what_was_merely_tolerated_is_not_kept() {
    let stranger = Leaf::new()
        .extended_key_usage(ExtendedKeyUsagePurpose::ServerAuth)
        .self_signed();
    let (chain, key) = loaded(&stranger);
    let server = SslConfig::server()
        .identity(chain, key)
        .tickets(tickets())
        .build()
        .unwrap();
    let client = client().danger_verification_optional().build().unwrap();
    let pair = connect(&client, &server);
    assert!(!pair.client.verify_result().is_verified());
    assert!(pair.client.resumption_data().is_none());
}

#[test]
fn a_certificate_that_expires_ends_its_sessions() {
    // Good when it is judged, at a time that the verifier is told; and that is all that counts then.
    let old = pki().root.issue(Leaf::new().valid(2020, 2021));
    let (chain, key) = loaded(&old);
    let server = SslConfig::server()
        .identity(chain, key)
        .tickets(tickets())
        .build()
        .unwrap();
    let then = UnixTime::since_unix_epoch(Duration::from_secs(1_590_000_000));
    let verifier = Verifier::new(trust()).verification_time(then);
    let client = SslConfig::client().verifier(verifier).build().unwrap();
    assert!(resume(&client, &server, &connect(&client, &server).data()).is_resumed());

    // Expired, and accepted all the same by a function, which must be asked each time.
    let verifier = Verifier::new(trust()).danger_accept_if(|_| true);
    let client = SslConfig::client().verifier(verifier).build().unwrap();
    let pair = connect(&client, &server);
    assert!(pair.client.verify_result().is_verified());
    let data = pair.data();
    assert!(data.is_expired());
    assert!(!begin_client(&client, HOST).resume(&data));
}
