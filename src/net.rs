//! TCP connections: the guide's network context.
//!
//! | the guide | here |
//! | --- | --- |
//! | `mbedtls_net_init`, `mbedtls_net_connect` | [`NetContext::connect`] |
//! | `mbedtls_net_bind`, `mbedtls_net_accept` | [`NetListener`] |
//! | `mbedtls_net_recv`, `mbedtls_net_send` | [`Read`] and [`Write`] |
//! | `mbedtls_net_recv_timeout` | [`NetContext::set_read_timeout`] |
//! | `mbedtls_net_set_nonblock` | [`NetContext::set_nonblocking`] |
//! | `mbedtls_net_free` | dropping it |
//!
//! The descriptor is driven with the calls of the standard library, because
//! those of Mbed TLS go wrong: a timeout overflows the stack with descriptors
//! above 1023, a failed connect keeps the number of a closed descriptor,
//! connecting makes the whole process ignore SIGPIPE, and the reason of a
//! failure is lost.
//!
//! A session does not need these types: it runs over anything that is `Read`
//! and `Write`. They add timeouts and a deadline that mean the same on every
//! system.

mod address;
mod connect;
mod limit;
mod listener;
mod platform;

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

pub use self::address::NetAddress;
use self::limit::{Direction, Limit};
pub use self::listener::NetListener;
use crate::error::{Error, Result};

/// A TCP connection with timeouts and a deadline.
///
/// ```
/// use std::io::{Read, Write};
/// use std::time::Duration;
/// use embertls::{NetContext, NetListener};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = NetListener::bind(("127.0.0.1", 0))?;
/// let port = listener.local_addr()?.port();
///
/// let mut client = NetContext::connect(("localhost", port))?;
/// client.set_read_timeout(Some(Duration::from_secs(5)))?;
/// client.write_all(b"hello")?;
///
/// let (mut server, _) = listener.accept()?;
/// let mut greeting = [0; 5];
/// server.read_exact(&mut greeting)?;
/// assert_eq!(&greeting, b"hello");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct NetContext {
    stream: TcpStream,
    reading: Limit,
    writing: Limit,
    deadline: Option<Instant>,
}

impl NetContext {
    /// Connects by TCP (`mbedtls_net_connect`), and waits as long as the
    /// system does: minutes, when nobody answers.
    ///
    /// Every address of the name is tried in the order of the system. Small
    /// writes are sent at once (`TCP_NODELAY`): TLS writes whole flights, and
    /// waiting to fill a segment only delays them.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], which names what was being resolved or connected to,
    /// each address that was tried and why it failed. Its source is the error
    /// of the last one.
    ///
    /// ```
    /// use embertls::{Error, NetContext};
    ///
    /// let refused = NetContext::connect(("127.0.0.1", 1)).unwrap_err();
    /// assert!(matches!(refused, Error::Io { .. }));
    /// assert!(refused.to_string().starts_with("connecting to 127.0.0.1:1: "));
    /// ```
    pub fn connect(address: impl NetAddress) -> Result<Self> {
        connect::connect(&address.endpoint(), None)
    }

