use super::*;

fn client_hello(extensions: &[u8]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend_from_slice(&[9; 32]);
    body.extend_from_slice(&[0, 0, 4, 0xc0, 0x2f, 0x00, 0xff, 1, 0]);
    if !extensions.is_empty() {
        body.extend_from_slice(&(extensions.len() as u16).to_be_bytes());
        body.extend_from_slice(extensions);
    }
    message(1, &body)
}

fn server_hello(version: u16, suite: u16, compression: u8, extensions: &[u8]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend_from_slice(&[9; 32]);
    body.push(0);
    body.extend_from_slice(&suite.to_be_bytes());
    body.push(compression);
    if !extensions.is_empty() {
        body.extend_from_slice(&(extensions.len() as u16).to_be_bytes());
        body.extend_from_slice(extensions);
    }
    message(2, &body)
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind, 0, (body.len() >> 8) as u8, body.len() as u8];
    message.extend_from_slice(body);
    message
}

const SNI: &[u8] = b"\0\0\0\x0a\0\x08\0\0\x05Ab.de";
const ALPN: &[u8] = b"\0\x10\0\x05\0\x03\x02h2";

#[test]
fn the_facts_of_a_client_hello_are_read() {
    let hello = ClientHello::parse(&client_hello(&[SNI, ALPN].concat())).unwrap();
    assert_eq!(hello.server_name.as_deref(), Some("ab.de"));
    assert_eq!(hello.alpn, [b"h2"]);
    assert_eq!(hello.cipher_suites, [0xc02f], "without the signal");
    assert_eq!(hello.extensions, [0, 16]);
}

#[test]
fn every_truncation_of_a_client_hello_is_refused() {
    let whole = client_hello(&[SNI, ALPN].concat());
    // The body ends legally where the extensions would begin, so the header is left as it is.
    for len in 0..whole.len() {
        assert!(ClientHello::parse(&whole[..len]).is_err(), "{len} bytes");
    }
}

#[test]
fn duplicate_extensions_are_refused_on_both_sides() {
    let refused = ClientHello::parse(&client_hello(&[ALPN, ALPN].concat())).unwrap_err();
    assert!(refused.reason.contains("appears twice"), "{refused:?}");
    let offer = ClientHello::parse(&client_hello(ALPN)).unwrap();
    let answer = server_hello(0x0303, 0xc02f, 0, &[ALPN, ALPN].concat());
    let refused = ServerHello::parse(&answer, &offer).unwrap_err();
    assert!(refused.reason.contains("appears twice"), "{refused:?}");
}

#[test]
fn two_host_names_are_refused() {
    let extension = b"\0\0\0\x0a\0\x08\0\0\x01a\0\0\x01b";
    let refused = ClientHello::parse(&client_hello(extension)).unwrap_err();
    assert_eq!(refused.alert, Alert::IllegalParameter);
}

#[test]
fn uncompressed_points_are_what_both_sides_take() {
    const P256: &[u8] = &[0, 10, 0, 4, 0, 2, 0, 23];
    const FFDHE: &[u8] = &[0, 10, 0, 4, 0, 2, 1, 0];
    const BOTH: &[u8] = &[0, 11, 0, 3, 2, 1, 0];
    const COMPRESSED: &[u8] = &[0, 11, 0, 2, 1, 1];
    let refusal =
        |extensions: &[&[u8]]| match ClientHello::parse(&client_hello(&extensions.concat())) {
            Ok(_) => None,
            Err(refused) => Some(refused.alert),
        };
    for fine in [
        &[P256, BOTH][..],
        &[P256],
        &[FFDHE, COMPRESSED],
        &[COMPRESSED],
    ] {
        assert_eq!(refusal(fine), None, "{fine:?}");
    }
    for one in [[P256, COMPRESSED], [COMPRESSED, P256]] {
        assert_eq!(refusal(&one), Some(Alert::IllegalParameter));
    }
    for malformed in [&[0, 11, 0, 1, 0][..], &[0, 11, 0, 2, 2, 0], &[0, 11, 0, 0]] {
        assert_eq!(refusal(&[P256, malformed]), Some(Alert::DecodeError));
    }

    let offer = ClientHello::parse(&client_hello(&[P256, BOTH].concat())).unwrap();
    let answer = |formats| ServerHello::parse(&server_hello(TLS12, 0xc02f, 0, formats), &offer);
    assert!(answer(BOTH).is_ok());
    let refused = answer(COMPRESSED).unwrap_err();
    assert_eq!(refused.alert, Alert::IllegalParameter);
    assert!(refused.reason.contains("uncompressed"), "{refused:?}");
}

#[test]
fn a_server_may_choose_only_what_was_offered() {
    let offer = ClientHello::parse(&client_hello(ALPN)).unwrap();
    let refusal = |answer: Vec<u8>| ServerHello::parse(&answer, &offer).unwrap_err().alert;
    assert!(ServerHello::parse(&server_hello(0x0303, 0xc02f, 0, ALPN), &offer).is_ok());
    for (answer, alert) in [
        (server_hello(0x0301, 0xc02f, 0, &[]), Alert::ProtocolVersion),
        (
            server_hello(0x0303, 0xc030, 0, &[]),
            Alert::IllegalParameter,
        ),
        (
            server_hello(0x0303, 0xc02f, 1, &[]),
            Alert::IllegalParameter,
        ),
        (
            server_hello(0x0303, 0xc02f, 0, b"\0\x23\0\0"),
            Alert::UnsupportedExtension,
        ),
        (
            server_hello(0x0303, 0xc02f, 0, b"\0\x10\0\x05\0\x03\x02h3"),
            Alert::IllegalParameter,
        ),
    ] {
        assert_eq!(refusal(answer.clone()), alert, "{answer:?}");
    }
}

#[test]
fn old_versions_and_missing_compression_are_named() {
    let mut old = client_hello(&[]);
    old[5] = 2;
    let refused = ClientHello::parse(&old).unwrap_err();
    assert_eq!(refused.alert, Alert::ProtocolVersion);
    assert!(refused.reason.contains("TLS 1.1"), "{refused:?}");
    let mut compressed = client_hello(&[]);
    *compressed.last_mut().unwrap() = 1;
    let refused = ClientHello::parse(&compressed).unwrap_err();
    assert_eq!(refused.alert, Alert::IllegalParameter);
}
