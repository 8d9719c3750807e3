//! A cursor over the fields of a handshake message.
//!
//! Every read is bounded by the message; a field that does not fit gives
//! `None`, which the caller turns into `decode_error` (RFC 5246, 7.2.2).

use alloc::vec::Vec;

/// Reads big-endian fields from the front of a byte slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn array<const LEN: usize>(&mut self) -> Option<[u8; LEN]> {
        self.take(LEN)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.take(2)
            .map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    pub(crate) fn u24(&mut self) -> Option<usize> {
        self.take(3).map(|bytes| {
            usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
        })
    }

    /// A vector with a length of one byte before it.
    pub(crate) fn vec8(&mut self) -> Option<&'a [u8]> {
        let len = usize::from(self.u8()?);
        self.take(len)
    }

    /// A vector with a length of two bytes before it.
    pub(crate) fn vec16(&mut self) -> Option<&'a [u8]> {
        let len = usize::from(self.u16()?);
        self.take(len)
    }

    /// A vector with a length of three bytes before it.
    pub(crate) fn vec24(&mut self) -> Option<&'a [u8]> {
        let len = self.u24()?;
        self.take(len)
    }

    /// Everything that was not read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// The 16-bit values of a vector, or `None` where its length is odd.
pub(crate) fn u16_list(bytes: &[u8]) -> Option<Vec<u16>> {
    if bytes.len() % 2 != 0 {
        return None;
    }
    Some(
        bytes
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_order_and_stop_at_the_end() {
        let mut reader = Reader::new(&[1, 0, 2, 0, 0, 3, 2, 7, 8, 9]);
        assert_eq!(reader.u8(), Some(1));
        assert_eq!(reader.u16(), Some(2));
        assert_eq!(reader.u24(), Some(3));
        assert_eq!(reader.vec8(), Some(&[7, 8][..]));
        assert_eq!(reader.vec16(), None, "one byte is no length of two");
    }

    #[test]
    fn a_vector_longer_than_the_message_is_refused() {
        assert_eq!(Reader::new(&[3, 1, 2]).vec8(), None);
        assert_eq!(Reader::new(&[0, 3, 1, 2]).vec16(), None);
        assert_eq!(Reader::new(&[0, 0, 3, 1, 2]).vec24(), None);
        assert_eq!(u16_list(&[1, 2, 3]), None);
    }
}
