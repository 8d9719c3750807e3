//! Functions that C calls in the place of Mbed TLS's own: its replacement
//! hooks (`MBEDTLS_*_ALT`), served by the cryptography of `provider`.
//!
//! Each context lies in memory of C, as large as the headers in `../alt` say,
//! and is valid as soon as it holds zeros. C may copy the hash states byte by
//! byte; the other contexts stay where they are. Nothing here allocates
//! through Rust, and nothing panics.

mod aes;
mod chachapoly;
mod ecdh;
mod gcm;
mod prf;
mod sha256;
mod sha512;
#[cfg(all(test, unix, feature = "full"))]
mod tests;

use core::slice;

#[cfg(test)]
pub(crate) use self::ecdh::last_shared;

/// Checks that a type fits the words that C sets aside for it.
const fn fits<T>(words: u32) -> bool {
    size_of::<T>() <= words as usize * size_of::<u64>() && align_of::<T>() <= align_of::<u64>()
}

/// `len` bytes of C's, which may be null where there are none.
///
/// # Safety
///
/// `bytes` points to `len` readable bytes, or `len` is 0.
unsafe fn bytes<'a>(bytes: *const u8, len: usize) -> &'a [u8] {
    match len {
        0 => &[],
        // SAFETY: the caller's promise.
        _ => unsafe { slice::from_raw_parts(bytes, len) },
    }
}
