//! Handshakes over a loopback connection that is as slow as a real one.

use std::io::{Read, Result, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::work::{Setup, Side};

/// How long a byte is under way, in each direction.
pub const DELAY: Duration = Duration::from_millis(5);

/// A socket that counts.
pub struct Wire {
    socket: TcpStream,
    pub sends: u32,
}

/// What one side sent in a handshake.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Calls of `send`.
    pub sends: u32,
    /// Segments with data in them.
    pub segments: u32,
}

/// A handshake as both sides saw it.
pub struct Handshake {
    /// From the client's first byte until it may send data.
    pub time: Duration,
    pub client: Sent,
    pub server: Sent,
}

/// Who delays the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delayed {
    /// The system, on every packet of the loopback interface.
    BySystem,
    /// A proxy of ours between the two.
    ByProxy,
}

/// One handshake of a new client with a new server.
pub fn handshake(setup: &dyn Setup, delayed: Delayed) -> Result<Handshake> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let proxy = match delayed {
        Delayed::BySystem => None,
        Delayed::ByProxy => Some(TcpListener::bind("127.0.0.1:0")?),
    };
    let address = proxy.as_ref().unwrap_or(&listener).local_addr()?;
    thread::scope(|scope| {
        if let Some(proxy) = proxy {
            let server = listener.local_addr()?;
            let (near, far) = (TcpStream::connect(address)?, proxy.accept()?.0);
            let client = near;
            let server = TcpStream::connect(server)?;
            let (accepted, _) = listener.accept()?;
            relay(scope, far.try_clone()?, server.try_clone()?);
            relay(scope, server, far);
            return run(scope, setup, client, accepted);
        }
        let client = TcpStream::connect(address)?;
        let (accepted, _) = listener.accept()?;
        run(scope, setup, client, accepted)
    })
}

fn run<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    setup: &'scope dyn Setup,
    client: TcpStream,
    server: TcpStream,
) -> Result<Handshake> {
    let (client, server) = (Wire::new(client)?, Wire::new(server)?);
    let server = scope.spawn(move || setup.over(server, Side::Server));
    let start = Instant::now();
    let client = setup.over(client, Side::Client);
    let time = start.elapsed();
    let server = server.join().expect("the server's side of a handshake");
    Ok(Handshake {
        time,
        client,
        server,
    })
}

/// Passes bytes on, each [`DELAY`] after it came.
fn relay<'scope>(scope: &'scope thread::Scope<'scope, '_>, mut from: TcpStream, mut to: TcpStream) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    scope.spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(len @ 1..) = from.read(&mut buffer) {
            if sender
                .send((Instant::now() + DELAY, buffer[..len].to_vec()))
                .is_err()
            {
                return;
            }
        }
    });
    scope.spawn(move || {
        let _ = to.set_nodelay(true);
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

impl Wire {
    fn new(socket: TcpStream) -> Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self { socket, sends: 0 })
    }

    /// What was sent so far.
    pub fn sent(&self) -> Sent {
        Sent {
            sends: self.sends,
            segments: data_segments(self.socket.as_raw_fd()),
        }
    }
}

impl AsRawFd for Wire {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.socket.read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.sends += 1;
        self.socket.write(data)
    }

    fn write_vectored(&mut self, parts: &[std::io::IoSlice<'_>]) -> Result<usize> {
        self.sends += 1;
        self.socket.write_vectored(parts)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// `tcpi_data_segs_out` of Linux, which the C library's structure is too old
/// for.
fn data_segments(socket: RawFd) -> u32 {
    const AT: usize = 156;
    let mut info = [0_u8; AT + 4];
    let mut len = info.len() as libc::socklen_t;
    // SAFETY: the system writes no more than it is told.
    let code = unsafe {
        libc::getsockopt(
            socket,
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info.as_mut_ptr().cast(),
            &mut len,
        )
    };
    assert_eq!(
        (code, len as usize),
        (0, info.len()),
        "the system tells of a connection"
    );
    u32::from_ne_bytes([info[AT], info[AT + 1], info[AT + 2], info[AT + 3]])
}
