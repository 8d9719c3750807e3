//! A wire in memory that takes and gives as much as a test wants.
//!
//! As sockets do, each direction keeps the waker of the one who asked last.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// One end. Dropping it ends both directions.
pub struct End {
    incoming: Arc<Mutex<Pipe>>,
    outgoing: Arc<Mutex<Pipe>>,
    pace: Pace,
    calls: u64,
}

/// How an end serves its calls.
#[derive(Clone, Copy, Default)]
pub struct Pace {
    /// At most so many bytes for each call; 0 for no limit.
    pub piece: usize,
    /// Every second call is pending, and goes on at once.
    pub pends: bool,
}

/// What a test sees and does between the two ends.
#[derive(Clone)]
pub struct Direction(Arc<Mutex<Pipe>>);

#[derive(Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    capacity: usize,
    written: u64,
    shut_down: bool,
    nobody_reads: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// Two ends, and the directions from the first and from the second.
pub fn wire(capacity: usize, pace: Pace) -> (End, End, Direction, Direction) {
    let pipe = || {
        Arc::new(Mutex::new(Pipe {
            capacity,
            ..Pipe::default()
        }))
    };
    let (there, back) = (pipe(), pipe());
    let end = |incoming: &Arc<_>, outgoing: &Arc<_>| End {
        incoming: Arc::clone(incoming),
        outgoing: Arc::clone(outgoing),
        pace,
        calls: 0,
    };
    (
        end(&back, &there),
        end(&there, &back),
        Direction(Arc::clone(&there)),
        Direction(back),
    )
}

impl Direction {
    /// How many bytes were written in all.
    pub fn written(&self) -> u64 {
        lock(&self.0).written
    }

    pub fn is_shut_down(&self) -> bool {
        lock(&self.0).shut_down
    }

    pub fn set_capacity(&self, capacity: usize) {
        let mut pipe = lock(&self.0);
        pipe.capacity = capacity;
        wake(&mut pipe.writer);
    }

    /// Puts bytes where the reader finds them.
    pub fn push(&self, bytes: &[u8]) {
        let mut pipe = lock(&self.0);
        pipe.bytes.extend(bytes);
        wake(&mut pipe.reader);
    }
}

impl End {
    fn hesitates(&mut self, cx: &Context<'_>) -> bool {
        self.calls += 1;
        let hesitates = self.pace.pends && self.calls % 2 == 1;
        if hesitates {
            cx.waker().wake_by_ref();
        }
        hesitates
    }

    fn most(&self, wanted: usize) -> usize {
        match self.pace.piece {
            0 => wanted,
            piece => wanted.min(piece),
        }
    }

    fn poll_receive(&mut self, cx: &Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        if self.hesitates(cx) {
            return Poll::Pending;
        }
        let most = self.most(buffer.len());
        let mut pipe = lock(&self.incoming);
        let len = most.min(pipe.bytes.len());
        if len == 0 && !pipe.shut_down {
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        for (place, byte) in buffer.iter_mut().zip(pipe.bytes.drain(..len)) {
            *place = byte;
        }
        wake(&mut pipe.writer);
        Poll::Ready(Ok(len))
    }

    fn poll_send(&mut self, cx: &Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        if self.hesitates(cx) {
            return Poll::Pending;
        }
        let most = self.most(data.len());
        let mut pipe = lock(&self.outgoing);
        if pipe.nobody_reads || pipe.shut_down {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let len = most.min(pipe.capacity.saturating_sub(pipe.bytes.len()));
        if len == 0 {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        pipe.bytes.extend(&data[..len]);
        pipe.written += len as u64;
        wake(&mut pipe.reader);
        Poll::Ready(Ok(len))
    }

    fn poll_end(&mut self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        if self.hesitates(cx) {
            return Poll::Pending;
        }
        let mut pipe = lock(&self.outgoing);
        pipe.shut_down = true;
        wake(&mut pipe.reader);
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut pipe = lock(&self.outgoing);
        pipe.shut_down = true;
        wake(&mut pipe.reader);
        drop(pipe);
        let mut pipe = lock(&self.incoming);
        pipe.nobody_reads = true;
        wake(&mut pipe.writer);
    }
}

fn lock(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock().expect("no panic in here")
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

impl AsyncRead for End {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self
            .get_mut()
            .poll_receive(cx, buffer.initialize_unfilled());
        read.map_ok(|len| buffer.advance(len))
    }
}

impl AsyncWrite for End {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_send(cx, data)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut().hesitates(cx) {
            true => Poll::Pending,
            false => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_end(cx)
    }
}

/// The same end for the traits of `futures-io`.
pub struct FuturesEnd(pub End);

impl futures_io::AsyncRead for FuturesEnd {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_receive(cx, buffer)
    }
}

impl futures_io::AsyncWrite for FuturesEnd {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_send(cx, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0.hesitates(cx) {
            true => Poll::Pending,
            false => Poll::Ready(Ok(())),
        }
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_end(cx)
    }
}
