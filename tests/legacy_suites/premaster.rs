//! Premaster secrets that are none: the server goes on with one that nobody
//! knows, and nothing tells why (RFC 5246, 7.4.7.1).

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Command, Stdio};

use embertls::{CipherSuite, NamedGroup};
use tempfile::TempDir;

use super::Pki;
use crate::common::process::patient;
use crate::common::records::{HANDSHAKE, Record, take_records};
use crate::common::{ours, programs};

const SUITE: CipherSuite = CipherSuite::RsaWithAes128GcmSha256;
const CLIENT_HELLO: u8 = 1;
const CLIENT_KEY_EXCHANGE: u8 = 16;
const MODULUS_LEN: usize = 256;

/// Puts another encrypted secret in the place of the client's, and another
/// version in its hello.
struct Replacing<T> {
    inner: T,
    encrypted: Option<Vec<u8>>,
    version: [u8; 2],
}

impl<T: Read> Read for Replacing<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<T: Write> Write for Replacing<T> {
    /// The client writes whole flights.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes.to_vec();
        for mut record in take_records(&mut rest) {
            if record.kind == HANDSHAKE && record.content.first() == Some(&CLIENT_KEY_EXCHANGE) {
                if let Some(encrypted) = self.encrypted.take() {
                    record = key_exchange(&encrypted);
                }
            }
            if record.kind == HANDSHAKE && record.content.first() == Some(&CLIENT_HELLO) {
                record.content[4..6].copy_from_slice(&self.version);
            }
            self.inner.write_all(&record.to_bytes())?;
        }
        assert!(rest.is_empty(), "a flight in pieces");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn key_exchange(encrypted: &[u8]) -> Record {
    let len = u16::try_from(encrypted.len()).expect("a key is short");
    let mut content = vec![CLIENT_KEY_EXCHANGE, 0];
    content.extend((len + 2).to_be_bytes());
    content.extend(len.to_be_bytes());
    content.extend(encrypted);
    Record::new(HANDSHAKE, content)
}

/// What both sides say of a handshake with this in place of the secret.
fn outcome(encrypted: Option<Vec<u8>>) -> (String, String) {
    outcome_with([3, 3], encrypted)
}

fn outcome_with(version: [u8; 2], encrypted: Option<Vec<u8>>) -> (String, String) {
    let pki = Pki::of(SUITE);
    let config = ours::server_accepting(&pki.identity, &[SUITE], NamedGroup::ALL);
    let (port, server) = ours::serve_one(config, 0);
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    let transport = Replacing {
        inner: patient(stream),
        encrypted,
        version,
    };
    let client = ours::client_offering(&pki.root, SUITE, NamedGroup::Secp256r1);
    let client = match ours::connect(&client, transport) {
        Ok(_) => "connected".to_owned(),
        Err(error) => error.to_string(),
    };
    let server = match server.join().expect("no panic") {
        Ok(_) => "served".to_owned(),
        Err(error) => error.to_string(),
    };
    (client, server)
}

/// Encrypted to the server's key, by another implementation.
fn encrypt(secret: &[u8], padding: &str) -> Vec<u8> {
    let dir = TempDir::new().expect("a folder");
    let key = dir.path().join("key.pem");
    std::fs::write(&key, &Pki::of(SUITE).identity.key_pem).expect("a file can be written");
    let openssl = programs::openssl().expect("asked for before");
    let mut process = Command::new(openssl)
        .args(["pkeyutl", "-encrypt", "-inkey"])
        .arg(&key)
        .args(["-pkeyopt", &format!("rsa_padding_mode:{padding}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl can be run");
    let mut stdin = process.stdin.take().expect("stdin is piped");
    stdin.write_all(secret).expect("it takes the secret");
    drop(stdin);
    let output = process.wait_with_output().expect("it ends");
    assert_eq!(output.stdout.len(), MODULUS_LEN);
    output.stdout
}

#[test]
fn what_is_no_premaster_secret_is_not_told_from_another() {
    if programs::openssl().is_none() {
        return;
    }
    let (client, _) = outcome(None);
    assert_eq!(client, "connected");

    let mut secret = vec![3, 3];
    secret.extend([7; 46]);
    let mut of_tls_1_1 = secret.clone();
    of_tls_1_1[1] = 2;
    // Without the marks of PKCS#1; with those of a signature; without an end
    // of the padding; with too little padding.
    let mut unpadded = vec![0x11; MODULUS_LEN];
    unpadded[0] = 0;
    let mut signature = vec![0xff; MODULUS_LEN];
    signature[..2].copy_from_slice(&[0, 1]);
    signature[MODULUS_LEN - 49] = 0;
    let mut endless = vec![0x22; MODULUS_LEN];
    endless[..2].copy_from_slice(&[0, 2]);
    let mut short_padding = endless.clone();
    short_padding[9] = 0;

    let wrong = [
        vec![0x77; MODULUS_LEN],
        vec![0; MODULUS_LEN],
        vec![0xff; MODULUS_LEN],
        vec![1; MODULUS_LEN - 1],
        vec![1; MODULUS_LEN + 1],
        vec![],
        encrypt(&of_tls_1_1, "pkcs1"),
        encrypt(&secret[..47], "pkcs1"),
        encrypt(&[secret.clone(), vec![1]].concat(), "pkcs1"),
        encrypt(&[], "pkcs1"),
        encrypt(&unpadded, "none"),
        encrypt(&signature, "none"),
        encrypt(&endless, "none"),
        encrypt(&short_padding, "none"),
        // A secret indeed, but not the one that the client goes on with.
        encrypt(&secret, "pkcs1"),
    ];
    let outcomes: Vec<_> = wrong.into_iter().map(|e| outcome(Some(e))).collect();
    assert!(
        outcomes[0].0.contains("bad_record_mac"),
        "{:?}",
        outcomes[0]
    );
    for outcome in &outcomes {
        assert_eq!(*outcome, outcomes[0]);
    }
}

/// The secret names the version of the hello as it came, also where that does
/// not exist yet.
#[test]
fn a_secret_is_of_the_version_in_the_hello() {
    if programs::openssl().is_none() {
        return;
    }
    // Finished is wrong, since the sides saw different hellos. It can be read only where the
    // secret was taken.
    let (client, _) = outcome_with([3, 4], None);
    assert!(client.contains("bad_record_mac"), "{client}");
}
