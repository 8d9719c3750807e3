//! The two ways to check a signature, beside each other: whatever the bytes,
//! both say the same.

use std::task::{Poll, Waker};

use super::engine::EngineKey;
use super::fast::FastKey;
use super::{Checker, Hash, Kind, Scheme, VerifyingKey};
use crate::pk::signer::Pending;
use crate::pk::tests::openssl::Openssl;
use crate::pk::{PrivateKey, SignatureScheme};
use crate::rng::Rng;

/// One public key, twice.
struct Both {
    fast: VerifyingKey,
    engine: VerifyingKey,
}

impl Both {
    fn parse(key_info: &[u8]) -> Option<Self> {
        let fast = FastKey::parse(key_info)?;
        let engine = EngineKey::parse(key_info).expect("a key that is taken is one for the engine");
        Some(Self {
            fast: VerifyingKey {
                checker: Checker::Fast(fast),
            },
            engine: VerifyingKey {
                checker: Checker::Engine(engine),
            },
        })
    }

    /// What both say.
    #[track_caller]
    fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        let fast = self.fast.verify(scheme, message, signature);
        let engine = self.engine.verify(scheme, message, signature);
        assert_eq!(fast, engine, "{scheme:?}: {signature:02x?}");
        fast
    }
}

fn sign(key: &PrivateKey, scheme: SignatureScheme, message: &[u8]) -> Vec<u8> {
    let len = scheme.digest_len();
    let digest = crate::x509::raw::digest(scheme.hash(), len, message).unwrap();
    let mut pending = Pending::start(key, scheme, &digest, &Rng::PerThread).unwrap();
    match pending.poll(Waker::noop()) {
        Poll::Ready(signature) => signature.unwrap(),
        Poll::Pending => panic!("the key was loaded here"),
    }
}

fn scheme(of: SignatureScheme) -> Scheme {
    let hash = match of.digest_len() {
        32 => Hash::Sha256,
        48 => Hash::Sha384,
        _ => Hash::Sha512,
    };
    let kind = match of.iana_number() {
        0x0804..=0x0806 => Kind::RsaPss {
            salt_len: hash.len(),
        },
        number if number & 0xff == 3 => Kind::Ecdsa,
        _ => Kind::RsaPkcs1,
    };
    Scheme {
        kind,
        hash,
        is_exact: true,
    }
}

const KEYS: [&[&str]; 5] = [
    &["RSA", "rsa_keygen_bits:2048"],
    &["RSA", "rsa_keygen_bits:3072"],
    &["EC", "ec_paramgen_curve:P-256"],
    &["EC", "ec_paramgen_curve:P-384"],
    &["EC", "ec_paramgen_curve:P-521"],
];

fn keys() -> Vec<PrivateKey> {
    let Some(openssl) = Openssl::find() else {
        return Vec::new();
    };
    KEYS.map(|algorithm| PrivateKey::from_pem(openssl.generate(algorithm)).unwrap())
        .into()
}

#[test]
fn good_signatures_and_those_with_one_bit_changed() {
    for key in keys() {
        let both = Both::parse(key.public_key_der()).unwrap();
        for &made in key.schemes() {
            let signature = sign(&key, made, b"message");
            let scheme = scheme(made);
            assert!(both.verify(scheme, b"message", &signature), "{made}");
            assert!(!both.verify(scheme, b"massage", &signature));
            for at in (0..signature.len()).step_by(signature.len() / 12) {
                let mut changed = signature.clone();
                changed[at] ^= 1 << (at % 8);
                assert!(!both.verify(scheme, b"message", &changed), "{at}");
            }
            for other in SignatureScheme::ALL.iter().filter(|other| **other != made) {
                assert!(!both.verify(self::scheme(*other), b"message", &signature));
            }
        }
    }
}

