//! The feature `log`: what is told, what is never told, and a logger that
//! panics.

#![cfg(feature = "full")]
#![cfg(feature = "log")]

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use embertls::ssl::PskTable;
use embertls::{
    Certificate, Error, Handshake, MemoryTransport, PreSharedKey, PrivateKey, Server, ServerName,
    SslConfig, SslSession, TicketKeys, TrustStore,
};
use log::{LevelFilter, Log, Metadata, Record};

const SECRET: &str = "pLaInTeXt Of ThE sEsSiOn";

struct Collector;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static PANIC: AtomicBool = AtomicBool::new(false);

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if record.target() == "embertls::engine" && PANIC.load(Ordering::Relaxed) {
            panic!("the logger is broken");
        }
        let line = format!("{} {}", record.target(), record.args());
        LINES.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

/// One test, since a process has one logger.
#[test]
fn lines_hold_no_secret_and_a_panicking_logger_is_heard() {
    log::set_logger(&Collector).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let made = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
    let certificate = Certificate::from_der(made.cert.der()).unwrap();
    let key = PrivateKey::from_der(made.signing_key.serialized_der()).unwrap();
    let server = SslConfig::server()
        .identity([certificate], key)
        .build()
        .unwrap();
    let trust = TrustStore::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = SslConfig::client().trust_store(trust).build().unwrap();
    let start = || {
        let name = ServerName::try_from("localhost").unwrap();
        (
            Handshake::client(&client, name, MemoryTransport::new()).unwrap(),
            Handshake::server(&server, MemoryTransport::new()).unwrap(),
        )
    };

    let (mut ours, mut theirs) = start();
    while !(ours.is_complete() && theirs.is_complete()) {
        advance(&mut ours, &mut theirs);
        advance(&mut theirs, &mut ours);
    }
    let (mut ours, mut theirs) = (ours.into_session().unwrap(), theirs.into_session().unwrap());
    ours.write_all(SECRET.as_bytes()).unwrap();
    let sent = ours.get_mut().take_outgoing();
    theirs.get_mut().push_incoming(&sent);
    let mut got = vec![0; SECRET.len()];
    theirs.read_exact(&mut got).unwrap();
    assert_eq!(got, SECRET.as_bytes());

    let lines = std::mem::take(&mut *LINES.lock().unwrap());
    let has = |text: &str| lines.iter().any(|line| line.contains(text));
    assert!(has("embertls::engine"), "the engine's lines come through");
    assert!(has("handshake with localhost: "), "{lines:#?}");
    assert_absent(&lines, SECRET.as_bytes());
    sessions_that_are_resumed_or_have_a_key();

    let (mut ours, _) = start();
    PANIC.store(true, Ordering::Relaxed);
    let panic = catch_unwind(AssertUnwindSafe(|| ours.advance())).unwrap_err();
    PANIC.store(false, Ordering::Relaxed);
    assert_eq!(panic.downcast_ref(), Some(&"the logger is broken"));
    let dead = ours.advance().unwrap_err();
    assert!(matches!(dead, Error::Closed { .. }), "{dead}");
}

