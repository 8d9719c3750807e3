//! How long reads and writes may wait.

use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::platform;

#[derive(Debug, Clone, Copy)]
pub(super) enum Direction {
    Read,
    Write,
}

/// The timeout of one direction.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    direction: Direction,
    /// What the caller asked for.
    wanted: Option<Duration>,
    /// What the socket has now; `None` when that is not known. With a
    /// deadline it is less than what the caller asked for.
    applied: Option<Option<Duration>>,
}

impl Limit {
    /// The timeout that the socket has.
    pub(super) fn of(stream: &TcpStream, direction: Direction) -> Self {
        let timeout = match direction {
            Direction::Read => stream.read_timeout(),
            Direction::Write => stream.write_timeout(),
        };
        Self {
            direction,
            wanted: timeout.as_ref().ok().copied().flatten(),
            applied: timeout.ok(),
        }
    }

    /// Changes what the caller wants.
    pub(super) fn set(&mut self, stream: &TcpStream, timeout: Option<Duration>) -> io::Result<()> {
        self.wanted = timeout;
        self.apply(stream, None)
    }

    /// Readies the socket for one call, which ends at the deadline at the
    /// latest.
    pub(super) fn apply(
        &mut self,
        stream: &TcpStream,
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        let left = match deadline {
            None => None,
            Some(deadline) => Some(time_left(deadline).ok_or_else(past_deadline)?),
        };
        let timeout = match (self.wanted, left) {
            (Some(wanted), Some(left)) => Some(wanted.min(left)),
            (wanted, left) => wanted.or(left),
        };
        if self.applied != Some(timeout) {
            self.applied = None;
            match self.direction {
                Direction::Read => stream.set_read_timeout(timeout)?,
                Direction::Write => stream.set_write_timeout(timeout)?,
            }
            self.applied = Some(timeout);
        }
        Ok(())
    }

    /// Tells a timeout from a connection that is not ready: on Unix both
    /// arrive as `WouldBlock`.
    pub(super) fn judge(
        &self,
        error: io::Error,
        stream: &TcpStream,
        deadline: Option<Instant>,
    ) -> io::Error {
        match error.kind() {
            io::ErrorKind::WouldBlock => match platform::is_nonblocking(stream) {
                Ok(true) => error,
                Ok(false) => self.timed_out(deadline),
                Err(error) => error,
            },
            // On Unix that is TCP itself giving up on the peer.
            io::ErrorKind::TimedOut if !cfg!(unix) => self.timed_out(deadline),
            _ => error,
        }
    }

    fn timed_out(&self, deadline: Option<Instant>) -> io::Error {
        match (deadline, self.wanted) {
            (Some(deadline), _) if time_left(deadline).is_none() => past_deadline(),
            (_, Some(wanted)) if self.applied == Some(Some(wanted)) => io::Error::new(
                io::ErrorKind::TimedOut,
                match self.direction {
                    Direction::Read => format!("nothing came within {wanted:?}"),
                    Direction::Write => format!("nothing could be sent within {wanted:?}"),
                },
            ),
            // The timer of the system ran a little ahead of the deadline.
            (Some(_), _) => past_deadline(),
            (None, _) => io::ErrorKind::TimedOut.into(),
        }
    }
}

/// The time until `deadline`, if there is any.
fn time_left(deadline: Instant) -> Option<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    (!left.is_zero()).then_some(left)
}

fn past_deadline() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the deadline has passed")
}
