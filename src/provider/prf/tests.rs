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
    p_sha256(secret, [b"test label", seed], &mut out);
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
                let mut out = vec![0; len];
                p_sha256(secret, [halves.0, halves.1], &mut out);
                assert_eq!(out, by_ring(hmac::HMAC_SHA256, secret, seed, len));
                p_sha384(secret, [halves.0, halves.1], &mut out);
                assert_eq!(out, by_ring(hmac::HMAC_SHA384, secret, seed, len));
            }
        }
    }
}
