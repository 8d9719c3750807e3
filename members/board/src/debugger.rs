//! What the debugger gives a board: files of the host, and its clock.

use alloc::ffi::CString;
use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use cortex_m_semihosting::syscall;
use embertls::io::{self, ErrorKind, Read, Write};
use embertls::platform::{Platform, Unavailable};
use rustls_pki_types::UnixTime;

/// A file of the host.
struct File(usize);

impl File {
    fn open(name: &str, mode: usize) -> io::Result<Self> {
        let c_name = CString::new(name).map_err(|_| ErrorKind::InvalidInput)?;
        // SAFETY: a C string with its length, and a mode.
        match unsafe { syscall!(OPEN, c_name.as_ptr(), mode, name.len()) } {
            usize::MAX => Err(failed(&format!("opening {name}"))),
            file => Ok(Self(file)),
        }
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: an open file, and a buffer with its length.
        let left = unsafe { syscall!(READ, self.0, buffer.as_mut_ptr(), buffer.len()) };
        let read = buffer.len().checked_sub(left);
        read.ok_or_else(|| failed("reading"))
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: an open file, and bytes with their length.
        let left = unsafe { syscall!(WRITE, self.0, bytes.as_ptr(), bytes.len()) };
        let written = bytes.len().checked_sub(left);
        written.ok_or_else(|| failed("writing"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: it is open, and is not used again.
        unsafe { syscall!(CLOSE, self.0) };
    }
}

fn failed(doing: &str) -> io::Error {
    io::Error::new(ErrorKind::Other, format!("{doing}: the debugger refuses"))
}

/// `"rb"` and `"wb"` of the debugger.
const FOR_READING: usize = 1;
const FOR_WRITING: usize = 5;

/// A whole file.
pub fn read(name: &str) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(name, FOR_READING)?.read_to_end(&mut content)?;
    Ok(content)
}

/// Two pipes of the host, whose other ends lead to the server.
pub struct Wire {
    up: File,
    down: File,
}

impl Wire {
    pub fn open() -> io::Result<Self> {
        let up = File::open("up", FOR_WRITING)?;
        let down = File::open("down", FOR_READING)?;
        Ok(Self { up, down })
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.down.read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.up.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.up.flush()
    }
}

/// The machine, as the debugger plays it.
pub struct Debugger;

impl Platform for Debugger {
    fn now(&self) -> Option<UnixTime> {
        // SAFETY: asks for a number.
        let seconds = unsafe { syscall!(TIME) };
        Some(UnixTime::since_unix_epoch(Duration::from_secs(
            seconds as u64,
        )))
    }

    fn entropy(&self, output: &mut [u8]) -> Result<(), Unavailable> {
        let mut source = File::open("/dev/urandom", FOR_READING).map_err(|_| Unavailable)?;
        source.read_exact(output).map_err(|_| Unavailable)
    }
}
