use std::io::ErrorKind;
use std::net::TcpListener;
use std::thread;

use super::*;

const SHORT: Duration = Duration::from_millis(60);

fn pair() -> (NetContext, NetContext) {
    let listener = NetListener::bind(("127.0.0.1", 0)).unwrap();
    let client = NetContext::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    (client, server)
}

/// Runs `call`, which must take about as long as `expected`.
fn timed<T>(expected: Duration, call: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = call();
    let took = start.elapsed();
    assert!(took >= expected * 8 / 10, "after {took:?} already");
    assert!(took < expected + Duration::from_secs(5), "after {took:?}");
    result
}

/// A port of this machine that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn kind_of(error: &Error) -> ErrorKind {
    match error {
        Error::Io { source, .. } => source.kind(),
        other => panic!("{other}"),
    }
}

#[test]
fn data_goes_both_ways() {
    let (mut client, mut server) = pair();
    client.write_all(b"ping").unwrap();
    let mut got = [0; 4];
    server.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"ping");
    let parts = [IoSlice::new(b"po"), IoSlice::new(b"ng")];
    assert_eq!(server.write_vectored(&parts).unwrap(), 4);
    client.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"pong");
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(server.read(&mut got).unwrap(), 0);
}

#[test]
fn a_refused_connection_names_the_address_once() {
    let port = free_port();
    let error = NetContext::connect(("127.0.0.1", port)).unwrap_err();
    assert_eq!(kind_of(&error), ErrorKind::ConnectionRefused);
    let expected = format!("connecting to 127.0.0.1:{port}: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn every_address_is_tried() {
    let listener = NetListener::bind("127.0.0.1:0").unwrap();
    let good = listener.local_addr().unwrap();
    let bad = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let addresses = [bad, bad, good];
    for timeout in [None, Some(Duration::from_secs(5))] {
        let connection = match timeout {
            None => NetContext::connect(addresses.as_slice()),
            Some(timeout) => NetContext::connect_timeout(addresses.as_slice(), timeout),
        };
        assert_eq!(connection.unwrap().peer_addr().unwrap(), good);
    }
}

#[test]
fn a_failure_names_host_and_every_address_with_its_reason() {
    let (one, two) = (free_port(), free_port());
    let addresses = [one, two].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let error = NetContext::connect(addresses.as_slice()).unwrap_err();
    let text = error.to_string();
    let expected = format!("(tried 127.0.0.1:{one}: Connection refused");
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains(&format!("; 127.0.0.1:{two}): ")), "{text}");

    let error = NetContext::connect(("localhost", one))
        .unwrap_err()
        .to_string();
    let expected = format!("connecting to localhost:{one} (tried ");
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.contains(&format!("127.0.0.1:{one}")), "{error}");
}

#[test]
fn what_does_not_resolve_is_named() {
    for address in ["no-such-host.invalid:443", "no-port", ":::"] {
        for timeout in [None, Some(Duration::from_secs(20))] {
            let error = match timeout {
                None => NetContext::connect(address),
                Some(timeout) => NetContext::connect_timeout(address, timeout),
            };
            let error = error.unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("resolving {address}: ")),
                "{error}"
            );
        }
    }
    let nothing: &[SocketAddr] = &[];
    assert_eq!(
        kind_of(&NetContext::connect(nothing).unwrap_err()),
        ErrorKind::NotFound
    );
}

#[test]
fn the_connect_timeout_covers_all_addresses() {
    // A listener whose backlog is full does not answer.
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let full = listener.local_addr().unwrap().as_socket().unwrap();
    let fillers: Vec<_> = (0..8)
        .map(|_| thread::spawn(move || TcpStream::connect_timeout(&full, SHORT * 20)))
        .collect();
    thread::sleep(SHORT);

    let good = NetListener::bind("127.0.0.1:0").unwrap();
    let addresses = [full, good.local_addr().unwrap()];
    let connected = timed(SHORT, || {
        NetContext::connect_timeout(addresses.as_slice(), SHORT * 2)
    });
    assert_eq!(connected.unwrap().peer_addr().unwrap(), addresses[1]);

    let silent = [full, full];
    let error = timed(SHORT, || {
        NetContext::connect_timeout(silent.as_slice(), SHORT)
    });
    assert_eq!(kind_of(&error.unwrap_err()), ErrorKind::TimedOut);
    for filler in fillers {
        let _ = filler.join();
    }
}

