//! Keys elsewhere that fail, lie, or cannot be used at all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use embertls::{
    Alert, Error, Handshake, MemoryTransport, PrivateKey, ServerName, SignatureScheme, Signing,
    SigningKey,
};

use crate::common::certificates::{Authority, HOST, Identity};
use crate::common::ours;
use crate::keeper::{Faked, Keeper, ecdsa_identity, rsa_identity, server_with};

const P256: &[SignatureScheme] = &[SignatureScheme::EcdsaSha256];
const RSA: &[SignatureScheme] = &[SignatureScheme::RsaPkcs1Sha256];

/// A server and a client of ours in memory, up to where the server signs.
struct Pair {
    client: Handshake<MemoryTransport>,
    server: Handshake<MemoryTransport>,
}

impl Pair {
    fn new(root: &Authority, identity: &Identity, key: Arc<dyn SigningKey>) -> Self {
        let client = ours::client(root).build().unwrap();
        let name = ServerName::try_from(HOST).unwrap();
        let server = server_with(identity, key);
        let mut pair = Self {
            client: Handshake::client(&client, name, MemoryTransport::new()).unwrap(),
            server: Handshake::server(&server, MemoryTransport::new()).unwrap(),
        };
        assert!(matches!(pair.client.advance(), Err(Error::WouldBlock)));
        let hello = pair.client.get_mut().take_outgoing();
        pair.server.get_mut().push_incoming(&hello);
        pair
    }

    /// What the client says to what the server has sent.
    fn client_sees(&mut self) -> Error {
        let flight = self.server.get_mut().take_outgoing();
        self.client.get_mut().push_incoming(&flight);
        self.client.advance().unwrap_err()
    }
}

fn expect_alert(error: Error, expected: Alert) {
    match error {
        Error::Handshake(failure) => assert_eq!(failure.alert_received, Some(expected)),
        other => panic!("{other}"),
    }
}

#[test]
fn what_the_signer_says_is_the_source_of_the_error() {
    let root = Authority::root("root");
    let identity = ecdsa_identity(&root);
    let Some(keeper) = Keeper::of(&identity, P256) else {
        return;
    };
    let sign = |_: &Arc<Keeper>, _, _: &[u8]| Signing::failed("the token has been pulled");
    let mut pair = Pair::new(&root, &identity, Arc::new(Faked { keeper, sign }));
    let error = pair.server.advance().unwrap_err();
    assert_eq!(
        error.to_string(),
        "signing the handshake with ecdsa_sha256 by the private key (ECDSA, 256 bits): the token has been pulled"
    );
    assert!(matches!(error, Error::Signing { .. }));
    expect_alert(pair.client_sees(), Alert::InternalError);
    let again = pair.server.advance();
    assert!(matches!(again, Err(Error::Closed { .. })), "{again:?}");
}

#[test]
fn what_is_no_signature_is_never_sent() {
    let root = Authority::root("root");
    type Make = fn(&Keeper, SignatureScheme, &[u8]) -> Vec<u8>;
    let cases: [(&str, Make); 5] = [
        ("nothing", |_, _, _| Vec::new()),
        ("cut short", |keeper, scheme, digest| {
            let mut signature = keeper.signature(scheme, digest).unwrap();
            signature.pop();
            signature
        }),
        ("too long", |keeper, scheme, digest| {
            let mut signature = keeper.signature(scheme, digest).unwrap();
            signature.push(0);
            signature
        }),
        ("of something else", |keeper, scheme, _| {
            keeper.signature(scheme, &[7; 32]).unwrap()
        }),
        ("enormous", |_, _, _| vec![0x30; 100_000]),
    ];
    for (identity, schemes) in [
        (ecdsa_identity as fn(&Authority) -> Identity, P256),
        (rsa_identity, RSA),
    ] {
        if crate::common::programs::openssl().is_none() {
            return;
        }
        let identity = identity(&root);
        for (what, make) in cases {
            let keeper = Keeper::of(&identity, schemes).unwrap();
            let sign = move |keeper: &Arc<Keeper>, scheme, digest: &[u8]| {
                Signing::done(make(keeper, scheme, digest))
            };
            let mut pair = Pair::new(&root, &identity, Arc::new(Faked { keeper, sign }));
            let error = pair.server.advance().unwrap_err();
            assert!(matches!(error, Error::Signing { .. }), "{what}: {error}");
            assert!(error.to_string().contains("no signature"), "{error}");
            expect_alert(pair.client_sees(), Alert::InternalError);
        }
    }
}

#[test]
fn a_panic_in_a_signer_reaches_the_caller_unchanged() {
    let root = Authority::root("root");
    let identity = ecdsa_identity(&root);
    let at_once = |_: &Arc<Keeper>, _, _: &[u8]| -> Signing { std::panic::panic_any(42_u8) };
    let later =
        |_: &Arc<Keeper>, _, _: &[u8]| Signing::later(async { std::panic::panic_any(42_u8) });
    for late in [false, true] {
        let Some(keeper) = Keeper::of(&identity, P256) else {
            return;
        };
        let key: Arc<dyn SigningKey> = match late {
            true => Arc::new(Faked {
                keeper,
                sign: later,
            }),
            false => Arc::new(Faked {
                keeper,
                sign: at_once,
            }),
        };
        let mut pair = Pair::new(&root, &identity, key);
        let panic = catch_unwind(AssertUnwindSafe(|| pair.server.advance())).unwrap_err();
        assert_eq!(panic.downcast_ref::<u8>(), Some(&42));
        let after = pair.server.advance();
        assert!(matches!(after, Err(Error::Closed { .. })), "{after:?}");
    }
}

/// A key that says of itself what it is told.
struct Claims(Vec<u8>, Vec<SignatureScheme>);

impl SigningKey for Claims {
    fn public_key_der(&self) -> &[u8] {
        &self.0
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &self.1
    }

    fn sign(&self, _: SignatureScheme, _: &[u8]) -> Signing {
        Signing::failed("never asked")
    }
}

#[test]
fn keys_that_cannot_be_used_are_refused_with_the_reason() {
    let identity = ecdsa_identity(&Authority::root("root"));
    let p256 = PrivateKey::from_pem(&identity.key_pem).unwrap();
    let spki = p256.public_key_der();
    let ed25519 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let ed25519 = rcgen::PublicKeyData::subject_public_key_info(&ed25519);
    let cases: [(&[u8], &[SignatureScheme], &str); 6] = [
        (spki, &[], "no scheme"),
        (spki, RSA, "rsa_pkcs1_sha256"),
        (&spki[1..], P256, "SubjectPublicKeyInfo"),
        (&[spki, &[0]].concat(), P256, "SubjectPublicKeyInfo"),
        (&[], P256, "SubjectPublicKeyInfo"),
        (&ed25519, P256, "SubjectPublicKeyInfo"),
    ];
    for (spki, schemes, reason) in cases {
        let key = Arc::new(Claims(spki.to_vec(), schemes.to_vec()));
        let error = PrivateKey::from_signing_key(key).unwrap_err();
        assert!(matches!(error, Error::Key { .. }), "{error:?}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}
