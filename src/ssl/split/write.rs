//! The half that writes.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, MutexGuard};

use super::shared::{Sender, Shared};
use crate::ssl::engine::Engine;
use crate::ssl::link::is_transient;

/// The writing half of a session; made by
/// [`SslSession::split`](crate::SslSession::split).
///
/// It writes as an undivided session does: what a write has accepted goes out
/// before anything else, by the next call or by `flush`.
///
/// ```
/// use embertls::ssl::WriteHalf;
/// use std::io::Write;
/// use std::net::TcpStream;
///
/// fn greet(writer: &mut WriteHalf<TcpStream>) -> std::io::Result<()> {
///     writer.write_all(b"hello\n")?;
///     writer.flush()
/// }
/// ```
pub struct WriteHalf<T> {
    shared: Arc<Shared<T>>,
}

impl<T> WriteHalf<T> {
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        Self { shared }
    }

    pub(super) fn shared(&self) -> &Arc<Shared<T>> {
        &self.shared
    }

    pub(super) fn into_shared(self) -> Arc<Shared<T>> {
        self.shared
    }
}

impl<T: Write> WriteHalf<T> {
    /// Sends close_notify: no more data will follow. The other half goes on
    /// reading.
    ///
    /// On a non-blocking transport, repeat the call on
    /// [`WouldBlock`](io::ErrorKind::WouldBlock). Closing twice is no error.
    ///
    /// # Errors
    ///
    /// Those of the transport; an error of kind
    /// [`NotConnected`](io::ErrorKind::NotConnected) where the session died
    /// before.
    ///
    /// ```
    /// # fn example(writer: &mut embertls::ssl::WriteHalf<std::net::TcpStream>) -> std::io::Result<()> {
    /// writer.close()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn close(&mut self) -> io::Result<()> {
        self.shared.check_transport("closing")?;
        let mut sender = self.shared.sender();
        self.shared.seal(&mut sender, Engine::close)?;
        self.flush_with(sender, "closing")
    }

    fn flush_with(
        &self,
        mut sender: MutexGuard<'_, Sender<T>>,
        action: &'static str,
    ) -> io::Result<()> {
        self.shared.send(&mut sender)?;
        loop {
            let transport = &mut sender.transport;
            match self.shared.call(|| transport.flush()) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result?,
            }
        }
        self.shared.leave(sender)?;
        Ok(self.shared.engine().check_alive(action)?)
    }
}

impl<T: Write> Write for WriteHalf<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.shared.check_transport("writing")?;
        let mut sender = self.shared.sender();
        let len = self.shared.seal(&mut sender, |engine| {
            engine.check_writable("writing")?;
            match data.is_empty() {
                true => Ok(0),
                false => engine.write([data]),
            }
        })?;
        let sent = self.shared.send(&mut sender);
        match sent.and_then(|()| self.shared.leave(sender)) {
            Err(error) if !is_transient(error.kind()) => Err(error),
            // The bytes are sealed, so they count; the rest of the record goes out before anything else.
            _ => Ok(len),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.shared.check_transport("flushing")?;
        self.flush_with(self.shared.sender(), "flushing")
    }
}

impl<T> fmt::Debug for WriteHalf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteHalf").finish_non_exhaustive()
    }
}
