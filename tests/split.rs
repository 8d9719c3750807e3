//! Reading and writing one session from two threads, over real sockets.

#![cfg(feature = "full")]

mod common;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use embertls::ssl::{ReadHalf, WriteHalf};
use embertls::{
    Certificate, Handshake, NetContext, PrivateKey, Server, ServerName, SslConfig, SslSession,
};

use common::certificates::{Authority, HOST, Leaf};
use common::process::patient;
use common::{ours, rustls_peer};

const LEN: usize = 4 << 20;

struct Configs {
    client: SslConfig,
    server: SslConfig<Server>,
}

fn configs() -> Configs {
    let root = Authority::root("root");
    let identity = root.issue(Leaf::new());
    let server = SslConfig::server()
        .identity(
            Certificate::chain_from_pem(&identity.chain_pem).unwrap(),
            PrivateKey::from_pem(&identity.key_pem).unwrap(),
        )
        .build()
        .unwrap();
    Configs {
        client: ours::client(&root).build().unwrap(),
        server,
    }
}

/// A client and a server of ours over one connection.
fn pair() -> (SslSession<TcpStream>, SslSession<TcpStream>) {
    pair_over(|stream| stream)
}

/// The same, the client on a transport that is made of its socket.
fn pair_over<T: Read + Write>(
    transport: impl FnOnce(TcpStream) -> T,
) -> (SslSession<T>, SslSession<TcpStream>) {
    let configs = configs();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::scope(|scope| {
        let serving = scope.spawn(|| {
            let (stream, _) = listener.accept().unwrap();
            let handshake = Handshake::server(&configs.server, patient(stream)).unwrap();
            handshake.complete().unwrap()
        });
        let stream = patient(TcpStream::connect(address).unwrap());
        let name = ServerName::try_from(HOST).unwrap();
        let handshake = Handshake::client(&configs.client, name, transport(stream)).unwrap();
        (handshake.complete().unwrap(), serving.join().unwrap())
    })
}

type Halves = (ReadHalf<TcpStream, TcpStream>, WriteHalf<TcpStream>);

fn split(session: SslSession<TcpStream>) -> Halves {
    let handle = session.get_ref().try_clone().unwrap();
    session.split(handle)
}

/// Bytes that tell where they belong.
fn pattern(seed: u8, len: usize) -> Vec<u8> {
    (0..len).map(|i| (i / 251) as u8 ^ i as u8 ^ seed).collect()
}

fn send_all(writer: &mut WriteHalf<TcpStream>, data: &[u8]) {
    // Pieces that fit no record.
    for piece in data.chunks(10_007) {
        writer.write_all(piece).unwrap();
    }
    writer.close().unwrap();
}

#[test]
fn both_ends_send_and_receive_at_once() {
    let (client, server) = pair();
    let (mut client_reader, mut client_writer) = split(client);
    let (mut server_reader, mut server_writer) = split(server);
    let (up, down) = (pattern(1, LEN), pattern(2, LEN));
    thread::scope(|scope| {
        scope.spawn(|| send_all(&mut client_writer, &up));
        scope.spawn(|| send_all(&mut server_writer, &down));
        let received = scope.spawn(|| {
            let mut data = Vec::new();
            client_reader.read_to_end(&mut data).unwrap();
            data
        });
        let mut data = Vec::new();
        server_reader.read_to_end(&mut data).unwrap();
        assert!(data == up, "what the client sent came whole");
        assert!(received.join().unwrap() == down, "and the other way");
    });
}

#[test]
fn an_echo_of_rustls_is_read_while_more_is_sent() {
    let root = Authority::root("root");
    let identity = root.issue(Leaf::new());
    let provider = rustls_peer::restricted(None, None);
    let (port, served) = rustls_peer::serve_one(rustls_peer::server_config(&identity, provider));
    let net = NetContext::connect(("localhost", port)).unwrap();
    let config = ours::client(&root).build().unwrap();
    let name = ServerName::try_from(HOST).unwrap();
    let session = Handshake::client(&config, name, net).unwrap();
    let session = session.complete().unwrap();
    let handle = session.get_ref().try_clone().unwrap();
    let (mut reader, mut writer) = session.split(handle);
    let data = pattern(3, LEN);
    let echo = thread::scope(|scope| {
        scope.spawn(|| {
            writer.write_all(&data).unwrap();
            writer.close().unwrap();
        });
        let mut echo = Vec::new();
        reader.read_to_end(&mut echo).unwrap();
        echo
    });
    assert!(echo == data);
    served.join().unwrap().unwrap();
}

