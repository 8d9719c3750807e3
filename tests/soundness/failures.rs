//! A transport that fails or lies, in every call.

use std::io::{self, ErrorKind, Read, Write};

use embertls::{Error, HandshakeError};

use crate::pair::{Handshakes, Pair, Session, assert_dead, check_exchange, pending};
use crate::wire::{Act, Call, Marker};

/// Every kind that a program can name.
const KINDS: &[ErrorKind] = &[
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkUnreachable,
    ErrorKind::ConnectionAborted,
    ErrorKind::NotConnected,
    ErrorKind::AddrInUse,
    ErrorKind::AddrNotAvailable,
    ErrorKind::NetworkDown,
    ErrorKind::BrokenPipe,
    ErrorKind::AlreadyExists,
    ErrorKind::NotADirectory,
    ErrorKind::IsADirectory,
    ErrorKind::DirectoryNotEmpty,
    ErrorKind::ReadOnlyFilesystem,
    ErrorKind::StaleNetworkFileHandle,
    ErrorKind::InvalidInput,
    ErrorKind::InvalidData,
    ErrorKind::WriteZero,
    ErrorKind::StorageFull,
    ErrorKind::NotSeekable,
    ErrorKind::QuotaExceeded,
    ErrorKind::FileTooLarge,
    ErrorKind::ResourceBusy,
    ErrorKind::ExecutableFileBusy,
    ErrorKind::Deadlock,
    ErrorKind::TooManyLinks,
    ErrorKind::ArgumentListTooLong,
    ErrorKind::Unsupported,
    ErrorKind::UnexpectedEof,
    ErrorKind::OutOfMemory,
    ErrorKind::Other,
];

type Use = fn(&mut Session) -> io::Result<()>;

/// Each call of a session that leads to this call of the transport.
fn uses(call: Call) -> &'static [Use] {
    match call {
        Call::Read => &[
            |session| session.read(&mut [0; 8]).map(drop),
            |session| io::BufRead::fill_buf(session).map(drop),
        ],
        Call::Write => &[
            |session| session.write(b"data").map(drop),
            |session| session.close(),
        ],
        Call::Flush => &[|session| session.flush(), |session| session.close()],
    }
}

fn marker(error: &io::Error) -> Option<ErrorKind> {
    let inner = error.get_ref()?;
    inner.downcast_ref::<Marker>().map(|marker| marker.0)
}

#[test]
fn every_kind_comes_out_of_a_session_with_its_source() {
    for call in [Call::Read, Call::Write, Call::Flush] {
        for use_session in uses(call) {
            let mut pair = Pair::new();
            for &kind in KINDS {
                pair.client_end.next(call, &[Act::Fail(kind)]);
                let error = use_session(&mut pair.client).unwrap_err();
                assert_eq!(error.kind(), kind, "{call:?}");
                assert_eq!(marker(&error), Some(kind), "{call:?}");
                let calls = pair.client_end.calls(call);
                assert_dead(&mut pair.client);
                assert_eq!(pair.client_end.calls(call), calls, "not called again");
                pair = Pair::new();
            }
        }
    }
}

#[test]
fn what_may_pass_comes_out_of_a_session_and_loses_nothing() {
    for kind in [ErrorKind::WouldBlock, ErrorKind::TimedOut] {
        for call in [Call::Read, Call::Flush] {
            for use_session in uses(call) {
                let mut pair = Pair::new();
                pair.client_end.next(call, &[Act::Fail(kind)]);
                let error = use_session(&mut pair.client).unwrap_err();
                assert_eq!(error.kind(), kind, "{call:?}");
                assert_eq!(marker(&error), Some(kind), "{call:?}");
                let result = use_session(&mut pair.client);
                match call {
                    Call::Read => assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldBlock),
                    _ => result.unwrap(),
                }
            }
        }
        let mut pair = Pair::new();
        pair.client_end.next(Call::Write, &[Act::Fail(kind)]);
        // The record is sealed, so its bytes count.
        assert_eq!(pair.client.write(b"kept").unwrap(), 4);
        assert!(pair.client.bytes_pending() > 0);
        pair.client_end.next(Call::Write, &[Act::Fail(kind)]);
        assert_eq!(pair.client.write(b"refused").unwrap_err().kind(), kind);
        pair.client.flush().unwrap();
        let mut buffer = [0; 64];
        assert_eq!(pair.server.read(&mut buffer).unwrap(), 4);
        check_exchange(&mut pair.client, &mut pair.server);
    }
}

