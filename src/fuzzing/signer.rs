//! A key that makes the same signature each time: what was recorded of a
//! handshake is right again only then, and libraries sign ECDSA with random
//! numbers of their own.

use super::seed;
use crate::pk::ecdsa_signature_der;
use crate::{PrivateKey, SignatureScheme, Signing, SigningKey};

/// A key on P-256 whose secret number of each signature is 1, so the first
/// half of a signature is the base point. Who sees one can compute the key: for
/// keys that everybody has, as these are.
pub(super) struct Repeating {
    public_key: Vec<u8>,
    /// The private key, times the first half.
    product: Number,
}

impl Repeating {
    /// Of a key in PKCS#8.
    pub(super) fn new(pem: &str) -> Self {
        let der = seed::der(pem);
        // Both structures before it have a fixed length for this curve.
        let secret = der[36..68].try_into().expect("a key on P-256");
        let key = PrivateKey::from_der(&der).expect("a key of ours");
        Self {
            public_key: key.public_key_der().to_vec(),
            product: product(&BASE_X, secret),
        }
    }
}

impl SigningKey for Repeating {
    fn public_key_der(&self) -> &[u8] {
        &self.public_key
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &[SignatureScheme::EcdsaSha256]
    }

    fn sign(&self, _scheme: SignatureScheme, digest: &[u8]) -> Signing {
        let digest = digest.try_into().expect("a digest of SHA-256");
        let numbers = [BASE_X, sum(&self.product, digest)].concat();
        Signing::done(ecdsa_signature_der(&numbers).expect("two numbers"))
    }
}

/// The most significant byte comes first.
type Number = [u8; 32];

/// `a + b` modulo the order, where `a` is below it.
fn sum(a: &Number, b: &Number) -> Number {
    let (mut sum, mut carry) = ([0; 32], 0);
    for i in (0..32).rev() {
        let digit = u16::from(a[i]) + u16::from(b[i]) + carry;
        (sum[i], carry) = (digit as u8, digit >> 8);
    }
    if carry == 0 && sum < ORDER {
        return sum;
    }
    let mut borrow = 0;
    for i in (0..32).rev() {
        let digit = i16::from(sum[i]) - i16::from(ORDER[i]) - borrow;
        (sum[i], borrow) = (digit as u8, i16::from(digit < 0));
    }
    sum
}

/// `a * b` modulo the order.
fn product(a: &Number, b: &Number) -> Number {
    let mut product = [0; 32];
    for bit in 0..256 {
        product = sum(&product, &product);
        if a[bit / 8] << (bit % 8) & 0x80 != 0 {
            product = sum(&product, b);
        }
    }
    product
}

/// SEC 2, section 2.4.2: the order of the group, and where its base point is.
const ORDER: Number = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
const BASE_X: Number = [
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
];
