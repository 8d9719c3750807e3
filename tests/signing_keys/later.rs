//! Signatures that take their time.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

use embertls::{
    Error, Handshake, MemoryTransport, NetContext, NetListener, ServerName, SignatureScheme,
    Signing, SigningKey,
};

use crate::common::certificates::{Authority, HOST};
use crate::common::ours;
use crate::keeper::{Faked, Keeper, ecdsa_identity, server_with};

/// A place for a signature, and for who waits for it.
#[derive(Default)]
struct Slot {
    signature: Option<Vec<u8>>,
    waker: Option<Waker>,
}

struct Order {
    slot: Arc<Mutex<Slot>>,
    scheme: SignatureScheme,
    digest: Vec<u8>,
}

impl Order {
    fn fill(&self, keeper: &Keeper) {
        let signature = keeper.signature(self.scheme, &self.digest).unwrap();
        let mut slot = self.slot.lock().unwrap();
        slot.signature = Some(signature);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }
}

/// A key that hands its orders to somebody else.
fn slow_key(keeper: Arc<Keeper>, orders: Sender<Order>) -> Arc<dyn SigningKey> {
    let sign = move |_: &Arc<Keeper>, scheme, digest: &[u8]| {
        let slot = Arc::new(Mutex::new(Slot::default()));
        let order = Order {
            slot: slot.clone(),
            scheme,
            digest: digest.to_vec(),
        };
        orders.send(order).expect("somebody takes orders");
        Signing::later(poll_fn(move |cx| {
            let mut slot = slot.lock().unwrap();
            match slot.signature.take() {
                Some(signature) => Poll::Ready(Ok(signature)),
                None => {
                    slot.waker = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        }))
    };
    Arc::new(Faked { keeper, sign })
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_pending_signature_is_a_state_of_its_own_and_wakes_the_caller() {
    let root = Authority::root("root");
    let identity = ecdsa_identity(&root);
    let Some(keeper) = Keeper::of(&identity, SignatureScheme::ECDSA) else {
        return;
    };
    let (sender, orders) = channel();
    let config = server_with(&identity, slow_key(keeper.clone(), sender));
    let name = ServerName::try_from(HOST).unwrap();
    let client = ours::client(&root).build().unwrap();
    let mut client = Handshake::client(&client, name, MemoryTransport::new()).unwrap();
    let mut server = Handshake::server(&config, MemoryTransport::new()).unwrap();

    assert!(matches!(client.advance(), Err(Error::WouldBlock)));
    let hello = client.get_mut().take_outgoing();
    server.get_mut().push_incoming(&hello);

    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    for _ in 0..3 {
        let result = server.advance_with(&waker);
        assert!(matches!(result, Err(Error::SigningPending)), "{result:?}");
        assert!(!server.is_complete());
    }
    assert_eq!(
        Error::SigningPending.io_kind(),
        ErrorKind::WouldBlock,
        "what it is to code that knows only io::Error"
    );
    let order = orders.try_recv().expect("one order");
    assert!(orders.try_recv().is_err(), "the key is asked once");
    assert_eq!(count.0.load(Ordering::Relaxed), 0);
    order.fill(&keeper);
    assert_eq!(count.0.load(Ordering::Relaxed), 1);

    for _ in 0..10 {
        let _ = server.advance_with(&waker);
        let flight = server.get_mut().take_outgoing();
        client.get_mut().push_incoming(&flight);
        let _ = client.advance();
        let flight = client.get_mut().take_outgoing();
        server.get_mut().push_incoming(&flight);
    }
    assert!(server.is_complete() && client.is_complete());
}

#[test]
fn a_handshake_that_is_dropped_drops_the_promise() {
    let root = Authority::root("root");
    let identity = ecdsa_identity(&root);
    let Some(keeper) = Keeper::of(&identity, SignatureScheme::ECDSA) else {
        return;
    };
    let alive = Arc::new(());
    let held = alive.clone();
    let sign = move |_: &Arc<Keeper>, _, _: &[u8]| {
        let held = held.clone();
        Signing::later(async move {
            let _held = held;
            std::future::pending().await
        })
    };
    let config = server_with(&identity, Arc::new(Faked { keeper, sign }));
    let name = ServerName::try_from(HOST).unwrap();
    let client = ours::client(&root).build().unwrap();
    let mut client = Handshake::client(&client, name, MemoryTransport::new()).unwrap();
    let mut server = Handshake::server(&config, MemoryTransport::new()).unwrap();
    let _ = client.advance();
    let hello = client.get_mut().take_outgoing();
    server.get_mut().push_incoming(&hello);
    assert!(matches!(server.advance(), Err(Error::SigningPending)));
    assert_eq!(
        Arc::strong_count(&alive),
        3,
        "ours, the key's, the promise's"
    );
    drop(server);
    assert_eq!(Arc::strong_count(&alive), 2);
}

#[test]
fn complete_sleeps_until_the_key_has_signed() {
    let root = Authority::root("root");
    let identity = ecdsa_identity(&root);
    let Some(keeper) = Keeper::of(&identity, SignatureScheme::ECDSA) else {
        return;
    };
    let (sender, orders) = channel::<Order>();
    let config = server_with(&identity, slow_key(keeper.clone(), sender));
    let signer = std::thread::spawn(move || orders.recv().expect("an order").fill(&keeper));
    let (port, server) = ours::serve_one(config, 4);
    let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let client = ours::client(&root).build().unwrap();
    let mut session = ours::connect(&client, stream).unwrap();
    std::io::Write::write_all(&mut session, b"well").unwrap();
    std::io::Read::read_exact(&mut session, &mut [0; 4]).unwrap();
    session.close().unwrap();
    signer.join().unwrap();
    server.join().unwrap().unwrap();
}

#[test]
fn complete_within_does_not_wait_longer_for_a_key_than_it_was_told() {
    let root = Authority::root("root");
    let identity = ecdsa_identity(&root);
    let Some(keeper) = Keeper::of(&identity, SignatureScheme::ECDSA) else {
        return;
    };
    let sign = |_: &Arc<Keeper>, _, _: &[u8]| Signing::later(std::future::pending());
    let config = server_with(&identity, Arc::new(Faked { keeper, sign }));
    let listener = NetListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = ours::client(&root).build().unwrap();
    let client = std::thread::spawn(move || {
        let net = NetContext::connect(("127.0.0.1", port)).unwrap();
        let name = ServerName::try_from(HOST).unwrap();
        Handshake::client(&client, name, net)
            .unwrap()
            .complete()
            .is_err()
    });
    let (net, _) = listener.accept().unwrap();
    let handshake = Handshake::server(&config, net).unwrap();
    let error = handshake
        .complete_within(Duration::from_millis(300))
        .unwrap_err();
    match error.into_error() {
        Error::Io { action, source } => {
            assert_eq!(source.kind(), ErrorKind::TimedOut);
            assert!(action.contains("waiting for the private key"), "{action}");
        }
        other => panic!("{other}"),
    }
    assert!(client.join().unwrap());
}
