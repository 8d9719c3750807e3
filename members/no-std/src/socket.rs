//! The wire: TCP on the loopback interface.

use core::ffi::c_int;

use embertls::io::{self, Read, Write};

use crate::failed;

/// A connection, or one end of the socket that listens.
struct Descriptor(c_int);

impl Descriptor {
    fn new() -> io::Result<Self> {
        let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
        // SAFETY: takes numbers.
        match unsafe { libc::socket(libc::AF_INET, kind, 0) } {
            ..0 => Err(failed("making a socket")),
            descriptor => Ok(Self(descriptor)),
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: it is open, and is not used again.
        unsafe { libc::close(self.0) };
    }
}

pub struct Socket(Descriptor);

impl Socket {
    pub fn connect(port: u16) -> io::Result<Self> {
        let socket = Descriptor::new()?;
        let address = loopback(port);
        // SAFETY: the address comes with its size.
        match unsafe { libc::connect(socket.0, (&raw const address).cast(), ADDRESS) } {
            0 => Ok(Self(socket)),
            _ => Err(failed("connecting")),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let to = buffer.as_mut_ptr().cast();
        // SAFETY: the buffer comes with its length.
        let read = unsafe { libc::recv(self.0.0, to, buffer.len(), 0) };
        usize::try_from(read).map_err(|_| failed("reading from the socket"))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let from = bytes.as_ptr().cast();
        // SAFETY: the bytes come with their length.
        let sent = unsafe { libc::send(self.0.0, from, bytes.len(), libc::MSG_NOSIGNAL) };
        usize::try_from(sent).map_err(|_| failed("writing to the socket"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub struct Listener(Descriptor);

impl Listener {
    /// On a port that is free.
    pub fn bind() -> io::Result<Self> {
        let socket = Descriptor::new()?;
        let address = loopback(0);
        // SAFETY: the address comes with its size.
        let bound = unsafe { libc::bind(socket.0, (&raw const address).cast(), ADDRESS) };
        // SAFETY: takes numbers.
        if bound != 0 || unsafe { libc::listen(socket.0, 1) } != 0 {
            return Err(failed("listening"));
        }
        Ok(Self(socket))
    }

    pub fn port(&self) -> io::Result<u16> {
        let mut address = loopback(0);
        let mut size = ADDRESS;
        // SAFETY: room for an address, and its size.
        let code = unsafe { libc::getsockname(self.0.0, (&raw mut address).cast(), &mut size) };
        match code {
            0 => Ok(u16::from_be(address.sin_port)),
            _ => Err(failed("asking for the port")),
        }
    }

    pub fn accept(&self) -> io::Result<Socket> {
        let nobody = core::ptr::null_mut();
        // SAFETY: null pointers are allowed: nobody asks for the address.
        match unsafe { libc::accept(self.0.0, nobody, core::ptr::null_mut()) } {
            ..0 => Err(failed("accepting a connection")),
            descriptor => Ok(Socket(Descriptor(descriptor))),
        }
    }
}

const ADDRESS: libc::socklen_t = size_of::<libc::sockaddr_in>() as libc::socklen_t;

fn loopback(port: u16) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: port.to_be(),
        sin_addr: libc::in_addr {
            s_addr: u32::from_be_bytes([127, 0, 0, 1]).to_be(),
        },
        sin_zero: [0; 8],
    }
}
