//! ClientKeyExchange messages that carry no point of the curve.

use embertls::Alert;

use crate::client::Client;
use crate::peer::messages::{CLIENT_KEY_EXCHANGE, client_key_exchange, message};
use crate::server::Server;

/// Sends what `make` makes of the 65 bytes of a good point.
fn sent(client: &mut Client, make: impl Fn(Vec<u8>) -> Vec<u8>) {
    client.greet();
    let point = client.peer.client_key_exchange()[5..].to_vec();
    client.send(&make(point));
}

#[test]
fn points_off_the_curve() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 8] = [
        ("another y", |point| point[64] ^= 1),
        ("another x", |point| point[1] ^= 1),
        ("the origin", |point| point[1..].fill(0)),
        ("coordinates beyond the field", |point| {
            point[1..].fill(0xff)
        }),
        ("x and y exchanged", |point| point[1..].rotate_left(32)),
        ("a compressed point", |point| {
            point[0] = 2;
            point.truncate(33);
        }),
        ("a hybrid point", |point| point[0] = 6),
        ("infinity", |point| *point = vec![0]),
    ];
    let mut server = Server::start();
    for (name, change) in changes {
        let mut client = server.client();
        sent(&mut client, |mut point| {
            change(&mut point);
            client_key_exchange(&point)
        });
        client.refused(name, Alert::IllegalParameter);
    }
    server.is_unharmed();
}

#[test]
fn truncated_and_padded() {
    let mut server = Server::start();
    for len in 0..65 {
        // The message ends early, and the point says so or does not.
        let mut client = server.client();
        sent(&mut client, |point| client_key_exchange(&point[..len]));
        client.refused_with_one_of(
            &format!("a point of {len} bytes"),
            &[Alert::IllegalParameter, Alert::DecodeError],
        );
        let mut client = server.client();
        sent(&mut client, |point| {
            let body = [&[65], &point[..len]].concat();
            message(CLIENT_KEY_EXCHANGE, &body)
        });
        client.refused(&format!("{len} of 65 bytes"), Alert::DecodeError);
    }
    for more in [1, 2, 64, 1000] {
        let mut client = server.client();
        sent(&mut client, |point| {
            let body = [&[65][..], &point, &vec![0; more]].concat();
            message(CLIENT_KEY_EXCHANGE, &body)
        });
        client.refused(&format!("{more} bytes too many"), Alert::DecodeError);
    }
    let mut client = server.client();
    sent(&mut client, |_| message(CLIENT_KEY_EXCHANGE, &[]));
    client.refused("an empty message", Alert::DecodeError);
    server.is_unharmed();
}
