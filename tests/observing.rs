//! What can be seen of handshakes from outside: counters, and spans of
//! `tracing`.

#![cfg(feature = "full")]
#![cfg(all(feature = "testing", feature = "tracing"))]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard};

use embertls::ssl::HandshakeCounts;
use embertls::testing::{Authority, End, connected, wire};
use embertls::{Error, Handshake, Server, ServerName, SslConfig, TicketKeys};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Whether a place in the code is of interest is decided once, when it is first
/// met: not while the subscriber of the other test comes or goes.
static IN_TURN: Mutex<()> = Mutex::new(());

fn in_turn() -> MutexGuard<'static, ()> {
    IN_TURN
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn configs() -> (SslConfig, SslConfig<Server>) {
    let authority = Authority::new();
    let client = authority.client().alpn(["h2"]).build().unwrap();
    let server = authority.server("localhost").alpn(["h2"]).build().unwrap();
    (client, server)
}

/// Both sides as far as they come: the errors of client and server.
fn fail(
    client: &SslConfig,
    server: &SslConfig<Server>,
    name: &str,
) -> (Option<Error>, Option<Error>) {
    let (one, other) = wire();
    let name = ServerName::try_from(name).unwrap();
    let mut client = Handshake::client(client, name, one).unwrap();
    let mut server = Handshake::server(server, other).unwrap();
    let step = |handshake: &mut Handshake<End>, outcome: &mut Option<Error>| {
        if outcome.is_none() && !handshake.is_complete() {
            match handshake.advance() {
                Ok(()) | Err(Error::WouldBlock) => {}
                Err(error) => *outcome = Some(error),
            }
        }
    };
    let mut errors = (None, None);
    for _ in 0..10 {
        step(&mut client, &mut errors.0);
        step(&mut server, &mut errors.1);
    }
    errors
}

#[test]
fn handshakes_are_counted_by_how_they_ended() {
    let _turn = in_turn();
    let (client, server) = configs();
    let counts = |config: &SslConfig| {
        let HandshakeCounts {
            begun,
            completed,
            failed_transport,
            failed_certificate,
            refused_by_us,
            refused_by_peer,
            failed_otherwise,
            ..
        } = config.handshakes();
        let failed = [
            failed_transport,
            failed_certificate,
            refused_by_us,
            refused_by_peer,
            failed_otherwise,
        ];
        (begun, completed, failed)
    };
    assert_eq!(counts(&client), (0, 0, [0; 5]));

    connected(&client, &server, "localhost").unwrap();
    assert_eq!(counts(&client), (1, 1, [0; 5]));
    assert_eq!(server.handshakes().completed, 1);

    // A name that the certificate does not have: the client refuses, the server hears of it.
    let (ours, theirs) = fail(&client, &server, "other.example");
    assert!(matches!(ours, Some(Error::Verify(_))), "{ours:?}");
    assert!(matches!(theirs, Some(Error::Handshake(_))), "{theirs:?}");
    assert_eq!(counts(&client), (2, 1, [0, 1, 0, 0, 0]));
    assert_eq!(server.handshakes().refused_by_peer, 1);

    // No protocol in common: the server refuses.
    let authority = Authority::new();
    let other = authority
        .server("localhost")
        .alpn(["http/1.1"])
        .build()
        .unwrap();
    fail(&client, &other, "localhost");
    assert_eq!(other.handshakes().refused_by_us, 1);
    assert_eq!(counts(&client), (3, 1, [0, 1, 0, 1, 0]));

    // The peer leaves.
    let (one, other) = wire();
    drop(other);
    let name = ServerName::try_from("localhost").unwrap();
    let mut handshake = Handshake::client(&client, name.clone(), one).unwrap();
    assert!(matches!(handshake.advance(), Err(Error::Io { .. })));
    assert_eq!(counts(&client), (4, 1, [1, 1, 0, 1, 0]));
    assert_eq!(client.handshakes().failed(), 3);

    // Given up; and one that never began.
    let (one, _other) = wire();
    let mut handshake = Handshake::client(&client, name.clone(), one).unwrap();
    assert!(matches!(handshake.advance(), Err(Error::WouldBlock)));
    drop(handshake);
    drop(Handshake::client(&client, name, wire().0).unwrap());
    assert_eq!(counts(&client.clone()), (5, 1, [1, 1, 0, 1, 0]));
}

