//! The feature `log`: what is told, what is never told, and a logger that
//! panics.

#![cfg(feature = "log")]

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use embertls::{
    Certificate, Error, Handshake, MemoryTransport, PrivateKey, ServerName, SslConfig, TrustStore,
};
use log::{LevelFilter, Log, Metadata, Record};

const SECRET: &str = "the plaintext of the session";

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
    let hex: Vec<String> = SECRET.bytes().take(8).map(|b| format!("{b:02x}")).collect();
    assert!(!has(SECRET) && !has(&hex.join(" ")) && !has(&hex.concat()));

    let (mut ours, _) = start();
    PANIC.store(true, Ordering::Relaxed);
    let panic = catch_unwind(AssertUnwindSafe(|| ours.advance())).unwrap_err();
    PANIC.store(false, Ordering::Relaxed);
    assert_eq!(panic.downcast_ref(), Some(&"the logger is broken"));
    let dead = ours.advance().unwrap_err();
    assert!(matches!(dead, Error::Closed { .. }), "{dead}");
}

fn advance(one: &mut Handshake<MemoryTransport>, other: &mut Handshake<MemoryTransport>) {
    match one.advance() {
        Ok(()) | Err(Error::WouldBlock) => {}
        Err(error) => panic!("{error}"),
    }
    let sent = one.get_mut().take_outgoing();
    other.get_mut().push_incoming(&sent);
}
