//! The key exchange, with one side on either copy.

use std::ffi::{c_int, c_uint, c_void};

use super::reference::Functions;
use super::{Memory, Random};
use crate::ffi;
use crate::ffi::allocation::recording;

const GROUPS: [c_uint; 4] = [
    ffi::MBEDTLS_ECP_DP_SECP256R1,
    ffi::MBEDTLS_ECP_DP_SECP384R1,
    ffi::MBEDTLS_ECP_DP_SECP521R1,
    ffi::MBEDTLS_ECP_DP_CURVE25519,
];

unsafe extern "C" fn draw(random: *mut c_void, out: *mut u8, len: usize) -> c_int {
    // SAFETY: the tests pass a generator, and C a buffer of this length.
    unsafe {
        let bytes = (*random.cast::<Random>()).bytes(len);
        out.copy_from_nonoverlapping(bytes.as_ptr(), len);
    }
    0
}

unsafe extern "C" fn no_luck(_: *mut c_void, _: *mut u8, _: usize) -> c_int {
    -1
}

/// One side of an exchange.
struct Side<'a> {
    all: &'a Functions,
    memory: Box<Memory>,
}

impl<'a> Side<'a> {
    fn new(all: &'a Functions) -> Self {
        let mut memory = Memory::new();
        // SAFETY: the memory is large enough.
        unsafe { (all.ecdh_init)(memory.as_ptr()) };
        Self { all, memory }
    }

    /// A server's ServerECDHParams.
    fn params(&mut self, group: c_uint, random: &mut Random) -> Vec<u8> {
        let (mut out, mut len) = (vec![0; 200], 0);
        let random = std::ptr::from_mut(random).cast();
        // SAFETY: the buffer is as long as said.
        unsafe {
            assert_eq!((self.all.ecdh_setup)(self.memory.as_ptr(), group), 0);
            let code = (self.all.ecdh_make_params)(
                self.memory.as_ptr(),
                &mut len,
                out.as_mut_ptr(),
                out.len(),
                draw,
                random,
            );
            assert_eq!(code, 0);
        }
        out.truncate(len);
        out
    }

    /// On a client: reads the server's parameters.
    fn read_params(&mut self, params: &[u8]) -> c_int {
        let mut start = params.as_ptr();
        // SAFETY: the range is that of the slice.
        unsafe {
            (self.all.ecdh_read_params)(self.memory.as_ptr(), &mut start, params.as_ptr_range().end)
        }
    }

    /// On a client: its public value, with its length in front.
    fn public(&mut self, random: &mut Random) -> Vec<u8> {
        let (mut out, mut len) = (vec![0; 200], 0);
        let random = std::ptr::from_mut(random).cast();
        // SAFETY: the buffer is as long as said.
        let code = unsafe {
            let to = out.as_mut_ptr();
            (self.all.ecdh_make_public)(self.memory.as_ptr(), &mut len, to, 200, draw, random)
        };
        assert_eq!(code, 0);
        out.truncate(len);
        out
    }

    /// On a server: reads the client's public value.
    fn read_public(&mut self, public: &[u8]) -> c_int {
        // SAFETY: the length is that of the slice.
        unsafe { (self.all.ecdh_read_public)(self.memory.as_ptr(), public.as_ptr(), public.len()) }
    }

    fn secret(&mut self, random: &mut Random) -> Result<Vec<u8>, c_int> {
        let (mut out, mut len) = (vec![0; 100], 0);
        let random = std::ptr::from_mut(random).cast();
        // SAFETY: the buffer is as long as said.
        let code = unsafe {
            let to = out.as_mut_ptr();
            (self.all.ecdh_calc_secret)(self.memory.as_ptr(), &mut len, to, 100, draw, random)
        };
        out.truncate(len);
        if code == 0 { Ok(out) } else { Err(code) }
    }
}

impl Drop for Side<'_> {
    fn drop(&mut self) {
        // SAFETY: the context was made by these functions.
        unsafe { (self.all.ecdh_free)(self.memory.as_ptr()) }
    }
}

#[test]
#[cfg_attr(target_env = "musl", ignore = "static programs load no other copy")]
fn both_copies_come_to_the_same_secret() {
    let (ours, theirs) = (Functions::ours(), Functions::theirs());
    let mut random = Random::new();
    for group in GROUPS {
        for (server, client) in [(&ours, &theirs), (&theirs, &ours), (&ours, &ours)] {
            for _ in 0..2 {
                let (mut server, mut client) = (Side::new(server), Side::new(client));
                let params = server.params(group, &mut random);
                assert_eq!(client.read_params(&params), 0);
                assert_eq!(server.read_public(&client.public(&mut random)), 0);
                let secret = server.secret(&mut random).unwrap();
                assert_eq!(client.secret(&mut random), Ok(secret));
            }
        }
    }
}

