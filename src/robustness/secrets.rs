//! Memory that is given back holds no secret.
//!
//! For C there is a rule without a list of secrets: a freed block holds
//! nothing but zeros, small numbers and addresses. Rust's blocks are searched
//! for the secrets that a test knows.

use std::io::{Read, Write};
use std::sync::OnceLock;

use base64ct::Encoding;

use super::scene::{Memory, Scene, TICKET_KEY, name, ticket_keys};
use super::sessions::Sessions;
use crate::ffi::allocation::{Freed, Heap, collecting};
use crate::pk::tests::openssl::Openssl;
use crate::pk::tests::secret_numbers;
use crate::ssl::fuzzing::Purpose;
use crate::{ClientSessions, Drbg, Entropy, PrivateKey, ResumptionData, TicketKeys};

#[test]
fn a_session_leaves_nothing_behind() {
    let others = [Some(Scene::ecdsa()), Scene::rsa()];
    let scenes = [
        Scene::mutual(),
        Scene::psk(),
        Scene::ecdhe_psk(),
        Scene::mutual().with(Memory::Tickets),
        Scene::mutual().with(Memory::Cache),
    ];
    for scene in others.into_iter().flatten().chain(scenes) {
        let secret = Pattern::new();
        let data = secret.fill(20_000);
        let ((), mut freed) = collecting(|| {
            let mut sessions = scene.configs().unwrap().handshake().unwrap();
            sessions.exchange(&data).unwrap();
        });
        // What the test itself read into.
        let before = freed.len();
        freed.retain(|block| block.bytes != data);
        assert_eq!(before - freed.len(), 2);
        assert_no_residue(&freed);
        assert_absent(&freed, &secret.0);
        assert_key_absent(&freed, &scene.key);
        if let Some(psk) = &scene.psk {
            assert_absent_in_chunks(&freed, psk);
        }
    }
}

#[test]
fn a_session_that_is_cut_off_leaves_nothing_behind() {
    let scene = Scene::ecdsa();
    let secret = Pattern::new();
    let data = secret.fill(20_000);
    let ((), freed) = collecting(|| {
        let configs = scene.configs().unwrap();
        let Sessions {
            mut client,
            mut server,
        } = configs.handshake().unwrap();
        client.write_all(&data).unwrap();
        client.flush().unwrap();
        let sent = client.get_mut().take_outgoing();
        server.get_mut().push_incoming(&sent);
        // Decrypted and unread in one, accepted and unsent in the other.
        let read = server.read(&mut [0; 3]).unwrap();
        assert_eq!(read, 3);
        client.write_all(&data[..100]).unwrap();
    });
    assert_no_residue(&freed);
    assert_absent(&freed, &secret.0);
}

#[test]
fn a_handshake_that_fails_leaves_nothing_behind() {
    let scene = Scene::revoked();
    let ((), freed) = collecting(|| {
        let failed = scene.configs().unwrap().handshake();
        assert!(failed.is_err());
    });
    assert_no_residue(&freed);
    assert_key_absent(&freed, &scene.key);
}

#[test]
fn the_master_secret_is_nowhere_but_in_its_line() {
    let scene = Scene::ecdsa();
    let configs = scene.configs().unwrap();
    let (sessions, mut freed) = collecting(|| configs.handshake().unwrap());
    let (line, more) = collecting(|| sessions.client.danger_key_log_line().unwrap());
    freed.extend(more);
    let mut exported = [0; 100];
    let ((), more) = collecting(|| {
        let label = b"EXPORTER-test";
        let client = &sessions.client;
        client
            .export_keying_material(&mut exported, label, None)
            .unwrap();
        drop(sessions);
    });
    freed.extend(more);

    let hex = line.rsplit(' ').next().unwrap();
    assert_eq!(hex.len(), 96);
    assert_absent_in_chunks(&freed, hex.as_bytes());
    assert_absent_in_chunks(&freed, &from_hex(hex));
    assert_absent_in_chunks(&freed, &exported);
    assert_no_residue(&freed);
}

