//! The feature `testing`: a kit for tests of other programs.

#![cfg(feature = "full")]
#![cfg(feature = "testing")]

use std::io::{ErrorKind, Read, Write};
use std::thread;
use std::time::Duration;

use embertls::testing::{Authority, End, Fault, Faulty, connected, danger_seeded_rng, day, wire};
use embertls::{Error, Handshake, ServerName, SslConfig, Verifier, VerifyFlag};

fn name() -> ServerName {
    ServerName::try_from("localhost").unwrap()
}

/// A client whose transport has this fault, and a server in another thread
/// that sends `hello` and closes.
fn against_a_server<R>(
    faulty: impl FnOnce(Faulty<End>) -> Faulty<End>,
    client: impl FnOnce(Handshake<Faulty<End>>) -> R,
) -> R {
    let authority = Authority::new();
    let (mut ours, mut theirs) = wire();
    for end in [&mut ours, &mut theirs] {
        end.set_patience(Some(Duration::from_secs(60)));
    }
    let server = authority.server("localhost").build().unwrap();
    let server = thread::spawn(move || -> std::io::Result<()> {
        let mut session = Handshake::server(&server, theirs)?.complete()?;
        session.write_all(b"hello")?;
        session.close()
    });
    let config = authority.client().build().unwrap();
    let transport = faulty(Faulty::new(ours));
    let result = client(Handshake::client(&config, name(), transport).unwrap());
    // How it ends depends on the fault.
    let _ = server.join().unwrap();
    result
}

/// How many bytes the client reads in all, give or take the lengths of some
/// signatures. The last 31 are close_notify, the 34 before them the data.
fn length() -> u64 {
    against_a_server(
        |transport| transport,
        |handshake| {
            let mut session = handshake.complete().unwrap();
            session.read_to_end(&mut Vec::new()).unwrap();
            session.get_ref().moved().0
        },
    )
}

#[test]
fn a_cut_at_a_chosen_byte_is_a_cut() {
    let all = length();
    // In the handshake, in the data, and inside close_notify.
    for at in [0, 3, 200, all - 48, all - 15] {
        let error = against_a_server(
            |transport| transport.reading(at, Fault::End),
            |handshake| match handshake.complete() {
                Ok(mut session) => session.read_to_end(&mut Vec::new()).unwrap_err().kind(),
                Err(error) => error.into_error().io_kind(),
            },
        );
        assert_eq!(error, ErrorKind::UnexpectedEof, "at {at}");
    }
}

