//! The socket to the runner, as a session sees it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream};

/// A blocking socket; or, with `-async`, the worst that a non-blocking one can
/// be: it is not ready at first, and then for one byte.
#[derive(Debug)]
pub struct Transport {
    socket: TcpStream,
    paced: bool,
    may_read: bool,
    may_write: bool,
    /// How many more bytes may be written, where that is limited.
    quota: Option<usize>,
}

impl Transport {
    /// Connects, and tells the runner for which test.
    pub fn connect(port: u16, ipv6: bool, shim_id: u64, paced: bool) -> io::Result<Self> {
        let address: SocketAddr = match ipv6 {
            true => (Ipv6Addr::LOCALHOST, port).into(),
            false => (Ipv4Addr::LOCALHOST, port).into(),
        };
        let mut socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.write_all(&shim_id.to_le_bytes())?;
        Ok(Self {
            socket,
            paced,
            may_read: false,
            may_write: false,
            quota: None,
        })
    }

    /// Lets so many bytes through and then none, until told otherwise.
    pub fn limit_writes(&mut self, quota: Option<usize>) {
        self.quota = quota;
    }

    /// Reads until the runner closes, lest what it sends meet a closed socket
    /// and its reset take our last bytes with it.
    pub fn drain(mut self) {
        if self.socket.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let mut buffer = [0; 4096];
        while matches!(self.socket.read(&mut buffer), Ok(1..)) {}
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.paced {
            return self.socket.read(buffer);
        }
        self.may_read = !self.may_read;
        if self.may_read {
            return Err(ErrorKind::WouldBlock.into());
        }
        let len = buffer.len().min(1);
        self.socket.read(&mut buffer[..len])
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut len = bytes.len();
        if self.paced {
            self.may_write = !self.may_write;
            if self.may_write {
                return Err(ErrorKind::WouldBlock.into());
            }
            len = len.min(1);
        }
        if let Some(quota) = &mut self.quota {
            if *quota == 0 {
                return Err(ErrorKind::WouldBlock.into());
            }
            len = len.min(*quota);
            *quota -= len;
        }
        self.socket.write(&bytes[..len])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
