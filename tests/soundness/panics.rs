//! A transport that panics: the panic comes out unchanged, and the session is
//! over.

use std::any::Any;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use embertls::{Acceptor, Error};

use crate::pair::{Handshakes, Pair, Session, assert_dead, pending, send};
use crate::wire::{Act, Call, wire};

const MESSAGE: &str = "the transport's own words";

/// Runs `call`, which must panic with the transport's payload.
fn panics<R>(call: impl FnOnce() -> R) {
    let payload = quietly(|| catch_unwind(AssertUnwindSafe(call)).err());
    let payload = payload.expect("a panic");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&MESSAGE));
}

/// Without the panic's own message on standard error.
fn quietly<R>(call: impl FnOnce() -> R) -> R {
    static HOOK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let turn = HOOK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(call));
    std::panic::set_hook(usual);
    drop(turn);
    result.unwrap_or_else(|payload: Box<dyn Any + Send>| resume_unwind(payload))
}

#[test]
fn in_every_call_of_a_handshake() {
    for call in [Call::Read, Call::Write, Call::Flush] {
        for before in 0.. {
            let mut acts = vec![Act::Serve; before];
            acts.push(Act::Panic(MESSAGE));
            let mut pair = Handshakes::new();
            pair.client_end.next(call, &acts);
            let payload = loop {
                let result =
                    quietly(|| catch_unwind(AssertUnwindSafe(|| pending(pair.client.advance()))));
                let client = match result {
                    Ok(result) => result.unwrap(),
                    Err(payload) => break Some(payload),
                };
                if !pending(pair.server.advance()).unwrap() && !client {
                    break None;
                }
            };
            let Some(payload) = payload else {
                assert!(before > 0, "{call:?} was called");
                break;
            };
            assert_eq!(payload.downcast_ref::<&str>(), Some(&MESSAGE));
            let calls = pair.client_end.calls(call);
            for _ in 0..2 {
                assert!(matches!(pair.client.advance(), Err(Error::Closed { .. })));
            }
            assert_eq!(pair.client_end.calls(call), calls, "not called again");
            assert!(pair.client.into_session().is_err());
        }
    }
}

#[test]
fn while_the_client_hello_is_read() {
    let (_, end) = wire();
    end.next(Call::Read, &[Act::Panic(MESSAGE)]);
    let mut acceptor = Acceptor::new(end.clone());
    panics(|| acceptor.advance());
    let calls = end.calls(Call::Read);
    assert!(matches!(acceptor.advance(), Err(Error::Closed { .. })));
    assert_eq!(end.calls(Call::Read), calls, "not called again");
}

#[test]
fn in_every_call_of_a_session() {
    type Use = fn(&mut Session);
    let uses: [(Call, Use); 6] = [
        (Call::Read, |session| drop(session.read(&mut [0; 8]))),
        (Call::Write, |session| drop(session.write(b"data"))),
        (Call::Write, |session| drop(session.close())),
        (Call::Flush, |session| drop(session.flush())),
        (Call::Flush, |session| drop(session.close())),
        (Call::Write, |session| {
            // What is pending goes first.
            drop(session.write(b"data"));
            drop(session.flush());
        }),
    ];
    for (call, use_session) in uses {
        let mut pair = Pair::new();
        pair.client_end.next(call, &[Act::Panic(MESSAGE)]);
        panics(|| use_session(&mut pair.client));
        let calls = pair.client_end.calls(call);
        assert_dead(&mut pair.client);
        assert_eq!(pair.client_end.calls(call), calls, "not called again");
        drop(pair.client.into_inner());
    }
}

#[test]
fn in_a_write_with_output_pending() {
    let mut pair = Pair::new();
    pair.client_end.set_room(Some(5));
    assert_eq!(pair.client.write(b"first").unwrap(), 5);
    pair.client_end.next(Call::Write, &[Act::Panic(MESSAGE)]);
    panics(|| pair.client.write(b"second"));
    assert_dead(&mut pair.client);
}

#[test]
fn a_session_dropped_by_a_panic_is_dropped_whole() {
    let mut pair = Pair::new();
    pair.client_end.next(Call::Read, &[Act::Panic(MESSAGE)]);
    let mut client = pair.client;
    panics(move || client.read(&mut [0; 8]));
    // The other side is as it was.
    send(&mut pair.server, b"nobody listens");
}