#[test]
fn a_session_that_is_kept_leaves_nothing_behind() {
    for memory in [Memory::Tickets, Memory::Cache] {
        let scene = Scene::mutual().with(memory);
        let (configs, mut freed) = collecting(|| scene.configs().unwrap());
        let (sessions, more) = collecting(|| configs.handshake().unwrap());
        freed.extend(more);
        let line = sessions.client.danger_key_log_line().unwrap();
        let master = from_hex(line.rsplit(' ').next().unwrap());

        let mut configs = configs;
        let ((), more) = collecting(|| {
            let data = sessions.client.resumption_data().unwrap();
            drop(sessions);
            let keys = ticket_keys().unwrap();
            let mut sealed = data.seal(&keys).unwrap();
            drop(ResumptionData::open(&keys, &sealed).unwrap());
            sealed[60] ^= 1;
            ResumptionData::open(&keys, &sealed).unwrap_err();

            let remembered = ClientSessions::new(10);
            remembered.put(&name(), [0; 32], data.clone());
            assert_eq!(remembered.len(), 1);
            configs.data = Some(data);
            let mut sessions = configs.handshake().unwrap();
            assert!(sessions.server.is_resumed());
            sessions.exchange(b"some data").unwrap();
            drop((configs, remembered));
        });
        freed.extend(more);
        assert_absent_in_chunks(&freed, &master);
        assert_absent_in_chunks(&freed, &TICKET_KEY);
        assert_no_residue(&freed);
    }
}

#[test]
fn ticket_keys_leave_nothing_behind() {
    let secrets = [1_u8, 2, 3].map(|n| [[n, 77, 200, 13], [91, n, 4, 250]].concat().repeat(4));
    let [first, second, third] = secrets.clone().map(|key| key.try_into().unwrap());
    let ((), freed) = collecting(|| {
        let day = TicketKeys::MAX_LIFETIME;
        let keys = TicketKeys::supplied(day, &first, &[second]).unwrap();
        let sealed = keys.seal(Purpose::Ticket, b"", b"text").unwrap();
        keys.replace(&third, &[first]).unwrap();
        assert!(keys.open(Purpose::Ticket, b"", &sealed).is_some());
        keys.replace(&first, &[first]).unwrap_err();
    });
    for secret in secrets {
        assert_absent_in_chunks(&freed, &secret);
    }
    assert_no_residue(&freed);
}

/// What the key exchange computes, in the hands of aws-lc, of ours, and of C.
#[cfg(feature = "accel")]
#[test]
fn the_shared_secret_of_a_key_exchange_is_nowhere() {
    use crate::ffi::last_shared;

    for scene in [Scene::ecdsa(), Scene::ecdhe_psk()] {
        let ((), freed) = collecting(|| drop(scene.configs().unwrap().handshake().unwrap()));
        assert_absent_in_chunks(&freed, &last_shared()[..32]);
    }
}

#[test]
fn loading_a_key_leaves_nothing_behind() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    for algorithm in [
        &["RSA", "rsa_keygen_bits:2048"],
        &["EC", "ec_paramgen_curve:P-521"],
    ] {
        let pem = openssl.generate(algorithm);
        let der = openssl.run(&["pkey", "-outform", "DER"], &pem);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &pem).unwrap();
        let password = "a password that nobody guesses";
        let pass = format!("pass:{password}");
        let encrypted = openssl.run(
            &["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", &pass],
            &pem,
        );

        let ((), freed) = collecting(|| {
            drop(PrivateKey::from_pem(&pem).unwrap());
            drop(PrivateKey::from_der(&der).unwrap());
            drop(PrivateKey::from_pem_file(file.path()).unwrap());
            drop(PrivateKey::from_pem_encrypted(&encrypted, password).unwrap());
            PrivateKey::from_pem_encrypted(&encrypted, "another password").unwrap_err();
            PrivateKey::from_der(&der[..der.len() - 1]).unwrap_err();
        });
        assert_no_residue(&freed);
        assert_key_absent(&freed, &der);
        assert_absent(&freed, password.as_bytes());
    }
}

#[cfg(feature = "pkcs12")]
#[test]
fn a_pkcs12_file_leaves_nothing_behind() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let scene = Scene::ecdsa();
    let block = |label: &str, der: &[u8]| {
        let base64 = base64ct::Base64::encode_string(der).into_bytes();
        let lines = base64.chunks(64).map(String::from_utf8_lossy);
        let body = Vec::from_iter(lines).join("\n");
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    let parts = block("PRIVATE KEY", &scene.key) + &block("CERTIFICATE", &scene.leaf);
    let password = "a password that nobody guesses";
    let pass = format!("pass:{password}");
    let file = openssl.run(&["pkcs12", "-export", "-passout", &pass], parts.as_bytes());

    let ((), freed) = collecting(|| {
        drop(crate::Pkcs12::from_der(&file, password).unwrap());
        crate::Pkcs12::from_der(&file, "another password").unwrap_err();
    });
    let utf16: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_no_residue(&freed);
    assert_key_absent(&freed, &scene.key);
    assert_absent(&freed, password.as_bytes());
    assert_absent(&freed, &utf16);
}

