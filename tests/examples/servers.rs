//! Servers on free loopback ports, in threads that end with the test.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::{Domain, Socket, Type};

pub type Tls = StreamOwned<ServerConnection, TcpStream>;

/// How a server ends a session.
#[derive(Clone, Copy, PartialEq)]
pub enum End {
    CloseNotify,
    /// The connection ends without a word.
    Cut,
}

/// A port on which every connection is handed to `handle`.
pub fn listen(mut handle: impl FnMut(TcpStream) -> io::Result<()> + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("it has an address").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // What a client does to a connection is for the test to see.
            let _ = stream.and_then(&mut handle);
        }
    });
    port
}

/// A port on which connections are refused, for as long as the value lives:
/// it is taken, and nobody listens.
pub fn closed_port() -> (Socket, u16) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&any.into()).expect("a free port");
    let address = socket.local_addr().expect("it has an address");
    let port = address.as_socket().expect("it is an IP address").port();
    (socket, port)
}

/// A port with TLS on it.
pub fn listen_tls(
    config: ServerConfig,
    mut handle: impl FnMut(Tls) -> io::Result<()> + Send + 'static,
) -> u16 {
    let config = Arc::new(config);
    listen(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
        handle(StreamOwned::new(connection, stream))
    })
}

/// A port that answers every HTTP request with what `answer` makes of its
/// path, as it is.
pub fn listen_http(
    config: ServerConfig,
    end: End,
    mut answer: impl FnMut(&str) -> Vec<u8> + Send + 'static,
) -> u16 {
    listen_tls(config, move |mut tls| {
        let request = read_request(&mut tls)?;
        let path = request.split(' ').nth(1).unwrap_or_default();
        tls.write_all(&answer(path))?;
        hang_up(tls, end)
    })
}

/// The head of an HTTP request.
pub fn read_request(input: &mut impl Read) -> io::Result<String> {
    let mut request = String::new();
    let mut input = BufReader::new(input);
    loop {
        let start = request.len();
        if input.read_line(&mut request)? == 0 || request[start..] == *"\r\n" {
            return Ok(request);
        }
    }
}

/// Ends a session so that all that was sent arrives: a socket that is closed
/// with something unread in it takes back what is on its way.
pub fn hang_up(mut tls: Tls, end: End) -> io::Result<()> {
    if end == End::CloseNotify {
        tls.conn.send_close_notify();
    }
    while tls.conn.wants_write() {
        tls.conn.write_tls(&mut tls.sock)?;
    }
    wait_for_end(tls.sock)
}

/// Ends our side, and waits until the client has ended its own.
pub fn wait_for_end(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}
