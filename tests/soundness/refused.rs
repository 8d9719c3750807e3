//! A certificate that was refused stays refused.

use embertls::{Alert, Error, Handshake, HandshakeError, ServerName, SslConfig, VerifyFlag};

use crate::pair::{Handshakes, pending};
use crate::pki::{Pki, client_config, server_config};
use crate::wire::wire;

/// Runs both sides until the client refuses; why it did.
fn refusal(pair: &mut Handshakes) -> Error {
    loop {
        match pair.client.advance() {
            Ok(()) => panic!("the certificate was accepted"),
            Err(Error::WouldBlock) => {}
            Err(error) => return error,
        }
        pending(pair.server.advance()).unwrap();
    }
}

fn strangers() -> Handshakes {
    Handshakes::with(&Pki::new().client_config(), &server_config())
}

#[test]
fn a_retry_after_a_refused_certificate_gets_nowhere() {
    let mut pair = strangers();
    let error = refusal(&mut pair);
    let Error::Verify(problems) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(problems.problems()[0].flag, VerifyFlag::NotTrusted);

    // The server goes on as if nothing had happened; the client does not.
    let error = pair.server.advance().unwrap_err();
    let Error::Handshake(failure) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(failure.alert_received, Some(Alert::UnknownCa));
    let sent = pair.client_end.outgoing_len();
    for _ in 0..5 {
        assert!(matches!(pair.client.advance(), Err(Error::Closed { .. })));
        assert!(!pair.client.is_complete());
    }
    assert_eq!(pair.client_end.outgoing_len(), sent, "nothing more is sent");
    let Err(client) = pair.client.into_session() else {
        panic!("a session with a stranger");
    };
    let Err(HandshakeError::Failed { error, parts }) = client.complete() else {
        panic!("a session with a stranger");
    };
    assert!(matches!(error, Error::Closed { .. }));
    assert!(parts.plaintext.is_empty() && parts.unsent.is_empty());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let (client_end, server_end) = wire();
    let name = ServerName::try_from("other.test").unwrap();
    let mut pair = Handshakes {
        client: Handshake::client(&client_config(), name, client_end.clone()).unwrap(),
        server: Handshake::server(&server_config(), server_end.clone()).unwrap(),
        client_end,
        server_end,
    };
    let error = refusal(&mut pair);
    let Error::Verify(problems) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(problems.problems()[0].flag, VerifyFlag::CnMismatch);
    assert!(matches!(pair.client.advance(), Err(Error::Closed { .. })));
}

#[test]
fn a_tolerated_certificate_is_said_to_be_no_more() {
    let config = SslConfig::client()
        .trust_store(Pki::new().trust_store())
        .danger_verification_optional()
        .build()
        .unwrap();
    let mut pair = Handshakes::with(&config, &server_config());
    pair.run().unwrap();
    let pair = pair.into_pair();
    let verdict = pair.client.verify_result();
    assert!(
        matches!(verdict, embertls::Verdict::Tolerated(_)),
        "{verdict:?}"
    );
}
