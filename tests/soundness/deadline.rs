//! Time limits of a handshake, against peers that never quite stop.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use embertls::{Acceptor, Error, Handshake, HandshakeError, NetContext};

use crate::peer::Peer;
use crate::peer::messages::server_extensions;
use crate::pki::{self, client_config, server_config};

const LIMIT: Duration = Duration::from_millis(400);

/// Serves one connection in a thread of its own.
fn serve(serve: impl FnOnce(TcpStream) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || serve(listener.accept().unwrap().0));
    (address, thread)
}

/// A byte every 20 milliseconds, until the other side is gone.
fn dribble(mut stream: TcpStream, bytes: impl Iterator<Item = u8>) {
    for byte in bytes {
        if stream.write_all(&[byte]).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn assert_times_out(address: SocketAddr) {
    let net = NetContext::connect(address).unwrap();
    let client = Handshake::client(&client_config(), pki::name(), net).unwrap();
    let start = Instant::now();
    let Err(HandshakeError::Failed { error, .. }) = client.complete_within(LIMIT) else {
        panic!("the handshake must fail");
    };
    let took = start.elapsed();
    assert!(is_timeout(&error), "{error:?}");
    assert!(took >= LIMIT && took < LIMIT * 5, "{took:?}");
}

#[test]
fn a_server_that_dribbles_runs_out_of_time() {
    // A message of valid records that never ends within the time.
    let hello = Peer::server().server_hello(&server_extensions());
    let bytes: Vec<u8> = hello
        .iter()
        .flat_map(|&byte| [22, 3, 3, 0, 1, byte])
        .collect();
    let (address, thread) = serve(move |stream| dribble(stream, bytes.into_iter()));
    assert_times_out(address);
    thread.join().unwrap();
}

#[test]
fn a_server_that_is_silent_runs_out_of_time() {
    let (address, thread) = serve(|mut stream| drop(stream.read_to_end(&mut Vec::new())));
    assert_times_out(address);
    thread.join().unwrap();
}

/// The server's end of a connection with a client whose first record is long
/// and comes byte by byte.
fn dribbling_client() -> (NetContext, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let stream = TcpStream::connect(address).unwrap();
        let bytes = [22, 3, 1, 0x40, 0].into_iter();
        dribble(stream, bytes.chain(std::iter::repeat(1)));
    });
    (NetContext::from(listener.accept().unwrap().0), thread)
}

fn is_timeout(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == ErrorKind::TimedOut)
}

#[test]
fn a_client_that_dribbles_runs_out_of_time() {
    let (net, thread) = dribbling_client();
    let server = Handshake::server(&server_config(), net).unwrap();
    let start = Instant::now();
    let Err(HandshakeError::Failed { error, parts }) = server.complete_within(LIMIT) else {
        panic!("the handshake must fail");
    };
    assert!(is_timeout(&error), "{error:?}");
    assert!(start.elapsed() < LIMIT * 5);
    drop(parts);
    thread.join().unwrap();
}

#[test]
fn a_client_hello_that_dribbles_runs_out_of_time() {
    let (net, thread) = dribbling_client();
    let start = Instant::now();
    let Err(HandshakeError::Failed { error, mut parts }) = Acceptor::new(net).accept_within(LIMIT)
    else {
        panic!("the ClientHello must not come");
    };
    assert!(is_timeout(&error), "{error:?}");
    assert!(start.elapsed() >= LIMIT && start.elapsed() < LIMIT * 5);
    // What came so far is there, and the transport has no limit any more.
    assert_eq!(parts.unread[..5], [22, 3, 1, 0x40, 0]);
    parts.transport.read_exact(&mut [0; 2]).unwrap();
    drop(parts);
    thread.join().unwrap();
}

#[test]
fn the_limit_ends_with_the_handshake() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let net = NetContext::from(listener.accept().unwrap().0);
        let accepted = Acceptor::new(net).accept_within(LIMIT * 5).unwrap();
        let server = accepted.into_handshake(&server_config()).unwrap();
        let mut server = server.complete_within(Duration::from_secs(30)).unwrap();
        thread::sleep(LIMIT * 2);
        server.write_all(b"late").unwrap();
        server.close().unwrap();
    });
    let net = NetContext::connect(address).unwrap();
    let client = Handshake::client(&client_config(), pki::name(), net).unwrap();
    // The time for the handshake passes while the session waits for data.
    let mut client = match client.complete_within(LIMIT) {
        Ok(client) => client,
        Err(error) => panic!("{error} (on a machine that is slower than the limit)"),
    };
    let mut all = String::new();
    client.read_to_string(&mut all).unwrap();
    assert_eq!(all, "late");
    server.join().unwrap();
}
