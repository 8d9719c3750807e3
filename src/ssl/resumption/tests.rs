//! Sessions of our own client and server with tickets and entries that only
//! somebody else would make, at times that only a clock knows.

use std::sync::OnceLock;
use std::time::Duration;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls_pki_types::CertificateDer;

use super::clock::test::{advance, during, stopped, unknown};
use super::*;
use crate::ssl::config::{ClientConfigBuilder, ServerConfigBuilder};
use crate::{
    Alert, Certificate, CipherSuite, Crl, Error, Handshake, MemoryTransport, PrivateKey, Server,
    ServerName, SslConfig, SslSession, TrustStore, Verifier,
};

const HOST: &str = "server.example";
const LIFETIME: Duration = Duration::from_secs(1000);
const SUITE: CipherSuite = CipherSuite::EcdheEcdsaWithAes128GcmSha256;

/// A root, the server that it vouches for, and its revocation list, due in a
/// quarter of the lifetime.
struct Pki {
    /// In seconds since 1970.
    made_at: u64,
    root: Vec<u8>,
    leaf: CertificateDer<'static>,
    /// Expires in half a lifetime.
    short_lived: CertificateDer<'static>,
    key: Vec<u8>,
    list: Vec<u8>,
}

fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| {
        let made_at = time::OffsetDateTime::now_utc();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.key_usages = vec![
            rcgen::KeyUsagePurpose::KeyCertSign,
            rcgen::KeyUsagePurpose::CrlSign,
        ];
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().der().to_vec();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![HOST.into()]).unwrap();
        let leaf = params.signed_by(&key, &issuer).unwrap().der().clone();
        params.not_after = made_at + LIFETIME / 2;
        let short_lived = params.signed_by(&key, &issuer).unwrap().der().clone();
        let list = rcgen::CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2022, 1, 1),
            next_update: made_at + LIFETIME / 4,
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        Pki {
            made_at: made_at.unix_timestamp().unsigned_abs(),
            root,
            leaf,
            short_lived,
            key: key.serialize_der(),
            list: list.signed_by(&issuer).unwrap().der().to_vec(),
        }
    })
}

fn client() -> ClientConfigBuilder {
    SslConfig::client()
        .trust_store(TrustStore::from_der(&pki().root).unwrap())
        .cipher_suites(&[SUITE])
}

fn server() -> ServerConfigBuilder {
    server_with(&pki().leaf)
}

fn server_with(leaf: &CertificateDer<'_>) -> ServerConfigBuilder {
    let leaf = Certificate::try_from(leaf).unwrap();
    SslConfig::server().identity([leaf], PrivateKey::from_der(&pki().key).unwrap())
}

type Session = SslSession<MemoryTransport>;

fn begin(client: &SslConfig) -> Handshake<MemoryTransport> {
    let name = ServerName::try_from(HOST).unwrap();
    Handshake::client(client, name, MemoryTransport::new()).unwrap()
}

fn run(
    mut client: Handshake<MemoryTransport>,
    server: &SslConfig<Server>,
) -> Result<(Session, Session), Error> {
    let mut server = Handshake::server(server, MemoryTransport::new()).unwrap();
    for _ in 0..8 {
        step(&mut client, &mut server)?;
        step(&mut server, &mut client)?;
    }
    Ok((
        client.into_session().unwrap(),
        server.into_session().unwrap(),
    ))
}

fn step(
    one: &mut Handshake<MemoryTransport>,
    other: &mut Handshake<MemoryTransport>,
) -> Result<(), Error> {
    if !one.is_complete() {
        match one.advance() {
            Ok(()) | Err(Error::WouldBlock) => {}
            Err(error) => return Err(error),
        }
    }
    other
        .get_mut()
        .push_incoming(&one.get_mut().take_outgoing());
    Ok(())
}

/// Whether a client that brings this is resumed; both sides must agree, and
/// the handshake succeed either way.
fn is_resumed(client: &SslConfig, server: &SslConfig<Server>, data: &ResumptionData) -> bool {
    let mut handshake = begin(client);
    assert!(handshake.resume(data));
    let (ours, theirs) = run(handshake, server).unwrap();
    assert_eq!(ours.is_resumed(), theirs.is_resumed());
    ours.is_resumed()
}

/// The same session by another handle.
fn with_handle(data: &ResumptionData, handle: Handle) -> ResumptionData {
    ResumptionData::new(data.state().clone(), handle, u64::MAX).unwrap()
}

fn with_ticket(data: &ResumptionData, ticket: &[u8]) -> ResumptionData {
    with_handle(data, Handle::Ticket(ticket.into()))
}

fn ticket_of(data: &ResumptionData) -> Vec<u8> {
    match data.handle() {
        Handle::Ticket(ticket) => ticket.to_vec(),
        Handle::Id(_) => panic!("no ticket"),
    }
}

