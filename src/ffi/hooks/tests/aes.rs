//! AES, block by block and in CBC mode.

use std::ffi::{c_int, c_uint};

use super::reference::Functions;
use super::{Memory, Random};

const DECRYPT: c_int = 0;
const ENCRYPT: c_int = 1;

/// What one copy makes of some blocks under a key: code and blocks, for each
/// mode.
fn run(
    all: &Functions,
    mode: c_int,
    key: &[u8],
    bits: c_uint,
    iv: &[u8],
    text: &[u8],
) -> Vec<(c_int, Vec<u8>)> {
    let mut memory = Memory::new();
    let setkey = match mode {
        ENCRYPT => all.aes_setkey_enc,
        _ => all.aes_setkey_dec,
    };
    // SAFETY: the memory is large enough, and each buffer as long as said.
    unsafe {
        (all.aes_init)(memory.as_ptr());
        let code = setkey(memory.as_ptr(), key.as_ptr(), bits);
        let mut results = vec![(code, Vec::new())];
        if code == 0 {
            let mut block = text[..16].to_vec();
            let at = block.as_mut_ptr();
            let code = (all.aes_crypt_ecb)(memory.as_ptr(), mode, at, at);
            results.push((code, block));

            let (mut iv, mut apart) = (iv.to_vec(), vec![0; text.len()]);
            let (next, from, to) = (iv.as_mut_ptr(), text.as_ptr(), apart.as_mut_ptr());
            let code = (all.aes_crypt_cbc)(memory.as_ptr(), mode, text.len(), next, from, to);
            results.push((code, apart));
            results.push((0, iv.clone()));

            let mut in_place = text.to_vec();
            let (next, at) = (iv.as_mut_ptr(), in_place.as_mut_ptr());
            let code = (all.aes_crypt_cbc)(memory.as_ptr(), mode, text.len(), next, at, at);
            results.push((code, in_place));
            results.push((0, iv));
        }
        (all.aes_free)(memory.as_ptr());
        (all.aes_free)(std::ptr::null_mut());
        assert!(
            memory.0.iter().all(|byte| *byte == 0),
            "nothing stays behind"
        );
        results
    }
}

#[test]
#[cfg_attr(target_env = "musl", ignore = "static programs load no other copy")]
fn blocks_are_equal_and_so_are_refusals() {
    let (ours, theirs) = (Functions::ours(), Functions::theirs());
    let mut random = Random::new();
    for bits in [128, 192, 256, 0, 64, 129, 512] {
        for len in [16, 32, 160, 4096, 17] {
            for mode in [ENCRYPT, DECRYPT] {
                let (key, iv) = (random.bytes(64), random.bytes(16));
                let text = random.bytes(len);
                let expected = run(&theirs, mode, &key, bits, &iv, &text);
                assert_eq!(run(&ours, mode, &key, bits, &iv, &text), expected);
            }
        }
    }
}
