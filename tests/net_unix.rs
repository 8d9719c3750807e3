//! What the C sockets of Mbed TLS get wrong on Unix: descriptors above 1023,
//! and the signal that kills a process which writes to a closed connection.

#![cfg(feature = "full")]
#![cfg(unix)]

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

use embertls::{NetContext, NetListener};

fn pair() -> (NetContext, NetContext) {
    let listener = NetListener::bind(("127.0.0.1", 0)).unwrap();
    let client = NetContext::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

/// Lets this process open descriptors up to `number`, if the system does.
fn allow_descriptor(number: libc::rlim_t) -> bool {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: a valid place for the limits.
    assert_eq!(
        unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) },
        0
    );
    if limit.rlim_cur > number {
        return true;
    }
    limit.rlim_cur = number + 1;
    // SAFETY: valid limits.
    limit.rlim_max > number && unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } == 0
}

#[test]
fn descriptors_above_1023_work() {
    const NUMBER: i32 = 2000;
    if !allow_descriptor(NUMBER as libc::rlim_t) {
        println!("skipped: this process may not open descriptor {NUMBER}");
        return;
    }
    let (client, mut server) = pair();
    // SAFETY: 2000 is free; the copy is ours.
    let copy = unsafe { libc::dup2(client.as_raw_fd(), NUMBER) };
    assert_eq!(copy, NUMBER);
    drop(client);
    // SAFETY: as above.
    let copy = TcpStream::from(unsafe { OwnedFd::from_raw_fd(copy) });
    let mut client = NetContext::from(copy);
    assert_eq!(client.as_raw_fd(), NUMBER);

    client
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    let error = client.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    client.set_deadline(Some(Instant::now() + Duration::from_secs(30)));
    client.write_all(b"ping").unwrap();
    let mut got = [0; 4];
    server.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"ping");

    // A connection that is made while the lower numbers are taken.
    let taken: Vec<_> = (0..1100)
        .map_while(|_| std::fs::File::open("/dev/null").ok())
        .collect();
    assert!(taken.last().unwrap().as_raw_fd() > 1023);
    let listener = NetListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let late = NetContext::connect_timeout(address, Duration::from_secs(30)).unwrap();
    assert!(late.as_raw_fd() > 1023);
}

#[test]
fn writing_to_a_closed_connection_is_an_error_and_no_signal() {
    let (mut client, server) = pair();
    drop(server);
    // The Rust runtime ignores the signal; a C program does not.
    // SAFETY: the default action, restored below.
    let before = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let error = loop {
        if let Err(error) = client.write(&[0; 1024]) {
            break error;
        }
    };
    // SAFETY: what was there before.
    unsafe { libc::signal(libc::SIGPIPE, before) };
    assert!(matches!(
        error.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
    ));
}
