//! What is derived from the master secret, and the secret itself.

use alloc::boxed::Box;

use zeroize::Zeroizing;

use super::RawSession;
use crate::error::{ErrorCode, check};
use crate::ffi;

/// Wiped when it goes; in a box, since moving it would leave a copy behind.
pub(crate) type MasterSecret = Box<Zeroizing<[u8; 48]>>;

impl RawSession {
    /// Fills `out` from the master secret; `seed` begins with the label.
    pub(crate) fn export(&self, seed: &[u8], out: &mut [u8]) -> Result<(), ErrorCode> {
        // SAFETY: the callee reads and writes as many bytes as it is told; without a session it refuses.
        check(unsafe {
            ffi::ember_ssl_export(
                self.ssl.as_ptr(),
                seed.as_ptr(),
                seed.len(),
                out.as_mut_ptr(),
                out.len(),
            )
        })
    }

    /// The master secret of the session, established or under negotiation.
    pub(crate) fn master_secret(&self) -> Result<MasterSecret, ErrorCode> {
        let mut master = MasterSecret::new(Zeroizing::new([0; 48]));
        // SAFETY: the callee writes 48 bytes; without a session it refuses.
        let code = unsafe { ffi::ember_ssl_master_secret(self.ssl.as_ptr(), master.as_mut_ptr()) };
        check(code).map(|()| master)
    }
}
