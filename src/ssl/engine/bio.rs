//! What the engine calls when it wants bytes moved.
//!
//! No transport is behind these callbacks: input was lent for the current
//! call, output is collected, and a transport is served by Rust code between
//! calls. So no foreign `Read` or `Write` ever runs below C.

use alloc::vec::Vec;
use core::ffi::{c_int, c_uchar, c_void};

use crate::ffi;
use crate::ssl::wire::inbound::TYPE_ALERT;

/// An alert that the engine wrote by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnAlert {
    Plain(u8),
    /// It went out encrypted, so its description cannot be seen.
    Encrypted,
}

#[derive(Debug)]
pub(crate) struct Bio {
    /// Input lent for the current call; null between calls.
    input: *const u8,
    input_len: usize,
    /// Bytes of the handshake on their way to the transport: a whole flight.
    pub(crate) collected: Vec<u8>,
    /// Whether output is collected or left in the engine's own buffer.
    pub(crate) collecting: bool,
    /// How many pending bytes the transport has already taken.
    pub(crate) taken: usize,
    pub(crate) own_alert: Option<OwnAlert>,
}

impl Bio {
    pub(crate) fn new() -> Self {
        Self {
            input: core::ptr::null(),
            input_len: 0,
            collected: Vec::new(),
            collecting: true,
            taken: 0,
            own_alert: None,
        }
    }

    /// Lends `bytes` until [`Self::take_back`], which must come before they go.
    pub(crate) fn lend(&mut self, bytes: &[u8]) {
        self.input = bytes.as_ptr();
        self.input_len = bytes.len();
    }

    /// Ends the loan: how many of the bytes were not used.
    pub(crate) fn take_back(&mut self) -> usize {
        self.input = core::ptr::null();
        core::mem::take(&mut self.input_len)
    }

    fn receive(&mut self, out: *mut u8, len: usize) -> c_int {
        let len = len.min(self.input_len);
        if len == 0 {
            return ffi::MBEDTLS_ERR_SSL_WANT_READ;
        }
        // SAFETY: `input` holds `input_len` lent bytes, `out` room for `len`, and they belong to different buffers.
        unsafe {
            core::ptr::copy_nonoverlapping(self.input, out, len);
            self.input = self.input.add(len);
        }
        self.input_len -= len;
        // At most a record, so it fits.
        len as c_int
    }

    fn send(&mut self, bytes: &[u8]) -> c_int {
        if !self.collecting {
            let len = self.taken.min(bytes.len());
            self.taken -= len;
            return match len {
                0 => ffi::MBEDTLS_ERR_SSL_WANT_WRITE,
                _ => len as c_int,
            };
        }
        if self.collected.try_reserve(bytes.len()).is_err() {
            return ffi::MBEDTLS_ERR_SSL_ALLOC_FAILED;
        }
        if bytes[0] == TYPE_ALERT {
            self.own_alert = Some(match bytes {
                [_, _, _, 0, 2, _, description] => OwnAlert::Plain(*description),
                _ => OwnAlert::Encrypted,
            });
        }
        self.collected.extend_from_slice(bytes);
        bytes.len() as c_int
    }
}

/// `f_recv` of the engine.
///
/// # Safety
///
/// `bio` is a `*mut Bio` that nothing else refers to during the call; `out`
/// has room for `len` bytes.
pub(crate) unsafe extern "C" fn receive(bio: *mut c_void, out: *mut c_uchar, len: usize) -> c_int {
    // SAFETY: the caller passes the session's own `Bio`, which Rust does not touch while C runs.
    unsafe { (*bio.cast::<Bio>()).receive(out, len) }
}

/// `f_send` of the engine.
///
/// # Safety
///
/// `bio` is a `*mut Bio` that nothing else refers to during the call; `bytes`
/// points to `len` readable bytes.
pub(crate) unsafe extern "C" fn send(bio: *mut c_void, bytes: *const c_uchar, len: usize) -> c_int {
    if len == 0 {
        return ffi::MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    // SAFETY: the caller passes the session's own `Bio`, and a record of its own of `len` bytes.
    unsafe { (*bio.cast::<Bio>()).send(core::slice::from_raw_parts(bytes, len)) }
}
