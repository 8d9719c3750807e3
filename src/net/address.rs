//! What a connection can be made to.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A host and a port: a name, a text, or an address.
///
/// ```
/// use embertls::NetListener;
///
/// # fn main() -> embertls::Result<()> {
/// NetListener::bind(("localhost", 0))?;
/// NetListener::bind("127.0.0.1:0")?;
/// NetListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
/// # Ok(())
/// # }
/// ```
pub trait NetAddress: sealed::Sealed {
    #[doc(hidden)]
    fn endpoint(&self) -> Endpoint;
}

/// A [`NetAddress`] that can travel to another thread.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// As the caller wrote it, with the port.
    pub(super) name: String,
    target: Target,
}

#[derive(Debug, Clone)]
enum Target {
    Known(Vec<SocketAddr>),
    Host(String, u16),
    Text(String),
}

impl Endpoint {
    /// Asks the system for the addresses, for at most `timeout`.
    pub(super) fn resolve(&self, timeout: Option<Duration>) -> io::Result<Vec<SocketAddr>> {
        let found = match (self.known(), timeout) {
            (Some(addresses), _) => addresses,
            (None, None) => self.target.look_up()?,
            (None, Some(timeout)) => self.target.look_up_within(timeout)?,
        };
        let mut addresses = Vec::with_capacity(found.len());
        for address in found {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if addresses.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "there is no address of this name",
            ));
        }
        Ok(addresses)
    }

    /// The addresses, where nobody has to be asked.
    fn known(&self) -> Option<Vec<SocketAddr>> {
        match &self.target {
            Target::Known(addresses) => Some(addresses.clone()),
            Target::Host(host, port) => {
                let ip = host.parse::<IpAddr>().ok()?;
                Some(vec![SocketAddr::new(ip, *port)])
            }
            Target::Text(text) => Some(vec![text.parse().ok()?]),
        }
    }
}

impl Target {
    fn look_up(&self) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::Known(addresses) => Ok(addresses.clone()),
            Self::Host(host, port) => Ok((host.as_str(), *port).to_socket_addrs()?.collect()),
            Self::Text(text) => Ok(text.to_socket_addrs()?.collect()),
        }
    }

    /// The system's resolver cannot be interrupted: a thread waits for it,
    /// and is left behind when it takes too long.
    fn look_up_within(&self, timeout: Duration) -> io::Result<Vec<SocketAddr>> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let target = self.clone();
        thread::Builder::new()
            .name("embertls-resolve".into())
            .spawn(move || sender.send(target.look_up()))?;
        match receiver.recv_timeout(timeout) {
            Ok(found) => found,
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("the name was not resolved within {timeout:?}"),
            )),
        }
    }
}

impl NetAddress for SocketAddr {
    fn endpoint(&self) -> Endpoint {
        Endpoint {
            name: self.to_string(),
            target: Target::Known(vec![*self]),
        }
    }
}

impl NetAddress for (IpAddr, u16) {
    fn endpoint(&self) -> Endpoint {
        SocketAddr::from(*self).endpoint()
    }
}

impl NetAddress for (Ipv4Addr, u16) {
    fn endpoint(&self) -> Endpoint {
        SocketAddr::from(*self).endpoint()
    }
}

impl NetAddress for (Ipv6Addr, u16) {
    fn endpoint(&self) -> Endpoint {
        SocketAddr::from(*self).endpoint()
    }
}

/// Some addresses of one peer, tried in this order.
impl NetAddress for &[SocketAddr] {
    fn endpoint(&self) -> Endpoint {
        let names: Vec<_> = self.iter().map(SocketAddr::to_string).collect();
        Endpoint {
            name: names.join(", "),
            target: Target::Known(self.to_vec()),
        }
    }
}

/// Host name or IP address, and port.
impl NetAddress for (&str, u16) {
    fn endpoint(&self) -> Endpoint {
        let (host, port) = *self;
        let name = match host.contains(':') {
            true => format!("[{host}]:{port}"),
            false => format!("{host}:{port}"),
        };
        Endpoint {
            name,
            target: Target::Host(host.to_owned(), port),
        }
    }
}

/// Host name or IP address, and port.
impl NetAddress for (String, u16) {
    fn endpoint(&self) -> Endpoint {
        (self.0.as_str(), self.1).endpoint()
    }
}

/// `host:port` or `[address]:port`.
impl NetAddress for &str {
    fn endpoint(&self) -> Endpoint {
        Endpoint {
            name: (*self).to_owned(),
            target: Target::Text((*self).to_owned()),
        }
    }
}

/// `host:port` or `[address]:port`.
impl NetAddress for String {
    fn endpoint(&self) -> Endpoint {
        self.as_str().endpoint()
    }
}

/// `host:port` or `[address]:port`.
impl NetAddress for &String {
    fn endpoint(&self) -> Endpoint {
        self.as_str().endpoint()
    }
}

mod sealed {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

    pub trait Sealed {}
    impl Sealed for SocketAddr {}
    impl Sealed for (IpAddr, u16) {}
    impl Sealed for (Ipv4Addr, u16) {}
    impl Sealed for (Ipv6Addr, u16) {}
    impl Sealed for &[SocketAddr] {}
    impl Sealed for (&str, u16) {}
    impl Sealed for (String, u16) {}
    impl Sealed for &str {}
    impl Sealed for String {}
    impl Sealed for &String {}
}
