//! The PRF, which `vendor/patches/0071-prf-elsewhere.patch` calls.

use core::ffi::c_int;
use core::slice;

use super::bytes;
use crate::ffi;
use crate::provider::digest::Hash;
use crate::provider::prf;

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_accel_prf"))]
unsafe extern "C" fn derive(
    is_sha384: c_int,
    secret: *const u8,
    secret_len: usize,
    label: *const u8,
    label_len: usize,
    seed: *const u8,
    seed_len: usize,
    output: *mut u8,
    output_len: usize,
) -> c_int {
    if output_len == 0 {
        return 0;
    }
    // SAFETY: the lengths are those of C's buffers, and the output is none of the inputs.
    let (secret, seed, output) = unsafe {
        (
            bytes(secret, secret_len),
            [bytes(label, label_len), bytes(seed, seed_len)],
            slice::from_raw_parts_mut(output, output_len),
        )
    };
    let hash = match is_sha384 {
        0 => Hash::Sha256,
        _ => Hash::Sha384,
    };
    match prf::derive(hash, secret, seed, output) {
        true => 0,
        // Nothing else can fail there: the hashes exist, and no length is too long.
        false => ffi::MBEDTLS_ERR_MD_ALLOC_FAILED,
    }
}