#[test]
fn an_interrupted_call_is_made_again() {
    for call in [Call::Read, Call::Write, Call::Flush] {
        let mut pair = Handshakes::new();
        let acts = [Act::Fail(ErrorKind::Interrupted); 3];
        pair.client_end.next(call, &acts);
        pair.server_end.next(call, &acts);
        pair.run().unwrap();
        let mut pair = pair.into_pair();
        pair.client_end.next(call, &acts);
        pair.server_end.next(call, &acts);
        check_exchange(&mut pair.client, &mut pair.server);
    }
    let mut pair = Handshakes::new();
    pair.client_end.stutter(ErrorKind::Interrupted);
    pair.server_end.stutter(ErrorKind::Interrupted);
    pair.run().unwrap();
    let mut pair = pair.into_pair();
    check_exchange(&mut pair.client, &mut pair.server);
}

#[test]
fn every_kind_comes_out_of_every_call_of_a_handshake() {
    for &kind in KINDS {
        for call in [Call::Read, Call::Write, Call::Flush] {
            for before in 0..3 {
                let mut acts = vec![Act::Serve; before];
                acts.push(Act::Fail(kind));
                let mut pair = Handshakes::new();
                pair.client_end.next(call, &acts);
                let error = loop {
                    let client = match pending(pair.client.advance()) {
                        Ok(client) => client,
                        Err(error) => break Some(error),
                    };
                    if !pending(pair.server.advance()).unwrap() && !client {
                        break None;
                    }
                };
                let Some(error) = error else {
                    // A client flushes twice: its hello and its Finished.
                    assert!(before >= 2, "{call:?} {before}");
                    continue;
                };
                let Error::Io { source, .. } = &error else {
                    panic!("{error:?}");
                };
                assert_eq!(source.kind(), kind);
                assert_eq!(marker(source), Some(kind));
                let calls = pair.client_end.calls(call);
                assert!(matches!(pair.client.advance(), Err(Error::Closed { .. })));
                assert_eq!(pair.client_end.calls(call), calls, "not called again");
            }
        }
    }
}

#[test]
fn a_blocked_handshake_gives_itself_back() {
    let Handshakes { client, server, .. } = Handshakes::new();
    let Err(HandshakeError::WouldBlock(client)) = client.complete() else {
        panic!("there is no answer yet");
    };
    let Err(HandshakeError::WouldBlock(server)) = server.complete() else {
        panic!("half of the handshake is missing");
    };
    let Err(HandshakeError::WouldBlock(client)) = client.complete() else {
        panic!("the last flight is missing");
    };
    let mut server = server.complete().unwrap();
    let mut client = client.complete().unwrap();
    check_exchange(&mut client, &mut server);
}

#[test]
fn a_write_of_zero_bytes_is_an_error() {
    for use_session in uses(Call::Write) {
        let mut pair = Pair::new();
        pair.client_end.next(Call::Write, &[Act::Zero]);
        let error = use_session(&mut pair.client).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WriteZero);
        assert_dead(&mut pair.client);
    }
    let mut pair = Handshakes::new();
    pair.client_end.next(Call::Write, &[Act::Zero]);
    let error = pair.client.advance().unwrap_err();
    assert!(
        matches!(&error, Error::Io { source, .. } if source.kind() == ErrorKind::WriteZero),
        "{error:?}"
    );
}

#[test]
fn more_bytes_than_asked_for_are_not_believed() {
    for call in [Call::Read, Call::Write] {
        for use_session in uses(call) {
            let mut pair = Pair::new();
            pair.client_end.next(call, &[Act::Lie]);
            let error = use_session(&mut pair.client).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{call:?}");
            assert_dead(&mut pair.client);
        }
        let mut pair = Handshakes::new();
        pair.client_end.next(call, &[Act::Lie]);
        let error = pair.client.advance().unwrap_err();
        assert!(
            matches!(&error, Error::Io { source, .. } if source.kind() == ErrorKind::InvalidData),
            "{call:?}: {error:?}"
        );
        assert!(matches!(pair.client.advance(), Err(Error::Closed { .. })));
    }
}
