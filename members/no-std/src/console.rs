//! Where the program writes to.

pub fn print(bytes: &[u8]) {
    write(libc::STDOUT_FILENO, bytes);
}

pub fn error(text: &str) {
    write(libc::STDERR_FILENO, text.as_bytes());
}

/// What cannot be written is of no interest to anyone.
fn write(to: i32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: the bytes come with their length.
        let written = unsafe { libc::write(to, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(written @ 1..) => bytes = &bytes[written..],
            _ => return,
        }
    }
}
