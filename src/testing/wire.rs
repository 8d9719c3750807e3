//! Two ends in memory.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::ssl::{Client, Handshake, Server, SslConfig, SslSession};
use crate::x509::ServerName;

/// One end of a wire in memory. What one end writes, the other reads, on any
/// thread. Dropping an end is the end of the stream for the other.
///
/// Writing never waits. Reading with nothing there is
/// [`WouldBlock`](ErrorKind::WouldBlock), or waits as long as
/// [`Self::set_patience`] says.
///
/// ```
/// use std::io::{Read, Write};
///
/// let (mut one, mut other) = embertls::testing::wire();
/// one.write_all(b"over").unwrap();
/// let mut got = [0; 4];
/// other.read_exact(&mut got).unwrap();
/// assert!(other.read(&mut got).is_err(), "would block");
/// ```
pub struct End {
    incoming: Arc<Pipe>,
    outgoing: Arc<Pipe>,
    patience: Option<Duration>,
}

#[derive(Default)]
struct Pipe {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    bytes: VecDeque<u8>,
    ended: bool,
}

/// Two ends of a new wire.
///
/// ```
/// let (client, server) = embertls::testing::wire();
/// # drop((client, server));
/// ```
pub fn wire() -> (End, End) {
    let (there, back) = (Arc::<Pipe>::default(), Arc::<Pipe>::default());
    let end = |incoming: &Arc<Pipe>, outgoing: &Arc<Pipe>| End {
        incoming: Arc::clone(incoming),
        outgoing: Arc::clone(outgoing),
        patience: None,
    };
    (end(&back, &there), end(&there, &back))
}

/// Two established sessions over a new wire, client and server. No thread is
/// needed.
///
/// # Errors
///
/// As [`Handshake::complete`], of the side that failed first;
/// [`Error::ServerName`] where `name` is none.
///
/// ```
/// use embertls::testing::{Authority, connected};
///
/// # fn main() -> embertls::Result<()> {
/// let authority = Authority::new();
/// let client = authority.client().build()?;
/// let server = authority.server("localhost").build()?;
/// let error = connected(&client, &server, "other.example").unwrap_err();
/// assert!(matches!(error, embertls::Error::Verify(_)));
/// # Ok(())
/// # }
/// ```
pub fn connected(
    client: &SslConfig<Client>,
    server: &SslConfig<Server>,
    name: &str,
) -> Result<(SslSession<End>, SslSession<End>)> {
    let name = ServerName::try_from(name)?;
    let (one, other) = wire();
    let mut client = Handshake::client(client, name, one)?;
    let mut server = Handshake::server(server, other)?;
    let mut pending = true;
    while pending {
        pending = advance(&mut client)? | advance(&mut server)?;
    }
    let not_complete = |_| Error::WouldBlock;
    Ok((
        client.into_session().map_err(not_complete)?,
        server.into_session().map_err(not_complete)?,
    ))
}

/// Whether the handshake needs more of the other side.
fn advance(handshake: &mut Handshake<End>) -> Result<bool> {
    match handshake.advance() {
        Ok(()) => Ok(false),
        Err(Error::WouldBlock) => Ok(true),
        Err(error) => Err(error),
    }
}

impl End {
    /// How long reading waits for the other end before it gives
    /// [`TimedOut`](ErrorKind::TimedOut). `None`, as in the beginning: not at
    /// all, and it gives [`WouldBlock`](ErrorKind::WouldBlock).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (mut client, mut server) = embertls::testing::wire();
    /// client.set_patience(Some(Duration::from_secs(10)));
    /// server.set_patience(Some(Duration::from_secs(10)));
    /// ```
    pub fn set_patience(&mut self, patience: Option<Duration>) {
        self.patience = patience;
    }
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let is_empty = |state: &mut State| state.bytes.is_empty() && !state.ended;
        let mut state = self.incoming.lock();
        if is_empty(&mut state) && !buffer.is_empty() {
            let Some(patience) = self.patience else {
                return Err(ErrorKind::WouldBlock.into());
            };
            let waited = self
                .incoming
                .changed
                .wait_timeout_while(state, patience, is_empty);
            let (left, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            if timeout.timed_out() {
                return Err(ErrorKind::TimedOut.into());
            }
            state = left;
        }
        state.bytes.read(buffer)
    }
}

impl Write for End {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        // Only this end and a dropped other end refer to the pipe.
        if Arc::strong_count(&self.outgoing) == 1 {
            return Err(ErrorKind::BrokenPipe.into());
        }
        self.outgoing.lock().bytes.extend(data);
        self.outgoing.changed.notify_all();
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.outgoing.lock().ended = true;
        self.outgoing.changed.notify_all();
    }
}

/// How much there is to read, and none of it.
impl fmt::Debug for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("End")
            .field("incoming", &self.incoming.lock().bytes.len())
            .finish_non_exhaustive()
    }
}