    /// Connects, and gives up after `timeout`. The timeout covers all of it:
    /// resolving the name, and trying every address.
    ///
    /// An address that does not answer cannot use up the time of those behind
    /// it: each gets an equal share of what is left.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect), with the kind
    /// [`TimedOut`](io::ErrorKind::TimedOut) when the time is over;
    /// [`Error::Config`] for a timeout of 0.
    ///
    /// ```
    /// use std::time::Duration;
    /// use embertls::{NetContext, NetListener};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let listener = NetListener::bind("127.0.0.1:0")?;
    /// let address = listener.local_addr()?;
    /// let client = NetContext::connect_timeout(address, Duration::from_secs(5))?;
    /// assert_eq!(client.peer_addr()?, address);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connect_timeout(address: impl NetAddress, timeout: Duration) -> Result<Self> {
        refuse_zero(Some(timeout), "connect")?;
        connect::connect(&address.endpoint(), Some(timeout))
    }

    /// How long one read may wait; `None`, the default, is for ever.
    ///
    /// A read that waits longer fails with
    /// [`TimedOut`](io::ErrorKind::TimedOut), on every system. Has no effect
    /// on a non-blocking connection.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for a timeout of 0, [`Error::Io`] when the system
    /// refuses.
    ///
    /// ```
    /// use std::io::{ErrorKind, Read};
    /// use std::time::Duration;
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// let mut silent = NetContext::connect(listener.local_addr()?)?;
    /// silent.set_read_timeout(Some(Duration::from_millis(20)))?;
    /// let error = silent.read(&mut [0; 16]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TimedOut);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        refuse_zero(timeout, "read")?;
        let applied = self.reading.set(&self.stream, timeout);
        applied.map_err(|source| self.failed("setting the read timeout of", source))
    }

    /// How long one write may wait; `None`, the default, is for ever. As
    /// [`set_read_timeout`](Self::set_read_timeout).
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for a timeout of 0, [`Error::Io`] when the system
    /// refuses.
    ///
    /// ```
    /// use std::time::Duration;
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// # let mut connection = NetContext::connect(listener.local_addr()?)?;
    /// connection.set_write_timeout(Some(Duration::from_secs(10)))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_write_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        refuse_zero(timeout, "write")?;
        let applied = self.writing.set(&self.stream, timeout);
        applied.map_err(|source| self.failed("setting the write timeout of", source))
    }

    /// A moment after which nothing is read or written any more; `None`, the
    /// default, takes it away.
    ///
    /// Timeouts bound each call, and a peer that sends one byte at a time can
    /// stay below them for ever. A deadline bounds everything up to it, such
    /// as a whole handshake. Reads and writes that wait are ended at the
    /// deadline, later ones fail at once: with
    /// [`TimedOut`](io::ErrorKind::TimedOut), on a non-blocking connection
    /// as well.
    ///
    /// ```
    /// use std::io::{ErrorKind, Read};
    /// use std::time::{Duration, Instant};
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// let mut silent = NetContext::connect(listener.local_addr()?)?;
    /// silent.set_deadline(Some(Instant::now() + Duration::from_millis(20)));
    /// let error = silent.read(&mut [0; 16]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TimedOut);
    /// silent.set_deadline(None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// Whether reads and writes shall return
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) instead of waiting
    /// (`mbedtls_net_set_nonblock`, `mbedtls_net_set_block`).
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the system refuses.
    ///
    /// ```
    /// use std::io::{ErrorKind, Read};
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// let mut silent = NetContext::connect(listener.local_addr()?)?;
    /// silent.set_nonblocking(true)?;
    /// let error = silent.read(&mut [0; 16]).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WouldBlock);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_nonblocking(&self, on: bool) -> Result<()> {
        let set = self.stream.set_nonblocking(on);
        set.map_err(|source| self.failed("changing the mode of", source))
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`). On for
    /// connections that were made here.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the system refuses.
    ///
    /// ```
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// # let connection = NetContext::connect(listener.local_addr()?)?;
    /// connection.set_nodelay(false)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_nodelay(&self, on: bool) -> Result<()> {
        let set = self.stream.set_nodelay(on);
        set.map_err(|source| self.failed("setting TCP_NODELAY of", source))
    }

    /// Ends one direction of the connection, or both.
    ///
    /// TLS says by itself when it ends (close_notify): this is for what lies
    /// below it.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when there is no connection any more.
    ///
    /// ```
    /// use std::net::Shutdown;
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// # let connection = NetContext::connect(listener.local_addr()?)?;
    /// connection.shutdown(Shutdown::Write)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        let done = self.stream.shutdown(how);
        done.map_err(|source| self.failed("shutting down", source))
    }

    /// A second handle to the same connection, for
    /// [`SslSession::split`](crate::SslSession::split).
    ///
    /// The deadline is copied. A timeout belongs to the connection, so setting
    /// one through either handle changes it for both: let one handle read and
    /// the other write.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the system has no more descriptors.
    ///
    /// ```
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// let connection = NetContext::connect(listener.local_addr()?)?;
    /// let second = connection.try_clone()?;
    /// assert_eq!(second.local_addr()?, connection.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_clone(&self) -> Result<Self> {
        let stream = self.stream.try_clone();
        let stream = stream.map_err(|source| self.failed("duplicating the handle of", source))?;
        Ok(Self {
            stream,
            reading: self.reading.clone(),
            writing: self.writing.clone(),
            deadline: self.deadline,
        })
    }

    /// The address of the other end.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when there is no connection any more.
    ///
    /// ```
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// let connection = NetContext::connect(listener.local_addr()?)?;
    /// assert_eq!(connection.peer_addr()?, listener.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn peer_addr(&self) -> Result<SocketAddr> {
        let address = self.stream.peer_addr();
        address.map_err(|source| Error::io("asking for the peer's address", source))
    }

    /// The address of this end.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the system refuses.
    ///
    /// ```
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// # let connection = NetContext::connect(listener.local_addr()?)?;
    /// assert!(connection.local_addr()?.ip().is_loopback());
    /// # Ok(())
    /// # }
    /// ```
    pub fn local_addr(&self) -> Result<SocketAddr> {
        let address = self.stream.local_addr();
        address.map_err(|source| Error::io("asking for the own address", source))
    }

    /// Runs one read or write within its timeout and the deadline.
    fn within_limits<T>(
        &mut self,
        direction: Direction,
        call: impl FnOnce(&mut TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        let limit = match direction {
            Direction::Read => &mut self.reading,
            Direction::Write => &mut self.writing,
        };
        limit.apply(&self.stream, self.deadline)?;
        call(&mut self.stream).map_err(|error| limit.judge(error, &self.stream, self.deadline))
    }

    fn failed(&self, action: &str, source: io::Error) -> Error {
        match self.stream.peer_addr() {
            Ok(peer) => Error::io(format!("{action} the connection to {peer}"), source),
            Err(_) => Error::io(format!("{action} a connection"), source),
        }
    }
}

