//! `MBEDTLS_SHA256_ALT`.

use core::ffi::c_int;

use super::{bytes, fits};
use crate::ffi;
use crate::provider::hash::Sha256;

const _: () = assert!(fits::<Sha256>(ffi::EMBER_SHA256_WORDS));

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha256_init"))]
unsafe extern "C" fn init(ctx: *mut Sha256) {
    // SAFETY: C sets aside as much memory as the type needs.
    unsafe { ctx.write(Sha256::default()) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha256_free"))]
unsafe extern "C" fn free(ctx: *mut Sha256) {
    // SAFETY: null, or a context that C made with `init` or filled with zeros.
    if let Some(ctx) = unsafe { ctx.as_mut() } {
        ctx.wipe();
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha256_clone"))]
unsafe extern "C" fn clone(copy: *mut Sha256, ctx: *const Sha256) {
    // SAFETY: both are contexts of C's.
    unsafe { copy.write((*ctx).clone()) }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha256_starts_ret"))]
unsafe extern "C" fn starts(ctx: *mut Sha256, is224: c_int) -> c_int {
    // SAFETY: a context of C's.
    unsafe { (*ctx).start(is224 != 0) };
    0
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha256_update_ret"))]
unsafe extern "C" fn update(ctx: *mut Sha256, input: *const u8, len: usize) -> c_int {
    // SAFETY: a context of C's, and `len` bytes of input that are not in it.
    unsafe { (*ctx).update(bytes(input, len)) };
    0
}

/// Writes 32 bytes, or 28 of SHA-224.
#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_sha256_finish_ret"))]
unsafe extern "C" fn finish(ctx: *mut Sha256, output: *mut u8) -> c_int {
    // SAFETY: a context of C's, and room for a digest.
    match unsafe { (*ctx).finish(output) } {
        true => 0,
        false => ffi::MBEDTLS_ERR_SHA256_BAD_INPUT_DATA,
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_internal_sha256_process"))]
unsafe extern "C" fn process(ctx: *mut Sha256, block: *const [u8; 64]) -> c_int {
    // SAFETY: a context of C's, and a whole block.
    unsafe { (*ctx).process(&*block) };
    0
}
