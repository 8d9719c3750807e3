//! The PRF, which `vendor/patches/0071-prf-elsewhere.patch` calls.

use std::ffi::c_int;
use std::slice;

use super::bytes;
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
) {
    if output_len == 0 {
        return;
    }
    // SAFETY: the lengths are those of C's buffers, and the output is none of the inputs.
    let (secret, seed, output) = unsafe {
        (
            bytes(secret, secret_len),
            [bytes(label, label_len), bytes(seed, seed_len)],
            slice::from_raw_parts_mut(output, output_len),
        )
    };
    match is_sha384 {
        0 => prf::p_sha256(secret, seed, output),
        _ => prf::p_sha384(secret, seed, output),
    }
}
