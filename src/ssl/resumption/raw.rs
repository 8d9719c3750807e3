//! Sealing by the engine's AES-GCM: every `unsafe` of it.

use alloc::boxed::Box;

use zeroize::Zeroizing;

use crate::error::{Error, Result, check};
use crate::ffi;

pub(super) const TAG_LEN: usize = 16;
/// Wiped when it goes; in a box, since moving it would leave a copy behind.
pub(super) type Key = Box<Zeroizing<[u8; 32]>>;

/// HMAC-SHA-256 (RFC 2104).
pub(super) fn hmac(key: &[u8; 32], data: &[u8]) -> Result<Key> {
    let mut out = Key::new(Zeroizing::new([0; 32]));
    // SAFETY: the lengths are those of the slices; 32 bytes are written.
    let code = unsafe {
        ffi::ember_hmac_sha256(
            key.as_ptr(),
            key.len(),
            data.as_ptr(),
            data.len(),
            out.as_mut_ptr(),
        )
    };
    check(code).map(|()| out).map_err(|_| OUT_OF_MEMORY)
}

/// Encrypts `text` in place and gives its tag. A key serves once.
pub(super) fn seal(key: &Key, aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG_LEN]> {
    let mut tag = [0; TAG_LEN];
    // SAFETY: key, nonce and tag have the sizes that the function names, the others those of their slices.
    let code = unsafe {
        ffi::ember_seal(
            key.as_ptr(),
            NONCE.as_ptr(),
            aad.as_ptr(),
            aad.len(),
            text.as_mut_ptr(),
            text.len(),
            tag.as_mut_ptr(),
        )
    };
    check(code).map(|()| tag).map_err(|_| OUT_OF_MEMORY)
}

/// Decrypts `text` in place; `false`, and the text wiped, where the tag does
/// not fit.
pub(super) fn open(key: &Key, aad: &[u8], text: &mut [u8], tag: &[u8; TAG_LEN]) -> bool {
    // SAFETY: as above.
    let code = unsafe {
        ffi::ember_open(
            key.as_ptr(),
            NONCE.as_ptr(),
            aad.as_ptr(),
            aad.len(),
            text.as_mut_ptr(),
            text.len(),
            tag.as_ptr(),
        )
    };
    code == 0
}

/// A constant is enough for keys that serve once.
const NONCE: [u8; 12] = [0; 12];

const OUT_OF_MEMORY: Error = Error::OutOfMemory {
    action: "sealing a session",
};
