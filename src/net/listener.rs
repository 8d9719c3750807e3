//! Waiting for connections.

use std::io;
use std::net::{SocketAddr, TcpListener};

use super::{NetAddress, NetContext};
use crate::error::{Error, Result};

/// A socket that accepts connections (`mbedtls_net_bind`,
/// `mbedtls_net_accept`).
///
/// ```
/// use embertls::{NetContext, NetListener};
///
/// # fn main() -> embertls::Result<()> {
/// let listener = NetListener::bind(("127.0.0.1", 0))?;
/// let client = NetContext::connect(listener.local_addr()?)?;
/// let (server, from) = listener.accept()?;
/// assert_eq!(from, client.local_addr()?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct NetListener {
    pub(super) listener: TcpListener,
}

impl NetListener {
    /// Binds to the first address that can be bound, and listens. Port 0 lets
    /// the system choose a free one.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], which names the address.
    ///
    /// ```
    /// use embertls::NetListener;
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let listener = NetListener::bind(("127.0.0.1", 0))?;
    /// assert_ne!(listener.local_addr()?.port(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bind(address: impl NetAddress) -> Result<Self> {
        let endpoint = address.endpoint();
        let addresses = endpoint
            .resolve(None)
            .map_err(|source| Error::io(format!("resolving {}", endpoint.name), source))?;
        let listener = TcpListener::bind(addresses.as_slice())
            .map_err(|source| Error::io(format!("listening on {}", endpoint.name), source))?;
        Ok(Self { listener })
    }

    /// Waits for a connection; gives it and the address of the other end.
    ///
    /// The connection is blocking, whatever the listener is, and sends small
    /// writes at once (`TCP_NODELAY`).
    ///
    /// # Errors
    ///
    /// [`Error::WouldBlock`] when the listener is non-blocking and nobody
    /// waits; [`Error::Io`], after which it is usually worth going on: one
    /// client was gone again, or too many files were open for a moment.
    ///
    /// ```
    /// # use embertls::{NetContext, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// # let listener = NetListener::bind("127.0.0.1:0")?;
    /// # let client = NetContext::connect(listener.local_addr()?)?;
    /// let (connection, from) = listener.accept()?;
    /// assert_eq!(connection.peer_addr()?, from);
    /// # Ok(())
    /// # }
    /// ```
    pub fn accept(&self) -> Result<(NetContext, SocketAddr)> {
        let accepted = self.listener.accept().and_then(|(stream, from)| {
            stream.set_nonblocking(false)?;
            stream.set_nodelay(true)?;
            Ok((stream.into(), from))
        });
        accepted.map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => Error::WouldBlock,
            _ => self.failed("accepting a connection on", source),
        })
    }

    /// Whether [`accept`](Self::accept) shall return instead of waiting.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the system refuses.
    ///
    /// ```
    /// # use embertls::{Error, NetListener};
    /// # fn main() -> embertls::Result<()> {
    /// let listener = NetListener::bind("127.0.0.1:0")?;
    /// listener.set_nonblocking(true)?;
    /// assert!(matches!(listener.accept(), Err(Error::WouldBlock)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_nonblocking(&self, on: bool) -> Result<()> {
        let set = self.listener.set_nonblocking(on);
        set.map_err(|source| self.failed("changing the mode of", source))
    }

    /// The address that is listened on.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the system refuses.
    ///
    /// ```
    /// # use embertls::NetListener;
    /// # fn main() -> embertls::Result<()> {
    /// let listener = NetListener::bind("127.0.0.1:0")?;
    /// println!("listening on {}", listener.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn local_addr(&self) -> Result<SocketAddr> {
        let address = self.listener.local_addr();
        address.map_err(|source| Error::io("asking for the listener's address", source))
    }

    fn failed(&self, action: &str, source: io::Error) -> Error {
        match self.listener.local_addr() {
            Ok(address) => Error::io(format!("{action} {address}"), source),
            Err(_) => Error::io(format!("{action} a listener"), source),
        }
    }
}

/// Takes over a listener as it is.
///
/// ```
/// use std::net::TcpListener;
/// use embertls::NetListener;
///
/// # fn main() -> std::io::Result<()> {
/// let listener = NetListener::from(TcpListener::bind("127.0.0.1:0")?);
/// let listener = TcpListener::from(listener);
/// # drop(listener);
/// # Ok(())
/// # }
/// ```
impl From<TcpListener> for NetListener {
    fn from(listener: TcpListener) -> Self {
        Self { listener }
    }
}

impl From<NetListener> for TcpListener {
    fn from(listener: NetListener) -> Self {
        listener.listener
    }
}