#[test]
fn a_generator_leaves_nothing_behind() {
    let ((), freed) = collecting(|| {
        let drbg = Drbg::seed(Entropy::new().unwrap(), b"").unwrap();
        drbg.fill(&mut [0; 100]).unwrap();
        drbg.reseed().unwrap();
    });
    assert_no_residue(&freed);
}

/// Sixteen bytes that no memory holds by chance.
struct Pattern([u8; 16]);

impl Pattern {
    fn new() -> Self {
        Self(std::array::from_fn(|i| (i as u8).wrapping_mul(37) ^ 0xC5))
    }

    /// Any 31 bytes of what this gives hold the pattern.
    fn fill(&self, len: usize) -> Vec<u8> {
        self.0.iter().copied().cycle().take(len).collect()
    }
}

/// Fails when a block of C holds more than zeros, small numbers and addresses.
///
/// The upper two bytes of a number or an address are zero. Of the words of a
/// secret one in 65,536 is so. Tickets may stay: they are sealed and went over
/// the wire.
///
/// Where an address has four bytes it looks like anything, and nothing is told.
pub(super) fn assert_no_residue(freed: &[Freed]) {
    if cfg!(target_pointer_width = "32") {
        return;
    }
    for Freed { heap, bytes } in freed.iter().filter(|block| !is_ticket(block)) {
        let words = bytes.chunks_exact(8);
        let rest = words.remainder();
        let words: Vec<&[u8]> = words.collect();
        let is_odd = |word: &[u8]| match cfg!(target_endian = "little") {
            true => word[6..] != [0, 0],
            false => word[..2] != [0, 0],
        };
        let odd = (0..words.len())
            .filter(|&at| {
                is_odd(words[at]) && !is_empty_number(&words[at..]) && words[at] != ENDED_LOCK
            })
            .count();
        assert!(
            *heap == Heap::Rust || (odd == 0 && rest.iter().all(|byte| *byte <= 1)),
            "C gave back a block of {} bytes with {odd} words unwiped: {bytes:02x?}",
            bytes.len()
        );
    }
}

/// By this glibc knows a lock that was destroyed. In little-endian order it passes
/// for a small number.
const ENDED_LOCK: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// Whether an empty `mbedtls_mpi` begins here: a sign, no limbs. The four bytes
/// between hold what the stack held: C copies such a struct whole into a key.
fn is_empty_number(words: &[&[u8]]) -> bool {
    match words {
        [sign, len, limbs, ..] => {
            sign[..4] == 1_i32.to_ne_bytes() && **len == [0; 8] && **limbs == [0; 8]
        }
        _ => false,
    }
}

/// Whether it begins as all that is sealed with the key of the scenes.
fn is_ticket(block: &Freed) -> bool {
    const VERSION_AND_NAME: usize = 17;
    static HEAD: OnceLock<Vec<u8>> = OnceLock::new();
    let head = HEAD.get_or_init(|| {
        let sealed = ticket_keys().unwrap().seal(Purpose::Ticket, b"", b"");
        sealed.unwrap()[..VERSION_AND_NAME].to_vec()
    });
    block.bytes.starts_with(head)
}

fn assert_absent(freed: &[Freed], secret: &[u8]) {
    for Freed { heap, bytes } in freed {
        let found = bytes.windows(secret.len()).any(|window| window == secret);
        assert!(
            !found,
            "a block of {} bytes, given back to {heap:?}, holds {secret:02x?}",
            bytes.len()
        );
    }
}

/// As [`assert_absent`], for each 16 bytes of a secret.
pub(super) fn assert_absent_in_chunks(freed: &[Freed], secret: &[u8]) {
    for chunk in secret.chunks_exact(16) {
        assert_absent(freed, chunk);
    }
}

/// Looks for the secret numbers of a key as they are, with the last byte
/// first, as C keeps them, and in the base64 of its PEM.
fn assert_key_absent(freed: &[Freed], der: &[u8]) {
    let base64 = base64ct::Base64::encode_string(der);
    for number in secret_numbers(der) {
        let reversed: Vec<u8> = number.iter().rev().copied().collect();
        assert_absent_in_chunks(freed, number);
        assert_absent_in_chunks(freed, &reversed);
        let start = number.as_ptr() as usize - der.as_ptr() as usize;
        let (first, end) = ((start / 3 + 1) * 4, (start + number.len()) / 3 * 4);
        // Lines have 64 characters, so no such piece crosses one.
        for at in (first.next_multiple_of(16)..end - 16).step_by(16) {
            assert_absent(freed, &base64.as_bytes()[at..at + 16]);
        }
    }
}

pub(super) fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().map(|c| c.to_digit(16).unwrap() as u8).collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
