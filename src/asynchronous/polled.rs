//! An asynchronous transport where the session expects a blocking one.

use std::io::{self, ErrorKind, Read, Write};
use std::task::{Context, Poll, Waker};

/// A stream of one of the runtimes, as the session needs it.
///
/// Implemented by the wrappers of this crate, one for each runtime's traits,
/// and by nothing else.
pub trait Transport: Sealed {
    /// The runtime's stream.
    type Stream;

    /// Reads what there is, at most as much as fits.
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Writes as much as there is room for.
    fn poll_write(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>>;

    /// Sends what the stream itself has buffered.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Ends the direction of writing.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// The stream.
    fn stream(&self) -> &Self::Stream;

    /// The stream.
    fn stream_mut(&mut self) -> &mut Self::Stream;

    /// The stream.
    fn into_stream(self) -> Self::Stream;
}

/// Keeps [`Transport`] to this crate, where it can grow.
pub trait Sealed {}

/// Whose call this is. A stream may be split, and then two tasks wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Reader,
    /// Also the handshake, where one task does both.
    Writer,
}

/// A transport that "would block" where it is pending, and wakes the task
/// whose turn it was.
pub struct Polled<T> {
    transport: T,
    turn: Turn,
    reader: Waiting,
    writer: Waiting,
}

/// A task that may wait for the transport.
#[derive(Default)]
struct Waiting {
    waker: Option<Waker>,
    waits: bool,
}

impl Waiting {
    fn wake(&mut self) {
        if std::mem::take(&mut self.waits) {
            if let Some(waker) = &self.waker {
                waker.wake_by_ref();
            }
        }
    }
}

impl<T> Polled<T> {
    pub(crate) fn new(transport: T) -> Self {
        Self {
            transport,
            turn: Turn::Writer,
            reader: Waiting::default(),
            writer: Waiting::default(),
        }
    }

    /// The calls from now on are those of this task.
    pub(crate) fn begin(&mut self, turn: Turn, cx: &Context<'_>) {
        self.turn = turn;
        let waiting = self.current();
        waiting.waits = false;
        match &waiting.waker {
            Some(known) if known.will_wake(cx.waker()) => {}
            _ => waiting.waker = Some(cx.waker().clone()),
        }
    }

    /// The other task of a split stream has something to learn.
    pub(crate) fn wake_other(&mut self) {
        match self.turn {
            Turn::Reader => self.writer.wake(),
            Turn::Writer => self.reader.wake(),
        }
    }

    pub(crate) fn inner(&self) -> &T {
        &self.transport
    }

    pub(crate) fn inner_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    pub(crate) fn into_inner(self) -> T {
        self.transport
    }

    fn current(&mut self) -> &mut Waiting {
        match self.turn {
            Turn::Reader => &mut self.reader,
            Turn::Writer => &mut self.writer,
        }
    }

    fn poll<R>(
        &mut self,
        call: impl FnOnce(&mut T, &mut Context<'_>) -> Poll<io::Result<R>>,
    ) -> io::Result<R> {
        let waiting = match self.turn {
            Turn::Reader => &mut self.reader,
            Turn::Writer => &mut self.writer,
        };
        let waker = waiting.waker.as_ref().unwrap_or(Waker::noop());
        match call(&mut self.transport, &mut Context::from_waker(waker)) {
            Poll::Pending => {
                waiting.waits = true;
                Err(ErrorKind::WouldBlock.into())
            }
            // Nobody would be woken.
            Poll::Ready(Err(error)) if error.kind() == ErrorKind::WouldBlock => Err(
                io::Error::other("the transport says that it would block, but is not pending"),
            ),
            Poll::Ready(result) => result,
        }
    }
}

impl<T: Transport> Read for Polled<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.poll(|transport, cx| transport.poll_read(cx, buffer))
    }
}

impl<T: Transport> Write for Polled<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let result = self.poll(|transport, cx| transport.poll_write(cx, data));
        self.give_writer_its_place_back();
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.poll(|transport, cx| transport.poll_flush(cx));
        self.give_writer_its_place_back();
        result
    }
}

impl<T> Polled<T> {
    /// A transport keeps one waker for each direction. Where a reader has
    /// written (an alert, or what a writer left), the writer must ask again.
    fn give_writer_its_place_back(&mut self) {
        if self.turn == Turn::Reader {
            self.writer.wake();
        }
    }
}

/// "Would block" as the runtimes say it.
pub(crate) fn pending_to_poll<R>(result: io::Result<R>) -> Poll<io::Result<R>> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}
