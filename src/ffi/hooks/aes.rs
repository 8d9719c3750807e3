//! `MBEDTLS_AES_ALT`: the block cipher below CTR_DRBG and CCM.

use core::ffi::{c_int, c_uint};

use super::{bytes, fits};
use crate::ffi;
use crate::provider::block::{Aes, Direction};

const _: () = assert!(fits::<Aes>(ffi::EMBER_AES_WORDS));

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_aes_init"))]
unsafe extern "C" fn init(ctx: *mut Aes) {
    // SAFETY: C sets aside as much memory as the type needs.
    unsafe { ctx.write(Aes::default()) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_aes_free"))]
unsafe extern "C" fn free(ctx: *mut Aes) {
    // SAFETY: null, or a context that C made with `init` or filled with zeros.
    if let Some(ctx) = unsafe { ctx.as_mut() } {
        ctx.wipe();
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_aes_setkey_enc"))]
unsafe extern "C" fn setkey_enc(ctx: *mut Aes, key: *const u8, bits: c_uint) -> c_int {
    // SAFETY: a context of C's, and a key of so many bits.
    unsafe { setkey(&mut *ctx, Direction::Encrypt, key, bits) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_aes_setkey_dec"))]
unsafe extern "C" fn setkey_dec(ctx: *mut Aes, key: *const u8, bits: c_uint) -> c_int {
    // SAFETY: a context of C's, and a key of so many bits.
    unsafe { setkey(&mut *ctx, Direction::Decrypt, key, bits) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_aes_crypt_ecb"))]
unsafe extern "C" fn crypt_ecb(
    ctx: *mut Aes,
    mode: c_int,
    input: *const u8,
    output: *mut u8,
) -> c_int {
    // SAFETY: a context of C's, a block of input, and room for one.
    match unsafe { (*ctx).block(direction(mode), input, output) } {
        true => 0,
        false => ffi::MBEDTLS_ERR_AES_BAD_INPUT_DATA,
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_aes_crypt_cbc"))]
unsafe extern "C" fn crypt_cbc(
    ctx: *mut Aes,
    mode: c_int,
    len: usize,
    iv: *mut [u8; 16],
    input: *const u8,
    output: *mut u8,
) -> c_int {
    if len % 16 != 0 {
        return ffi::MBEDTLS_ERR_AES_INVALID_INPUT_LENGTH;
    }
    // SAFETY: a context of C's, and as much input and room as it says.
    match unsafe { (*ctx).cbc(direction(mode), &mut *iv, input, output, len) } {
        true => 0,
        false => ffi::MBEDTLS_ERR_AES_BAD_INPUT_DATA,
    }
}

unsafe fn setkey(ctx: &mut Aes, direction: Direction, key: *const u8, bits: c_uint) -> c_int {
    if !matches!(bits, 128 | 192 | 256) {
        return ffi::MBEDTLS_ERR_AES_INVALID_KEY_LENGTH;
    }
    // SAFETY: the caller has a key of so many bits.
    match ctx.set_key(direction, unsafe { bytes(key, bits as usize / 8) }) {
        true => 0,
        false => ffi::MBEDTLS_ERR_AES_INVALID_KEY_LENGTH,
    }
}

fn direction(mode: c_int) -> Direction {
    /// `MBEDTLS_AES_ENCRYPT`
    const ENCRYPT: c_int = 1;
    match mode {
        ENCRYPT => Direction::Encrypt,
        _ => Direction::Decrypt,
    }
}
