//! The engine's side of a pre-shared key.

use super::RawSession;
use crate::error::{ErrorCode, check};
use crate::ffi;
use crate::ssl::psk::PreSharedKey;

impl RawSession {
    /// On a server: the key of this handshake.
    pub(crate) fn put_pre_shared_key(&mut self, key: &PreSharedKey) -> Result<(), ErrorCode> {
        let key = key.as_bytes();
        // SAFETY: the callee checks the length, and copies; it refuses once the handshake is over.
        check(unsafe { ffi::ember_ssl_put_psk(self.ssl.as_ptr(), key.as_ptr(), key.len()) })
    }
}
