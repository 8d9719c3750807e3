//! SHA-2.

use std::ffi::{c_int, c_void};

use super::reference::Functions;
use super::{Memory, Random};

/// The functions of one hash.
struct Hash {
    init: unsafe extern "C" fn(*mut c_void),
    free: unsafe extern "C" fn(*mut c_void),
    clone: unsafe extern "C" fn(*mut c_void, *const c_void),
    starts: unsafe extern "C" fn(*mut c_void, c_int) -> c_int,
    update: unsafe extern "C" fn(*mut c_void, *const u8, usize) -> c_int,
    finish: unsafe extern "C" fn(*mut c_void, *mut u8) -> c_int,
}

fn sha256(all: &Functions) -> Hash {
    Hash {
        init: all.sha256_init,
        free: all.sha256_free,
        clone: all.sha256_clone,
        starts: all.sha256_starts_ret,
        update: all.sha256_update_ret,
        finish: all.sha256_finish_ret,
    }
}

fn sha512(all: &Functions) -> Hash {
    Hash {
        init: all.sha512_init,
        free: all.sha512_free,
        clone: all.sha512_clone,
        starts: all.sha512_starts_ret,
        update: all.sha512_update_ret,
        finish: all.sha512_finish_ret,
    }
}

/// Digests at every cut, each of a state that was copied in one of three ways,
/// and of the whole at the end.
fn digests(hash: &Hash, short: bool, parts: &[&[u8]]) -> Vec<[u8; 64]> {
    let mut state = Memory::new();
    let mut digests = Vec::new();
    // SAFETY: the memory is large enough for any state, and a digest has at most 64 bytes.
    unsafe {
        (hash.init)(state.as_ptr());
        assert_eq!((hash.starts)(state.as_ptr(), short.into()), 0);
        for (index, part) in parts.iter().enumerate() {
            let pointer = match part.len() {
                0 => std::ptr::null(),
                _ => part.as_ptr(),
            };
            assert_eq!((hash.update)(state.as_ptr(), pointer, part.len()), 0);
            let mut copy = Memory::new();
            match index % 2 {
                0 => copy.0 = state.0,
                _ => {
                    (hash.init)(copy.as_ptr());
                    (hash.clone)(copy.as_ptr(), state.as_ptr());
                }
            }
            digests.push(finish(hash, &mut copy));
        }
        digests.push(finish(hash, &mut state));
        (hash.free)(std::ptr::null_mut());
    }
    digests
}

unsafe fn finish(hash: &Hash, state: &mut Memory) -> [u8; 64] {
    let mut digest = [0; 64];
    // SAFETY: as the caller says.
    unsafe {
        assert_eq!((hash.finish)(state.as_ptr(), digest.as_mut_ptr()), 0);
        (hash.free)(state.as_ptr());
    }
    assert!(
        state.0.iter().all(|byte| *byte == 0),
        "nothing stays behind"
    );
    digest
}

#[test]
#[cfg_attr(target_env = "musl", ignore = "static programs load no other copy")]
fn digests_are_equal_however_the_message_is_cut() {
    let (ours, theirs) = (Functions::ours(), Functions::theirs());
    let mut random = Random::new();
    for hash in [sha256, sha512] {
        for round in 0..120 {
            let count = 1 + random.below(6);
            let parts: Vec<_> = (0..count)
                .map(|_| {
                    let len = random.below(300);
                    random.bytes(len)
                })
                .collect();
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            let short = round % 2 == 0;
            let expected = digests(&hash(&theirs), short, &parts);
            assert_eq!(digests(&hash(&ours), short, &parts), expected);
        }
        let long = random.bytes(100_000);
        let parts = [&[][..], &long];
        let expected = digests(&hash(&theirs), false, &parts);
        assert_eq!(digests(&hash(&ours), false, &parts), expected);
    }
}
