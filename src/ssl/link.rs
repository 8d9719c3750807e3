//! Engine and transport side by side: the only place that calls a transport.

use alloc::boxed::Box;

use super::engine::Engine;
use crate::error::{Error, Result};
use crate::io::{self, ErrorKind, Read, Write};
use crate::rng::Rng;

/// An engine and the transport that carries its bytes.
///
/// Dropped in the order of the guide: session and configuration, then the
/// socket, then the random generator.
pub(crate) struct Link<T> {
    pub(crate) engine: Box<Engine>,
    pub(crate) transport: T,
    /// Set while the transport runs, and left set when it panics or fails for
    /// good: nothing is known about its bytes then.
    failed: bool,
    /// Keeps the generator alive longer than the socket.
    _rng: Rng,
}

impl<T> Link<T> {
    pub(crate) fn new(engine: Engine, transport: T) -> Self {
        let rng = engine.rng();
        Self {
            engine: Box::new(engine),
            transport,
            failed: false,
            _rng: rng,
        }
    }

    /// Engine, transport, whether the transport has failed, generator.
    #[cfg(feature = "std")]
    pub(crate) fn into_parts(self) -> (Box<Engine>, T, bool, Rng) {
        (self.engine, self.transport, self.failed, self._rng)
    }

    #[cfg(feature = "std")]
    pub(crate) fn from_parts(engine: Box<Engine>, transport: T, failed: bool, rng: Rng) -> Self {
        Self {
            engine,
            transport,
            failed,
            _rng: rng,
        }
    }

    /// Refuses to go on with a transport that has panicked or failed.
    pub(crate) fn check_transport(&mut self, action: &'static str) -> Result<()> {
        if self.failed {
            self.engine.kill();
            return Err(Error::Closed { action });
        }
        Ok(())
    }

    fn call<R>(&mut self, call: impl FnOnce(&mut T, &mut Engine) -> R) -> R {
        self.failed = true;
        let result = call(&mut self.transport, &mut self.engine);
        self.failed = false;
        result
    }
}

impl<T: Read + Write> Link<T> {
    /// Sends all output.
    ///
    /// An error that is not of [`is_transient`] kills the session.
    pub(crate) fn send(&mut self) -> io::Result<()> {
        loop {
            let len = self.engine.output().len();
            if len == 0 {
                return Ok(());
            }
            let result = self.call(|transport, engine| transport.write(engine.output()));
            match written(result, len) {
                Ok(sent) => self.engine.output_taken(sent),
                Err(error) => self.note(error)?,
            }
        }
    }

    /// Sends all output, then flushes the transport.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.send()?;
        loop {
            match self.call(|transport, _| transport.flush()) {
                Ok(()) => return Ok(()),
                Err(error) => self.note(error)?,
            }
        }
    }

    /// Reads once from the transport into the engine.
    pub(crate) fn receive(&mut self) -> io::Result<()> {
        loop {
            let mut space = 0;
            let result = self.call(|transport, engine| {
                let buffer = engine.input_space();
                space = buffer.len();
                match space {
                    0 => Err(ErrorKind::OutOfMemory.into()),
                    _ => transport.read(buffer),
                }
            });
            match received(result, space) {
                Ok(0) => {
                    self.engine.input_ended();
                    return Ok(());
                }
                Ok(len) => {
                    self.engine.input_filled(len);
                    return Ok(());
                }
                Err(error) => self.note(error)?,
            }
        }
    }

    /// Sends an alert on its way out as well as possible; the error that
    /// caused it counts, not this one.
    pub(crate) fn send_last_words(&mut self) {
        if !self.failed {
            let _ = self.flush();
        }
    }

    /// An interrupted call is made again; a lasting error kills the session.
    fn note(&mut self, error: io::Error) -> io::Result<()> {
        if error.kind() == ErrorKind::Interrupted {
            return Ok(());
        }
        if !is_transient(error.kind()) {
            self.give_up();
        }
        Err(error)
    }

    fn give_up(&mut self) {
        self.failed = true;
        self.engine.kill();
    }
}

/// What a transport says of a write, held against what it was given.
pub(crate) fn written(result: io::Result<usize>, offered: usize) -> io::Result<usize> {
    match result? {
        0 => Err(io::Error::new(
            ErrorKind::WriteZero,
            "the transport accepts no more bytes",
        )),
        sent if sent > offered => Err(io::Error::new(
            ErrorKind::InvalidData,
            "the transport claims to have written more than it was given",
        )),
        sent => Ok(sent),
    }
}

/// What a transport says of a read, held against the room that it was given.
pub(crate) fn received(result: io::Result<usize>, space: usize) -> io::Result<usize> {
    match result? {
        len if len > space => Err(io::Error::new(
            ErrorKind::InvalidData,
            "the transport claims to have read more than there is room for",
        )),
        len => Ok(len),
    }
}

/// Whether the same call may succeed later.
pub(crate) fn is_transient(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
