//! A transport that fails at a chosen place.

use std::io::{self, ErrorKind, Read, Write};

/// What happens at a place of a [`Faulty`] transport.
///
/// ```
/// use std::io::ErrorKind;
/// use embertls::testing::Fault;
///
/// let fault = Fault::Fail(ErrorKind::ConnectionReset);
/// assert_eq!(fault, Fault::Fail(ErrorKind::ConnectionReset));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The call fails with this kind, once. With
    /// [`WouldBlock`](ErrorKind::WouldBlock) it is a moment without data, with
    /// [`Interrupted`](ErrorKind::Interrupted) a signal.
    Fail(ErrorKind),
    /// The stream ends: reads give 0 bytes, writes are broken pipes.
    End,
    /// These bits of the byte are turned over.
    Flip(u8),
}

/// A transport around another one, with faults at chosen bytes of what is read
/// or written. No call goes over such a place, so that every byte before it is
/// moved as usual.
///
/// ```
/// use std::io::{ErrorKind, Read};
/// use embertls::testing::{Fault, Faulty};
///
/// let mut transport = Faulty::new(std::io::Cursor::new(b"hello".to_vec()))
///     .reading(3, Fault::Fail(ErrorKind::ConnectionReset));
/// let mut buffer = [0; 8];
/// assert_eq!(transport.read(&mut buffer).unwrap(), 3);
/// assert_eq!(transport.read(&mut buffer).unwrap_err().kind(), ErrorKind::ConnectionReset);
/// assert_eq!(transport.read(&mut buffer).unwrap(), 2);
/// ```
#[derive(Debug)]
pub struct Faulty<T> {
    inner: T,
    reading: Direction,
    writing: Direction,
}

#[derive(Debug, Default)]
struct Direction {
    moved: u64,
    faults: Vec<(u64, Fault)>,
    /// At most so many bytes for each call; 0 for no limit.
    piece: usize,
    ended: bool,
}

/// What a call is to do.
enum Turn {
    Move(usize),
    Flip(u8),
    Fail(ErrorKind),
    End,
}

impl<T> Faulty<T> {
    /// A transport without a fault so far.
    ///
    /// ```
    /// let transport = embertls::testing::Faulty::new(embertls::MemoryTransport::new());
    /// # drop(transport);
    /// ```
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            reading: Direction::default(),
            writing: Direction::default(),
        }
    }

    /// Adds a fault before the byte that is read as number `at`, counted from 0.
    ///
    /// ```
    /// use embertls::testing::{Fault, Faulty};
    ///
    /// // The peer is cut off in the middle of its second record.
    /// let transport = Faulty::new(embertls::MemoryTransport::new()).reading(100, Fault::End);
    /// # drop(transport);
    /// ```
    #[must_use]
    pub fn reading(mut self, at: u64, fault: Fault) -> Self {
        self.reading.add(at, fault);
        self
    }

    /// Adds a fault before the byte that is written as number `at`.
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use embertls::testing::{Fault, Faulty};
    ///
    /// let transport = Faulty::new(embertls::MemoryTransport::new())
    ///     .writing(10, Fault::Fail(ErrorKind::WouldBlock));
    /// # drop(transport);
    /// ```
    #[must_use]
    pub fn writing(mut self, at: u64, fault: Fault) -> Self {
        self.writing.add(at, fault);
        self
    }

    /// Moves at most `bytes` for each call; 0 for no limit.
    ///
    /// ```
    /// let slow = embertls::testing::Faulty::new(embertls::MemoryTransport::new()).pieces(1);
    /// # drop(slow);
    /// ```
    #[must_use]
    pub fn pieces(mut self, bytes: usize) -> Self {
        self.reading.piece = bytes;
        self.writing.piece = bytes;
        self
    }

    /// How many bytes were read and written so far.
    ///
    /// ```
    /// let transport = embertls::testing::Faulty::new(embertls::MemoryTransport::new());
    /// assert_eq!(transport.moved(), (0, 0));
    /// ```
    pub fn moved(&self) -> (u64, u64) {
        (self.reading.moved, self.writing.moved)
    }

    /// The transport inside.
    ///
    /// ```
    /// let mut transport = embertls::testing::Faulty::new(embertls::MemoryTransport::new());
    /// transport.get_mut().push_incoming(b"bytes of the peer");
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl Direction {
    fn add(&mut self, at: u64, fault: Fault) {
        self.faults.push((at, fault));
        // Stable: those at one place happen in the order in which they were added.
        self.faults.sort_by_key(|(at, _)| *at);
    }

    /// What happens to a call for so many bytes.
    fn turn(&mut self, wanted: usize) -> Turn {
        if self.ended {
            return Turn::End;
        }
        let most = match self.piece {
            0 => wanted,
            piece => wanted.min(piece),
        };
        let Some(&(at, fault)) = self.faults.first() else {
            return Turn::Move(most);
        };
        if let Some(before) = at.checked_sub(self.moved).filter(|before| *before > 0) {
            return Turn::Move(most.min(usize::try_from(before).unwrap_or(usize::MAX)));
        }
        match fault {
            // It stays until a byte has moved.
            Fault::Flip(bits) => Turn::Flip(bits),
            Fault::Fail(kind) => {
                self.faults.remove(0);
                Turn::Fail(kind)
            }
            Fault::End => {
                self.ended = true;
                Turn::End
            }
        }
    }

    fn has_moved(&mut self, len: usize) {
        self.moved += len as u64;
    }

    fn has_flipped(&mut self, len: usize) {
        if len > 0 {
            self.faults.remove(0);
        }
        self.has_moved(len);
    }
}

