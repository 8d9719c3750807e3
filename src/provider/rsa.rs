//! RSA keys (RFC 8017). Numbers come big-endian.

use alloc::vec::Vec;
use core::ptr::NonNull;

use aws_lc_sys as aws;
use zeroize::Zeroizing;

use super::aead::forget_errors;
use super::curve::Number;
use super::digest::Hash;

/// A public key, or a private one. Its functions may run in several threads at
/// once: aws-lc locks what it writes.
struct Key(NonNull<aws::RSA>);

/// A key that signs.
pub(crate) struct Private(Key);

/// A key that checks signatures.
pub(crate) struct Public(Key);

/// How a digest is padded before it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1,
    /// RSASSA-PSS with a salt of this length.
    Pss { salt_len: u16 },
}

// SAFETY: aws-lc ties no key to a thread.
unsafe impl Send for Key {}
// SAFETY: what aws-lc writes to a key in use is under a lock of its own.
unsafe impl Sync for Key {}

impl Private {
    /// Takes n, e, d, p, q, dp, dq and qp; `None` if they do not belong
    /// together or memory ran out.
    pub(crate) fn new(numbers: &[&[u8]; 8]) -> Option<Self> {
        let [n, e, d, p, q, dp, dq, qp] = numbers.map(Number::read);
        let all = (n?, e?, d?, p?, q?, dp?, dq?, qp?);
        // SAFETY: every number is alive, and copied. The function checks that they belong together.
        Key::of(unsafe {
            aws::RSA_new_private_key(
                all.0.as_ptr(),
                all.1.as_ptr(),
                all.2.as_ptr(),
                all.3.as_ptr(),
                all.4.as_ptr(),
                all.5.as_ptr(),
                all.6.as_ptr(),
                all.7.as_ptr(),
            )
        })
        .map(Self)
    }

    /// `None` where there is no memory or no randomness, or the key is too
    /// short for the padding.
    pub(crate) fn sign(&self, padding: Padding, hash: Hash, digest: &[u8]) -> Option<Vec<u8>> {
        let key = self.0.0.as_ptr();
        // SAFETY: the key is alive.
        let size = unsafe { aws::RSA_size(key) } as usize;
        let mut signature = vec![0; size];
        let (from, to) = (digest.as_ptr(), signature.as_mut_ptr());
        // SAFETY: the key is alive; every length is that of its buffer, and a signature is as long as the modulus.
        let (code, len) = unsafe {
            match padding {
                Padding::Pkcs1 => {
                    let mut len = 0;
                    let code = aws::RSA_sign(hash.nid(), from, digest.len(), to, &mut len, key);
                    (code, len as usize)
                }
                Padding::Pss { salt_len } => {
                    let (md, mut len) = (hash.md(), 0);
                    let salt_len = salt_len.into();
                    let code = aws::RSA_sign_pss_mgf1(
                        key,
                        &mut len,
                        to,
                        size,
                        from,
                        digest.len(),
                        md,
                        md,
                        salt_len,
                    );
                    (code, len)
                }
            }
        };
        if code != 1 || len != size {
            forget_errors();
            return None;
        }
        Some(signature)
    }
}

/// Bytes of a premaster secret of TLS (RFC 5246, section 7.4.7.1).
pub(crate) const PREMASTER_LEN: usize = 48;

impl Private {
    /// Decrypts a premaster secret (RSAES-PKCS1-v1_5), and what is wrong with
    /// it: 0 for nothing.
    ///
    /// Whether the padding is right is as secret as the result, or a peer could
    /// have anything decrypted by asking often enough (Bleichenbacher). So this
    /// looks at all bytes, in the same way whatever they are.
    pub(crate) fn decrypt_premaster(
        &self,
        encrypted: &[u8],
    ) -> (Zeroizing<[u8; PREMASTER_LEN]>, u8) {
        let key = self.0.0.as_ptr();
        let mut premaster = Zeroizing::new([0xff; PREMASTER_LEN]);
        // SAFETY: the key is alive.
        let mut padded = Zeroizing::new(vec![0; unsafe { aws::RSA_size(key) } as usize]);
        let (mut len, size) = (0, padded.len());
        // SAFETY: the key is alive, and every length is that of its buffer.
        let code = unsafe {
            let (from, to) = (encrypted.as_ptr(), padded.as_mut_ptr());
            let padding = aws::RSA_NO_PADDING;
            aws::RSA_decrypt(key, &mut len, to, size, from, encrypted.len(), padding)
        };
        let Some((padding, secret)) = padded.split_last_chunk::<PREMASTER_LEN>() else {
            return (premaster, 1);
        };
        let [first, second, filling @ .., end] = padding else {
            return (premaster, 1);
        };
        // Fails for what the peer itself can see: a wrong length, a number above the modulus.
        if code != 1 || len != size || filling.len() < 8 {
            forget_errors();
            return (premaster, 1);
        }
        let mut wrong = first | (second ^ 2) | end;
        for byte in filling {
            // 1 for zero, by the borrow.
            wrong |= (u16::from(*byte).wrapping_sub(1) >> 15) as u8;
        }
        *premaster = *secret;
        (premaster, wrong)
    }
}

impl Public {
    /// Takes modulus and exponent; `None` for numbers that aws-lc does not
    /// take, such as exponents of more than 33 bits, and without memory.
    pub(crate) fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (n, e) = (Number::read(modulus)?, Number::read(exponent)?);
        // SAFETY: both numbers are alive, and copied.
        Key::of(unsafe { aws::RSA_new_public_key(n.as_ptr(), e.as_ptr()) }).map(Self)
    }

    pub(crate) fn bits(&self) -> usize {
        // SAFETY: the key is alive.
        unsafe { aws::RSA_bits(self.0.0.as_ptr()) as usize }
    }

    pub(crate) fn verifies(
        &self,
        padding: Padding,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        let key = self.0.0.as_ptr();
        let (from, to) = (digest.as_ptr(), signature.as_ptr());
        // SAFETY: the key is alive, and both lengths are those of their slices.
        let code = unsafe {
            match padding {
                Padding::Pkcs1 => {
                    aws::RSA_verify(hash.nid(), from, digest.len(), to, signature.len(), key)
                }
                Padding::Pss { salt_len } => aws::RSA_verify_pss_mgf1(
                    key,
                    from,
                    digest.len(),
                    hash.md(),
                    hash.md(),
                    salt_len.into(),
                    to,
                    signature.len(),
                ),
            }
        };
        if code != 1 {
            forget_errors();
        }
        code == 1
    }
}

impl Key {
    fn of(key: *mut aws::RSA) -> Option<Self> {
        if key.is_null() {
            forget_errors();
        }
        NonNull::new(key).map(Self)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: ours, freed once; the secrets are wiped.
        unsafe { aws::RSA_free(self.0.as_ptr()) }
    }
}
