//! Nothing that is printed holds a secret.

use std::fmt::{Debug, Display};
use std::io::{Read, Write};

use base64ct::{Base64, Encoding};

use super::scene::{Memory, Scene, TICKET_KEY, name, ticket_keys};
use super::sessions::Sessions;
use crate::pk::tests::openssl::Openssl;
use crate::pk::tests::secret_numbers;
use crate::ssl::Acceptor;
use crate::ssl::fuzzing::Purpose;
use crate::{
    Certificate, ClientSessions, Connector, Crl, Drbg, Entropy, Handshake, MemoryStore,
    MemoryTransport, PreSharedKey, PrivateKey, ResumptionData, SessionCache, SslConfig, TicketKeys,
    TrustStore, Verifier,
};

const PLAINTEXT: &[u8] = b"the plaintext of a session";
const PASSWORD: &str = "a password that nobody guesses";

/// All that was printed.
#[derive(Default)]
struct Printed(Vec<String>);

impl Printed {
    fn debug(&mut self, value: &dyn Debug) {
        self.0.push(format!("{value:?}"));
        self.0.push(format!("{value:#?}"));
    }

    fn both<T: Debug + Display>(&mut self, value: &T) {
        self.debug(value);
        self.0.push(value.to_string());
    }

    /// An error, and what it says as an `io::Error`.
    fn error<T, E>(&mut self, result: Result<T, E>)
    where
        E: Debug + Display + Into<std::io::Error>,
    {
        let Err(error) = result else {
            panic!("it was to fail")
        };
        self.both(&error);
        self.both(&error.into());
    }

    fn assert_without(&self, secret: &[u8]) {
        for form in forms(secret) {
            let found = self.0.iter().find(|text| text.contains(&form));
            assert_eq!(found, None, "it shows {form}");
        }
    }
}

/// A piece of a secret as it may look in a text.
fn forms(piece: &[u8]) -> Vec<String> {
    let list = |separator: &str, format: fn(&u8) -> String| {
        let items: Vec<String> = piece.iter().map(format).collect();
        items.join(separator)
    };
    // All that base64 says of this piece, wherever it begins in the whole.
    let base64 = (0..3).map(|skip| {
        let whole = &piece[skip..];
        Base64::encode_string(&whole[..whole.len() / 3 * 3])
    });
    let mut forms = vec![
        String::from_utf8_lossy(piece).into_owned(),
        piece.escape_ascii().to_string(),
        list(", ", |byte| byte.to_string()),
        list(",\n    ", |byte| byte.to_string()),
        list("", |byte| format!("{byte:02x}")),
        list("", |byte| format!("{byte:02X}")),
        list(" ", |byte| format!("{byte:02x}")),
        list(":", |byte| format!("{byte:02X}")),
        list(", ", |byte| format!("{byte:02x}")),
        list(", ", |byte| format!("{byte:x}")),
    ];
    forms.extend(base64);
    forms
}

#[test]
fn keys_and_their_errors_show_nothing() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    for algorithm in [
        &["RSA", "rsa_keygen_bits:2048"],
        &["EC", "ec_paramgen_curve:P-384"],
    ] {
        let pem = openssl.generate(algorithm);
        let der = openssl.run(&["pkey", "-outform", "DER"], &pem);
        let pass = format!("pass:{PASSWORD}");
        let to_encrypted = ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", &pass];
        let encrypted = openssl.run(&to_encrypted, &pem);
        let mut printed = Printed::default();

        printed.debug(&PrivateKey::from_pem(&pem).unwrap());
        for cut in [1, der.len() / 2, der.len() - 1] {
            printed.error(PrivateKey::from_der(&der[..cut]));
        }
        for at in (0..der.len()).step_by(7) {
            let mut damaged = der.clone();
            damaged[at] ^= 0x55;
            if let Err(error) = PrivateKey::from_der(&damaged) {
                printed.both(&error);
            }
        }
        for at in (0..pem.len()).step_by(11) {
            let mut damaged = pem.clone();
            damaged[at] = b'!';
            if let Err(error) = PrivateKey::from_pem(&damaged) {
                printed.both(&error);
            }
        }
        printed.error(PrivateKey::from_pem(&encrypted));
        printed.error(PrivateKey::from_pem_encrypted(&encrypted, "wrong"));
        let cut = &encrypted[..encrypted.len() / 2];
        printed.error(PrivateKey::from_pem_encrypted(cut, PASSWORD));
        // A key where something else belongs.
        printed.error(Certificate::from_pem(&pem));
        printed.error(Certificate::from_der(&der));
        printed.error(Certificate::chain_from_pem(&pem));
        printed.error(TrustStore::from_pem(&pem));
        printed.error(TrustStore::from_der(&der));
        printed.error(Crl::from_pem(&pem));
        printed.error(Crl::from_der(&der));
        let store = TrustStore::builder().der(&der);
        printed.debug(&store);

        for number in secret_numbers(&der) {
            for piece in number.chunks_exact(12) {
                printed.assert_without(piece);
            }
        }
        printed.assert_without(PASSWORD.as_bytes());
    }
}