#[test]
fn ipv6_is_named_in_brackets() {
    assert_eq!(("::1", 443).endpoint().name, "[::1]:443");
    assert_eq!(("host".to_owned(), 443).endpoint().name, "host:443");
}

#[test]
fn a_timeout_of_zero_is_refused() {
    let (mut client, _server) = pair();
    let zero = Some(Duration::ZERO);
    for result in [
        client.set_read_timeout(zero),
        client.set_write_timeout(zero),
        NetContext::connect_timeout("127.0.0.1:1", Duration::ZERO).map(drop),
    ] {
        assert!(matches!(result, Err(Error::Config { .. })));
    }
}

#[test]
fn a_blocking_read_times_out_as_such() {
    let (mut client, mut server) = pair();
    client.set_read_timeout(Some(SHORT)).unwrap();
    let error = timed(SHORT, || client.read(&mut [0; 1])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("60ms"), "{error}");
    server.write_all(b"x").unwrap();
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 1);
}

#[test]
fn a_blocking_write_times_out_as_such() {
    let (mut client, _server) = pair();
    client.set_write_timeout(Some(SHORT)).unwrap();
    let block = vec![0; 1 << 20];
    let error = loop {
        match client.write(&block) {
            Ok(written) => assert_ne!(written, 0),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn a_nonblocking_connection_would_block_whatever_its_timeouts() {
    let (mut client, _server) = pair();
    client.set_read_timeout(Some(SHORT)).unwrap();
    client.set_nonblocking(true).unwrap();
    let error = client.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    client.set_nonblocking(false).unwrap();
    let error = client.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn a_deadline_bounds_a_peer_that_sends_byte_by_byte() {
    let (mut client, mut server) = pair();
    client
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let dripping = thread::spawn(move || {
        while server.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(5));
        }
    });
    client.set_deadline(Some(Instant::now() + SHORT));
    let error = timed(SHORT, || {
        loop {
            if let Err(error) = client.read(&mut [0; 1]) {
                break error;
            }
        }
    });
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("deadline"), "{error}");
    drop(client);
    dripping.join().unwrap();
}

#[test]
fn a_passed_deadline_stops_everything_until_it_is_taken_away() {
    let (mut client, mut server) = pair();
    server.write_all(b"x").unwrap();
    client.set_deadline(Some(Instant::now()));
    for nonblocking in [false, true] {
        client.set_nonblocking(nonblocking).unwrap();
        for error in [
            client.read(&mut [0; 1]).unwrap_err(),
            client.write(b"y").unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::TimedOut);
        }
    }
    client.set_nonblocking(false).unwrap();
    client.set_deadline(None);
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 1);
}

#[test]
fn timeouts_survive_conversions_and_deadlines_do_not() {
    let (mut client, _server) = pair();
    let minute = Some(Duration::from_secs(60));
    client.set_read_timeout(minute).unwrap();
    client.set_deadline(Some(Instant::now() + SHORT));
    client.read(&mut [0; 1]).unwrap_err();
    let stream = TcpStream::from(client);
    assert_eq!(stream.read_timeout().unwrap(), minute);
    assert_eq!(stream.write_timeout().unwrap(), None);

    stream.set_read_timeout(Some(SHORT)).unwrap();
    let mut client = NetContext::from(stream);
    let error = timed(SHORT, || client.read(&mut [0; 1])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn a_nonblocking_listener_gives_blocking_connections() {
    let listener = NetListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    assert!(matches!(listener.accept(), Err(Error::WouldBlock)));
    let _client = NetContext::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = loop {
        match listener.accept() {
            Err(Error::WouldBlock) => thread::yield_now(),
            accepted => break accepted.unwrap(),
        }
    };
    server.set_read_timeout(Some(SHORT)).unwrap();
    let error = server.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn a_taken_port_is_named() {
    let listener = NetListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let error = NetListener::bind(address).unwrap_err();
    assert_eq!(kind_of(&error), ErrorKind::AddrInUse);
    let expected = format!("listening on {address}: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn connections_travel_between_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<NetContext>();
    assert_send_sync::<NetListener>();
}
