//! Handshakes that come about, and those that do not.

use embertls::tokio::{TlsAcceptor, TlsConnector};
use embertls::{Alert, Error, HandshakeError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::executor::{Tasks, alone, both};
use crate::pair::{Pair, WIDE, acceptor, configs, connector, name};
use crate::wire::{Pace, wire};

#[test]
fn both_sides_see_the_same_session() {
    let pair = Pair::new();
    let (client, server) = (pair.client.session(), pair.server.session());
    assert!(client.verify_result().is_verified());
    assert_eq!(client.cipher_suite(), server.cipher_suite());
    assert_eq!(client.alpn(), Some(&b"one"[..]));
    let material = |session: &embertls::SslSession<_>| {
        let mut material = [0; 32];
        session
            .export_keying_material(&mut material, b"EXPORTER-test", None)
            .map(|()| material)
    };
    assert_eq!(material(client).unwrap(), material(server).unwrap());
}

#[test]
fn over_a_wire_that_takes_one_byte_at_a_time() {
    let pace = Pace {
        piece: 1,
        pends: true,
    };
    let Pair {
        mut client,
        mut server,
        ..
    } = Pair::over(1, pace);
    let write = async {
        client.write_all(b"ping").await?;
        client.flush().await
    };
    let mut received = [0; 4];
    let (written, read) = both(write, server.read_exact(&mut received));
    written.unwrap();
    read.unwrap();
    assert_eq!(&received, b"ping");
}

#[test]
fn a_server_chooses_by_the_hello() {
    let (client, server, ..) = wire(
        WIDE,
        Pace {
            piece: 7,
            pends: true,
        },
    );
    let serve = async {
        let accepted = TlsAcceptor::hello(server).await?;
        assert_eq!(
            accepted.client_hello().server_name.as_deref(),
            Some("localhost")
        );
        accepted.into_stream(&configs().other_server).await
    };
    let (client, server) = both(connector().connect(name(), client), serve);
    assert_eq!(client.unwrap().session().alpn(), Some(&b"two"[..]));
    assert_eq!(server.unwrap().session().alpn(), Some(&b"two"[..]));
}

#[test]
fn a_server_refuses_by_the_hello() {
    let (client, server, ..) = wire(
        3,
        Pace {
            piece: 2,
            pends: true,
        },
    );
    let serve = async {
        let accepted = TlsAcceptor::hello(server).await?;
        accepted.refuse(Alert::UnrecognizedName).await
    };
    let (client, server) = both(connector().connect(name(), client), serve);
    drop(server.unwrap());
    let Err(Error::Handshake(failure)) = client else {
        panic!("{client:?}");
    };
    assert_eq!(failure.alert_received, Some(Alert::UnrecognizedName));
}

#[test]
fn plain_http_is_refused_before_there_is_a_session() {
    let (client, server, from_client, _) = wire(WIDE, Pace::default());
    from_client.push(b"GET / HTTP/1.1\r\n\r\n");
    let error = alone(TlsAcceptor::hello(server)).unwrap_err();
    assert!(error.to_string().contains("plain HTTP request"), "{error}");
    drop(client);
}

#[test]
fn a_failure_gives_the_transport_back_to_who_asks_for_it() {
    let (client, server, ..) = wire(WIDE, Pace::default());
    let connector = TlsConnector::new(configs().distrustful.clone());
    let (client, server) = both(
        connector.connect(name(), client).keep_transport(),
        acceptor().accept(server),
    );
    let Err(HandshakeError::Failed {
        error: Error::Verify(_),
        parts,
    }) = client
    else {
        panic!("{client:?}");
    };
    let Err(Error::Handshake(failure)) = server else {
        panic!("{server:?}");
    };
    assert_eq!(failure.alert_received, Some(Alert::UnknownCa));
    let mut end = parts.transport;
    assert!(parts.unsent.is_empty());
    alone(end.write_all(b"plain text")).unwrap_err();
}

#[test]
fn a_peer_that_leaves_ends_the_handshake() {
    let (client, server, ..) = wire(WIDE, Pace::default());
    let mut tasks = Tasks::default();
    let client = tasks.spawn(connector().connect(name(), client));
    tasks.run();
    assert!(client.take().is_none());
    drop(server);
    tasks.finish();
    let error = client.take().unwrap().unwrap_err();
    assert_eq!(error.io_kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_connector_resumes_by_itself() {
    let connector = connector();
    for round in 0..3 {
        let (client, server, ..) = wire(
            WIDE,
            Pace {
                piece: 50,
                pends: true,
            },
        );
        let (client, server) = both(connector.connect(name(), client), acceptor().accept(server));
        assert_eq!(client.unwrap().session().is_resumed(), round > 0);
        assert_eq!(server.unwrap().session().is_resumed(), round > 0);
    }
}