/// Master secrets, ticket keys and pre-shared keys.
fn sessions_that_are_resumed_or_have_a_key() {
    const TICKET_KEY: [u8; 32] = *b"ThE tIcKeT kEy Of ThEsE sEsSiOnS";
    const PSK: [u8; 32] = *b"ThE kEy ThAt ThEsE sEsSiOnS hAvE";
    let made = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
    let certificate = Certificate::from_der(made.cert.der()).unwrap();
    let key = PrivateKey::from_der(made.signing_key.serialized_der()).unwrap();
    let keys = TicketKeys::supplied(TicketKeys::DEFAULT_LIFETIME, &TICKET_KEY, &[]).unwrap();
    let builder = SslConfig::server().identity([certificate], key);
    let server = builder.tickets(keys).build().unwrap();
    let trust = TrustStore::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = SslConfig::client().trust_store(trust).build().unwrap();
    let with_psk = |key: [u8; 32]| {
        let key = || PreSharedKey::new(key).unwrap();
        let client = SslConfig::client().pre_shared_key("kitchen", key());
        let keys = PskTable::new().with("kitchen", key());
        let server = SslConfig::server().pre_shared_keys(keys);
        (client.build().unwrap(), server.build().unwrap())
    };
    let begin = |client: &SslConfig| {
        let name = ServerName::try_from("localhost").unwrap();
        Handshake::client(client, name, MemoryTransport::new()).unwrap()
    };

    let first = meet(begin(&client), &server).unwrap();
    let mut again = begin(&client);
    assert!(again.resume(&first.resumption_data().unwrap()));
    let resumed = meet(again, &server).unwrap();
    assert!(resumed.is_resumed());
    let (client, server) = with_psk(PSK);
    let keyed = meet(begin(&client), &server).unwrap();
    let (_, other) = with_psk([7; 32]);
    assert!(meet(begin(&client), &other).is_none(), "the keys differ");

    let lines = std::mem::take(&mut *LINES.lock().unwrap());
    assert!(lines.iter().any(|line| line.contains("resumed")));
    for session in [&first, &resumed, &keyed] {
        let line = session.danger_key_log_line().unwrap();
        let (_, master) = line.rsplit_once(' ').unwrap();
        let digits: Vec<_> = master.chars().collect();
        let bytes = digits.chunks(2).map(|pair| {
            let pair = String::from_iter(pair);
            u8::from_str_radix(&pair, 16).unwrap()
        });
        assert_absent(&lines, &Vec::from_iter(bytes));
    }
    assert_absent(&lines, &TICKET_KEY);
    assert_absent(&lines, &PSK);
}

/// No eight bytes of a secret, as text, in hexadecimal digits, in base64 or in
/// decimal numbers.
fn assert_absent(lines: &[String], secret: &[u8]) {
    use base64ct::{Base64, Encoding};

    let written = |piece: &[u8], separator: &str, upper: bool| {
        let bytes = piece.iter().map(|byte| match upper {
            true => format!("{byte:02X}"),
            false => format!("{byte:02x}"),
        });
        Vec::from_iter(bytes).join(separator)
    };
    for piece in secret.windows(8) {
        let decimal: Vec<_> = piece.iter().map(u8::to_string).collect();
        let mut forms = vec![
            String::from_utf8_lossy(piece).into_owned(),
            decimal.join(", "),
            Base64::encode_string(&piece[..6]),
        ];
        for separator in ["", " ", ":", ", "] {
            forms.push(written(piece, separator, false));
            forms.push(written(piece, separator, true));
        }
        for form in forms {
            let found = lines.iter().find(|line| line.contains(&form));
            assert_eq!(found, None, "it shows {form}");
        }
    }
}

/// The client's session; `None` where the handshake fails.
fn meet(
    mut client: Handshake<MemoryTransport>,
    server: &SslConfig<Server>,
) -> Option<SslSession<MemoryTransport>> {
    let mut server = Handshake::server(server, MemoryTransport::new()).unwrap();
    while !(client.is_complete() && server.is_complete()) {
        for one in [&mut client, &mut server] {
            match one.advance() {
                Ok(()) | Err(Error::WouldBlock) => {}
                Err(_) => return None,
            }
        }
        let (sent, answered) = (
            client.get_mut().take_outgoing(),
            server.get_mut().take_outgoing(),
        );
        server.get_mut().push_incoming(&sent);
        client.get_mut().push_incoming(&answered);
    }
    client.into_session().ok()
}

fn advance(one: &mut Handshake<MemoryTransport>, other: &mut Handshake<MemoryTransport>) {
    match one.advance() {
        Ok(()) | Err(Error::WouldBlock) => {}
        Err(error) => panic!("{error}"),
    }
    let sent = one.get_mut().take_outgoing();
    other.get_mut().push_incoming(&sent);
}
