//! Sessions that live long: very many records, clocks that jump, keys that
//! are replaced meanwhile.

use std::io::{ErrorKind, Read, Write};

use super::scene::{Memory, Scene};
use super::sessions::{Session, Sessions, send};
use crate::error::ErrorCode;
use crate::ffi::{MBEDTLS_ERR_SSL_COUNTER_WRAPPING, allocation};
use crate::ssl::fuzzing::advance_clock;
use crate::{CipherSuite, SslSession};

/// One of each way to make a nonce of a number.
const SUITES: [CipherSuite; 3] = [
    CipherSuite::EcdheEcdsaWithAes128GcmSha256,
    CipherSuite::EcdheEcdsaWithChacha20Poly1305Sha256,
    CipherSuite::EcdheEcdsaWithAes128Ccm,
];

const DAY: i64 = 24 * 60 * 60;

fn scene(suite: CipherSuite) -> Scene {
    let mut scene = Scene::ecdsa();
    scene.suite = suite;
    scene
}

/// As if so many records had gone in each direction.
fn after_records(scene: &Scene, count: u64) -> Sessions {
    let sessions = scene.configs().unwrap().handshake().unwrap();
    let numbered = |session: Session| {
        let mut link = session.into_link();
        link.engine.number_records(count, count);
        SslSession::new(link)
    };
    Sessions {
        client: numbered(sessions.client),
        server: numbered(sessions.server),
    }
}

#[test]
fn numbers_of_any_size_are_counted_alike_on_both_sides() {
    for suite in SUITES {
        for bits in [8, 24, 32, 48, 63] {
            let mut sessions = after_records(&scene(suite), (1 << bits) - 2);
            let Sessions { client, server } = &mut sessions;
            for _ in 0..4 {
                send("client", client, server, b"over the edge").unwrap();
                send("server", server, client, b"and back").unwrap();
            }
            sessions.exchange(b"the end").unwrap();
        }
    }
}

/// The number of what was received lives in a buffer that an idle session gives
/// back: it comes again with the buffer.
#[test]
fn numbers_outlive_the_buffers() {
    for suite in SUITES {
        let mut scene = scene(suite);
        scene.releases_buffers = true;
        let held = |sessions: &mut Sessions| {
            let Sessions { client, server } = sessions;
            for session in [client, server] {
                let waits = session.read(&mut [0; 8]).unwrap_err();
                assert_eq!(waits.kind(), ErrorKind::WouldBlock);
            }
            allocation::live()
        };
        let mut sessions = after_records(&scene, (1 << 32) - 3);
        let busy = allocation::live();
        let idle = held(&mut sessions);
        assert!(idle < busy, "{suite:?}: nothing is given back");
        for hour in 0..6 {
            let Sessions { client, server } = &mut sessions;
            send("client", client, server, b"anyone there?").unwrap();
            send("server", server, client, b"still").unwrap();
            advance_clock(DAY / 24);
            assert_eq!(held(&mut sessions), idle, "{suite:?}, after {hour} hours");
        }
        sessions.exchange(b"the end").unwrap();
        advance_clock(-DAY / 4);
    }
}

/// The machine of either side sleeps for a month, and wakes with a part of a
/// record or of a flight in its hands.
#[test]
fn a_suspended_machine_goes_on_where_it_was() {
    const MONTH: i64 = 30 * DAY;
    for suite in SUITES {
        let scene = scene(suite).with(Memory::Tickets);
        // In the handshake, after each flight.
        let pair = scene.configs().unwrap().begin().unwrap();
        let sessions = pair.complete(|_, _| advance_clock(MONTH));
        let mut sessions = sessions.unwrap();
        scene.check(&sessions);

        // In a record, after its header, a part of its text, all but a byte.
        let Sessions { client, server } = &mut sessions;
        let data = [7; 1000];
        client.write_all(&data).unwrap();
        client.flush().unwrap();
        let record = client.get_mut().take_outgoing();
        let mut came = 0;
        for part in [5, 500, record.len() - 1] {
            server.get_mut().push_incoming(&record[came..part]);
            came = part;
            let waits = server.read(&mut [0; 8]).unwrap_err();
            assert_eq!(waits.kind(), ErrorKind::WouldBlock, "{suite:?}, {part}");
            advance_clock(MONTH);
        }
        server.get_mut().push_incoming(&record[came..]);
        let mut got = [0; 1000];
        server.read_exact(&mut got).unwrap();
        assert_eq!(got, data, "{suite:?}");
        sessions.exchange(b"good morning").unwrap();
    }
}

