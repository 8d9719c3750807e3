//! A TCP proxy on the loopback interface that changes what a server sends.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;

use super::process::patient;

/// Takes one client to `server`; `change` gets what the server sends, and
/// gives what the client is sent instead. Returns the proxy's port.
pub fn start(server: TcpStream, change: impl FnMut(Vec<u8>) -> Vec<u8> + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("a client comes");
        // Either side may leave at any time; whoever is left then sees it.
        let _ = run(patient(client), server, change);
    });
    port
}

fn run(
    mut client: TcpStream,
    mut server: TcpStream,
    mut change: impl FnMut(Vec<u8>) -> Vec<u8>,
) -> io::Result<()> {
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let upward = thread::spawn(move || {
        let result = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
        result
    });
    let mut buffer = vec![0; 1 << 16];
    loop {
        match server.read(&mut buffer)? {
            0 => break,
            len => client.write_all(&change(buffer[..len].to_vec()))?,
        }
    }
    client.shutdown(Shutdown::Write)?;
    upward.join().expect("copying does not panic").map(drop)
}
