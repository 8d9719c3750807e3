//! Authenticated encryption.

use core::mem::MaybeUninit;
use core::ptr;

use aws_lc_sys as aws;
use zeroize::Zeroize;

/// Bytes of a whole tag.
pub(crate) const TAG_LEN: usize = 16;

/// A cipher and its key, or none. Filled with zeros it has none. Must not be
/// moved while it has one.
#[repr(C)]
pub(crate) struct Aead {
    ctx: aws::EVP_AEAD_CTX,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cipher {
    Aes128Gcm,
    Aes192Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

/// What goes through a cipher: `len` bytes from `input` to `output`, which may
/// be the same.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    pub(crate) input: *const u8,
    pub(crate) output: *mut u8,
    pub(crate) len: usize,
}

impl Default for Aead {
    fn default() -> Self {
        // SAFETY: a context of zeros is one without a key; aws-lc says so, and all of its fields allow it.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }
}

impl Aead {
    /// Takes a key, in the place of the one before. Tags have `tag_len` bytes,
    /// up to [`TAG_LEN`]. `false` for a wrong length.
    pub(crate) fn set_key(&mut self, cipher: Cipher, key: &[u8], tag_len: usize) -> bool {
        self.wipe();
        // SAFETY: the functions take nothing and return what is static; `ctx` is empty, and the key as long as said.
        let code = unsafe {
            let aead = match cipher {
                Cipher::Aes128Gcm => aws::EVP_aead_aes_128_gcm(),
                Cipher::Aes192Gcm => aws::EVP_aead_aes_192_gcm(),
                Cipher::Aes256Gcm => aws::EVP_aead_aes_256_gcm(),
                Cipher::ChaCha20Poly1305 => aws::EVP_aead_chacha20_poly1305(),
            };
            let (key, len) = (key.as_ptr(), key.len());
            aws::EVP_AEAD_CTX_init(&mut self.ctx, aead, key, len, tag_len, ptr::null_mut())
        };
        if code != 1 {
            forget_errors();
        }
        code == 1
    }

    pub(crate) fn has_key(&self) -> bool {
        !self.ctx.aead.is_null()
    }

    /// Encrypts; `false` where nothing was, because there is no key or the
    /// lengths are out of bounds.
    ///
    /// # Safety
    ///
    /// What `text` says holds, and `tag` is apart from it.
    pub(crate) unsafe fn seal(
        &self,
        nonce: &[u8],
        aad: &[u8],
        text: Text,
        tag: &mut [u8; TAG_LEN],
    ) -> bool {
        if !self.has_key() {
            return false;
        }
        let mut written = 0;
        // SAFETY: the caller's promise; every other length is that of its slice.
        let code = unsafe {
            aws::EVP_AEAD_CTX_seal_scatter(
                &self.ctx,
                text.output,
                tag.as_mut_ptr(),
                &mut written,
                TAG_LEN,
                nonce.as_ptr(),
                nonce.len(),
                text.input,
                text.len,
                ptr::null(),
                0,
                aad.as_ptr(),
                aad.len(),
            )
        };
        if code != 1 {
            forget_errors();
        }
        code == 1
    }

    /// Decrypts what has this tag; else `false`, and the output is wiped.
    ///
    /// # Safety
    ///
    /// What `text` says holds.
    pub(crate) unsafe fn open(&self, nonce: &[u8], aad: &[u8], text: Text, tag: &[u8]) -> bool {
        if !self.has_key() {
            return false;
        }
        // SAFETY: the caller's promise; every other length is that of its slice.
        let code = unsafe {
            aws::EVP_AEAD_CTX_open_gather(
                &self.ctx,
                text.output,
                nonce.as_ptr(),
                nonce.len(),
                text.input,
                text.len,
                tag.as_ptr(),
                tag.len(),
                aad.as_ptr(),
                aad.len(),
            )
        };
        if code != 1 {
            forget_errors();
        }
        code == 1
    }

    /// Forgets the key.
    pub(crate) fn wipe(&mut self) {
        // SAFETY: the context is empty or holds a key; what is written afterwards makes it empty. Its bytes are those
        // of integers and pointers, of which zeros are a valid value.
        unsafe {
            aws::EVP_AEAD_CTX_cleanup(&mut self.ctx);
            let size = size_of::<aws::EVP_AEAD_CTX>();
            core::slice::from_raw_parts_mut(
                ptr::from_mut(&mut self.ctx).cast::<MaybeUninit<u8>>(),
                size,
            )
            .zeroize();
        }
    }
}

/// aws-lc keeps a list of what went wrong, which nobody reads here.
pub(super) fn forget_errors() {
    // SAFETY: empties the list of this thread.
    unsafe { aws::ERR_clear_error() }
}
