//! Private keys.

use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Decode;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;

use super::{Target, pki, seed};
use crate::{KeyKind, PrivateKey};

pub(super) const TARGET: Target = Target {
    name: "key",
    run,
    seeds,
    words: &[
        b"\x30\x00",
        b"\x30\x82\x01\x00",
        b"\x02\x01\x00",
        b"\x02\x01\x01",
        b"\x02\x03\x01\x00\x01",
        b"\x04\x20",
        b"\xa1\x44\x03\x42\x00\x04",
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01",
        b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
        b"\x06\x05\x2b\x81\x04\x00\x22",
        b"\x06\x05\x2b\x81\x04\x00\x23",
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c",
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d",
        b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a",
        b"\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b",
    ],
};

const PASSWORD: &str = "fuzz";

fn run(der: &[u8]) {
    let key = match PrivateKey::from_der(der) {
        Ok(key) => Ok(key),
        Err(_) if is_dear(der) => return,
        Err(_) => PrivateKey::from_der_encrypted(der, PASSWORD),
    };
    match key {
        Ok(key) => {
            assert!(matches!(key.kind(), KeyKind::Rsa | KeyKind::Ecdsa));
            assert!(key.bits() >= 256);
            assert!(!key.public_key_der().is_empty());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A file may ask for seconds of work to derive its key: allowed, and of no
/// use here.
fn is_dear(der: &[u8]) -> bool {
    let Ok(info) = EncryptedPrivateKeyInfoRef::from_der(der) else {
        return false;
    };
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return false;
    };
    match &parameters.kdf {
        Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count > 1000,
        Kdf::Scrypt(scrypt) => {
            let block = u64::from(scrypt.block_size) * u64::from(scrypt.parallelization);
            block.saturating_mul(scrypt.cost_parameter) > 1000
        }
        _ => false,
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        pki::SERVER_KEY,
        pki::SERVER_KEY_SEC1,
        pki::SERVER_KEY_ENCRYPTED,
        pki::SERVER_KEY_SCRYPT,
        pki::RSA_KEY,
        pki::RSA_KEY_PKCS1,
    ];
    texts.map(seed::der).to_vec()
}