#[test]
fn sessions_and_their_parts_show_nothing() {
    let scene = Scene::ecdsa();
    let mut printed = Printed::default();
    let configs = scene.configs().unwrap();
    printed.debug(&configs.client);
    printed.debug(&configs.server);
    printed.debug(&Connector::new(configs.client.clone()));
    let key = PrivateKey::from_der(&scene.key).unwrap();
    let leaf = Certificate::from_der(&scene.leaf).unwrap();
    printed.debug(&leaf);
    let stranger = Certificate::from_der(&scene.root).unwrap();
    let server = SslConfig::server();
    printed.debug(&server);
    printed.debug(&SslConfig::client().identity([leaf.clone()], key.clone()));
    printed.debug(&SslConfig::server().identity([leaf], key.clone()));
    printed.error(SslConfig::server().identity([stranger], key).build());
    let store = TrustStore::from_der(&scene.root).unwrap();
    printed.debug(&store);
    let with_psk = Scene::psk();
    let configs_with_psk = with_psk.configs().unwrap();
    printed.debug(&configs_with_psk.client);
    printed.debug(&configs_with_psk.server);
    let psk = with_psk.psk.as_deref().unwrap();
    printed.debug(&PreSharedKey::new(psk).unwrap());
    printed.debug(&SslConfig::client().pre_shared_key("x", PreSharedKey::new(psk).unwrap()));
    printed.error(PreSharedKey::new(&psk[..15]));
    printed.error(PreSharedKey::new([psk, psk, psk].concat()));
    let digits: String = psk.iter().map(|byte| format!("{byte:02x}")).collect();
    printed.error(PreSharedKey::from_hex(&digits[1..]));
    let sessions = configs_with_psk.handshake().unwrap();
    printed.debug(&sessions.client);
    printed.debug(&sessions.server);
    printed.debug(&Verifier::new(store));
    printed.debug(&Entropy::new().unwrap());
    printed.debug(&Drbg::seed(Entropy::new().unwrap(), b"").unwrap());

    let mut client = Handshake::client(&configs.client, name(), MemoryTransport::new()).unwrap();
    printed.debug(&client);
    printed.error(client.advance());
    let hello = client.get_mut().take_outgoing();
    let mut transport = MemoryTransport::new();
    transport.push_incoming(&hello);
    let accepted = Acceptor::new(transport).accept().unwrap();
    printed.debug(&accepted);
    printed.debug(&accepted.into_handshake(&configs.server).unwrap());
    printed.debug(&client.into_parts());

    let Sessions {
        mut client,
        mut server,
    } = configs.handshake().unwrap();
    let line = client.danger_key_log_line().unwrap();
    client.write_all(PLAINTEXT).unwrap();
    printed.debug(&client);
    let sent = client.get_mut().take_outgoing();
    server.get_mut().push_incoming(&sent);
    server.read_exact(&mut [0; 1]).unwrap();
    printed.debug(&server);
    server.get_mut().push_incoming(&[23, 3, 3, 0, 40]);
    server.get_mut().push_incoming(&[9; 40]);
    let mut rest = Vec::new();
    printed.both(&server.read_to_end(&mut rest).unwrap_err());
    printed.both(&server.write(PLAINTEXT).unwrap_err());
    printed.debug(&server.into_inner());
    client.write_all(PLAINTEXT).unwrap();
    printed.debug(&client.into_inner());

    for number in secret_numbers(&scene.key) {
        for piece in number.chunks_exact(12) {
            printed.assert_without(piece);
        }
    }
    for piece in psk.chunks_exact(12) {
        printed.assert_without(piece);
    }
    for piece in PLAINTEXT[1..].chunks_exact(12) {
        printed.assert_without(piece);
    }
    let master = line.rsplit(' ').next().unwrap();
    for piece in super::secrets::from_hex(master).chunks_exact(12) {
        printed.assert_without(piece);
    }
}

