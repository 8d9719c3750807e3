//! The key derivation of TLS 1.2 (RFC 5246, section 5).

use aws_lc_sys as aws;
use zeroize::Zeroize;

use super::aead::forget_errors;
use super::digest::Hash;

/// Fills `out` from a secret with P_hash; the seed comes in two parts. Where there
/// is no memory for it, it says `false`, and `out` is wiped.
#[must_use]
pub(crate) fn derive(hash: Hash, secret: &[u8], seed: [&[u8]; 2], out: &mut [u8]) -> bool {
    let done = call(hash, secret, seed, out);
    if !done {
        forget_errors();
        out.zeroize();
    }
    // The function leaves its last block on the stack, which may be all of a master secret. The same
    // function comes by once more with nothing to hide. That of a Finished may stay: 12 of its bytes
    // are on the wire, and the rest is used for nothing.
    let [label, _] = seed;
    if !label.ends_with(b" finished") {
        let _ = call(hash, b"", [b"", b""], &mut [0; 1]);
    }
    done
}

/// A function of its own, so that all that it calls finds the same stack each time.
#[inline(never)]
fn call(hash: Hash, secret: &[u8], [label, seed]: [&[u8]; 2], out: &mut [u8]) -> bool {
    // SAFETY: reads and writes as many bytes as it is told.
    let code = unsafe {
        aws::CRYPTO_tls1_prf(
            hash.md(),
            out.as_mut_ptr(),
            out.len(),
            secret.as_ptr(),
            secret.len(),
            label.as_ptr().cast(),
            label.len(),
            seed.as_ptr(),
            seed.len(),
            b"".as_ptr(),
            0,
        )
    };
    code == 1
}

#[cfg(test)]
mod tests;
