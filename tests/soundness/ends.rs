//! How sessions end, and what is left of them.

use std::io::{BufRead, ErrorKind, Read, Write};

use embertls::{Handshake, HandshakeError};

use crate::pair::{Pair, assert_dead, pending, read_available, send};
use crate::peer::records::{ALERT, DATA};
use crate::peer::{established_client, established_server};
use crate::pki::{self, client_config, server_config};
use crate::wire::{End, wire};

const WARNING: u8 = 1;
const CLOSE_NOTIFY: u8 = 0;

#[test]
fn close_notify_is_the_end_for_ever() {
    let mut pair = Pair::new();
    send(&mut pair.server, b"all");
    pair.server.close().unwrap();
    let mut all = Vec::new();
    pair.client.read_to_end(&mut all).unwrap();
    assert_eq!(all, b"all");
    for ended in [false, true] {
        if ended {
            pair.client_end.end_incoming();
        }
        for _ in 0..3 {
            assert_eq!(pair.client.read(&mut [0; 8]).unwrap(), 0);
            assert_eq!(pair.client.fill_buf().unwrap(), b"");
        }
    }
    send(&mut pair.client, b"the other way is open");
    assert_eq!(read_available(&mut pair.server), b"the other way is open");
}

#[test]
fn nothing_is_read_behind_close_notify() {
    let (mut client, mut peer) = established_client();
    peer.alert(WARNING, CLOSE_NOTIFY);
    peer.records.send(DATA, b"behind");
    peer.exchange(client.get_ref());
    for _ in 0..3 {
        assert_eq!(client.read(&mut [0; 8]).unwrap(), 0);
    }
}

#[test]
fn a_cut_is_no_end_wherever_it_is() {
    let mut record = Vec::new();
    for cut in 0.. {
        let (mut client, mut peer) = established_client();
        peer.records.send(DATA, b"whole");
        let first = peer.records.outgoing.len();
        peer.records.send(DATA, b"cut off");
        record.splice(.., peer.records.outgoing.drain(first..));
        if cut == record.len() {
            break;
        }
        peer.records.outgoing.extend_from_slice(&record[..cut]);
        peer.exchange(client.get_ref());
        client.get_ref().end_incoming();
        let mut buffer = [0; 64];
        assert_eq!(client.read(&mut buffer).unwrap(), 5);
        let error = client.read(&mut buffer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{error}");
        assert_dead(&mut client);
    }
}

#[test]
fn a_cut_close_notify_is_a_cut() {
    let (mut server, mut peer) = established_server();
    peer.alert(WARNING, CLOSE_NOTIFY);
    peer.records.outgoing.pop();
    peer.exchange(server.get_ref());
    server.get_ref().end_incoming();
    let mut all = Vec::new();
    let error = server.read_to_end(&mut all).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn every_byte_is_accounted_for_when_a_session_is_taken_apart() {
    // However much the transport gives in one read.
    for most in [0, 1, 7, 40, 1000] {
        let (mut client, mut peer) = established_client();
        client.get_ref().limit(most);
        peer.records.send(DATA, b"read by half");
        peer.alert(WARNING, CLOSE_NOTIFY);
        peer.records
            .outgoing
            .extend_from_slice(b"plain text behind");
        peer.exchange(client.get_ref());
        let mut half = [0; 5];
        client.read_exact(&mut half).unwrap();
        client.get_ref().set_room(Some(3));
        client.write_all(b"pending").unwrap();

        let mut parts = client.into_inner();
        assert_eq!(parts.plaintext, b"by half");
        let mut rest = Vec::new();
        rest.extend_from_slice(&parts.unread);
        parts.transport.end_incoming();
        parts.transport.limit(0);
        parts.transport.read_to_end(&mut rest).unwrap();
        assert_eq!(rest.len(), 31 + 17, "close_notify and what follows");
        assert!(rest.ends_with(b"plain text behind"));

        parts.transport.set_room(None);
        parts.transport.write_all(&parts.unsent).unwrap();
        peer.exchange(&parts.transport);
        assert_eq!(peer.records.next(), Some((DATA, b"pending".to_vec())));
    }
}

#[test]
fn plain_text_behind_close_notify_is_kept() {
    for most in [0, 1, 7, 40] {
        let mut pair = Pair::new();
        pair.client_end.limit(most);
        send(&mut pair.server, b"secret");
        pair.server.close().unwrap();
        let mut parts = pair.server.into_inner();
        parts.transport.write_all(b"plain again").unwrap();

        let mut all = Vec::new();
        pair.client.read_to_end(&mut all).unwrap();
        assert_eq!(all, b"secret");
        let mut parts = pair.client.into_inner();
        assert!(parts.plaintext.is_empty() && parts.unsent.is_empty());
        let mut rest = parts.unread;
        parts.transport.limit(0);
        parts.transport.end_incoming();
        parts.transport.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"plain again");
    }
}

/// A transport that first gives what was read ahead of it.
struct Ahead {
    bytes: Vec<u8>,
    end: End,
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.bytes.is_empty() {
            return self.end.read(buffer);
        }
        let len = buffer.len().min(self.bytes.len());
        buffer[..len].copy_from_slice(&self.bytes[..len]);
        self.bytes.drain(..len);
        Ok(len)
    }
}