#[test]
#[cfg_attr(target_env = "musl", ignore = "static programs load no other copy")]
fn bad_public_values_are_refused_by_both() {
    let (ours, theirs) = (Functions::ours(), Functions::theirs());
    let mut random = Random::new();
    for group in GROUPS {
        let good = Side::new(&ours).params(group, &mut random);
        let mut bad = Vec::new();
        if group != ffi::MBEDTLS_ECP_DP_CURVE25519 {
            let mut off_the_curve = good.clone();
            *off_the_curve.last_mut().unwrap() ^= 1;
            bad.push(off_the_curve);
            let mut too_large = good.clone();
            too_large[5..].fill(0xff);
            bad.push(too_large);
            bad.push([&good[..3], &[1, 0]].concat());
            let mut compressed = good.clone();
            compressed[4] = 2;
            bad.push(compressed);
        }
        for small_order in SMALL_ORDER {
            if group == ffi::MBEDTLS_ECP_DP_CURVE25519 {
                bad.push([&good[..4], &small_order].concat());
            }
        }
        bad.push(good[..good.len() - 1].to_vec());
        for params in bad {
            let verdict = |all| {
                let mut client = Side::new(all);
                let read = client.read_params(&params) == 0;
                read && {
                    client.public(&mut Random::new());
                    client.secret(&mut Random::new()).is_ok()
                }
            };
            assert!(!verdict(&theirs), "{params:02x?}");
            assert!(!verdict(&ours), "{params:02x?}");
        }
    }
}

#[test]
#[cfg_attr(target_env = "musl", ignore = "static programs load no other copy")]
fn x25519_values_that_are_not_reduced_are_taken_as_the_rfc_says() {
    // 2^255 - 19 + 9, and the base point 9, both with the highest bit set.
    let mut unreduced = [0xff; 32];
    unreduced[0] = 0xf6;
    let mut base = [0; 32];
    (base[0], base[31]) = (9, 0x80);
    let secret = |all: &Functions, value: [u8; 32]| {
        let mut client = Side::new(all);
        assert_eq!(
            client.read_params(&[&[3, 0, 29, 32], &value[..]].concat()),
            0
        );
        let public = client.public(&mut Random::new());
        (public, client.secret(&mut Random::new()).unwrap())
    };
    for all in [Functions::ours(), Functions::theirs()] {
        let (public, shared) = secret(&all, base);
        assert_eq!(public[1..], shared, "times the base point");
        assert_eq!(secret(&all, unreduced).1, shared);
    }
}

#[test]
fn a_failing_generator_is_an_error() {
    let all = Functions::ours();
    for group in GROUPS {
        let (mut side, mut out, mut len) = (Side::new(&all), vec![0; 200], 0);
        // SAFETY: the buffer is as long as said.
        unsafe {
            assert_eq!((all.ecdh_setup)(side.memory.as_ptr(), group), 0);
            let (ctx, to) = (side.memory.as_ptr(), out.as_mut_ptr());
            let code =
                (all.ecdh_make_params)(ctx, &mut len, to, 200, no_luck, std::ptr::null_mut());
            assert_eq!(code, -1);
        }
    }
}

/// Any computation of the engine's needs memory for what is in between. It
/// gets none but for the numbers that it keeps: secret, coordinates, result.
#[test]
fn the_engine_keeps_numbers_and_computes_nothing() {
    let all = Functions::ours();
    for group in GROUPS {
        let mut random = Random::new();
        let (mut side, mut out, mut len) = (Side::new(&all), vec![0; 200], 0);
        let params = Side::new(&all).params(group, &mut random);
        let kept = match group {
            ffi::MBEDTLS_ECP_DP_CURVE25519 => 3,
            _ => 4,
        };
        assert_eq!(side.read_params(&params), 0);
        // SAFETY: the buffer is as long as said.
        let asked = recording(|| unsafe {
            let (ctx, random) = (side.memory.as_ptr(), std::ptr::from_mut(&mut random).cast());
            let to = out.as_mut_ptr();
            assert_eq!(
                (all.ecdh_make_public)(ctx, &mut len, to, 200, draw, random),
                0
            );
        });
        assert_eq!(asked.len(), kept, "{asked:?}");
        let asked = recording(|| {
            side.secret(&mut random).unwrap();
        });
        assert_eq!(asked.len(), 1, "{asked:?}");
    }
}

/// Points of small order, which give zero with every secret.
const SMALL_ORDER: [[u8; 32]; 5] = {
    let mut one = [0; 32];
    one[0] = 1;
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    let mut below = p;
    below[0] = 0xec;
    [
        [0; 32],
        one,
        p,
        below,
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f,
            0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16,
            0x5f, 0x49, 0xb8, 0x00,
        ],
    ]
};
