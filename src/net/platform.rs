//! What differs between systems.

use std::io;
use std::net::TcpStream;

use super::{NetContext, NetListener};

/// Whether calls return instead of waiting. Asked where a call would block:
/// Unix tells a timeout in the same way.
#[cfg(unix)]
pub(super) fn is_nonblocking(stream: &TcpStream) -> io::Result<bool> {
    socket2::SockRef::from(stream).nonblocking()
}

/// Windows tells a timeout as such, so what would block is non-blocking.
#[cfg(not(unix))]
pub(super) fn is_nonblocking(_: &TcpStream) -> io::Result<bool> {
    Ok(true)
}

#[cfg(unix)]
mod descriptors {
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

    use super::{NetContext, NetListener};

    impl AsFd for NetContext {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.stream.as_fd()
        }
    }

    impl AsRawFd for NetContext {
        fn as_raw_fd(&self) -> RawFd {
            self.stream.as_raw_fd()
        }
    }

    impl AsFd for NetListener {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.listener.as_fd()
        }
    }

    impl AsRawFd for NetListener {
        fn as_raw_fd(&self) -> RawFd {
            self.listener.as_raw_fd()
        }
    }
}

#[cfg(windows)]
mod sockets {
    use std::os::windows::io::{AsRawSocket, AsSocket, BorrowedSocket, RawSocket};

    use super::{NetContext, NetListener};

    impl AsSocket for NetContext {
        fn as_socket(&self) -> BorrowedSocket<'_> {
            self.stream.as_socket()
        }
    }

    impl AsRawSocket for NetContext {
        fn as_raw_socket(&self) -> RawSocket {
            self.stream.as_raw_socket()
        }
    }

    impl AsSocket for NetListener {
        fn as_socket(&self) -> BorrowedSocket<'_> {
            self.listener.as_socket()
        }
    }

    impl AsRawSocket for NetListener {
        fn as_raw_socket(&self) -> RawSocket {
            self.listener.as_raw_socket()
        }
    }
}
