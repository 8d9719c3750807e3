//! A session of the engine that never had a handshake.

use super::RawSession;
use crate::error::{ErrorCode, check};
#[cfg(test)]
use crate::ffi::established::ember_ssl_number_records;
use crate::ffi::established::{ember_ssl_establish, ember_ssl_seal_record};

impl RawSession {
    /// Goes on as if a handshake had agreed upon this; called once, first.
    pub(crate) fn establish(
        &mut self,
        suite: u16,
        master: &[u8; 48],
        randoms: &[u8; 64],
    ) -> Result<(), ErrorCode> {
        // SAFETY: the context is set up and has not begun its handshake; the callee reads the lengths given.
        check(unsafe {
            ember_ssl_establish(
                self.ssl.as_ptr(),
                suite.into(),
                master.as_ptr(),
                randoms.as_ptr(),
            )
        })
    }

    /// Sets the numbers of the next records. No record is on its way.
    #[cfg(test)]
    pub(crate) fn number_records(&mut self, sent: u64, received: u64) {
        // SAFETY: the callee writes eight bytes to the counter that is a field, and eight in the inbound buffer.
        unsafe { ember_ssl_number_records(self.ssl.as_ptr(), sent, received) };
    }

    /// Seals a record of any type. Output must be empty.
    pub(crate) fn seal_record(&mut self, kind: u8, content: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the callee bounds the length and refuses when output is pending.
        check(unsafe {
            ember_ssl_seal_record(self.ssl.as_ptr(), kind, content.as_ptr(), content.len())
        })
    }
}