impl Write for Ahead {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.end.write(data)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.end.flush()
    }
}

/// Plain text, then TLS, then plain text: both ways, with a client that waits
/// for nothing.
#[test]
fn starttls_and_back() {
    let (mut client_end, mut server_end) = wire();
    client_end.write_all(b"STARTTLS\r\n").unwrap();
    let mut client = Handshake::client(&client_config(), pki::name(), client_end).unwrap();
    assert!(pending(client.advance()).unwrap());

    // The server reads a line, and gets more.
    let mut ahead = vec![0; 4096];
    let len = server_end.read(&mut ahead).unwrap();
    ahead.truncate(len);
    let line = ahead.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let bytes = ahead.split_off(line);
    assert_eq!(ahead, b"STARTTLS\r\n");
    assert!(!bytes.is_empty(), "the ClientHello came along");
    let transport = Ahead {
        bytes,
        end: server_end,
    };
    let server = Handshake::server(&server_config(), transport).unwrap();

    let Err(HandshakeError::WouldBlock(mut server)) = server.complete() else {
        panic!("the client's second flight is missing");
    };
    assert!(pending(client.advance()).unwrap());
    server.advance().unwrap();
    client.advance().unwrap();
    let (mut client, mut server) = (
        client.into_session().unwrap(),
        server.into_session().unwrap(),
    );

    // Both close, and go on in the clear at once.
    send(&mut client, b"secret question");
    client.close().unwrap();
    client.get_ref().clone().write_all(b"QUIT\r\n").unwrap();
    let mut all = Vec::new();
    server.read_to_end(&mut all).unwrap();
    assert_eq!(all, b"secret question");
    send(&mut server, b"secret answer");
    server.close().unwrap();
    let mut server = server.into_inner();
    server.transport.write_all(b"BYE\r\n").unwrap();
    let mut rest = server.unread;
    server.transport.end.end_incoming();
    server.transport.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"QUIT\r\n");

    let mut all = Vec::new();
    client.read_to_end(&mut all).unwrap();
    assert_eq!(all, b"secret answer");
    let mut client = client.into_inner();
    let mut rest = client.unread;
    client.transport.end_incoming();
    client.transport.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"BYE\r\n");
}

#[test]
fn a_handshake_given_up_keeps_its_transport() {
    let (client_end, server_end) = wire();
    let mut client = Handshake::client(&client_config(), pki::name(), client_end).unwrap();
    assert!(pending(client.advance()).unwrap());
    server_end.clone().write_all(b"\x15\x03\x03\x00").unwrap();
    assert!(pending(client.advance()).unwrap());
    let parts = client.into_parts();
    assert_eq!(parts.unread, b"\x15\x03\x03\x00");
    assert!(parts.plaintext.is_empty() && parts.unsent.is_empty());
}

#[test]
fn close_tells_the_peer_and_a_drop_does_not() {
    let mut pair = Pair::new();
    drop(pair.server);
    pair.client_end.end_incoming();
    let error = pair.client.read(&mut [0; 8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);

    let (mut client, mut peer) = established_client();
    client.close().unwrap();
    peer.exchange(client.get_ref());
    assert_eq!(
        peer.records.next(),
        Some((ALERT, vec![WARNING, CLOSE_NOTIFY]))
    );
}