/// A number is not used twice: the session ends before, on the side that would
/// have to send the record.
#[test]
fn the_last_number_ends_the_session() {
    for suite in SUITES {
        let mut sessions = after_records(&scene(suite), u64::MAX - 3);
        let Sessions { client, server } = &mut sessions;
        for _ in 0..3 {
            send("client", client, server, b"one of the last").unwrap();
        }
        let error = client.write(b"too many").unwrap_err().to_string();
        let wrapping = ErrorCode::from_raw(MBEDTLS_ERR_SSL_COUNTER_WRAPPING);
        assert!(
            error.contains(wrapping.name().as_ref()),
            "{suite:?}: {error}"
        );
        assert!(client.get_mut().take_outgoing().is_empty(), "{suite:?}");

        // Nothing more goes out, and no alert either, which would need a number.
        assert!(client.write(b"again").is_err());
        assert!(client.close().is_err());
        assert!(client.get_mut().take_outgoing().is_empty(), "{suite:?}");
        // What the other side has still to say is told by the transport's end.
        server.get_mut().end_incoming();
        let error = server.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}

/// Byte by byte, with an idle time in between: no memory of C's is asked for,
/// and what is held does not grow.
#[test]
fn a_trickle_costs_no_memory() {
    let scene = Scene::ecdsa();
    let mut sessions = scene.configs().unwrap().handshake().unwrap();
    let Sessions { client, server } = &mut sessions;
    let mut rounds = |count: u32| {
        for round in 0..count {
            let byte = [round as u8];
            send("client", client, server, &byte).unwrap();
            send("server", server, client, &byte).unwrap();
        }
    };
    rounds(10);
    let before = allocation::live();
    rounds(5_000);
    assert_eq!(allocation::live(), before);
    sessions.exchange(b"still there").unwrap();
}

/// Nothing of an open session is measured by the wall clock.
#[test]
fn an_open_session_does_not_mind_the_clock() {
    let scene = Scene::ecdsa().with(Memory::Tickets);
    let mut sessions = scene.configs().unwrap().handshake().unwrap();
    for jump in [i64::from(u32::MAX), -2 * i64::from(u32::MAX), 0] {
        advance_clock(jump);
        let Sessions { client, server } = &mut sessions;
        send("client", client, server, b"what time is it?").unwrap();
        send("server", server, client, b"who knows").unwrap();
    }
    sessions.exchange(b"the end").unwrap();
    advance_clock(i64::from(u32::MAX));
}

/// A saved session is no reason to fail, whatever the clock says of its age;
/// one that is too old, or of the future, is not resumed.
#[test]
fn a_saved_session_after_a_jump_of_the_clock() {
    const MINUTE: i64 = 60;
    for memory in [Memory::Tickets, Memory::Cache] {
        for (jump, is_resumed) in [
            (50 * MINUTE, true),
            (70 * MINUTE, false),
            (-10 * MINUTE, false),
        ] {
            let scene = Scene::ecdsa().with(memory);
            let configs = scene.configs().unwrap().after_a_session().unwrap();
            advance_clock(jump);
            let mut sessions = configs.handshake().unwrap();
            advance_clock(-jump);
            scene.check(&sessions);
            assert_eq!(
                sessions.client.is_resumed(),
                is_resumed,
                "{memory:?}, after {jump} s"
            );
            sessions.exchange(b"the end").unwrap();
        }
    }
}