#[test]
fn signatures_of_strange_shape() {
    for key in keys() {
        let both = Both::parse(key.public_key_der()).unwrap();
        let made = key.schemes()[0];
        let scheme = scheme(made);
        let signature = sign(&key, made, b"message");
        let longer = [&signature[..], &[0]].concat();
        let padded = [&[0], &signature[..]].concat();
        let nothing = vec![0; signature.len()];
        let all = vec![0xff; signature.len()];
        let shorter = &signature[..signature.len() - 1];
        for strange in [
            &longer,
            &padded,
            &nothing,
            &all,
            shorter,
            &[][..],
            &[0x30, 0],
        ] {
            assert!(!both.verify(scheme, b"message", strange), "{strange:02x?}");
        }
        // What PSS hides is as long as it says.
        if let Some(pss) = key.schemes().iter().find(|scheme| scheme.is_pss()) {
            let signature = sign(&key, *pss, b"message");
            for salt_len in [0, 20, 31, 33, 222, 223, 65535] {
                let mut scheme = self::scheme(*pss);
                scheme.kind = Kind::RsaPss { salt_len };
                assert!(!both.verify(scheme, b"message", &signature), "{salt_len}");
            }
        }
    }
}

/// One number of an ECDSA signature, as it is written.
fn integer(bytes: &[u8]) -> Vec<u8> {
    [&[2, bytes.len() as u8], bytes].concat()
}

fn sequence(body: &[u8]) -> Vec<u8> {
    let len = body.len() as u8;
    match len {
        0..128 => [&[0x30, len], body].concat(),
        _ => [&[0x30, 0x81, len], body].concat(),
    }
}

/// The two numbers of a signature in DER, without zeros in front.
fn numbers(signature: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let body = if signature[1] == 0x81 {
        &signature[3..]
    } else {
        &signature[2..]
    };
    let len = usize::from(body[1]);
    let trim = |number: &[u8]| {
        let start = number.iter().position(|byte| *byte != 0).unwrap();
        number[start..].to_vec()
    };
    (trim(&body[2..2 + len]), trim(&body[4 + len..]))
}

#[test]
fn ecdsa_numbers_at_the_edges() {
    for key in keys() {
        let made = key.schemes()[0];
        let scheme = scheme(made);
        if scheme.kind != Kind::Ecdsa {
            continue;
        }
        let both = Both::parse(key.public_key_der()).unwrap();
        let (r, s) = numbers(&sign(&key, made, b"message"));
        let positive = |number: &[u8]| match number[0] {
            0..128 => integer(number),
            _ => integer(&[&[0], number].concat()),
        };
        let (r, s) = (positive(&r), positive(&s));
        let good = sequence(&[r.clone(), s.clone()].concat());
        assert!(both.verify(scheme, b"message", &good));

        let zero = integer(&[0]);
        let minus_one = integer(&[0xff]);
        let one = integer(&[1]);
        let huge = integer(&[0x7f; 80]);
        let wide = integer(&[&[0; 4], &r[2..]].concat());
        let empty = integer(&[]);
        let mut bad = vec![
            [s.clone(), r.clone()].concat(),
            [r.clone(), s.clone(), one.clone()].concat(),
            r.clone(),
            [wide, s.clone()].concat(),
        ];
        for number in [&zero, &minus_one, &one, &huge, &empty] {
            bad.push([&r[..], number].concat());
            bad.push([&number[..], &s].concat());
            bad.push([&number[..], number].concat());
        }
        for body in &bad {
            assert!(
                !both.verify(scheme, b"message", &sequence(body)),
                "{body:02x?}"
            );
        }
        // The same numbers, written as DER does not allow.
        let body = [r, s].concat();
        let len = body.len() as u8;
        for strange in [
            [&[0x30, 0x82, 0, len], &body[..]].concat(),
            [&[0x30, 0x80], &body[..], &[0, 0]].concat(),
            [&[0x31, len], &body[..]].concat(),
        ] {
            assert!(!both.verify(scheme, b"message", &strange), "{strange:02x?}");
        }
    }
}

#[test]
fn keys_with_one_bit_changed() {
    for key in keys() {
        let made = key.schemes()[0];
        let signature = sign(&key, made, b"message");
        let info = key.public_key_der();
        let mut taken = 0;
        for bit in 0..info.len() * 8 {
            let mut changed = info.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            // What aws-lc takes, the engine takes.
            if let Some(both) = Both::parse(&changed) {
                taken += 1;
                if taken < 40 {
                    assert!(!both.verify(scheme(made), b"message", &signature));
                }
            }
        }
        assert!(taken < info.len() * 8);
    }
}