impl<T: Read> Read for Faulty<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.reading.turn(buffer.len()) {
            Turn::Move(most) => {
                let len = self
                    .inner
                    .read(buffer.get_mut(..most).unwrap_or_default())?;
                self.reading.has_moved(len);
                Ok(len)
            }
            Turn::Flip(bits) => {
                let mut byte = [0];
                let len = self.inner.read(&mut byte)?;
                if let (Some(place), 1) = (buffer.first_mut(), len) {
                    *place = byte[0] ^ bits;
                }
                self.reading.has_flipped(len);
                Ok(len)
            }
            Turn::Fail(kind) => Err(kind.into()),
            Turn::End => Ok(0),
        }
    }
}

impl<T: Write> Write for Faulty<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match (self.writing.turn(data.len()), data.first()) {
            (Turn::Flip(bits), Some(byte)) => {
                let len = self.inner.write(&[byte ^ bits])?;
                self.writing.has_flipped(len);
                Ok(len)
            }
            (Turn::Move(most), _) => {
                let len = self.inner.write(data.get(..most).unwrap_or_default())?;
                self.writing.has_moved(len);
                Ok(len)
            }
            (Turn::Flip(_), None) => Ok(0),
            (Turn::Fail(kind), _) => Err(kind.into()),
            (Turn::End, _) => Err(ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(feature = "tokio")]
mod asynchronous {
    //! The same over tokio's traits. A call that "would block" is pending and
    //! goes on at once.

    use std::io::{self, ErrorKind};
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::{Faulty, Turn};

    fn fail<R>(kind: ErrorKind, cx: &Context<'_>) -> Poll<io::Result<R>> {
        if kind == ErrorKind::WouldBlock {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Err(kind.into()))
    }

    impl<T: AsyncRead + Unpin> AsyncRead for Faulty<T> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let this = &mut *self;
            match this.reading.turn(buffer.remaining()) {
                Turn::Move(most) => {
                    let mut bytes = vec![0; most];
                    let mut part = ReadBuf::new(&mut bytes);
                    ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
                    buffer.put_slice(part.filled());
                    let len = part.filled().len();
                    this.reading.has_moved(len);
                    Poll::Ready(Ok(()))
                }
                Turn::Flip(bits) => {
                    let mut byte = [0];
                    let mut part = ReadBuf::new(&mut byte);
                    ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
                    let len = part.filled().len();
                    if len == 1 {
                        buffer.put_slice(&[byte[0] ^ bits]);
                    }
                    this.reading.has_flipped(len);
                    Poll::Ready(Ok(()))
                }
                Turn::Fail(kind) => fail(kind, cx),
                Turn::End => Poll::Ready(Ok(())),
            }
        }
    }

    impl<T: AsyncWrite + Unpin> AsyncWrite for Faulty<T> {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            data: &[u8],
        ) -> Poll<io::Result<usize>> {
            let this = &mut *self;
            match (this.writing.turn(data.len()), data.first()) {
                (Turn::Flip(bits), Some(byte)) => {
                    let len = ready!(Pin::new(&mut this.inner).poll_write(cx, &[byte ^ bits]))?;
                    this.writing.has_flipped(len);
                    Poll::Ready(Ok(len))
                }
                (Turn::Move(most), _) => {
                    let part = data.get(..most).unwrap_or_default();
                    let len = ready!(Pin::new(&mut this.inner).poll_write(cx, part))?;
                    this.writing.has_moved(len);
                    Poll::Ready(Ok(len))
                }
                (Turn::Flip(_), None) => Poll::Ready(Ok(0)),
                (Turn::Fail(kind), _) => fail(kind, cx),
                (Turn::End, _) => Poll::Ready(Err(ErrorKind::BrokenPipe.into())),
            }
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.inner).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.inner).poll_shutdown(cx)
        }
    }
}
