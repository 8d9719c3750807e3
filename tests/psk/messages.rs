//! ClientKeyExchange messages as nobody sends them.

use embertls::{Alert, CipherSuite, Error};

use crate::pair::{Pair, client, server};

/// Lets a client speak up to its second flight, and the server read it after
/// `change` was at the body of the ClientKeyExchange.
fn server_reads(change: impl Fn(&mut Vec<u8>)) -> Error {
    let suite = CipherSuite::EcdhePskWithChacha20Poly1305Sha256;
    let mut pair = Pair::new(&client(suite), &server());
    let _ = pair.client.advance();
    let hello = pair.client.get_mut().take_outgoing();
    pair.server.get_mut().push_incoming(&hello);
    let _ = pair.server.advance();
    let flight = pair.server.get_mut().take_outgoing();
    pair.client.get_mut().push_incoming(&flight);
    let _ = pair.client.advance();
    let flight = pair.client.get_mut().take_outgoing();

    // A record with one message comes first.
    assert_eq!((flight[0], flight[5]), (22, 16), "a ClientKeyExchange");
    let len = usize::from(u16::from_be_bytes([flight[3], flight[4]]));
    let mut body = flight[9..5 + len].to_vec();
    change(&mut body);
    let message_len = body.len();
    let mut changed = vec![22, 3, 3];
    changed.extend_from_slice(&(message_len as u16 + 4).to_be_bytes());
    changed.extend_from_slice(&[16, 0]);
    changed.extend_from_slice(&(message_len as u16).to_be_bytes());
    changed.extend_from_slice(&body);
    changed.extend_from_slice(&flight[5 + len..]);
    pair.server.get_mut().push_incoming(&changed);
    pair.server.advance().unwrap_err()
}

#[test]
fn malformed_ones_are_refused_with_an_alert() {
    type Change = fn(&mut Vec<u8>);
    let cases: [(&str, Change, Alert); 7] = [
        ("empty", |body| body.clear(), Alert::DecodeError),
        (
            "no identity",
            |body| drop(body.splice(..9, [0, 0])),
            Alert::DecodeError,
        ),
        (
            "too long an identity",
            |body| body[0] = 0xff,
            Alert::DecodeError,
        ),
        (
            "another identity",
            |body| body[2] ^= 1,
            Alert::UnknownPskIdentity,
        ),
        ("no point", |body| body.truncate(9), Alert::IllegalParameter),
        (
            "a point of small order, or off the curve",
            |body| body[10..].fill(0),
            Alert::IllegalParameter,
        ),
        (
            "a byte too many",
            |body| body.push(0),
            Alert::IllegalParameter,
        ),
    ];
    for (what, change, alert) in cases {
        match server_reads(change) {
            Error::Handshake(failure) => {
                assert_eq!(failure.alert_sent, Some(alert), "{what}: {failure}");
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}
