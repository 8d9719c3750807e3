//! The key exchange behind `MBEDTLS_ECDH_GEN_PUBLIC_ALT` and
//! `MBEDTLS_ECDH_COMPUTE_SHARED_ALT`. `../alt/ecdh_alt.c` turns the engine's
//! numbers into bytes and back.

use core::ffi::{c_int, c_void};

use zeroize::Zeroizing;

use super::bytes;
use crate::ffi;
use crate::provider::curve::{Curve, MAX_COORDINATE, MAX_POINT, Point, Scalar};
use crate::provider::x25519;

/// Fills memory with random bytes, for C.
type Rng = unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> c_int;

/// How often a scalar is drawn. A good generator gives one in range with the
/// first draw, as good as always.
const MAX_DRAWS: usize = 30;

/// Makes a key pair: the secret as wide as the group's scalars, the public
/// value as it goes on the wire.
///
/// # Safety
///
/// `secret` has room for 66 bytes, `public` for 133; `rng` may be called with
/// `rng_state`.
#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_accel_ecdh_generate"))]
unsafe extern "C" fn generate(
    group: c_int,
    rng: Rng,
    rng_state: *mut c_void,
    secret: *mut [u8; MAX_COORDINATE],
    public: *mut [u8; MAX_POINT],
) -> c_int {
    // SAFETY: the caller's promise.
    let (secret, public) = unsafe { (&mut *secret, &mut *public) };
    // SAFETY: the caller's promise, and a buffer with its length.
    let draw = |out: &mut [u8]| unsafe { rng(rng_state, out.as_mut_ptr(), out.len()) };
    let Some(curve) = curve(group) else {
        let mut scalar = Zeroizing::new([0; x25519::LEN]);
        let code = draw(scalar.as_mut_slice());
        if code != 0 {
            return code;
        }
        write(secret, scalar.as_slice());
        write(public, &x25519::public(&scalar));
        return 0;
    };
    let mut drawn = Zeroizing::new([0; MAX_COORDINATE]);
    for _ in 0..MAX_DRAWS {
        let Some(candidate) = drawn.get_mut(..curve.len()) else {
            break;
        };
        let code = draw(candidate);
        if code != 0 {
            return code;
        }
        if let (Curve::P521, Some(first)) = (curve, candidate.first_mut()) {
            *first &= 1;
        }
        let Some(scalar) = Scalar::read(curve, candidate) else {
            continue;
        };
        write(secret, candidate);
        return match scalar.public().and_then(|point| point.write(public)) {
            Some(_) => 0,
            None => ffi::MBEDTLS_ERR_ECP_ALLOC_FAILED,
        };
    }
    ffi::MBEDTLS_ERR_ECP_RANDOM_FAILED
}

/// Computes the shared secret of a key pair and a peer's public value.
///
/// # Safety
///
/// `secret` is as wide as the group's scalars, `public` has `public_len`
/// bytes, and `shared` has room for 66.
#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_accel_ecdh_agree"))]
unsafe extern "C" fn agree(
    group: c_int,
    secret: *const u8,
    public: *const u8,
    public_len: usize,
    shared: *mut [u8; MAX_COORDINATE],
) -> c_int {
    const REFUSED: c_int = ffi::MBEDTLS_ERR_ECP_INVALID_KEY;
    // SAFETY: the caller's promise.
    let (public, shared) = unsafe { (bytes(public, public_len), &mut *shared) };
    let Some(curve) = curve(group) else {
        // SAFETY: the caller's promise.
        let secret = unsafe { &*secret.cast::<[u8; x25519::LEN]>() };
        let Ok(public) = public.try_into() else {
            return REFUSED;
        };
        return match x25519::agree(secret, public) {
            Some(result) => {
                write(shared, result.as_slice());
                #[cfg(test)]
                LAST_SHARED.set(*shared);
                0
            }
            None => REFUSED,
        };
    };
    // SAFETY: the caller's promise.
    let secret = unsafe { bytes(secret, curve.len()) };
    let Some(scalar) = Scalar::read(curve, secret) else {
        return REFUSED;
    };
    let Some(point) = Point::read(curve, public) else {
        return REFUSED;
    };
    let mut result = Zeroizing::new([0; MAX_POINT]);
    match scalar
        .times(&point)
        .and_then(|point| point.write(&mut result))
    {
        Some(_) => {
            write(shared, result.get(1..1 + curve.len()).unwrap_or_default());
            #[cfg(test)]
            LAST_SHARED.set(*shared);
            0
        }
        None => REFUSED,
    }
}

#[cfg(test)]
thread_local! {
    static LAST_SHARED: core::cell::Cell<[u8; MAX_COORDINATE]> =
        const { core::cell::Cell::new([0; MAX_COORDINATE]) };
}

/// What [`agree`] computed last on this thread: tests look for it in memory.
#[cfg(test)]
pub(crate) fn last_shared() -> [u8; MAX_COORDINATE] {
    LAST_SHARED.get()
}

/// The curve of a group, `None` for X25519: the C asks for no other.
fn curve(group: c_int) -> Option<Curve> {
    match group as ffi::mbedtls_ecp_group_id {
        ffi::MBEDTLS_ECP_DP_SECP256R1 => Some(Curve::P256),
        ffi::MBEDTLS_ECP_DP_SECP384R1 => Some(Curve::P384),
        ffi::MBEDTLS_ECP_DP_SECP521R1 => Some(Curve::P521),
        _ => None,
    }
}

fn write(out: &mut [u8], bytes: &[u8]) {
    for (out, byte) in out.iter_mut().zip(bytes) {
        *out = *byte;
    }
}
