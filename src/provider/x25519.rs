//! X25519 (RFC 7748).

use aws_lc_sys as aws;
use zeroize::Zeroizing;

/// Bytes of a scalar, a point, and a shared secret.
pub(crate) const LEN: usize = 32;

/// The public value of a secret.
pub(crate) fn public(secret: &[u8; LEN]) -> [u8; LEN] {
    let mut public = [0; LEN];
    // SAFETY: both have 32 bytes.
    unsafe { aws::X25519_public_from_private(public.as_mut_ptr(), secret.as_ptr()) }
    public
}

/// The shared secret; `None` where it is all zeros, which is that of a point of
/// small order (RFC 7748, section 6.1; RFC 8422, section 5.11).
pub(crate) fn agree(secret: &[u8; LEN], peer: &[u8; LEN]) -> Option<Zeroizing<[u8; LEN]>> {
    let mut shared = Zeroizing::new([0; LEN]);
    // SAFETY: all have 32 bytes.
    let code = unsafe { aws::X25519(shared.as_mut_ptr(), secret.as_ptr(), peer.as_ptr()) };
    if code != 1 {
        super::aead::forget_errors();
    }
    (code == 1).then_some(shared)
}
