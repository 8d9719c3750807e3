//! Servers whose key is elsewhere.

use std::io::{Read, Write};
use std::sync::Arc;

use embertls::{Alert, Error, PrivateKey, Server, SignatureScheme, SslConfig};
use rustls::ClientConnection;

use crate::common::certificates::Authority;
use crate::common::rustls_peer;
use crate::common::{ours, programs};
use crate::keeper::{Keeper, chain, ecdsa_identity, rsa_identity, server_with};

/// A rustls client that accepts these signatures of a server, and no others.
fn client_accepting(root: &Authority, schemes: &[SignatureScheme]) -> ClientConnection {
    let mut provider = rustls_peer::restricted(None, None);
    let numbers: Vec<u16> = schemes.iter().map(|scheme| scheme.iana_number()).collect();
    let algorithms = &mut provider.signature_verification_algorithms;
    let wanted: Vec<_> = numbers
        .iter()
        .filter_map(|number| {
            let mut mapping = algorithms.mapping.iter();
            mapping.find(|(scheme, _)| u16::from(*scheme) == *number)
        })
        .copied()
        .collect();
    assert_eq!(wanted.len(), schemes.len(), "rustls knows all schemes");
    algorithms.mapping = Box::leak(wanted.into_boxed_slice());
    rustls_peer::client(root, provider)
}

/// One connection of such a client: what our server says of it.
fn serve(
    root: &Authority,
    config: SslConfig<Server>,
    schemes: &[SignatureScheme],
) -> Result<(), Error> {
    let (port, server) = ours::serve_one(config, 64);
    let connection = client_accepting(root, schemes);
    let stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("our server listens");
    let mut stream = rustls::StreamOwned::new(connection, stream);
    let sent = [0x17; 64];
    let mut back = [0; 64];
    let exchanged = stream
        .write_all(&sent)
        .and_then(|()| stream.read_exact(&mut back));
    stream.conn.send_close_notify();
    let _ = stream.flush();
    drop(stream);
    let served = server.join().expect("our server does not panic").map(drop);
    if served.is_ok() {
        exchanged.expect("the data come back");
        assert_eq!(back, sent);
    }
    served
}

#[test]
fn every_scheme_of_a_key_elsewhere_satisfies_rustls() {
    let root = Authority::root("root");
    if programs::openssl().is_none() {
        return;
    }
    let cases = [
        (ecdsa_identity(&root), &SignatureScheme::ECDSA[..1]),
        (rsa_identity(&root), SignatureScheme::RSA),
    ];
    for (identity, schemes) in cases {
        for scheme in schemes {
            let keeper = Keeper::of(&identity, schemes).unwrap();
            let config = server_with(&identity, keeper.clone());
            let accepted = [*scheme, SignatureScheme::EcdsaSha256];
            let accepted = &accepted[..if scheme == &accepted[1] { 1 } else { 2 }];
            serve(&root, config, accepted).unwrap_or_else(|error| panic!("{scheme}: {error}"));
            assert_eq!(keeper.signed(), 1, "{scheme}");
        }
    }
}

#[test]
fn every_scheme_of_a_loaded_key_satisfies_rustls() {
    let root = Authority::root("root");
    if programs::openssl().is_none() {
        return;
    }
    let identity = rsa_identity(&root);
    for scheme in SignatureScheme::RSA {
        let key = PrivateKey::from_pem(&identity.key_pem).unwrap();
        let config = SslConfig::server().identity(chain(&identity), key);
        let accepted = [*scheme, SignatureScheme::EcdsaSha256];
        serve(&root, config.build().unwrap(), &accepted)
            .unwrap_or_else(|error| panic!("{scheme}: {error}"));
    }
}

#[test]
fn a_client_without_a_common_scheme_is_told_why() {
    let root = Authority::root("root");
    if programs::openssl().is_none() {
        return;
    }
    let identity = rsa_identity(&root);
    let keeper = Keeper::of(&identity, &[SignatureScheme::RsaPssSha512]).unwrap();
    let config = server_with(&identity, keeper);
    let accepted = [
        SignatureScheme::RsaPkcs1Sha256,
        SignatureScheme::EcdsaSha256,
    ];
    match serve(&root, config, &accepted) {
        Err(Error::Handshake(failure)) => {
            assert_eq!(failure.alert_sent, Some(Alert::HandshakeFailure));
            let reason = &failure.reason;
            assert!(reason.contains("no signature in common"), "{reason}");
            assert!(reason.contains("rsa_pss_rsae_sha512"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_identity_that_can_sign_is_shown_instead_of_one_that_cannot() {
    let root = Authority::root("root");
    if programs::openssl().is_none() {
        return;
    }
    let (first, second) = (rsa_identity(&root), rsa_identity(&root));
    let pss = Keeper::of(&first, &[SignatureScheme::RsaPssSha256]).unwrap();
    let pkcs1 = Keeper::of(&second, &[SignatureScheme::RsaPkcs1Sha384]).unwrap();
    let key = |keeper: &Arc<Keeper>| PrivateKey::from_signing_key(keeper.clone()).unwrap();
    let config = SslConfig::server()
        .identity(chain(&first), key(&pss))
        .identity(chain(&second), key(&pkcs1))
        .build()
        .unwrap();
    let accepted = [
        SignatureScheme::RsaPkcs1Sha384,
        SignatureScheme::EcdsaSha256,
    ];
    serve(&root, config, &accepted).unwrap();
    assert_eq!((pss.signed(), pkcs1.signed()), (0, 1));
}

#[test]
fn a_key_elsewhere_must_be_that_of_the_certificate() {
    let root = Authority::root("root");
    let (one, other) = (ecdsa_identity(&root), ecdsa_identity(&root));
    let Some(keeper) = Keeper::of(&other, SignatureScheme::ECDSA) else {
        return;
    };
    let key = PrivateKey::from_signing_key(keeper).unwrap();
    let error = SslConfig::server().identity(chain(&one), key).build();
    assert!(matches!(error, Err(Error::Config { .. })), "{error:?}");
}
