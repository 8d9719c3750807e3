//! The half that reads.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use super::shared::Shared;
use crate::ssl::engine::Fill;
use crate::ssl::link::{is_transient, received};

/// The reading half of a session; made by
/// [`SslSession::split`](crate::SslSession::split).
///
/// It gives `Ok(0)` after the peer's close_notify and `UnexpectedEof` where
/// the connection ends without one, as an undivided session does.
///
/// ```
/// use embertls::ssl::ReadHalf;
/// use std::io::Read;
/// use std::net::TcpStream;
///
/// fn first_byte(reader: &mut ReadHalf<TcpStream, TcpStream>) -> std::io::Result<u8> {
///     let mut byte = [0];
///     reader.read_exact(&mut byte)?;
///     Ok(byte[0])
/// }
/// ```
pub struct ReadHalf<R, T> {
    shared: Arc<Shared<T>>,
    transport: R,
    /// Where the transport puts bytes while the engine is not locked.
    buffer: Vec<u8>,
    /// How large that may become.
    most: usize,
}

/// Enough for small messages; more once they have filled it.
const FIRST: usize = 4096;

impl<R, T> ReadHalf<R, T> {
    pub(super) fn new(shared: Arc<Shared<T>>, transport: R) -> Self {
        Self {
            shared,
            transport,
            buffer: Vec::new(),
            most: FIRST,
        }
    }

    pub(super) fn shared(&self) -> &Arc<Shared<T>> {
        &self.shared
    }

    pub(super) fn into_parts(self) -> (Arc<Shared<T>>, R) {
        (self.shared, self.transport)
    }

    /// The handle that is read from, for example to end the connection from
    /// elsewhere. Reading from it breaks the session.
    ///
    /// ```
    /// # use std::net::{Shutdown, TcpStream};
    /// # fn example(reader: embertls::ssl::ReadHalf<TcpStream, TcpStream>) -> std::io::Result<()> {
    /// reader.get_ref().shutdown(Shutdown::Both)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_ref(&self) -> &R {
        &self.transport
    }
}

impl<R: Read, T: Write> ReadHalf<R, T> {
    /// Gives the engine more of the peer's bytes, or says that there are none.
    fn receive(&mut self, room: usize) -> io::Result<()> {
        let room = room.min(self.most);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        let (transport, buffer) = (&mut self.transport, &mut self.buffer[..room]);
        let result = self.shared.call(|| received(transport.read(buffer), room));
        match result {
            Ok(0) => self.shared.engine().input_ended(),
            Ok(len) => {
                let mut engine = self.shared.engine();
                let space = engine.input_space();
                // Only this half fills the space, and the other never makes it smaller.
                let taken = len.min(space.len());
                space[..taken].copy_from_slice(&self.buffer[..taken]);
                engine.input_filled(taken);
                if len == self.most {
                    self.most = usize::MAX;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

impl<R: Read, T: Write> Read for ReadHalf<R, T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            self.shared.check_transport("reading")?;
            let mut engine = self.shared.engine();
            let room = match engine.fill() {
                Ok(Fill::Data) => {
                    let data = engine.data();
                    let len = data.len().min(out.len());
                    out[..len].copy_from_slice(&data[..len]);
                    engine.consume(len);
                    return Ok(len);
                }
                Ok(Fill::Closed) => return Ok(0),
                Ok(Fill::NeedsInput) => {
                    engine.answer_renegotiation();
                    engine.input_space().len()
                }
                Err(error) => {
                    drop(engine);
                    // The error counts, not whether the peer hears of it.
                    let _ = self.shared.send_if_free();
                    return Err(error.into());
                }
            };
            drop(engine);
            if room == 0 {
                return Err(ErrorKind::OutOfMemory.into());
            }
            match self.shared.send_if_free() {
                Err(error) if !is_transient(error.kind()) => return Err(error),
                _ => {}
            }
            self.receive(room)?;
        }
    }
}

impl<R, T> fmt::Debug for ReadHalf<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHalf").finish_non_exhaustive()
    }
}