impl Read for NetContext {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.within_limits(Direction::Read, |stream| stream.read(out))
    }

    fn read_vectored(&mut self, out: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.within_limits(Direction::Read, |stream| stream.read_vectored(out))
    }
}

impl Write for NetContext {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.within_limits(Direction::Write, |stream| stream.write(data))
    }

    fn write_vectored(&mut self, data: &[IoSlice<'_>]) -> io::Result<usize> {
        self.within_limits(Direction::Write, |stream| stream.write_vectored(data))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Takes over a connection, with the timeouts that it has.
///
/// ```
/// use std::net::{TcpListener, TcpStream};
/// use embertls::NetContext;
///
/// # fn main() -> std::io::Result<()> {
/// # let listener = TcpListener::bind("127.0.0.1:0")?;
/// let stream = TcpStream::connect(listener.local_addr()?)?;
/// let connection = NetContext::from(stream);
/// let stream = TcpStream::from(connection);
/// # drop(stream);
/// # Ok(())
/// # }
/// ```
impl From<TcpStream> for NetContext {
    fn from(stream: TcpStream) -> Self {
        Self {
            reading: Limit::of(&stream, Direction::Read),
            writing: Limit::of(&stream, Direction::Write),
            deadline: None,
            stream,
        }
    }
}

/// Gives the connection away, with its timeouts and without its deadline.
impl From<NetContext> for TcpStream {
    fn from(mut context: NetContext) -> Self {
        // What cannot be set on a broken connection does not matter there.
        for limit in [&mut context.reading, &mut context.writing] {
            let _ = limit.apply(&context.stream, None);
        }
        context.stream
    }
}

fn refuse_zero(timeout: Option<Duration>, which: &str) -> Result<()> {
    match timeout {
        Some(Duration::ZERO) => Err(Error::config(format!(
            "the {which} timeout is 0; leave it out to wait for ever, or use a non-blocking connection"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
