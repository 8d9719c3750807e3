//! What the two halves share: the engine, the right to send, and whether the
//! transport still works.

use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use crate::error::{Error, Result};
use crate::rng::Rng;
use crate::ssl::engine::Engine;
use crate::ssl::link::{Link, is_transient, written};

/// Dropped in the order of the guide: session, socket, generator.
///
/// Whoever needs both locks takes `sending` first.
pub(super) struct Shared<T> {
    engine: Mutex<Box<Engine>>,
    sending: Mutex<Sender<T>>,
    /// A call of the transport panicked or failed for good, on either side.
    broken: AtomicBool,
    rng: Rng,
}

/// The transport, for who may send.
pub(super) struct Sender<T> {
    pub(super) transport: T,
    /// A copy of what is being sent, so that the engine is free meanwhile.
    staged: Vec<u8>,
}

impl<T> Shared<T> {
    pub(super) fn new(link: Link<T>) -> Self {
        let (engine, transport, failed, rng) = link.into_parts();
        Self {
            engine: Mutex::new(engine),
            sending: Mutex::new(Sender {
                transport,
                staged: Vec::new(),
            }),
            broken: AtomicBool::new(failed),
            rng,
        }
    }

    pub(super) fn into_link(self) -> Link<T> {
        let engine = self.engine.into_inner();
        let sender = self.sending.into_inner();
        Link::from_parts(
            engine.unwrap_or_else(PoisonError::into_inner),
            sender.unwrap_or_else(PoisonError::into_inner).transport,
            self.broken.into_inner(),
            self.rng,
        )
    }

    /// The engine. Nothing that may wait is called while it is held; what
    /// panicked with it is remembered by the engine itself.
    pub(super) fn engine(&self) -> MutexGuard<'_, Box<Engine>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sender(&self) -> MutexGuard<'_, Sender<T>> {
        self.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses to go on with a transport that has panicked or failed.
    pub(super) fn check_transport(&self, action: &'static str) -> Result<()> {
        if self.broken.load(Ordering::Acquire) {
            self.engine().kill();
            return Err(Error::Closed { action });
        }
        Ok(())
    }

    /// Runs one call of a transport: a panic or a lasting error ends the
    /// session for both halves.
    pub(super) fn call<R>(&self, call: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        let guard = Breaker(&self.broken);
        let result = call();
        match &result {
            Err(error) if !is_transient(error.kind()) && error.kind() != ErrorKind::Interrupted => {
                drop(guard);
                self.engine().kill();
            }
            _ => std::mem::forget(guard),
        }
        result
    }
}

impl<T: Write> Shared<T> {
    /// Sends all output. Both halves may seal, and only the holder of the
    /// sender sends, so bytes go out in their order.
    pub(super) fn send(&self, sender: &mut Sender<T>) -> io::Result<()> {
        loop {
            sender.staged.clear();
            sender.staged.extend_from_slice(self.engine().output());
            let len = sender.staged.len();
            if len == 0 {
                return Ok(());
            }
            let (transport, staged) = (&mut sender.transport, &sender.staged);
            match self.call(|| written(transport.write(staged), len)) {
                // Nothing but this takes output, and nothing is sealed before it is all gone.
                Ok(sent) => self.engine().output_taken(sent),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Lets `seal` put a record into the output, which must be empty for that.
    pub(super) fn seal<R>(
        &self,
        sender: &mut Sender<T>,
        seal: impl FnOnce(&mut Engine) -> Result<R>,
    ) -> io::Result<R> {
        loop {
            self.send(sender)?;
            let mut engine = self.engine();
            // The reading half may have sealed an alert in between.
            if engine.output().is_empty() {
                return Ok(seal(&mut engine)?);
            }
        }
    }

    /// Gives up the right to send, and sends what came up while it was held.
    pub(super) fn leave(&self, sender: MutexGuard<'_, Sender<T>>) -> io::Result<()> {
        drop(sender);
        self.send_if_free()
    }

    /// Sends what the reading half has sealed, unless somebody is sending: who
    /// sends looks again before leaving.
    pub(super) fn send_if_free(&self) -> io::Result<()> {
        while !self.engine().output().is_empty() {
            let mut sender = match self.sending.try_lock() {
                Ok(sender) => sender,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return Ok(()),
            };
            self.send(&mut sender)?;
        }
        Ok(())
    }
}

/// Marks the transport as broken unless it is forgotten.
struct Breaker<'a>(&'a AtomicBool);

impl Drop for Breaker<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
