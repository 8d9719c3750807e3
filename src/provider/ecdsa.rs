//! ECDSA keys (FIPS 186-5) on the curves of NIST. Signatures are in DER.

use alloc::vec::Vec;
use core::ptr::NonNull;

use aws_lc_sys as aws;

use super::aead::forget_errors;
use super::curve::{Curve, MAX_POINT, Point, Scalar};

/// A key with its public point, and with its secret where it is private. Its
/// functions may run in several threads at once.
struct Key(NonNull<aws::EC_KEY>);

/// A key that signs.
pub(crate) struct Private {
    key: Key,
    point: Vec<u8>,
}

/// A key that checks signatures.
pub(crate) struct Public(Key);

// SAFETY: aws-lc ties no key to a thread, and does not write to one that is set up.
unsafe impl Send for Key {}
// SAFETY: as above.
unsafe impl Sync for Key {}

impl Private {
    /// Takes a secret as wide as the scalars of its curve; `None` if it is out
    /// of range or memory ran out.
    pub(crate) fn new(curve: Curve, secret: &[u8]) -> Option<Self> {
        let scalar = Scalar::read(curve, secret)?;
        let public = scalar.public()?;
        let mut point = [0; MAX_POINT];
        let len = public.write(&mut point)?;
        let key = Key::new(curve, &public)?;
        // SAFETY: both are alive; the number is copied.
        let code = unsafe { aws::EC_KEY_set_private_key(key.0.as_ptr(), scalar.number().as_ptr()) };
        if code != 1 {
            forget_errors();
            return None;
        }
        Some(Self {
            key,
            point: point.get(..len)?.to_vec(),
        })
    }

    /// The public point, uncompressed.
    pub(crate) fn point(&self) -> &[u8] {
        &self.point
    }

    /// `None` where there is no memory or no randomness.
    pub(crate) fn sign(&self, digest: &[u8]) -> Option<Vec<u8>> {
        let key = self.key.0.as_ptr();
        // SAFETY: the key is alive; the signature is at most as long as said.
        let (signature, len, code) = unsafe {
            let mut signature = vec![0; aws::ECDSA_size(key)];
            let mut len = 0;
            let (from, to) = (digest.as_ptr(), signature.as_mut_ptr());
            let code = aws::ECDSA_sign(0, from, digest.len(), to, &mut len, key);
            (signature, len as usize, code)
        };
        if code != 1 {
            forget_errors();
            return None;
        }
        signature.get(..len).map(<[u8]>::to_vec)
    }
}

impl Public {
    /// Takes an uncompressed point; `None` if it is not on the curve or memory
    /// ran out.
    pub(crate) fn new(curve: Curve, point: &[u8]) -> Option<Self> {
        Key::new(curve, &Point::read(curve, point)?).map(Self)
    }

    pub(crate) fn verifies(&self, digest: &[u8], signature: &[u8]) -> bool {
        // SAFETY: the key is alive; both lengths are those of their slices.
        let code = unsafe {
            aws::ECDSA_verify(
                0,
                digest.as_ptr(),
                digest.len(),
                signature.as_ptr(),
                signature.len(),
                self.0.0.as_ptr(),
            )
        };
        if code != 1 {
            forget_errors();
        }
        code == 1
    }
}

impl Key {
    fn new(curve: Curve, public: &Point) -> Option<Self> {
        // SAFETY: what it returns is ours.
        let key = unsafe { aws::EC_KEY_new_by_curve_name(curve.nid()) };
        let key = NonNull::new(key).map(Self)?;
        // SAFETY: both are alive; the point is copied, and refused where it is of another curve.
        let code = unsafe { aws::EC_KEY_set_public_key(key.0.as_ptr(), public.as_ptr()) };
        if code != 1 {
            forget_errors();
            return None;
        }
        Some(key)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: ours, freed once; the secret is wiped.
        unsafe { aws::EC_KEY_free(self.0.as_ptr()) }
    }
}
