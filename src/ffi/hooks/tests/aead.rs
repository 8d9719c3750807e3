//! AES-GCM and ChaCha20-Poly1305.

use std::ffi::{c_int, c_uint, c_void};

use super::reference::Functions;
use super::{Memory, Random};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cipher {
    Gcm,
    ChaChaPoly,
}

use Cipher::{ChaChaPoly, Gcm};

/// One text and what goes with it.
#[derive(Clone, Debug)]
struct Case {
    key: Vec<u8>,
    nonce: Vec<u8>,
    aad: Vec<u8>,
    text: Vec<u8>,
    tag_len: usize,
}

/// A context of one copy, with a key.
struct Keyed<'a> {
    all: &'a Functions,
    cipher: Cipher,
    memory: Box<Memory>,
}

impl<'a> Keyed<'a> {
    fn new(all: &'a Functions, cipher: Cipher, key: &[u8]) -> Self {
        let mut memory = Memory::new();
        // SAFETY: the memory is large enough, and the key as long as said.
        let code = unsafe {
            match cipher {
                Gcm => {
                    (all.gcm_init)(memory.as_ptr());
                    let bits = key.len() as c_uint * 8;
                    (all.gcm_setkey)(memory.as_ptr(), AES, key.as_ptr(), bits)
                }
                ChaChaPoly => {
                    (all.chachapoly_init)(memory.as_ptr());
                    (all.chachapoly_setkey)(memory.as_ptr(), key.as_ptr())
                }
            }
        };
        assert_eq!(code, 0);
        Self {
            all,
            cipher,
            memory,
        }
    }

    /// The code, the text, and the tag.
    fn seal(&mut self, case: &Case, in_place: bool) -> (c_int, Vec<u8>, Vec<u8>) {
        let mut output = match in_place {
            true => case.text.clone(),
            false => vec![0; case.text.len()],
        };
        let mut tag = vec![0; case.tag_len.max(16)];
        let to = output.as_mut_ptr();
        let from = if in_place { to } else { case.text.as_ptr() };
        let (ctx, len) = (self.memory.as_ptr(), case.text.len());
        let (nonce, aad) = (pointer(&case.nonce), pointer(&case.aad));
        // SAFETY: every buffer is as long as said.
        let code = unsafe {
            match self.cipher {
                Gcm => (self.all.gcm_crypt_and_tag)(
                    ctx,
                    1,
                    len,
                    nonce,
                    case.nonce.len(),
                    aad,
                    case.aad.len(),
                    from,
                    to,
                    case.tag_len,
                    tag.as_mut_ptr(),
                ),
                ChaChaPoly => (self.all.chachapoly_encrypt_and_tag)(
                    ctx,
                    len,
                    nonce,
                    aad,
                    case.aad.len(),
                    from,
                    to,
                    tag.as_mut_ptr(),
                ),
            }
        };
        if code != 0 {
            // What is left in the buffers then means nothing.
            return (code, Vec::new(), Vec::new());
        }
        tag.truncate(case.tag_len);
        (code, output, tag)
    }

    /// The code and the text.
    fn open(&mut self, case: &Case, sealed: &[u8], tag: &[u8], in_place: bool) -> (c_int, Vec<u8>) {
        let mut output = match in_place {
            true => sealed.to_vec(),
            false => vec![0xaa; sealed.len()],
        };
        let to = output.as_mut_ptr();
        let from = if in_place { to } else { sealed.as_ptr() };
        let (ctx, len) = (self.memory.as_ptr(), sealed.len());
        let (nonce, aad) = (pointer(&case.nonce), pointer(&case.aad));
        // SAFETY: every buffer is as long as said.
        let code = unsafe {
            match self.cipher {
                Gcm => (self.all.gcm_auth_decrypt)(
                    ctx,
                    len,
                    nonce,
                    case.nonce.len(),
                    aad,
                    case.aad.len(),
                    tag.as_ptr(),
                    tag.len(),
                    from,
                    to,
                ),
                ChaChaPoly => (self.all.chachapoly_auth_decrypt)(
                    ctx,
                    len,
                    nonce,
                    aad,
                    case.aad.len(),
                    tag.as_ptr(),
                    from,
                    to,
                ),
            }
        };
        (code, output)
    }
}

impl Drop for Keyed<'_> {
    fn drop(&mut self) {
        // SAFETY: the context was made by these functions.
        unsafe {
            match self.cipher {
                Gcm => {
                    (self.all.gcm_free)(self.memory.as_ptr());
                    (self.all.gcm_free)(std::ptr::null_mut());
                }
                ChaChaPoly => {
                    (self.all.chachapoly_free)(self.memory.as_ptr());
                    (self.all.chachapoly_free)(std::ptr::null_mut());
                }
            }
        }
        assert!(
            self.memory.0.iter().all(|byte| *byte == 0),
            "nothing stays behind"
        );
    }
}

/// `MBEDTLS_CIPHER_ID_AES`
const AES: c_uint = crate::ffi::MBEDTLS_CIPHER_ID_AES;

fn pointer(bytes: &[u8]) -> *const u8 {
    match bytes.len() {
        0 => std::ptr::null(),
        _ => bytes.as_ptr(),
    }
}