/// Keeps the fields of all spans, and the texts of all events with the span
/// in which they happened.
#[derive(Default)]
struct Seen {
    spans: Vec<BTreeMap<String, String>>,
    events: Vec<(Option<u64>, String)>,
    entered: Vec<u64>,
}

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Seen>>);

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().into(), format!("{value:?}"));
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("embertls")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut seen = self.0.lock().unwrap();
        let mut fields = BTreeMap::new();
        fields.insert("name".into(), attributes.metadata().name().into());
        attributes.record(&mut Fields(&mut fields));
        seen.spans.push(fields);
        Id::from_u64(seen.spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut seen = self.0.lock().unwrap();
        values.record(&mut Fields(&mut seen.spans[span.into_u64() as usize - 1]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        let mut seen = self.0.lock().unwrap();
        let place = seen.entered.last().copied();
        seen.events
            .push((place, fields.remove("message").unwrap_or_default()));
    }

    fn enter(&self, span: &Id) {
        self.0.lock().unwrap().entered.push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        let left = self.0.lock().unwrap().entered.pop();
        assert_eq!(left, Some(span.into_u64()));
    }
}

#[test]
fn resumptions_are_counted() {
    let _turn = in_turn();
    let authority = Authority::new();
    let client = authority.client().build().unwrap();
    let server = authority
        .server("localhost")
        .tickets(TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME).unwrap())
        .build()
        .unwrap();
    let connector = embertls::Connector::new(client.clone());
    for round in 0..3 {
        let (mut ours, mut theirs) = wire();
        for end in [&mut ours, &mut theirs] {
            end.set_patience(Some(std::time::Duration::from_secs(60)));
        }
        let server = server.clone();
        let serving = std::thread::spawn(move || {
            let session = Handshake::server(&server, theirs)?.complete()?;
            Ok::<_, Error>(session.is_resumed())
        });
        let name = ServerName::try_from("localhost").unwrap();
        let session = connector.handshake(name, ours).unwrap();
        assert_eq!(session.is_resumed(), round > 0);
        assert_eq!(serving.join().unwrap().unwrap(), round > 0);
    }
    for counts in [client.handshakes(), server.handshakes()] {
        assert_eq!((counts.begun, counts.completed, counts.resumed), (3, 3, 2));
    }
}

#[test]
fn a_handshake_is_a_span() {
    let _turn = in_turn();
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || {
        let (client, server) = configs();
        connected(&client, &server, "localhost").unwrap();
        fail(&client, &server, "other.example");
    });
    let seen = collector.0.lock().unwrap();
    let [client, server, refusing, refused] = &seen.spans[..] else {
        panic!("{:#?}", seen.spans);
    };
    for (span, role, peer, verification) in [
        (client, "client", "localhost", "verified"),
        (server, "server", "the client", "not judged"),
    ] {
        assert_eq!(span["name"], "tls_handshake");
        assert_eq!(span["role"], role);
        assert_eq!(span["peer"], peer);
        assert_eq!(span["version"], "TLSv1.2");
        assert!(
            span["cipher_suite"].starts_with("TLS_ECDHE_ECDSA_"),
            "{span:?}"
        );
        assert_eq!(span["alpn"], "h2");
        assert_eq!(span["resumed"], "false");
        assert_eq!(span["verification"], verification);
        assert!(span["duration_ms"].parse::<f64>().unwrap() > 0.0);
        assert!(!span.contains_key("error"));
    }
    assert_eq!(refusing["peer"], "other.example");
    assert_eq!(refusing["verification"], "refused");
    assert!(
        refusing["error"].contains("BADCERT_CN_MISMATCH"),
        "{refusing:?}"
    );
    assert!(refused["error"].contains("bad_certificate"), "{refused:?}");

    let told = |place, text: &str| {
        let mut events = seen.events.iter();
        events.any(|(span, event)| *span == Some(place) && event.contains(text))
    };
    assert!(told(1, "handshake with localhost: "), "{:#?}", seen.events);
    assert!(told(2, "handshake with the client: "));
    assert!(told(3, "handshake with other.example failed"));
    assert!(seen.entered.is_empty());
}
