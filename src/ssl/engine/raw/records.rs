//! Records of an established session, and what waits for the transport.

use alloc::vec::Vec;
use core::ptr::addr_of_mut;

use super::{OwnAlert, RawSession, slice};
use crate::error::{ErrorCode, check};
use crate::ffi;

impl RawSession {
    /// Opens one protected record, which is copied into the engine's buffer.
    pub(crate) fn read_record(&mut self, record: &[u8]) -> Result<(), ErrorCode> {
        self.place_record(0, 0)?;
        self.read(record)
    }

    /// Goes on in the record read last.
    pub(crate) fn read_on(&mut self) -> Result<(), ErrorCode> {
        self.read(&[])
    }

    /// Reads what the engine has in its buffer, and what is lent to it.
    pub(super) fn read(&mut self, lent: &[u8]) -> Result<(), ErrorCode> {
        // All that reading can write is an alert, and only where nothing is pending.
        let had_output = !self.output().is_empty();
        // SAFETY: `bio` is touched by Rust only between calls of C; `lent` lives until the loan ends.
        unsafe {
            let bio = addr_of_mut!((*self.callbacks.as_ptr()).bio);
            (*bio).lend(lent);
            let code = ffi::ember_ssl_read_record(self.ssl.as_ptr());
            (*bio).take_back();
            self.resume_panic();
            if !had_output && !self.output().is_empty() {
                self.bio_mut().own_alert = Some(OwnAlert::Encrypted);
            }
            check(code)
        }
    }

    /// Whether the record just read, with this result, could be decrypted.
    pub(crate) fn is_opened(&self, code: ErrorCode) -> bool {
        // SAFETY: reads fields.
        unsafe { ffi::ember_ssl_is_opened(self.ssl.as_ptr(), code.raw()) != 0 }
    }

    /// The level of the alert just read.
    pub(crate) fn alert_level(&self) -> u8 {
        // SAFETY: reads a byte of the engine's buffer.
        unsafe { ffi::ember_ssl_alert_level(self.ssl.as_ptr()) }
    }

    /// The plaintext of the record last read that is not consumed yet.
    pub(crate) fn record_content(&self) -> &[u8] {
        let mut len = 0;
        // SAFETY: the callee gives a pointer into the engine's buffer and how much of it is plaintext;
        // nothing writes there while `self` is borrowed.
        unsafe {
            let content = ffi::ember_ssl_record_content(self.ssl.as_ptr(), &mut len);
            slice(content, len)
        }
    }

    /// Whether the record just read was opened and holds a part of a message.
    pub(crate) fn is_fragment(&self, code: ErrorCode) -> bool {
        // SAFETY: reads fields.
        unsafe { ffi::ember_ssl_is_fragment(self.ssl.as_ptr(), code.raw()) != 0 }
    }

    /// Whether the record just read holds another handshake message.
    pub(crate) fn has_more_messages(&self) -> bool {
        // SAFETY: reads fields.
        unsafe { ffi::ember_ssl_has_more_messages(self.ssl.as_ptr()) != 0 }
    }

    /// Drops the record just read, wiping it.
    pub(crate) fn discard_record(&mut self) {
        // SAFETY: the callee clears a part of the engine's own buffer.
        unsafe { ffi::ember_ssl_discard_record(self.ssl.as_ptr()) }
    }

    /// The record just read holds application data: offer it for reading.
    pub(crate) fn begin_data(&mut self) {
        // SAFETY: sets fields to the record just read.
        unsafe { ffi::ember_ssl_begin_data(self.ssl.as_ptr()) }
    }

    /// Application data not yet consumed.
    pub(crate) fn data(&self) -> &[u8] {
        // SAFETY: reads a field.
        match unsafe { ffi::ember_ssl_has_data(self.ssl.as_ptr()) } {
            0 => &[],
            _ => self.record_content(),
        }
    }