struct Scene {
    keys: TicketKeys,
    server: SslConfig<Server>,
    client: SslConfig,
    data: ResumptionData,
}

impl Scene {
    fn new() -> Self {
        Self::with(client(), server())
    }

    fn with(client: ClientConfigBuilder, server: ServerConfigBuilder) -> Self {
        let keys = TicketKeys::rotating(LIFETIME).unwrap();
        let server = server.tickets(keys.clone()).build().unwrap();
        let client = client.build().unwrap();
        let (ours, _) = run(begin(&client), &server).unwrap();
        Self {
            data: ours.resumption_data().unwrap(),
            keys,
            server,
            client,
        }
    }

    fn resumes(&self, ticket: &[u8]) -> bool {
        is_resumed(&self.client, &self.server, &with_ticket(&self.data, ticket))
    }

    /// What the server's ticket holds.
    fn state(&self) -> SessionState {
        let ticket = ticket_of(&self.data);
        let opened = self.keys.open(Purpose::Ticket, b"", &ticket).unwrap();
        SessionState::decode(&opened.text).unwrap()
    }

    /// A ticket with something else inside.
    fn sealed(&self, change: impl FnOnce(&mut SessionState)) -> Vec<u8> {
        let mut state = self.state();
        change(&mut state);
        self.keys
            .seal(Purpose::Ticket, b"", &state.encode())
            .unwrap()
    }
}

#[test]
fn tickets_that_are_damaged_or_not_ours_lead_to_a_full_handshake() {
    let scene = Scene::new();
    let ticket = ticket_of(&scene.data);
    assert!(scene.resumes(&ticket));
    for at in [0, 1, 16, 17, 40, 41, ticket.len() / 2, ticket.len() - 1] {
        let mut changed = ticket.clone();
        changed[at] ^= 1;
        assert!(!scene.resumes(&changed), "byte {at}");
    }
    for len in [1, 16, 41, 56, 57, ticket.len() - 1] {
        assert!(!scene.resumes(&ticket[..len]), "{len} bytes");
    }
    assert!(!scene.resumes(&[&ticket[..], &[0]].concat()));
    assert!(!scene.resumes(&[0; 8192]));

    let others = TicketKeys::rotating(LIFETIME).unwrap();
    let inside = scene.state().encode();
    let foreign = others.seal(Purpose::Ticket, b"", &inside).unwrap();
    assert!(!scene.resumes(&foreign), "of another key");
    let cached = scene.keys.seal(Purpose::Cache, b"", &inside).unwrap();
    assert!(!scene.resumes(&cached), "an entry of a cache");
    let saved = scene.data.seal(&scene.keys).unwrap();
    assert!(!scene.resumes(&saved), "a saved session");
    let mut newer = inside.to_vec();
    newer[0] = 2;
    let newer = scene.keys.seal(Purpose::Ticket, b"", &newer).unwrap();
    assert!(!scene.resumes(&newer), "of another version");
    let mut without = inside.to_vec();
    without[1] = 0;
    let without = scene.keys.seal(Purpose::Ticket, b"", &without).unwrap();
    assert!(!scene.resumes(&without), "without extended master secret");
}