#[test]
fn a_writer_that_waits_does_not_stop_the_reader() {
    let (client, server) = pair();
    let (mut client_reader, mut client_writer) = split(client);
    let (mut server_reader, mut server_writer) = split(server);
    // More than all buffers on the way hold, so the writer waits.
    let data = pattern(4, 32 << 20);
    thread::scope(|scope| {
        let writing = scope.spawn(|| send_all(&mut client_writer, &data));
        let mut byte = [0];
        for count in 0..100 {
            server_writer.write_all(&[count]).unwrap();
            client_reader.read_exact(&mut byte).unwrap();
            assert_eq!(byte, [count]);
        }
        assert!(!writing.is_finished(), "nobody has read what it sends");
        let mut received = Vec::new();
        server_reader.read_to_end(&mut received).unwrap();
        assert!(received == data);
    });
}

#[test]
fn joined_halves_are_a_session_again() {
    let (client, server) = pair();
    let (mut reader, mut writer) = split(client);
    let (server_reader, mut server_writer) = split(server);
    writer.write_all(b"one").unwrap();
    server_writer.write_all(b"two").unwrap();
    let mut some = [0; 2];
    reader.read_exact(&mut some).unwrap();
    let mut client = SslSession::unsplit(reader, writer).unwrap();
    let mut server = SslSession::unsplit(server_reader, server_writer).unwrap();
    assert!(client.verify_result().is_verified());
    // What was decrypted and not read is still there.
    let mut byte = [0];
    client.read_exact(&mut byte).unwrap();
    assert_eq!([some[0], some[1], byte[0]], *b"two");
    client.write_all(b"three").unwrap();
    client.close().unwrap();
    let mut all = String::new();
    server.read_to_string(&mut all).unwrap();
    assert_eq!(all, "onethree");
}

#[test]
fn halves_of_different_sessions_are_given_back() {
    let (client, server) = pair();
    let (reader, writer) = split(client);
    let (server_reader, server_writer) = split(server);
    let (reader, mut server_writer) = SslSession::unsplit(reader, server_writer).unwrap_err();
    let (mut server_reader, writer) = SslSession::unsplit(server_reader, writer).unwrap_err();
    assert!(SslSession::unsplit(reader, writer).is_ok());
    server_writer.write_all(b"x").unwrap_or_default();
    assert_eq!(
        server_reader.read(&mut [0]).unwrap_err().kind(),
        ErrorKind::UnexpectedEof
    );
}

#[test]
fn a_cut_ends_both_halves() {
    let (client, server) = pair();
    let (mut reader, mut writer) = split(client);
    server.get_ref().shutdown(Shutdown::Both).unwrap();
    let error = reader.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    let error = writer.write(b"x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    let error = reader.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
}

/// A transport that takes nothing more once it is told so.
struct Breakable {
    stream: TcpStream,
    is_broken: Arc<AtomicBool>,
}

impl Read for Breakable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for Breakable {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self.is_broken.load(Ordering::Relaxed) {
            true => Err(ErrorKind::BrokenPipe.into()),
            false => self.stream.write(data),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

struct Reads<F>(F);

impl<F: FnMut(&mut [u8]) -> io::Result<usize>> Read for Reads<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (self.0)(buffer)
    }
}

/// The writing half fails while the other has a read under way: what that brings
/// is kept behind what was there.
#[test]
fn what_came_is_kept_when_the_writing_half_fails() {
    let is_broken = Arc::new(AtomicBool::new(false));
    let breakable = |stream| Breakable {
        stream,
        is_broken: Arc::clone(&is_broken),
    };
    let (client, mut server) = pair_over(breakable);
    server.write_all(&[7; 5000]).unwrap();
    let mut wire = client.get_ref().stream.try_clone().unwrap();

    let writing: Mutex<Option<WriteHalf<Breakable>>> = Mutex::new(None);
    let mut came = Vec::new();
    let reads = Reads(|buffer: &mut [u8]| {
        let most = match came.len() {
            0 => 1000,
            _ => {
                is_broken.store(true, Ordering::Relaxed);
                let mut writing = writing.lock().unwrap();
                let error = writing.as_mut().unwrap().write(b"x").unwrap_err();
                assert_eq!(error.kind(), ErrorKind::BrokenPipe);
                3000
            }
        };
        let len = most.min(buffer.len());
        wire.read_exact(&mut buffer[..len])?;
        came.extend_from_slice(&buffer[..len]);
        Ok(len)
    });
    let (mut reader, writer) = client.split(reads);
    *writing.lock().unwrap() = Some(writer);
    let error = reader.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);

    let writer = writing.lock().unwrap().take().unwrap();
    let Ok(client) = SslSession::unsplit(reader, writer) else {
        panic!("they belong together");
    };
    let unread = client.into_inner().unread;
    assert_eq!(unread.len(), 4000);
    assert!(unread == came);
}

#[test]
fn after_close_the_other_half_still_reads() {
    let (client, mut server) = pair();
    let (mut reader, mut writer) = split(client);
    writer.close().unwrap();
    writer.close().unwrap();
    let error = writer.write(b"x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    assert_eq!(server.read(&mut [0]).unwrap(), 0);
    server.write_all(b"late").unwrap();
    server.close().unwrap();
    let mut late = String::new();
    reader.read_to_string(&mut late).unwrap();
    assert_eq!(late, "late");
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);
}
