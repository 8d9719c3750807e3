//! Files, in the place of flash memory.

use alloc::ffi::CString;
use alloc::format;
use alloc::vec::Vec;

use embertls::io;

use crate::failed;

pub fn read(path: &str) -> io::Result<Vec<u8>> {
    let doing = format!("reading {path}");
    let name = CString::new(path)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a name with a zero in it"))?;
    // SAFETY: the name is a C string.
    let file = unsafe { libc::open(name.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    if file < 0 {
        return Err(failed(&doing));
    }
    let mut content = Vec::new();
    let mut piece = [0; 4096];
    let result = loop {
        // SAFETY: the buffer comes with its length.
        let read = unsafe { libc::read(file, piece.as_mut_ptr().cast(), piece.len()) };
        match usize::try_from(read) {
            Ok(0) => break Ok(content),
            Ok(len) => content.extend_from_slice(&piece[..len]),
            Err(_) => break Err(failed(&doing)),
        }
    };
    // SAFETY: the file is open and is not used again.
    unsafe { libc::close(file) };
    result
}
