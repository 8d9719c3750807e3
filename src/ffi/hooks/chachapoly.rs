//! `MBEDTLS_CHACHAPOLY_ALT`, for whole texts: `../alt/pieces.c` refuses others.

use core::ffi::c_int;
use core::ptr;

use super::{bytes, fits};
use crate::ffi;
use crate::provider::aead::{Aead, Cipher, TAG_LEN, Text};

const _: () = assert!(fits::<Aead>(ffi::EMBER_CHACHAPOLY_WORDS));

const NONCE_LEN: usize = 12;
const KEY_LEN: usize = 32;

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_chachapoly_init"))]
unsafe extern "C" fn init(ctx: *mut Aead) {
    // SAFETY: C sets aside as much memory as the type needs.
    unsafe { ctx.write(Aead::default()) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_chachapoly_free"))]
unsafe extern "C" fn free(ctx: *mut Aead) {
    // SAFETY: null, or a context that C made with `init` or filled with zeros.
    if let Some(ctx) = unsafe { ctx.as_mut() } {
        ctx.wipe();
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_chachapoly_setkey"))]
unsafe extern "C" fn setkey(ctx: *mut Aead, key: *const u8) -> c_int {
    // SAFETY: a context of C's, and a key, which always has 32 bytes.
    match unsafe { (*ctx).set_key(Cipher::ChaCha20Poly1305, bytes(key, KEY_LEN), TAG_LEN) } {
        true => 0,
        false => ffi::MBEDTLS_ERR_POLY1305_BAD_INPUT_DATA,
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_chachapoly_encrypt_and_tag"))]
unsafe extern "C" fn encrypt_and_tag(
    ctx: *mut Aead,
    len: usize,
    nonce: *const u8,
    aad: *const u8,
    aad_len: usize,
    input: *const u8,
    output: *mut u8,
    tag: *mut [u8; TAG_LEN],
) -> c_int {
    let text = Text { input, output, len };
    let mut whole = [0; TAG_LEN];
    // SAFETY: a context of C's, a nonce of 12 bytes, and buffers of C's as long as it says.
    unsafe {
        let (nonce, aad) = (bytes(nonce, NONCE_LEN), bytes(aad, aad_len));
        if !(*ctx).seal(nonce, aad, text, &mut whole) {
            return ffi::MBEDTLS_ERR_CHACHAPOLY_BAD_STATE;
        }
        ptr::write(tag, whole);
    }
    0
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_chachapoly_auth_decrypt"))]
unsafe extern "C" fn auth_decrypt(
    ctx: *mut Aead,
    len: usize,
    nonce: *const u8,
    aad: *const u8,
    aad_len: usize,
    tag: *const u8,
    input: *const u8,
    output: *mut u8,
) -> c_int {
    let text = Text { input, output, len };
    // SAFETY: a context of C's, a nonce of 12 bytes, a tag of 16, and buffers of C's as long as it says.
    unsafe {
        let (nonce, aad) = (bytes(nonce, NONCE_LEN), bytes(aad, aad_len));
        match (*ctx).open(nonce, aad, text, bytes(tag, TAG_LEN)) {
            true => 0,
            false if (*ctx).has_key() => ffi::MBEDTLS_ERR_CHACHAPOLY_AUTH_FAILED,
            false => ffi::MBEDTLS_ERR_CHACHAPOLY_BAD_STATE,
        }
    }
}
