use ring::hmac;

use super::*;
use crate::rng::Rng;

/// The definition of RFC 5246, with another library's HMAC.
fn by_ring(algorithm: hmac::Algorithm, secret: &[u8], seed: &[u8], len: usize) -> Vec<u8> {
    let key = hmac::Key::new(algorithm, secret);
    let mut a = hmac::sign(&key, seed);
    let mut out = Vec::new();
    while out.len() < len {
        let message = [a.as_ref(), seed].concat();
        out.extend_from_slice(hmac::sign(&key, &message).as_ref());
        a = hmac::sign(&key, a.as_ref());
    }
    out.truncate(len);
    out
}

/// The numbers that the IETF's TLS list has for TLS 1.2.
#[test]
fn the_known_answers() {
    let secret = b"\x9b\xbe\x43\x6b\xa9\x40\xf0\x17\xb1\x76\x52\x84\x9a\x71\xdb\x35";
    let seed = b"\xa0\xba\x9f\x93\x6c\xda\x31\x18\x27\xa6\xf7\x96\xff\xd5\x19\x8c";
    let mut out = [0; 100];
    assert!(derive(
        Hash::Sha256,
        secret,
        [b"test label", seed],
        &mut out
    ));
    assert_eq!(out[..8], [0xe3, 0xf2, 0x29, 0xba, 0x72, 0x7b, 0xe1, 0x7b]);
    assert_eq!(out[92..], [0x10, 0xff, 0xf7, 0x01, 0x87, 0x34, 0x7b, 0x66]);
}

#[test]
fn every_length_is_as_another_library_has_it() {
    let mut random = vec![0; 1000];
    Rng::PerThread.fill(&mut random).unwrap();
    for secret_len in [0, 1, 32, 48, 63, 64, 65, 127, 128, 129, 300] {
        for seed_len in [0, 1, 12, 64, 119, 500] {
            for len in [0, 1, 12, 31, 32, 33, 40, 47, 48, 49, 88, 256] {
                let secret = &random[..secret_len];
                let seed = &random[400..400 + seed_len];
                let halves = seed.split_at(seed_len / 3);
                let halves = [halves.0, halves.1];
                let mut out = vec![0; len];
                assert!(derive(Hash::Sha256, secret, halves, &mut out));
                assert_eq!(out, by_ring(hmac::HMAC_SHA256, secret, seed, len));
                assert!(derive(Hash::Sha384, secret, halves, &mut out));
                assert_eq!(out, by_ring(hmac::HMAC_SHA384, secret, seed, len));
            }
        }
    }
}

/// In a thread whose stack is ours: it is searched when the thread has ended.
#[cfg(unix)]
#[test]
fn nothing_stays_on_the_stack() {
    use std::collections::HashSet;

    for hash in [Hash::Sha256, Hash::Sha384] {
        let mut job = Job {
            hash,
            secret: vec![0; 48],
            seed: vec![0; 64],
            master: vec![0; 48],
        };
        Rng::PerThread.fill(&mut job.secret).unwrap();
        Rng::PerThread.fill(&mut job.seed).unwrap();
        let stack = stack_after(&mut job);
        let pads = [0, 0x36, 0x5c].map(|pad| job.secret.iter().map(|byte| byte ^ pad).collect());
        let secrets: [&Vec<u8>; 4] = [&pads[0], &pads[1], &pads[2], &job.master];
        let words: HashSet<&[u8]> = secrets.iter().flat_map(|all| all.chunks(8)).collect();
        let left: Vec<_> = stack.windows(8).filter(|at| words.contains(at)).collect();
        assert!(left.is_empty(), "{} words are on the stack", left.len());
    }
}

#[cfg(unix)]
struct Job {
    hash: Hash,
    secret: Vec<u8>,
    seed: Vec<u8>,
    master: Vec<u8>,
}

#[cfg(unix)]
fn stack_after(job: &mut Job) -> Vec<u8> {
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::ffi::c_void;
    use std::{mem, ptr, slice};

    extern "C" fn run(job: *mut c_void) -> *mut c_void {
        // SAFETY: the thread that made this one waits for it, and leaves the job alone meanwhile.
        let job = unsafe { &mut *job.cast::<Job>() };
        let seed = [b"master secret", &*job.seed];
        let done = derive(job.hash, &job.secret, seed, &mut job.master);
        if done {
            ptr::null_mut()
        } else {
            ptr::dangling_mut()
        }
    }

    let layout = Layout::from_size_align(1 << 18, 1 << 16).unwrap();
    // SAFETY: the size is not zero. The memory is the thread's until it has ended, then it is read, then freed.
    unsafe {
        let stack = alloc_zeroed(layout);
        assert!(!stack.is_null());
        let mut attributes = mem::zeroed();
        assert_eq!(libc::pthread_attr_init(&mut attributes), 0);
        let set = libc::pthread_attr_setstack(&mut attributes, stack.cast(), layout.size());
        assert_eq!(set, 0);
        let mut thread = mem::zeroed();
        let job = ptr::from_mut(job).cast();
        let made = libc::pthread_create(&mut thread, &attributes, run, job);
        assert_eq!(made, 0);
        let mut result = ptr::null_mut();
        assert_eq!(libc::pthread_join(thread, &mut result), 0);
        assert!(result.is_null());
        libc::pthread_attr_destroy(&mut attributes);
        let bytes = slice::from_raw_parts(stack, layout.size()).to_vec();
        dealloc(stack, layout);
        bytes
    }
}