#[test]
fn a_failure_keeps_its_kind() {
    for (at, reading) in [(0, true), (100, true), (0, false), (20, false)] {
        let fault = Fault::Fail(ErrorKind::ConnectionReset);
        let error = against_a_server(
            |transport| match reading {
                true => transport.reading(at, fault),
                false => transport.writing(at, fault),
            },
            |handshake| handshake.complete().unwrap_err().into_error(),
        );
        assert_eq!(error.io_kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn a_changed_byte_of_the_data_is_noticed() {
    let all = length();
    let error = against_a_server(
        |transport| transport.reading(all - 48, Fault::Flip(1)),
        |handshake| {
            let mut session = handshake.complete().unwrap();
            session.read_to_end(&mut Vec::new()).unwrap_err()
        },
    );
    assert_eq!(error.kind(), ErrorKind::InvalidData);
}

#[test]
fn pieces_and_signals_are_no_fault() {
    let hello = against_a_server(
        |transport| {
            transport
                .pieces(1)
                .reading(7, Fault::Fail(ErrorKind::Interrupted))
                .writing(7, Fault::Fail(ErrorKind::Interrupted))
        },
        |handshake| {
            let mut hello = String::new();
            let mut session = handshake.complete().unwrap();
            session.read_to_string(&mut hello).unwrap();
            hello
        },
    );
    assert_eq!(hello, "hello");
}

#[test]
fn a_moment_without_data_can_be_chosen() {
    let would_block = Fault::Fail(ErrorKind::WouldBlock);
    let stalls = against_a_server(
        |transport| {
            transport
                .reading(50, would_block)
                .reading(50, would_block)
                .writing(0, would_block)
        },
        |mut handshake| {
            let mut stalls = 0;
            while let Err(error) = handshake.advance() {
                assert!(matches!(error, Error::WouldBlock), "{error}");
                stalls += 1;
            }
            stalls
        },
    );
    assert_eq!(stalls, 3);
}

#[test]
fn time_stands_where_the_test_puts_it() {
    let authority = Authority::new();
    let leaf = authority.server_leaf_valid(["localhost"], 2024, 2025);
    let server = SslConfig::server()
        .identity(leaf.chain(), leaf.key())
        .build()
        .unwrap();
    let on = |time| {
        let verifier = Verifier::new(authority.trust_store()).verification_time(time);
        let client = SslConfig::client().verifier(verifier).build().unwrap();
        connected(&client, &server, "localhost")
    };
    on(day(2024, 2, 29)).unwrap();
    for (time, flag) in [
        (day(2023, 12, 31), VerifyFlag::Future),
        (day(2025, 1, 2), VerifyFlag::Expired),
    ] {
        match on(time) {
            Err(Error::Verify(error)) => assert_eq!(error.problems()[0].flag, flag),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_seeded_generator_repeats_itself_and_serves_sessions() {
    let draw = |seed| {
        let mut bytes = [0; 100];
        danger_seeded_rng(seed).unwrap().fill(&mut bytes).unwrap();
        bytes
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));

    let authority = Authority::new();
    let hello = || {
        let config = authority.client().rng(danger_seeded_rng(3).unwrap());
        let config = config.build().unwrap();
        let transport = embertls::MemoryTransport::new();
        let mut handshake = Handshake::client(&config, name(), transport).unwrap();
        assert!(matches!(handshake.advance(), Err(Error::WouldBlock)));
        handshake.get_mut().take_outgoing()
    };
    // Record header, message header, version, and four bytes of the clock (RFC 5246, 7.4.1.2).
    let random = 5 + 4 + 2 + 4;
    assert_eq!(hello()[random..random + 28], hello()[random..random + 28]);

    let client = authority.client().rng(danger_seeded_rng(1).unwrap());
    let server = authority
        .server("localhost")
        .rng(danger_seeded_rng(2).unwrap());
    connected(
        &client.build().unwrap(),
        &server.build().unwrap(),
        "localhost",
    )
    .unwrap();
}

#[test]
fn clients_can_have_certificates() {
    use embertls::{ClientAuth, Verdict};
    let authority = Authority::new();
    let leaf = authority.client_leaf("sensor 7");
    let client = authority.client().identity(leaf.chain(), leaf.key());
    let required = ClientAuth::Required(Verifier::new(authority.trust_store()));
    let server = authority.server("127.0.0.1").client_auth(required);
    let (_client, server) = connected(
        &client.build().unwrap(),
        &server.build().unwrap(),
        "127.0.0.1",
    )
    .unwrap();
    assert!(matches!(server.verify_result(), Verdict::Verified));
}

#[cfg(feature = "tokio")]
#[test]
fn faults_of_asynchronous_transports() {
    use embertls::tokio::{TlsAcceptor, TlsConnector};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let authority = Authority::new();
    let connector = TlsConnector::new(authority.client().build().unwrap());
    let acceptor = TlsAcceptor::new(authority.server("localhost").build().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let run = |faulty: fn(Faulty<tokio::io::DuplexStream>) -> Faulty<tokio::io::DuplexStream>| {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let client = async {
            let transport = faulty(Faulty::new(ours));
            let mut stream = connector.connect(name(), transport).await?;
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await?;
            Ok::<_, std::io::Error>(all)
        };
        let server = async {
            let mut stream = acceptor.accept(theirs).await?;
            stream.write_all(b"hello").await?;
            stream.shutdown().await
        };
        runtime.block_on(async { tokio::join!(client, server) }).0
    };
    assert_eq!(run(|transport| transport.pieces(3)).unwrap(), b"hello");
    let stalled = run(|transport| {
        let stall = Fault::Fail(ErrorKind::WouldBlock);
        transport.reading(9, stall).writing(9, stall)
    });
    assert_eq!(stalled.unwrap(), b"hello");
    let cut = run(|transport| transport.reading(30, Fault::End));
    assert_eq!(cut.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    let broken = run(|transport| transport.writing(30, Fault::End));
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::BrokenPipe);
    let flipped = run(|transport| transport.reading(0, Fault::Flip(0x40)));
    assert_eq!(flipped.unwrap_err().kind(), ErrorKind::InvalidData);
}
