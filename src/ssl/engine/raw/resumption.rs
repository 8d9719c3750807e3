//! Sessions that go on: offered, resumed, and the tickets for them.

use core::ffi::c_int;

use super::RawSession;
use crate::error::{ErrorCode, check};
use crate::ffi;

impl RawSession {
    /// On a client, before its hello: offers to resume a session, by its
    /// ticket or by its id. The other is empty.
    pub(crate) fn offer_session(
        &mut self,
        suite: u16,
        master: &[u8; 48],
        id: &[u8],
        ticket: &[u8],
    ) -> Result<(), ErrorCode> {
        // SAFETY: the lengths are those of the slices; the callee copies, and refuses in any other state.
        check(unsafe {
            ffi::ember_ssl_offer_session(
                self.ssl.as_ptr(),
                c_int::from(suite),
                master.as_ptr(),
                id.as_ptr(),
                id.len(),
                ticket.as_ptr(),
                ticket.len(),
            )
        })
    }

    /// On a server, between the hellos: goes on with an earlier session.
    pub(crate) fn resume_session(
        &mut self,
        suite: u16,
        master: &[u8; 48],
    ) -> Result<(), ErrorCode> {
        // SAFETY: the callee reads 48 bytes, and refuses in any other state.
        check(unsafe {
            ffi::ember_ssl_resume_session(self.ssl.as_ptr(), c_int::from(suite), master.as_ptr())
        })
    }

    /// Whether the engine makes an abbreviated handshake.
    pub(crate) fn is_resuming(&self) -> bool {
        // SAFETY: reads fields.
        unsafe { ffi::ember_ssl_is_resuming(self.ssl.as_ptr()) != 0 }
    }

    /// On a server, before its ServerHello: whether it will use a pre-shared key.
    pub(crate) fn chose_pre_shared_key(&self) -> bool {
        // SAFETY: reads fields.
        unsafe { ffi::ember_ssl_chose_psk(self.ssl.as_ptr()) != 0 }
    }

    /// On a server, before its ServerHello: a new session is kept under its id.
    pub(crate) fn give_session_id(&mut self) {
        // SAFETY: sets a field of the session's own copy of the configuration, to a function that does nothing.
        unsafe { ffi::ember_ssl_give_session_id(self.ssl.as_ptr()) }
    }

    /// On a server, before its ServerHello: a ticket will follow.
    pub(crate) fn announce_ticket(&mut self) {
        // SAFETY: sets a field of the handshake, if there is one.
        unsafe { ffi::ember_ssl_announce_ticket(self.ssl.as_ptr()) }
    }

    /// Whether a ticket that was announced is not written yet.
    pub(crate) fn owes_ticket(&self) -> bool {
        // SAFETY: reads fields.
        unsafe { ffi::ember_ssl_owes_ticket(self.ssl.as_ptr()) != 0 }
    }

    /// Writes a NewSessionTicket; an empty ticket is none. The lifetime is in
    /// seconds.
    pub(crate) fn write_ticket(&mut self, lifetime: u32, ticket: &[u8]) -> Result<(), ErrorCode> {
        // SAFETY: the callee bounds the length, copies, and refuses in any other state.
        check(unsafe {
            ffi::ember_ssl_write_ticket(self.ssl.as_ptr(), lifetime, ticket.as_ptr(), ticket.len())
        })
    }
}
