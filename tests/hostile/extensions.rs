//! Extensions of a ClientHello that are malformed or say nothing useful.

use embertls::Alert;

use crate::client::Client;
use crate::peer::messages::extension;
use crate::server::Server;

/// Extensions with which a server can go on, where the one under test is added.
const GROUPS: (u16, &[u8]) = (10, &[0, 2, 0, 23]);
const FORMATS: (u16, &[u8]) = (11, &[1, 0]);
const SIGNATURES: (u16, &[u8]) = (13, &[0, 2, 4, 3]);

/// Sends a hello in which this extension replaces the good one of its number.
fn with(client: &mut Client, number: u16, content: &[u8]) {
    let mut hello = client.hello();
    let others = [GROUPS, FORMATS, SIGNATURES]
        .into_iter()
        .filter(|(other, _)| *other != number);
    hello.extensions = others
        .chain([(number, content)])
        .flat_map(|(number, content)| extension(number, content))
        .collect();
    client.send(&hello.message());
}

fn each_refused(number: u16, name: &str, alert: Alert, contents: &[&[u8]]) {
    let mut server = Server::start();
    for content in contents {
        let mut client = server.client();
        with(&mut client, number, content);
        client.refused(&format!("{name} {content:?}"), alert);
    }
    server.is_unharmed();
}

#[test]
fn signature_algorithms() {
    each_refused(
        13,
        "signature_algorithms",
        Alert::DecodeError,
        &[
            &[],
            &[0],
            &[0, 0],
            &[0, 1, 4],
            &[0, 2],
            &[0, 4, 4, 3],
            &[0, 2, 4, 3, 4],
            &[0, 3, 4, 3, 4],
            &[0xff, 0xff, 4, 3],
        ],
    );
    // Known to nobody; for another kind of key; SHA-1; MD5; no hash.
    each_refused(
        13,
        "signature_algorithms",
        Alert::HandshakeFailure,
        &[
            &[0, 2, 9, 9],
            &[0, 2, 4, 1],
            &[0, 2, 2, 3],
            &[0, 2, 1, 3],
            &[0, 2, 0, 3],
        ],
    );
    let server = Server::start();
    let mut client = server.client();
    let mut hello = client.hello();
    hello.extensions = [GROUPS, FORMATS]
        .into_iter()
        .flat_map(|(number, content)| extension(number, content))
        .collect();
    client.send(&hello.message());
    client.refused("no signature_algorithms", Alert::HandshakeFailure);
}

#[test]
fn supported_groups() {
    each_refused(
        10,
        "supported_groups",
        Alert::DecodeError,
        &[
            &[],
            &[0],
            &[0, 0],
            &[0, 1, 0],
            &[0, 2, 0],
            &[0, 4, 0, 23],
            &[0, 2, 0, 23, 0],
            &[0, 3, 0, 23, 0],
        ],
    );
    each_refused(
        10,
        "supported_groups",
        Alert::HandshakeFailure,
        &[&[0, 2, 0xee, 0xee], &[0, 2, 0, 0], &[0, 4, 1, 0, 1, 1]],
    );
}

#[test]
fn point_formats() {
    each_refused(
        11,
        "ec_point_formats",
        Alert::DecodeError,
        &[&[], &[0], &[2, 0], &[1], &[1, 0, 0]],
    );
    each_refused(
        11,
        "ec_point_formats",
        Alert::IllegalParameter,
        &[&[1, 1], &[2, 1, 2], &[1, 255]],
    );
}

#[test]
fn alpn() {
    each_refused(
        16,
        "ALPN",
        Alert::DecodeError,
        &[
            &[],
            &[0],
            &[0, 0],
            &[0, 1, 0],
            &[0, 3, 2, b'h'],
            &[0, 3, 3, b'h', b'2'],
            &[0, 4, 2, b'h', b'2', 0],
            &[0, 3, 2, b'h', b'2', 0],
            &[0, 9, 8, b'h', b't', b't', b'p', b'/', b'1', b'.'],
        ],
    );
    each_refused(
        16,
        "ALPN",
        Alert::NoApplicationProtocol,
        &[
            &[0, 3, 2, b'h', b'2'],
            &[0, 5, 4, b'h', b't', b't', b'p'],
            &[0, 10, 9, b'h', b't', b't', b'p', b'/', b'1', b'.', b'1', 0],
        ],
    );
}

#[test]
fn server_name() {
    each_refused(
        0,
        "server_name",
        Alert::DecodeError,
        &[
            &[],
            &[0],
            &[0, 0],
            &[0, 1, 0],
            &[0, 3, 0, 0, 0],
            &[0, 4, 0, 0, 2, b'a'],
            &[0, 5, 0, 0, 1, b'a'],
            &[0, 4, 0, 0, 1, b'a', 0],
        ],
    );
    each_refused(
        0,
        "server_name",
        Alert::IllegalParameter,
        &[
            &[0, 8, 0, 0, 1, b'a', 0, 0, 1, b'b'],
            &[0, 6, 0, 0, 3, b'a', 0, b'b'],
            &[0, 4, 0, 0, 1, 0xff],
        ],
    );
}

#[test]
fn the_rest() {
    // Flags are empty (RFC 7627, 5.1; RFC 7366, 2).
    each_refused(23, "extended_master_secret", Alert::DecodeError, &[&[0]]);
    each_refused(
        0xff01,
        "renegotiation_info",
        Alert::HandshakeFailure,
        &[&[1, 0], &[12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    );
    each_refused(
        1,
        "max_fragment_length",
        Alert::IllegalParameter,
        &[&[0], &[5], &[255]],
    );
    each_refused(
        1,
        "max_fragment_length",
        Alert::DecodeError,
        &[&[], &[1, 1]],
    );

    let mut server = Server::start();
    for (number, content) in [GROUPS, FORMATS, SIGNATURES, (23, &[]), (4660, &[1])] {
        let mut client = server.client();
        let mut hello = client.hello();
        hello.extensions = extension(number, content).repeat(2);
        client.send(&hello.message());
        client.refused(&format!("extension {number} twice"), Alert::DecodeError);
    }
    server.is_unharmed();
}
