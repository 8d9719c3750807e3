//! What remains of a session when the TLS around the transport ends.

use alloc::vec::Vec;
use core::fmt;

use super::link::Link;

/// A transport taken out of its session, with every byte that was in between.
///
/// After an upgrade is undone (a `close_notify` each way, then plain text
/// again), `unread` holds what the peer sent behind its close_notify.
///
/// ```
/// # fn example(session: embertls::SslSession<std::net::TcpStream>) {
/// let parts = session.into_inner();
/// println!("{} bytes of plain text came behind the end", parts.unread.len());
/// let stream = parts.transport;
/// # drop(stream);
/// # }
/// ```
#[non_exhaustive]
pub struct Parts<T> {
    /// The transport itself.
    pub transport: T,
    /// Bytes read from the transport and not used by TLS.
    pub unread: Vec<u8>,
    /// Decrypted bytes that nobody has read yet.
    pub plaintext: Vec<u8>,
    /// Encrypted bytes that the transport has not accepted yet.
    pub unsent: Vec<u8>,
}

impl<T> Parts<T> {
    /// A transport that no byte of a session has touched.
    pub(crate) fn untouched(transport: T) -> Self {
        Self {
            transport,
            unread: Vec::new(),
            plaintext: Vec::new(),
            unsent: Vec::new(),
        }
    }

    /// The same with another face of the transport.
    #[cfg(any(feature = "tokio", feature = "futures-io"))]
    pub(crate) fn map<U>(self, transport: impl FnOnce(T) -> U) -> Parts<U> {
        Parts {
            transport: transport(self.transport),
            unread: self.unread,
            plaintext: self.plaintext,
            unsent: self.unsent,
        }
    }

    pub(crate) fn of(link: Link<T>) -> Self {
        Self {
            unread: link.engine.unread().to_vec(),
            plaintext: link.engine.data().to_vec(),
            unsent: link.engine.output().to_vec(),
            transport: link.transport,
        }
    }
}

impl<T> fmt::Debug for Parts<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("unread", &self.unread.len())
            .field("plaintext", &self.plaintext.len())
            .field("unsent", &self.unsent.len())
            .finish_non_exhaustive()
    }
}
