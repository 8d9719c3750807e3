//! The scripted peer as a client over a socket.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use embertls::Alert;

use crate::common::process::patient;
use crate::peer::Peer;
use crate::peer::messages::{client_extensions, length2, message};
use crate::peer::records::{ALERT, CHANGE_CIPHER_SPEC, DATA, HANDSHAKE, Suite};

const FATAL: u8 = 2;
const WARNING: u8 = 1;

pub struct Client {
    pub peer: Peer,
    stream: TcpStream,
}

impl Client {
    pub fn connect(port: u16) -> Self {
        Self {
            peer: Peer::client(),
            stream: patient(TcpStream::connect(("127.0.0.1", port)).unwrap()),
        }
    }

    /// A ClientHello that a server accepts.
    pub fn hello(&self) -> Hello {
        let whole = self.peer.client_hello(&[]);
        Hello {
            version: [3, 3],
            random: whole[6..38].to_vec(),
            session_id: Vec::new(),
            suites: [&Suite::Aes128Gcm.number()[..], &[0, 0xff]].concat(),
            compressions: vec![0],
            extensions: client_extensions(),
        }
    }

    /// Sends a handshake message in one record.
    pub fn send(&mut self, message: &[u8]) {
        self.peer.send(message);
        self.flush();
    }

    /// Sends one record with anything in it.
    pub fn record(&mut self, kind: u8, content: &[u8]) {
        self.peer.records.send(kind, content);
        self.flush();
    }

    /// Sends bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.peer.records.outgoing.extend_from_slice(bytes);
        self.flush();
    }

    pub fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.peer.records.outgoing);
        // A server that has refused already does not wait for the rest.
        let _ = self.stream.write_all(&bytes);
    }

    /// Sends a hello, and reads the server's flight.
    pub fn greet(&mut self) {
        let hello = self.hello().message();
        self.peer.send(&hello);
        self.wait_for_flight();
    }

    pub fn wait_for_flight(&mut self) {
        self.flush();
        self.read_until(|bytes| {
            let records = records_of(bytes).into_iter();
            let plain = records.filter(|(kind, _)| *kind == HANDSHAKE);
            let messages: Vec<u8> = plain.flat_map(|(_, content)| content).copied().collect();
            messages.ends_with(&[14, 0, 0, 0])
        });
        self.peer.read_server_flight();
    }

    /// Up to the point where the Finished is due.
    pub fn exchange_keys(&mut self) {
        self.greet();
        let exchange = self.peer.client_key_exchange();
        self.send(&exchange);
        self.peer.change_cipher_spec();
    }

    /// Up to the end of the handshake.
    pub fn establish(&mut self) {
        self.exchange_keys();
        let finished = self.peer.finished();
        self.send(&finished);
        self.wait_for_finished();
    }

    pub fn wait_for_finished(&mut self) {
        self.flush();
        self.read_until(|bytes| {
            let records = records_of(bytes);
            matches!(records[..], [(CHANGE_CIPHER_SPEC, _), (HANDSHAKE, _), ..])
        });
        self.peer.read_finished();
    }

    /// Reads until what came is enough.
    fn read_until(&mut self, is_enough: impl Fn(&[u8]) -> bool) {
        let mut seen = Vec::new();
        let mut buffer = [0; 4096];
        while !is_enough(&seen) {
            let len = self.stream.read(&mut buffer).unwrap();
            assert!(len > 0, "the server hung up: {seen:?}");
            seen.extend_from_slice(&buffer[..len]);
        }
        self.peer.records.receive(&seen);
    }

    fn read_to_end(&mut self) {
        let mut seen = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(len) => seen.extend_from_slice(&buffer[..len]),
                // It hung up with something of ours unread.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(error) => panic!("{error}"),
            }
        }
        self.peer.records.receive(&seen);
    }

    /// The server must send this alert, nothing behind it, and hang up.
    #[track_caller]
    pub fn refused(mut self, what: &str, alert: Alert) {
        self.read_to_end();
        let record = self.peer.records.next();
        let expected = Some((ALERT, vec![FATAL, alert.code()]));
        assert_eq!(record, expected, "{what} is to be refused with {alert}");
        assert_eq!(self.peer.records.next(), None, "{what}: behind the alert");
    }

    /// As [`Self::refused`], where RFC 5246 leaves the choice.
    #[track_caller]
    pub fn refused_with_one_of(mut self, what: &str, alerts: &[Alert]) {
        self.read_to_end();
        let record = self.peer.records.next();
        let fits = |alert: &Alert| record == Some((ALERT, vec![FATAL, alert.code()]));
        assert!(alerts.iter().any(fits), "{what}: {record:?}");
        assert_eq!(self.peer.records.next(), None, "{what}: behind the alert");
    }

    /// The server must decline to renegotiate.
    #[track_caller]
    pub fn declined(&mut self) {
        self.read_until(|bytes| !records_of(bytes).is_empty());
        self.peer
            .expect_alert(WARNING, Alert::NoRenegotiation.code());
    }

    /// The server must hang up without a word.
    #[track_caller]
    pub fn dropped(mut self, what: &str) {
        self.read_to_end();
        assert_eq!(self.peer.records.next(), None, "{what}");
    }

    /// Nothing more will come from us.
    pub fn stop(&mut self) {
        self.flush();
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// A whole request over an established session must be answered.
    #[track_caller]
    pub fn must_be_served(mut self, what: &str) {
        let request = b"GET /hello.txt HTTP/1.0\r\n\r\n";
        self.record(DATA, request);
        self.read_to_end();
        let (kind, answer) = self.peer.records.next().unwrap();
        assert_eq!(kind, DATA, "{what}: {answer:?}");
        assert!(answer.ends_with(b"\r\n\r\nhello"), "{what}");
        let end = self.peer.records.next();
        let close_notify = (ALERT, vec![WARNING, Alert::CloseNotify.code()]);
        assert_eq!(end, Some(close_notify), "{what}");
    }
}

/// The whole records at the front of `bytes`.
fn records_of(mut bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut records = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((content, behind)) = rest.split_at_checked(len) else {
            break;
        };
        records.push((*kind, content));
        bytes = behind;
    }
    records
}

/// The fields of a ClientHello, to be spoilt one by one.
pub struct Hello {
    pub version: [u8; 2],
    pub random: Vec<u8>,
    pub session_id: Vec<u8>,
    pub suites: Vec<u8>,
    pub compressions: Vec<u8>,
    pub extensions: Vec<u8>,
}

impl Hello {
    pub fn message(&self) -> Vec<u8> {
        let body = [
            &self.version[..],
            &self.random,
            &[self.session_id.len() as u8],
            &self.session_id,
            &length2(self.suites.len()),
            &self.suites,
            &[self.compressions.len() as u8],
            &self.compressions,
            &length2(self.extensions.len()),
            &self.extensions,
        ]
        .concat();
        message(1, &body)
    }
}
