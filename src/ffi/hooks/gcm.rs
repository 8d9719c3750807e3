//! `MBEDTLS_GCM_ALT`, for whole texts: `../alt/pieces.c` refuses others.

use core::ffi::{c_int, c_uint};
use core::ptr;

use zeroize::Zeroize;

use super::{bytes, fits};
use crate::ffi;
use crate::provider::aead::{Aead, Cipher, TAG_LEN, Text};

/// The cipher with its whole tags, and the key for shorter ones.
#[repr(C)]
struct Gcm {
    aead: Aead,
    key: [u8; 32],
    key_len: usize,
}

const _: () = assert!(fits::<Gcm>(ffi::EMBER_GCM_WORDS));

const BAD_INPUT: c_int = ffi::MBEDTLS_ERR_GCM_BAD_INPUT;
/// `MBEDTLS_GCM_ENCRYPT`
const ENCRYPT: c_int = 1;

impl Gcm {
    fn cipher(&self) -> Option<Cipher> {
        match self.key_len {
            16 => Some(Cipher::Aes128Gcm),
            24 => Some(Cipher::Aes192Gcm),
            32 => Some(Cipher::Aes256Gcm),
            _ => None,
        }
    }

    fn key(&self) -> &[u8] {
        self.key.get(..self.key_len).unwrap_or_default()
    }

    fn wipe(&mut self) {
        self.aead.wipe();
        self.key.zeroize();
        self.key_len = 0;
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_gcm_init"))]
unsafe extern "C" fn init(ctx: *mut Gcm) {
    let empty = Gcm {
        aead: Aead::default(),
        key: [0; 32],
        key_len: 0,
    };
    // SAFETY: C sets aside as much memory as the type needs.
    unsafe { ctx.write(empty) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_gcm_free"))]
unsafe extern "C" fn free(ctx: *mut Gcm) {
    // SAFETY: null, or a context that C made with `init` or filled with zeros.
    if let Some(ctx) = unsafe { ctx.as_mut() } {
        ctx.wipe();
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_gcm_setkey"))]
unsafe extern "C" fn setkey(ctx: *mut Gcm, cipher: c_uint, key: *const u8, bits: c_uint) -> c_int {
    if cipher != ffi::MBEDTLS_CIPHER_ID_AES || !matches!(bits, 128 | 192 | 256) {
        return BAD_INPUT;
    }
    // SAFETY: a context of C's, and a key of so many bits.
    let (ctx, key) = unsafe { (&mut *ctx, bytes(key, bits as usize / 8)) };
    ctx.wipe();
    for (kept, byte) in ctx.key.iter_mut().zip(key) {
        *kept = *byte;
    }
    ctx.key_len = key.len();
    match ctx.cipher() {
        Some(cipher) if ctx.aead.set_key(cipher, key, TAG_LEN) => 0,
        _ => BAD_INPUT,
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_gcm_crypt_and_tag"))]
unsafe extern "C" fn crypt_and_tag(
    ctx: *mut Gcm,
    mode: c_int,
    len: usize,
    iv: *const u8,
    iv_len: usize,
    aad: *const u8,
    aad_len: usize,
    input: *const u8,
    output: *mut u8,
    tag_len: usize,
    tag: *mut u8,
) -> c_int {
    // Decryption that gives the tag out, not checked, is not what TLS wants.
    if mode != ENCRYPT || iv_len == 0 || !(4..=TAG_LEN).contains(&tag_len) {
        return BAD_INPUT;
    }
    let text = Text { input, output, len };
    let mut whole = [0; TAG_LEN];
    // SAFETY: a context of C's, and buffers of C's as long as it says.
    unsafe {
        let (iv, aad) = (bytes(iv, iv_len), bytes(aad, aad_len));
        if !(*ctx).aead.seal(iv, aad, text, &mut whole) {
            return BAD_INPUT;
        }
        ptr::copy_nonoverlapping(whole.as_ptr(), tag, tag_len);
    }
    0
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_gcm_auth_decrypt"))]
unsafe extern "C" fn auth_decrypt(
    ctx: *mut Gcm,
    len: usize,
    iv: *const u8,
    iv_len: usize,
    aad: *const u8,
    aad_len: usize,
    tag: *const u8,
    tag_len: usize,
    input: *const u8,
    output: *mut u8,
) -> c_int {
    if iv_len == 0 || !(4..=TAG_LEN).contains(&tag_len) {
        return BAD_INPUT;
    }
    let text = Text { input, output, len };
    // SAFETY: a context of C's, and buffers of C's as long as it says.
    let opened = unsafe {
        let (iv, aad, tag) = (bytes(iv, iv_len), bytes(aad, aad_len), bytes(tag, tag_len));
        let ctx = &*ctx;
        let Some(cipher) = ctx.cipher() else {
            return BAD_INPUT;
        };
        match tag_len {
            TAG_LEN => ctx.aead.open(iv, aad, text, tag),
            _ => with_short_tags(cipher, ctx.key(), tag_len, |aead| {
                aead.open(iv, aad, text, tag)
            }),
        }
    };
    match opened {
        true => 0,
        false => ffi::MBEDTLS_ERR_GCM_AUTH_FAILED,
    }
}

/// Runs `body` with a cipher that takes tags of this length.
fn with_short_tags(
    cipher: Cipher,
    key: &[u8],
    tag_len: usize,
    body: impl FnOnce(&Aead) -> bool,
) -> bool {
    let mut aead = Aead::default();
    let result = aead.set_key(cipher, key, tag_len) && body(&aead);
    aead.wipe();
    result
}
