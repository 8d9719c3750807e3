//! One session, read on one thread and written on another.
//!
//! The engine is one, so it is locked; the transport is not locked with it. A
//! reader that waits for the peer holds nothing, and a writer that waits for
//! the peer to read holds only the right to send.

mod read;
mod shared;
mod write;

use std::io::{Read, Write};
use std::sync::Arc;

pub use self::read::ReadHalf;
use self::shared::Shared;
pub use self::write::WriteHalf;
use super::session::SslSession;

impl<T: Read + Write> SslSession<T> {
    /// Divides the session into a half that reads and a half that writes, for
    /// two threads.
    ///
    /// `reader` is a second handle to the connection that the session runs
    /// over, such as [`TcpStream::try_clone`](std::net::TcpStream::try_clone)
    /// or [`NetContext::try_clone`](crate::NetContext::try_clone) gives; the
    /// reading half reads from it, while both halves send through the handle
    /// that the session has. Neither half waits for the other: one thread may
    /// wait for data while the other sends.
    ///
    /// Reading costs one more copy than in an undivided session, because no
    /// lock is held while the transport is called.
    ///
    /// What ends the session for one half, ends it for the other. Dropping
    /// the halves sends nothing: call [`WriteHalf::close`] first.
    ///
    /// ```no_run
    /// use std::io::{Read, Write};
    /// use std::net::TcpStream;
    ///
    /// # fn example(session: embertls::SslSession<TcpStream>) -> std::io::Result<()> {
    /// let handle = session.get_ref().try_clone()?;
    /// let (mut reader, mut writer) = session.split(handle);
    /// let reading = std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::stdout()));
    /// writer.write_all(b"as long as the other thread reads\n")?;
    /// writer.close()?;
    /// reading.join().unwrap()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn split<R: Read>(self, reader: R) -> (ReadHalf<R, T>, WriteHalf<T>) {
        let shared = Arc::new(Shared::new(self.into_link()));
        let writer = WriteHalf::new(Arc::clone(&shared));
        (ReadHalf::new(shared, reader), writer)
    }

    /// Joins the halves of a session again; the reading half's handle is
    /// dropped.
    ///
    /// # Errors
    ///
    /// Both halves, where they are not of the same session.
    ///
    /// ```
    /// use embertls::SslSession;
    /// use embertls::ssl::{ReadHalf, WriteHalf};
    /// use std::net::TcpStream;
    ///
    /// fn join(
    ///     reader: ReadHalf<TcpStream, TcpStream>,
    ///     writer: WriteHalf<TcpStream>,
    /// ) -> Option<SslSession<TcpStream>> {
    ///     SslSession::unsplit(reader, writer).ok()
    /// }
    /// ```
    #[allow(clippy::result_large_err)]
    pub fn unsplit<R: Read>(
        reader: ReadHalf<R, T>,
        writer: WriteHalf<T>,
    ) -> Result<Self, (ReadHalf<R, T>, WriteHalf<T>)> {
        if !Arc::ptr_eq(reader.shared(), writer.shared()) {
            return Err((reader, writer));
        }
        let (theirs, handle) = reader.into_parts();
        drop(theirs);
        match Arc::try_unwrap(writer.into_shared()) {
            Ok(shared) => Ok(SslSession::new(shared.into_link())),
            Err(shared) => Err((
                ReadHalf::new(Arc::clone(&shared), handle),
                WriteHalf::new(shared),
            )),
        }
    }
}
