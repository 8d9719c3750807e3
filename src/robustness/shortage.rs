//! C runs out of memory: each allocation fails once, in turn.
//!
//! A handshake allocates some 100,000 times, nearly always for numbers of a
//! few sizes. A run fails every allocation of a rare size, and of each common
//! size a few all along the way: with `EMBERTLS_TEST_FULL=1` 250.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Read;

use super::scene::{Configs, Failure, Memory, Outcome, Scene, name, ticket_keys};
use super::secrets::{assert_absent_in_chunks, assert_no_residue};
use super::sessions::Sessions;
use crate::error::Error;
use crate::ffi::allocation::{self, Seen, Shortage};
use crate::{Acceptor, Handshake, HandshakeError, MemoryTransport, ResumptionData};

#[test]
fn loading_survives() {
    for scene in [Some(Scene::ecdsa()), Scene::rsa()].into_iter().flatten() {
        sweep(|| (), |()| scene.configs().map(drop));
    }
}

#[test]
fn sessions_with_ecdsa_survive() {
    let scene = Scene::ecdsa();
    sweep(|| configs(&scene), |configs| session(&scene, &configs));
}

#[test]
fn sessions_with_rsa_survive() {
    let Some(scene) = Scene::rsa() else { return };
    sweep(|| configs(&scene), |configs| session(&scene, &configs));
}

#[test]
fn sessions_with_a_client_certificate_survive() {
    let scene = Scene::mutual();
    sweep(|| configs(&scene), |configs| session(&scene, &configs));
}

#[test]
fn sessions_with_a_pre_shared_key_survive() {
    let scene = Scene::psk();
    sweep(|| configs(&scene), |configs| session(&scene, &configs));
}

#[test]
fn sessions_with_a_pre_shared_key_and_a_key_exchange_survive() {
    let scene = Scene::ecdhe_psk();
    sweep(|| configs(&scene), |configs| session(&scene, &configs));
}

#[test]
fn sessions_to_be_resumed_survive() {
    for memory in MEMORIES {
        let scene = Scene::mutual().with(memory);
        sweep(
            || configs(&scene),
            |configs| {
                let sessions = configs.handshake()?;
                drop(sessions.client.resumption_data());
                use_session(&scene, sessions)
            },
        );
    }
}

#[test]
fn resumed_sessions_survive() {
    for memory in MEMORIES {
        let scene = Scene::mutual().with(memory);
        let sessions = resumable(&scene).handshake().unwrap();
        assert!(sessions.server.is_resumed(), "where there is memory");
        let body = |configs| session(&scene, &configs);
        sweep_with(|| resumable(&scene), master_to_resume, body);
    }
}

/// Sessions that are sealed, stored and opened again.
#[test]
fn stored_sessions_survive() {
    let scene = Scene::ecdsa().with(Memory::Tickets);
    let body = |configs: Configs| {
        let of_client = Failure::of::<Error>("client");
        let keys = ticket_keys().map_err(&of_client)?;
        let data = configs.data.as_ref().expect("a session");
        let sealed = data.seal(&keys).map_err(&of_client)?;
        // Opening does not tell why it cannot.
        match ResumptionData::open(&keys, &sealed) {
            Ok(opened) => assert!(opened.encode() == data.encode()),
            Err(error) => assert!(error.to_string().contains("cannot be used")),
        }
        Ok(())
    };
    sweep_with(|| resumable(&scene), master_to_resume, body);
}

/// Data, close and teardown of a session that stands.
#[test]
fn open_sessions_survive() {
    let scene = Scene::ecdsa();
    let open = || configs(&scene).handshake().map_err(|_| ()).ok();
    sweep(open, |sessions| {
        use_session(&scene, sessions.expect("it was made"))
    });
}

#[test]
fn a_revoked_certificate_is_never_accepted() {
    let scene = Scene::revoked();
    never_succeeds(|| scene.configs()?.handshake().map(drop));
}

#[test]
fn an_unknown_issuer_is_never_accepted() {
    let scene = Scene::ecdsa();
    let mut configs = configs(&scene);
    configs.client = self::configs(&Scene::ecdsa()).client;
    never_succeeds(|| configs.handshake().map(drop));
}

#[test]
fn a_client_without_the_certificate_that_is_required_is_never_accepted() {
    let scene = Scene::mutual();
    let mut configs = configs(&scene);
    configs.client = self::configs(&Scene::stranger_to(&scene)).client;
    never_succeeds(|| configs.handshake().map(drop));
}