    /// Consumes and wipes data; more than there is counts as all of it.
    pub(crate) fn consume_data(&mut self, len: usize) {
        // SAFETY: the callee bounds the length.
        unsafe { ffi::ember_ssl_consume_data(self.ssl.as_ptr(), len) }
    }

    /// Seals one record with the front of the data, slice after slice: how many
    /// bytes it took. Output must be empty.
    pub(crate) fn seal_data<'a>(
        &mut self,
        slices: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<usize, ErrorCode> {
        let mut staged = 0;
        for slice in slices {
            let len = self.stage_data(staged, slice)?;
            staged += len;
            if len < slice.len() {
                break;
            }
        }
        // SAFETY: the callee bounds the length and refuses when output is pending.
        let code = unsafe { ffi::ember_ssl_seal_data(self.ssl.as_ptr(), staged) };
        self.resume_panic();
        check(code).map(|()| staged)
    }

    fn stage_data(&mut self, staged: usize, data: &[u8]) -> Result<usize, ErrorCode> {
        // SAFETY: the callee bounds both lengths, copies the bytes, and refuses when output is pending.
        let code = unsafe {
            ffi::ember_ssl_stage_data(self.ssl.as_ptr(), staged, data.as_ptr(), data.len())
        };
        match usize::try_from(code) {
            Ok(len) => Ok(len),
            Err(_) => check(code).map(|()| 0),
        }
    }

    /// Gives the record buffers back if nothing in them is needed.
    pub(crate) fn release_buffers(&mut self) {
        // SAFETY: the callee checks that they are idle; no slice of theirs lives while `self` is borrowed.
        unsafe { ffi::ember_ssl_release_buffers(self.ssl.as_ptr()) };
    }

    /// Takes the record buffers again. Where there is no memory for them,
    /// nothing has changed.
    pub(crate) fn take_buffers(&mut self) -> Result<(), ErrorCode> {
        // SAFETY: the context is set up.
        check(unsafe { ffi::ember_ssl_take_buffers(self.ssl.as_ptr()) })
    }

    /// Seals an alert. Output must be empty.
    pub(crate) fn seal_alert(&mut self, fatal: bool, description: u8) -> Result<(), ErrorCode> {
        let level = if fatal { 2 } else { 1 };
        // SAFETY: the callee refuses when output is pending.
        check(unsafe { ffi::ember_ssl_seal_alert(self.ssl.as_ptr(), level, description) })
    }

    /// Whether what is sent now goes out encrypted.
    pub(crate) fn is_encrypting(&self) -> bool {
        // SAFETY: reads a field.
        unsafe { ffi::ember_ssl_is_encrypting(self.ssl.as_ptr()) != 0 }
    }

    /// Bytes for the transport.
    pub(crate) fn output(&self) -> &[u8] {
        let bio = self.bio();
        if !bio.collected.is_empty() {
            return &bio.collected[bio.taken..];
        }
        let mut len = 0;
        // SAFETY: the callee gives a pointer into the engine's buffer and how much of it is pending;
        // nothing writes there while `self` is borrowed.
        unsafe {
            let pending = ffi::ember_ssl_pending_output(self.ssl.as_ptr(), &mut len);
            slice(pending, len)
        }
    }

    /// The transport took `len` bytes of [`Self::output`].
    pub(crate) fn output_taken(&mut self, len: usize) {
        let len = len.min(self.output().len());
        let bio = self.bio_mut();
        if !bio.collected.is_empty() {
            bio.taken += len;
            if bio.taken == bio.collected.len() {
                bio.collected = Vec::new();
                bio.taken = 0;
            }
            return;
        }
        bio.taken = len;
        // SAFETY: the callee asks our `send` how much was taken, and moves its pointers accordingly.
        unsafe { ffi::mbedtls_ssl_flush_output(self.ssl.as_ptr()) };
        self.bio_mut().taken = 0;
    }
}
