//! `MBEDTLS_SHA512_ALT`.

use core::ffi::c_int;

use super::{bytes, fits};
use crate::ffi;
use crate::provider::hash::Sha512;

const _: () = assert!(fits::<Sha512>(ffi::EMBER_SHA512_WORDS));

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha512_init"))]
unsafe extern "C" fn init(ctx: *mut Sha512) {
    // SAFETY: C sets aside as much memory as the type needs.
    unsafe { ctx.write(Sha512::default()) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha512_free"))]
unsafe extern "C" fn free(ctx: *mut Sha512) {
    // SAFETY: null, or a context that C made with `init` or filled with zeros.
    if let Some(ctx) = unsafe { ctx.as_mut() } {
        ctx.wipe();
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha512_clone"))]
unsafe extern "C" fn clone(copy: *mut Sha512, ctx: *const Sha512) {
    // SAFETY: both are contexts of C's.
    unsafe { copy.write((*ctx).clone()) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha512_starts_ret"))]
unsafe extern "C" fn starts(ctx: *mut Sha512, is384: c_int) -> c_int {
    // SAFETY: a context of C's.
    unsafe { (*ctx).start(is384 != 0) };
    0
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha512_update_ret"))]
unsafe extern "C" fn update(ctx: *mut Sha512, input: *const u8, len: usize) -> c_int {
    // SAFETY: a context of C's, and `len` bytes of input that are not in it.
    unsafe { (*ctx).update(bytes(input, len)) };
    0
}

/// Writes 64 bytes, or 48 of SHA-384.
#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha512_finish_ret"))]
unsafe extern "C" fn finish(ctx: *mut Sha512, output: *mut u8) -> c_int {
    // SAFETY: a context of C's, and room for a digest.
    match unsafe { (*ctx).finish(output) } {
        true => 0,
        false => ffi::MBEDTLS_ERR_SHA512_BAD_INPUT_DATA,
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_internal_sha512_process"))]
unsafe extern "C" fn process(ctx: *mut Sha512, block: *const [u8; 128]) -> c_int {
    // SAFETY: a context of C's, and a whole block.
    unsafe { (*ctx).process(&*block) };
    0
}