#[test]
fn another_pre_shared_key_is_never_accepted() {
    for scene in [Scene::psk, Scene::ecdhe_psk] {
        let mut configs = configs(&scene());
        let mut other = scene();
        other.psk.as_mut().unwrap()[31] ^= 1;
        configs.client = self::configs(&other).client;
        never_succeeds(|| configs.handshake().map(drop));
    }
}

#[test]
fn an_unknown_identity_is_never_accepted() {
    let configs = configs(&Scene::unknown_psk());
    never_succeeds(|| configs.handshake().map(drop));
}

/// A session with a server whose certificate the client does not trust any
/// more, or never did: neither ticket nor id stands for a certificate.
#[test]
fn an_unknown_issuer_is_never_accepted_for_a_session_of_another_server() {
    for memory in MEMORIES {
        let mut configs = resumable(&Scene::ecdsa().with(memory));
        configs.server = self::configs(&Scene::ecdsa()).server;
        never_succeeds(|| configs.handshake().map(drop));
    }
}

/// Made where no certificate was asked for, and offered where one is required.
#[test]
fn a_session_never_stands_for_a_certificate_that_is_required() {
    let scene = Scene::mutual().with(Memory::Tickets);
    let mut configs = resumable(&Scene::lenient(&scene));
    configs.server = self::configs(&scene).server;
    never_succeeds(|| configs.handshake().map(drop));
}

/// The server may go back to a full handshake, but resumes nothing.
#[test]
fn a_session_with_another_secret_is_never_resumed() {
    for memory in MEMORIES {
        let scene = Scene::ecdsa().with(memory);
        let mut configs = resumable(&scene);
        let data = configs.data.take().unwrap();
        let mut state = data.state().clone();
        state.master[47] ^= 1;
        configs.data = ResumptionData::new(state, data.handle().clone(), u64::MAX);
        never_succeeds(|| {
            let sessions = configs.handshake()?;
            match sessions.client.is_resumed() || sessions.server.is_resumed() {
                true => Ok(()),
                false => Err(Failure::of::<Error>("nobody")(Error::WouldBlock)),
            }
        });
    }
}

#[test]
fn a_forged_key_exchange_is_never_accepted() {
    let scene = Scene::ecdsa();
    let configs = configs(&scene);
    never_succeeds(|| {
        let pair = configs.begin()?;
        let forged = pair.complete(|side, flight| {
            // ServerHelloDone is the last record; the signature ends before it.
            const SERVER_HELLO_DONE: [u8; 9] = [22, 3, 3, 0, 4, 14, 0, 0, 0];
            if side == "server" && flight.ends_with(&SERVER_HELLO_DONE) {
                let last = flight.len() - SERVER_HELLO_DONE.len() - 1;
                flight[last] ^= 1;
            }
        });
        forged.map(drop)
    });
}

/// Without memory for a session there is still the connection, for example to
/// close it in peace.
#[test]
fn the_transport_comes_back_with_every_byte() {
    let configs = configs(&Scene::ecdsa());
    let transport = || {
        let mut transport = MemoryTransport::new();
        transport.push_incoming(b"in the transport");
        transport
    };
    let mut client = Handshake::client(&configs.client, name(), MemoryTransport::new()).unwrap();
    assert!(client.advance().is_err(), "waits for the server");
    let hello = client.get_mut().take_outgoing();
    let mut greeted = MemoryTransport::new();
    greeted.push_incoming(&hello);
    greeted.push_incoming(b"behind the hello");
    let accepted = Acceptor::new(greeted).accept().unwrap();

    let (refused, _) = allocation::during(Shortage::From(1), || {
        Handshake::client(&configs.client, name(), transport())
    });
    assert_eq!(given_back(refused), b"in the transport");
    let (refused, _) = allocation::during(Shortage::From(1), || {
        Handshake::server(&configs.server, transport())
    });
    assert_eq!(given_back(refused), b"in the transport");
    let (refused, _) = allocation::during(Shortage::From(1), || {
        accepted.into_handshake(&configs.server)
    });
    assert_eq!(given_back(refused), b"behind the hello");
}

/// What can be read from a transport whose session could not be made.
fn given_back<S: Debug>(refused: Result<S, HandshakeError<MemoryTransport>>) -> Vec<u8> {
    let HandshakeError::Failed { error, parts } = refused.unwrap_err() else {
        panic!("nothing to wait for");
    };
    assert!(matches!(error, Error::OutOfMemory { .. }), "{error:?}");
    let mut rest = [0; 64];
    let mut transport = parts.transport;
    let len = transport.read(&mut rest).unwrap_or(0);
    [&parts.unread, &rest[..len]].concat()
}

