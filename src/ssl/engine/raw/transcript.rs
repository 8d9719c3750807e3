//! Messages that Rust places or hashes in the engine's stead, and Finished.

use super::RawSession;
use crate::error::{ErrorCode, check};
use crate::ffi;

impl RawSession {
    /// Makes `message` the one that the next step reads, whatever came in.
    pub(crate) fn place_message(&mut self, message: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the context is in its handshake; the length is checked by the callee, the bytes copied.
        check(unsafe {
            ffi::ember_ssl_place_message(self.ssl.as_ptr(), message.as_ptr(), message.len())
        })
    }

    /// Adds `message` to the transcript.
    pub(crate) fn hash_message(&mut self, message: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the callee reads `len` bytes, and nothing once the handshake is over.
        check(unsafe {
            ffi::ember_ssl_hash_message(self.ssl.as_ptr(), message.as_ptr(), message.len())
        })
    }

    /// Adds `message` to the transcript, where the engine would add the next
    /// one that it reads.
    pub(crate) fn hash_in_place_of_next(&mut self, message: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the callee reads `len` bytes, and refuses once the handshake is over.
        check(unsafe {
            ffi::ember_ssl_hash_in_place_of_next(self.ssl.as_ptr(), message.as_ptr(), message.len())
        })
    }

    /// What the next Finished message must hold, the client's or the server's.
    pub(crate) fn next_finished(&mut self, of_client: bool) -> Result<[u8; 12], ErrorCode> {
        let mut verify_data = [0; 12];
        // SAFETY: the callee writes 12 bytes; outside of a handshake it refuses.
        let code = unsafe {
            ffi::ember_ssl_next_finished(
                self.ssl.as_ptr(),
                of_client.into(),
                verify_data.as_mut_ptr(),
            )
        };
        check(code).map(|()| verify_data)
    }
}