#[test]
fn kept_sessions_and_what_keeps_them_show_nothing() {
    for memory in [Memory::Tickets, Memory::Cache] {
        let mut printed = Printed::default();
        let scene = Scene::mutual().with(memory);
        let mut configs = scene.configs().unwrap().after_a_session().unwrap();
        let data = configs.data.take().unwrap();
        let state = data.state();
        printed.debug(&configs.server);
        printed.debug(&data);

        let keys = ticket_keys().unwrap();
        printed.debug(&keys);
        let day = TicketKeys::MAX_LIFETIME;
        printed.error(TicketKeys::supplied(day, &TICKET_KEY, &[TICKET_KEY]));
        printed.error(TicketKeys::supplied(day, &TICKET_KEY, &[TICKET_KEY; 16]));
        printed.error(keys.replace(&TICKET_KEY, &[TICKET_KEY]));
        printed.error(keys.rotate());
        printed.debug(&SessionCache::new(MemoryStore::new(1), keys.clone()));

        let sealed = data.seal(&keys).unwrap();
        for cut in [0, 1, 40, sealed.len() - 1] {
            printed.error(ResumptionData::open(&keys, &sealed[..cut]));
        }
        let opened = keys.open(Purpose::Saved, b"", &sealed).unwrap();
        let other = keys.seal(Purpose::Saved, b"", &opened.text[1..]).unwrap();
        printed.error(ResumptionData::open(&keys, &other));
        // As if the secret itself were what somebody had stored.
        printed.error(ResumptionData::open(&keys, &state.master[..]));

        let remembered = ClientSessions::new(10);
        remembered.put(&name(), state.binding, data.clone());
        printed.debug(&remembered);
        let client = Handshake::client(&configs.client, name(), MemoryTransport::new());
        printed.debug(&client.unwrap().remember(&remembered));

        // Resumed; then with a secret that differs, which ends in an error on both sides.
        configs.data = Some(data.clone());
        let sessions = configs.handshake().unwrap();
        assert!(sessions.server.is_resumed());
        printed.debug(&sessions.client);
        printed.debug(&sessions.server);
        let mut changed = state.clone();
        changed.master[0] ^= 1;
        configs.data = ResumptionData::new(changed, data.handle().clone(), u64::MAX);
        printed.both(&configs.handshake().err().expect("the keys differ").error);

        for piece in state.master[1..].chunks_exact(12) {
            printed.assert_without(piece);
        }
        for piece in TICKET_KEY.chunks_exact(12) {
            printed.assert_without(piece);
        }
        for number in secret_numbers(&scene.key) {
            for piece in number.chunks_exact(12) {
                printed.assert_without(piece);
            }
        }
    }
}

#[test]
fn the_search_finds_what_is_printed() {
    let secret = b"\x01\xF2 twelve!\xAA\x55";
    let whole = [b"before".as_slice(), secret, b"after"].concat();
    for printed in [
        format!("{whole:?}"),
        format!("{whole:x?}"),
        format!("{whole:02x?}"),
        Base64::encode_string(&whole),
        Base64::encode_string(&whole[1..]),
        Base64::encode_string(&whole[2..]),
        whole.escape_ascii().to_string(),
    ] {
        let found = forms(secret).iter().any(|form| printed.contains(form));
        assert!(found, "{printed}");
    }
}
