//! Private keys that sign later: the task of the handshake is woken by them.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use embertls::tokio::TlsAcceptor;
use embertls::{Certificate, PrivateKey, SignatureScheme, Signing, SigningKey, SslConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::certificates::{Authority, Leaf};
use crate::executor::{Tasks, both};
use crate::keeper::Keeper;
use crate::pair::{WIDE, name};
use crate::wire::{Pace, wire};

/// Signs once a test says so.
struct Patient {
    keeper: Arc<Keeper>,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    open: AtomicBool,
    waiting: Mutex<Option<Waker>>,
}

impl Gate {
    fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
        if let Some(waker) = self.waiting.lock().unwrap().take() {
            waker.wake();
        }
    }
}

impl SigningKey for Patient {
    fn public_key_der(&self) -> &[u8] {
        self.keeper.public_key_der()
    }

    fn schemes(&self) -> &[SignatureScheme] {
        self.keeper.schemes()
    }

    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Signing {
        let mut signature = Some(self.keeper.signature(scheme, digest));
        let gate = Arc::clone(&self.gate);
        Signing::later(poll_fn(move |cx| {
            if !gate.open.load(Ordering::SeqCst) {
                *gate.waiting.lock().unwrap() = Some(cx.waker().clone());
                return Poll::Pending;
            }
            let signature = signature.take().expect("polled once when it is there");
            Poll::Ready(signature.map_err(Into::into))
        }))
    }
}

#[test]
fn a_handshake_waits_for_its_key_and_for_nothing_else() {
    let root = Authority::root("Test Root");
    let identity = root.issue(Leaf::new());
    let Some(keeper) = Keeper::of(&identity, &[SignatureScheme::EcdsaSha256]) else {
        return;
    };
    let gate = Arc::new(Gate::default());
    let key = PrivateKey::from_signing_key(Arc::new(Patient {
        keeper,
        gate: Arc::clone(&gate),
    }));
    let chain = Certificate::chain_from_pem(&identity.chain_pem).unwrap();
    let server = SslConfig::server()
        .identity(chain, key.unwrap())
        .build()
        .unwrap();
    let client = crate::common::ours::client(&root).build().unwrap();

    let (one, other, ..) = wire(WIDE, Pace::default());
    let mut tasks = Tasks::default();
    let client = tasks.spawn(embertls::tokio::TlsConnector::new(client).connect(name(), one));
    let server = tasks.spawn(TlsAcceptor::new(server).accept(other));
    tasks.run();
    let polls = tasks.polls(server.task);
    tasks.run();
    assert_eq!(
        tasks.polls(server.task),
        polls,
        "nobody turns while the key is away"
    );
    assert!(server.take().is_none());

    // From another thread, as a service would.
    std::thread::spawn(move || gate.open()).join().unwrap();
    tasks.finish();
    let (mut client, mut server) = (
        client.take().unwrap().unwrap(),
        server.take().unwrap().unwrap(),
    );
    let write = async {
        client.write_all(b"signed").await?;
        client.shutdown().await
    };
    let mut all = Vec::new();
    let (written, read) = both(write, server.read_to_end(&mut all));
    written.unwrap();
    read.unwrap();
    assert_eq!(all, b"signed");
}

#[test]
fn a_client_that_leaves_while_the_key_is_away_is_not_waited_for() {
    let root = Authority::root("Test Root");
    let identity = root.issue(Leaf::new());
    let Some(keeper) = Keeper::of(&identity, &[SignatureScheme::EcdsaSha256]) else {
        return;
    };
    // Never opened.
    let gate = Arc::<Gate>::default();
    let key = PrivateKey::from_signing_key(Arc::new(Patient { keeper, gate }));
    let chain = Certificate::chain_from_pem(&identity.chain_pem).unwrap();
    let server = SslConfig::server()
        .identity(chain, key.unwrap())
        .build()
        .unwrap();
    let client = crate::common::ours::client(&root).build().unwrap();

    let (one, other, from_client, _) = wire(WIDE, Pace::default());
    let mut tasks = Tasks::default();
    let client = tasks.spawn(embertls::tokio::TlsConnector::new(client).connect(name(), one));
    let server = tasks.spawn(TlsAcceptor::new(server).accept(other));
    tasks.run();
    // What it sends meanwhile is no reason to turn it away, yet.
    from_client.push(&[22, 3, 3]);
    tasks.run();
    assert!(server.take().is_none());
    tasks.drop_task(client.task);
    tasks.finish();
    let error = server.take().unwrap().unwrap_err();
    assert_eq!(error.io_kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_handshake_dropped_while_its_key_is_away_closes_the_transport() {
    let root = Authority::root("Test Root");
    let identity = root.issue(Leaf::new());
    let Some(keeper) = Keeper::of(&identity, &[SignatureScheme::EcdsaSha256]) else {
        return;
    };
    let gate = Arc::<Gate>::default();
    let key = PrivateKey::from_signing_key(Arc::new(Patient {
        keeper,
        gate: Arc::clone(&gate),
    }));
    let chain = Certificate::chain_from_pem(&identity.chain_pem).unwrap();
    let server = SslConfig::server()
        .identity(chain, key.unwrap())
        .build()
        .unwrap();
    let client = crate::common::ours::client(&root).build().unwrap();

    let (one, other, _, from_server) = wire(WIDE, Pace::default());
    let mut tasks = Tasks::default();
    let client = tasks.spawn(embertls::tokio::TlsConnector::new(client).connect(name(), one));
    let server = tasks.spawn(TlsAcceptor::new(server).accept(other));
    tasks.run();
    tasks.drop_task(server.task);
    assert!(from_server.is_shut_down());
    // Whom it wakes is gone.
    gate.open();
    tasks.finish();
    let error = client.take().unwrap().unwrap_err();
    assert_eq!(error.io_kind(), std::io::ErrorKind::UnexpectedEof);
}