const MEMORIES: [Memory; 2] = [Memory::Tickets, Memory::Cache];

fn configs(scene: &Scene) -> Configs {
    scene.configs().expect("there is memory")
}

/// With a session to resume.
fn resumable(scene: &Scene) -> Configs {
    let configs = configs(scene).after_a_session();
    configs.expect("there is memory")
}

fn master_to_resume(configs: &Configs) -> Vec<u8> {
    let data = configs.data.as_ref().expect("a session");
    data.state().master.to_vec()
}

/// A session from its first byte to its last, and nothing wrong in it.
fn session(scene: &Scene, configs: &Configs) -> Outcome<()> {
    use_session(scene, configs.handshake()?)
}

fn use_session(scene: &Scene, mut sessions: Sessions) -> Outcome<()> {
    scene.check(&sessions);
    sessions.exchange(&[7; 20_000])
}

/// Runs `body` once for each allocation that is to fail. `prepare` makes,
/// without want of memory, what a run needs.
fn sweep<P>(prepare: impl Fn() -> P, body: impl Fn(P) -> Outcome<()>) {
    sweep_with(prepare, |_| Vec::new(), body);
}

/// As [`sweep`]. `secret` is nowhere in what a run gives back.
fn sweep_with<P>(
    prepare: impl Fn() -> P,
    secret: impl Fn(&P) -> Vec<u8>,
    body: impl Fn(P) -> Outcome<()>,
) {
    let run = |shortage| -> Seen {
        let before = allocation::live();
        let prepared = prepare();
        let secret = secret(&prepared);
        let ((outcome, seen), freed) =
            allocation::collecting(|| allocation::during(shortage, || body(prepared)));
        assert_eq!(allocation::live(), before, "{shortage:?}: a leak");
        assert_no_residue(&freed);
        assert_absent_in_chunks(&freed, &secret);
        match outcome {
            Ok(()) => {}
            Err(failure) => {
                assert!(seen.is_refused, "{shortage:?}: {failure:?}");
                assert_honest(shortage, &failure.error.to_string());
            }
        }
        seen
    };
    // The thread's generator is made on first use.
    let _ = body(prepare());
    each(run);
}

/// As [`sweep`], for what must fail with or without memory.
fn never_succeeds(body: impl Fn() -> Outcome<()>) {
    each(|shortage| {
        let (outcome, seen) = allocation::during(shortage, &body);
        assert!(outcome.is_err(), "{shortage:?}: accepted");
        seen
    });
}

/// An error tells that memory ran out. Other reasons than that would send
/// people to look for faults in keys and peers, and would show that something
/// wrong was computed and used.
fn assert_honest(shortage: Shortage, error: &str) {
    let is_honest = error.contains("out of memory") || error.contains("_ALLOC_FAILED");
    // A signature that could not be checked counts as one that is wrong, and a
    // key or a key exchange that could not be read as one that cannot be used.
    let is_refusal = error.contains("certificate verification failed")
        || error.contains("MBEDTLS_ERR_PK_INVALID_PUBKEY")
        || error.contains("_KEY_EXCHANGE");
    assert!(is_honest || is_refusal, "{shortage:?}: {error}");
}

fn each(run: impl Fn(Shortage) -> Seen) {
    let sizes = allocation::recording(|| run(Shortage::None));
    for number in chosen(&sizes) {
        run(Shortage::At(number));
    }
    let every = (sizes.len() / 10).max(1);
    for number in (1..=sizes.len()).step_by(every) {
        run(Shortage::From(number));
    }
}

/// Which allocations to fail, by number from 1.
fn chosen(sizes: &[usize]) -> Vec<usize> {
    let most_of_a_size = match std::env::var_os("EMBERTLS_TEST_FULL") {
        Some(_) => 250,
        None => 8,
    };
    let mut of_size = BTreeMap::<usize, Vec<usize>>::new();
    for (index, size) in sizes.iter().enumerate() {
        of_size.entry(*size).or_default().push(index + 1);
    }
    let some = |numbers: Vec<usize>| {
        let every = (numbers.len() / most_of_a_size).max(1);
        numbers.into_iter().step_by(every)
    };
    of_size.into_values().flat_map(some).collect()
}