#[test]
fn all_that_a_ticket_is_bound_to_is_compared() {
    let scene = Scene::new();
    assert!(scene.resumes(&scene.sealed(|_| {})));
    type Change = (&'static str, fn(&mut SessionState));
    let changes: [Change; 10] = [
        ("no name", |state| state.server_name = None),
        ("another name", |state| {
            state.server_name = Some("other.example".into());
        }),
        ("a protocol", |state| state.alpn = Some(b"h2".to_vec())),
        ("another configuration", |state| state.binding[31] ^= 1),
        ("a suite that is not offered", |state| {
            state.cipher_suite = 0xc02c;
        }),
        ("a suite that is unknown", |state| state.cipher_suite = 5),
        ("a fragment length", |state| state.max_fragment = 1),
        ("a client's certificate", |state| {
            state.peer_chain = vec![pki().leaf.clone()];
        }),
        ("from the future", |state| state.authenticated_at += 500),
        ("not valid any more", |state| {
            state.valid_until = now().unwrap()
        }),
    ];
    for (what, change) in changes {
        assert!(!scene.resumes(&scene.sealed(change)), "{what}");
    }
}

#[test]
fn a_ticket_with_another_secret_fails_in_finished() {
    let scene = Scene::new();
    let ticket = scene.sealed(|state| state.master[0] ^= 1);
    let mut handshake = begin(&scene.client);
    assert!(handshake.resume(&with_ticket(&scene.data, &ticket)));
    let Err(Error::Handshake(failure)) = run(handshake, &scene.server) else {
        panic!("the keys differ");
    };
    assert_eq!(failure.alert_sent, Some(Alert::BadRecordMac));
}

#[test]
fn a_ticket_lasts_as_long_as_it_says() {
    let _clock = stopped();
    let scene = Scene::new();
    let ticket = ticket_of(&scene.data);
    advance(999);
    assert!(scene.resumes(&ticket));
    advance(1);
    assert!(scene.data.is_expired(), "the client knows it, too");
    assert!(!scene.resumes(&ticket), "but who tells the client");
}

#[test]
fn a_renewed_ticket_lasts_no_longer() {
    let _clock = stopped();
    let scene = Scene::new();
    advance(600);
    scene.keys.rotate().unwrap();
    let mut handshake = begin(&scene.client);
    assert!(handshake.resume(&scene.data));
    let (ours, _) = run(handshake, &scene.server).unwrap();
    assert!(ours.is_resumed());
    let renewed = ours.resumption_data().unwrap();
    let (old, new) = (ticket_of(&scene.data), ticket_of(&renewed));
    assert_ne!(old[..17], new[..17], "sealed with the new key");
    assert!(is_resumed(&scene.client, &scene.server, &renewed));
    advance(399);
    assert!(is_resumed(&scene.client, &scene.server, &renewed));
    advance(1);
    assert!(renewed.is_expired());
    assert!(!scene.resumes(&new));
}

#[test]
fn a_session_that_goes_on_with_the_same_key_keeps_its_ticket() {
    let scene = Scene::new();
    let mut handshake = begin(&scene.client);
    assert!(handshake.resume(&scene.data));
    let (ours, _) = run(handshake, &scene.server).unwrap();
    let again = ours.resumption_data().unwrap();
    assert_eq!(ticket_of(&again), ticket_of(&scene.data));
}

#[test]
fn a_client_offers_no_session_whose_certificate_has_expired_or_whose_list_is_due() {
    during(pki().made_at, || {
        let scene = Scene::with(client(), server_with(&pki().short_lived));
        advance(499);
        assert!(is_resumed(&scene.client, &scene.server, &scene.data));
        advance(1);
        assert!(scene.data.is_expired(), "the certificate has");

        let verifier = Verifier::new(TrustStore::from_der(&pki().root).unwrap());
        let verifier = verifier.with_crls([Crl::from_der(&pki().list).unwrap()]);
        advance(-500);
        let builder = SslConfig::client().verifier(verifier);
        let scene = Scene::with(builder.cipher_suites(&[SUITE]), server());
        advance(249);
        assert!(is_resumed(&scene.client, &scene.server, &scene.data));
        advance(1);
        assert!(scene.data.is_expired(), "the list is due");
    });
}

#[test]
fn where_nobody_knows_the_time_nothing_is_kept_or_resumed() {
    let scene = Scene::new();
    let cache = SessionCache::in_memory(10, LIFETIME).unwrap();
    let with_cache = server().session_cache(cache).build().unwrap();
    let (ours, _) = run(begin(&scene.client), &with_cache).unwrap();
    let by_id = ours.resumption_data().unwrap();
    for (server, data) in [(&scene.server, &scene.data), (&with_cache, &by_id)] {
        let mut handshake = begin(&scene.client);
        assert!(handshake.resume(data));
        let clock = unknown();
        let (ours, theirs) = run(handshake, server).unwrap();
        assert!(!ours.is_resumed() && !theirs.is_resumed());
        assert!(data.is_expired() && !begin(&scene.client).resume(data));
        drop(clock);
        assert!(ours.resumption_data().is_none(), "neither ticket nor id");
        assert!(is_resumed(&scene.client, server, data), "it is there still");
    }
}

#[test]
fn unknown_session_ids_of_any_length_lead_to_a_full_handshake() {
    let cache = SessionCache::in_memory(10, LIFETIME).unwrap();
    let server = server().session_cache(cache.clone()).build().unwrap();
    let client = client().build().unwrap();
    let (ours, _) = run(begin(&client), &server).unwrap();
    let data = ours.resumption_data().unwrap();
    assert!(is_resumed(&client, &server, &data));
    for len in 16..=32 {
        let unknown = with_handle(&data, Handle::Id(vec![7; len].into()));
        assert!(!is_resumed(&client, &server, &unknown), "{len} bytes");
    }
    // With a ticket, the id beside it is none (RFC 5077, 3.4).
    let both = with_ticket(&data, b"no ticket of this server");
    assert!(!is_resumed(&client, &server, &both));
}

#[test]
fn the_hint_of_a_server_is_kept_and_a_day_is_the_most() {
    let scene = Scene::new();
    assert_eq!(scene.data.end(), scene.data.state().end(1000));
    let forever = with_ticket(&scene.data, &ticket_of(&scene.data));
    assert!(forever.end() <= now().unwrap() + MAX_LIFETIME);
}
