//! The peer's bytes in the engine's own inbound buffer, where records are
//! opened in place.

use core::ptr::NonNull;

use super::RawSession;
use crate::error::{ErrorCode, check};
use crate::ffi;

impl RawSession {
    /// Where the peer's bytes go, and how many there is room for; nothing
    /// while the record buffers are given back.
    fn input(&self) -> Option<(NonNull<u8>, usize)> {
        let mut capacity = 0;
        // SAFETY: the callee reads fields of a context that is set up.
        let front = unsafe { ffi::ember_ssl_input(self.ssl.as_ptr(), &mut capacity) };
        NonNull::new(front).map(|front| (front, capacity))
    }

    /// Whether the record buffers are there.
    pub(crate) fn has_buffers(&self) -> bool {
        self.input().is_some()
    }

    /// Room for more of the peer's bytes, behind those that are not read: fill
    /// its front and call [`Self::input_filled`]. None while something of the
    /// record opened last waits to be read.
    pub(crate) fn input_space(&mut self) -> &mut [u8] {
        let waits = !self.data().is_empty() || self.has_more_messages();
        let Some((front, capacity)) = self.input().filter(|_| !waits) else {
            return &mut [];
        };
        let unread = self.unread.clone();
        // SAFETY: the buffer has `capacity` bytes, all of them initialised, `unread` is a part of it, and C runs only
        // during calls that hold `&mut self`.
        unsafe {
            if unread.start != 0 {
                let from = front.as_ptr().add(unread.start);
                core::ptr::copy(from, front.as_ptr(), unread.len());
                self.unread = 0..unread.len();
            }
            let end = self.unread.end;
            core::slice::from_raw_parts_mut(front.as_ptr().add(end), capacity - end)
        }
    }

    /// `len` bytes of the space were filled.
    pub(crate) fn input_filled(&mut self, len: usize) {
        let capacity = self.input().map_or(0, |(_, capacity)| capacity);
        self.unread.end = capacity.min(self.unread.end + len);
    }

    /// Takes over bytes that were read ahead elsewhere; `false` where there is
    /// no room for them.
    pub(crate) fn take_input(&mut self, bytes: &[u8]) -> bool {
        if !self.unread.is_empty() || !self.has_buffers() {
            return false;
        }
        match self.input_space().get_mut(..bytes.len()) {
            Some(space) => {
                space.copy_from_slice(bytes);
                self.input_filled(bytes.len());
                true
            }
            None => false,
        }
    }

    /// The bytes that are not read, from the front of a record.
    pub(crate) fn unread(&self) -> &[u8] {
        match self.input() {
            // SAFETY: `unread` is a part of the buffer, and nothing writes there while `self` is borrowed.
            Some((front, _)) => unsafe {
                let start = front.as_ptr().add(self.unread.start);
                core::slice::from_raw_parts(start, self.unread.len())
            },
            None => &[],
        }
    }

    /// Forgets the unread bytes.
    pub(crate) fn forget_input(&mut self) {
        self.unread = 0..0;
    }

    /// Opens the record of `len` bytes at the front of [`Self::unread`].
    pub(crate) fn open_record(&mut self, len: usize) -> Result<(), ErrorCode> {
        let start = self.unread.start;
        self.place_record(start, len)?;
        self.unread.start = self.unread.end.min(start + len);
        self.read(&[])
    }

    /// Leads the engine to the record that it reads next.
    pub(super) fn place_record(&mut self, at: usize, len: usize) -> Result<(), ErrorCode> {
        // SAFETY: the callee bounds both and refuses where the last record is still in use.
        check(unsafe { ffi::ember_ssl_place_record(self.ssl.as_ptr(), at, len) })
    }
}
