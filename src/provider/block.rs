//! AES, block by block.

use core::ffi::c_int;

use aws_lc_sys as aws;
use zeroize::Zeroize;

/// An expanded key for one direction, or none.
#[repr(transparent)]
pub(crate) struct Aes(aws::AES_KEY);

/// What a key is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Encrypt,
    Decrypt,
}

impl Default for Aes {
    fn default() -> Self {
        Self(aws::AES_KEY {
            rd_key: [0; 60],
            rounds: 0,
        })
    }
}

impl Aes {
    /// Expands a key of 16, 24 or 32 bytes; `false` for any other.
    pub(crate) fn set_key(&mut self, direction: Direction, key: &[u8]) -> bool {
        let bits = match key.len() {
            16 => 128,
            24 => 192,
            32 => 256,
            _ => return false,
        };
        // SAFETY: reads as many bits as it is told, and writes the whole key.
        let code = unsafe {
            match direction {
                Direction::Encrypt => aws::AES_set_encrypt_key(key.as_ptr(), bits, &mut self.0),
                Direction::Decrypt => aws::AES_set_decrypt_key(key.as_ptr(), bits, &mut self.0),
            }
        };
        code == 0
    }

    /// One block; `input` and `output` may be the same. `false` without a key.
    ///
    /// # Safety
    ///
    /// 16 bytes can be read and written.
    pub(crate) unsafe fn block(
        &self,
        direction: Direction,
        input: *const u8,
        output: *mut u8,
    ) -> bool {
        if self.0.rounds == 0 {
            return false;
        }
        // SAFETY: the caller's promise, and an expanded key.
        unsafe {
            match direction {
                Direction::Encrypt => aws::AES_encrypt(input, output, &self.0),
                Direction::Decrypt => aws::AES_decrypt(input, output, &self.0),
            }
        }
        true
    }

    /// Whole blocks in CBC mode, moving `iv` on; in place or apart. `false`
    /// without a key.
    ///
    /// # Safety
    ///
    /// `len`, a multiple of 16, bytes can be read and written.
    pub(crate) unsafe fn cbc(
        &self,
        direction: Direction,
        iv: &mut [u8; 16],
        input: *const u8,
        output: *mut u8,
        len: usize,
    ) -> bool {
        if self.0.rounds == 0 {
            return false;
        }
        let encrypt = c_int::from(direction == Direction::Encrypt);
        // SAFETY: the caller's promise, and an expanded key.
        unsafe { aws::AES_cbc_encrypt(input, output, len, &self.0, iv.as_mut_ptr(), encrypt) }
        true
    }

    pub(crate) fn wipe(&mut self) {
        self.0.rd_key.zeroize();
        self.0.rounds = 0;
    }
}