/// Seals and opens with both copies, in place and apart, as it is and
/// tampered with.
fn compare(cipher: Cipher, case: &Case, random: &mut Random) {
    let (ours, theirs) = (Functions::ours(), Functions::theirs());
    let mut our = Keyed::new(&ours, cipher, &case.key);
    let mut their = Keyed::new(&theirs, cipher, &case.key);
    let expected = their.seal(case, false);
    assert_eq!(our.seal(case, false), expected, "{case:?}");
    assert_eq!(our.seal(case, true), expected, "{case:?}");
    let (code, sealed, tag) = expected;
    if code != 0 {
        return;
    }
    let mut tampered = vec![(case.clone(), sealed.clone(), tag.clone())];
    let mut flip = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let at = random.below(bytes.len() * 8);
        bytes[at / 8] ^= 1 << (at % 8);
        bytes
    };
    tampered.push((case.clone(), sealed.clone(), flip(&tag)));
    if !sealed.is_empty() {
        tampered.push((case.clone(), flip(&sealed), tag.clone()));
    }
    if !case.aad.is_empty() {
        let other = Case {
            aad: flip(&case.aad),
            ..case.clone()
        };
        tampered.push((other, sealed.clone(), tag.clone()));
    }
    for (index, (case, sealed, tag)) in tampered.iter().enumerate() {
        for in_place in [false, true] {
            let expected = their.open(case, sealed, tag, in_place);
            assert_eq!(expected.0 == 0, index == 0, "a changed text is refused");
            assert_eq!(our.open(case, sealed, tag, in_place), expected, "{case:?}");
        }
    }
}

const LENGTHS: [usize; 14] = [
    0, 1, 13, 15, 16, 17, 63, 64, 65, 255, 1024, 4097, 16384, 16385,
];

#[test]
#[cfg_attr(target_env = "musl", ignore = "static programs load no other copy")]
fn gcm_is_equal() {
    let mut random = Random::new();
    for key_len in [16, 24, 32] {
        for len in LENGTHS {
            for (nonce_len, aad_len, tag_len) in [
                (12, 13, 16),
                (12, 0, 16),
                (8, 20, 12),
                (60, 1, 4),
                (1, 300, 15),
            ] {
                let case = Case {
                    key: random.bytes(key_len),
                    nonce: random.bytes(nonce_len),
                    aad: random.bytes(aad_len),
                    text: random.bytes(len),
                    tag_len,
                };
                compare(Gcm, &case, &mut random);
            }
        }
    }
}

#[test]
#[cfg_attr(target_env = "musl", ignore = "static programs load no other copy")]
fn chachapoly_is_equal() {
    let mut random = Random::new();
    for len in LENGTHS {
        for aad_len in [0, 1, 13, 16, 300] {
            let case = Case {
                key: random.bytes(32),
                nonce: random.bytes(12),
                aad: random.bytes(aad_len),
                text: random.bytes(len),
                tag_len: 16,
            };
            compare(ChaChaPoly, &case, &mut random);
        }
    }
}

#[test]
#[cfg_attr(target_env = "musl", ignore = "static programs load no other copy")]
fn bad_lengths_are_refused_alike() {
    let mut random = Random::new();
    for (nonce_len, tag_len) in [(0, 16), (12, 3), (12, 0), (12, 17)] {
        let case = Case {
            key: random.bytes(16),
            nonce: random.bytes(nonce_len),
            aad: Vec::new(),
            text: random.bytes(5),
            tag_len,
        };
        let (ours, theirs) = (Functions::ours(), Functions::theirs());
        let expected = Keyed::new(&theirs, Gcm, &case.key).seal(&case, false);
        assert_ne!(expected.0, 0);
        assert_eq!(
            Keyed::new(&ours, Gcm, &case.key).seal(&case, false),
            expected
        );
    }
    for (cipher, bits) in [(AES, 64), (AES, 127), (AES, 0), (0, 128)] {
        let code = |all: &Functions| {
            let mut memory = Memory::new();
            let key = [7; 32];
            // SAFETY: the memory is large enough, and the key longer than said.
            unsafe {
                (all.gcm_init)(memory.as_ptr());
                let code = (all.gcm_setkey)(memory.as_ptr(), cipher, key.as_ptr(), bits);
                (all.gcm_free)(memory.as_ptr());
                code
            }
        };
        assert_ne!(code(&Functions::ours()), 0);
        assert_eq!(code(&Functions::ours()), code(&Functions::theirs()));
    }
}

/// What no copy of Mbed TLS answers in a way that could be compared.
#[test]
fn a_context_without_a_key_does_nothing() {
    let all = Functions::ours();
    let (mut memory, mut out, mut tag) = (Memory::new(), [0; 16], [0; 16]);
    let ctx: *mut c_void = memory.as_ptr();
    let (from, to) = ([7; 16], out.as_mut_ptr());
    let text = from.as_ptr();
    // SAFETY: zeros are a context, and every buffer has 16 bytes.
    unsafe {
        let code = (all.gcm_crypt_and_tag)(
            ctx,
            1,
            16,
            text,
            12,
            text,
            0,
            text,
            to,
            16,
            tag.as_mut_ptr(),
        );
        assert_ne!(code, 0);
        let code = (all.gcm_auth_decrypt)(ctx, 16, text, 12, text, 0, text, 16, text, to);
        assert_ne!(code, 0);
        let code =
            (all.chachapoly_encrypt_and_tag)(ctx, 16, text, text, 0, text, to, tag.as_mut_ptr());
        assert_ne!(code, 0);
        let code = (all.chachapoly_auth_decrypt)(ctx, 16, text, text, 0, text, text, to);
        assert_ne!(code, 0);
        assert_ne!((all.aes_crypt_ecb)(ctx, 1, text, to), 0);
    }
    assert_eq!((out, tag), ([0; 16], [0; 16]));
}
