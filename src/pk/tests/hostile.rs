//! Input that was cut off or changed: it is refused or loads, and no more.

use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Encode;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::{self, Kdf, Pbkdf2Params, Salt, ScryptParams};

use super::*;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

const MUTATIONS: usize = 2000;

/// Changes some bytes, and cuts or repeats a piece now and then.
fn mutate(input: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut output = input.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(output.len());
        match dice.below(8) {
            0 => output.truncate(at + 1),
            1 => drop(output.remove(at)),
            2 => output.insert(at, dice.below(256) as u8),
            3 => output[at] = [0x00, 0x01, 0x7F, 0x80, 0x84, 0xFF][dice.below(6)],
            4 => output[at] ^= 1 << dice.below(8),
            5 => output.extend_from_within(at..),
            _ => output[at] = dice.below(256) as u8,
        }
        if output.is_empty() {
            break;
        }
    }
    output
}

/// An error must be short and must not quote the key.
fn examine(result: Result<PrivateKey>) {
    if let Err(error) = result {
        let text = format!("{error} {error:?}");
        assert!(text.len() < 1000, "{text}");
        let hex = |run: &[u8]| run.iter().all(u8::is_ascii_hexdigit);
        let quoted = text.as_bytes().windows(16).any(hex);
        assert!(!quoted, "{text}");
    }
}

fn attack(input: &[u8], load: impl Fn(&[u8]) -> Result<PrivateKey>) {
    assert!(load(input).is_ok());
    for len in 0..input.len() {
        examine(load(&input[..len]));
    }
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for _ in 0..MUTATIONS {
        examine(load(&mutate(input, &mut dice)));
    }
}

#[test]
fn ec_keys() {
    let pair = rcgen::KeyPair::generate().unwrap();
    attack(&pair.serialize_der(), |input| PrivateKey::from_der(input));
    attack(pair.serialize_pem().as_bytes(), |input| {
        PrivateKey::from_pem(input)
    });
}

#[test]
fn rsa_keys() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let pem = openssl.generate(&["RSA", "rsa_keygen_bits:1024"]);
    for form in [&["pkey"][..], &["pkey", "-traditional"]] {
        let der = openssl.run(&[form, &["-outform", "DER"]].concat(), &pem);
        attack(&der, |input| PrivateKey::from_der(input));
    }
}

#[test]
fn encrypted_keys() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let pem = openssl.generate(&["EC", "ec_paramgen_curve:P-256"]);
    for how in [
        &["-v2", "aes-256-cbc", "-iter", "1"][..],
        &["-scrypt", "-scrypt_N", "2", "-scrypt_r", "1"],
    ] {
        let encrypt = [
            &["pkcs8", "-topk8", "-outform", "DER", "-passout", "pass:a"],
            how,
        ];
        let der = openssl.run(&encrypt.concat(), &pem);
        attack(&der, |input| {
            // A changed cost may be allowed and yet take seconds.
            match is_costly(input) {
                true => Err(Refusal::new("skipped").of(MEMORY)),
                false => PrivateKey::from_der_encrypted(input, "a"),
            }
        });
    }
}

fn is_costly(input: &[u8]) -> bool {
    let Ok(info) = EncryptedPrivateKeyInfoRef::try_from(input) else {
        return false;
    };
    match &info.encryption_algorithm {
        EncryptionScheme::Pbes2(parameters) => match &parameters.kdf {
            Kdf::Pbkdf2(pbkdf2) => (10_000..=10_000_000).contains(&pbkdf2.iteration_count),
            Kdf::Scrypt(scrypt) => {
                let n = scrypt.cost_parameter;
                let work = n.saturating_mul(
                    u64::from(scrypt.block_size) * u64::from(scrypt.parallelization),
                );
                (10_000..=1 << 25).contains(&work)
            }
            _ => false,
        },
        _ => false,
    }
}

#[test]
fn impossible_and_excessive_derivations_are_refused_at_once() {
    use pkcs8::pkcs5::pbes2::Pbkdf2Prf::HmacWithSha256;

    let pbkdf2 = |iteration_count| {
        Kdf::Pbkdf2(Pbkdf2Params {
            salt: Salt::new(b"salt").unwrap(),
            iteration_count,
            key_length: None,
            prf: HmacWithSha256,
        })
    };
    let scrypt = |cost_parameter, block_size, parallelization| {
        Kdf::Scrypt(ScryptParams {
            salt: Salt::new(b"salt").unwrap(),
            cost_parameter,
            block_size,
            parallelization,
            key_length: None,
        })
    };
    for (kdf, expected) in [
        (pbkdf2(0), "an iteration count of 0"),
        (pbkdf2(10_000_001), "takes 10000001 iterations of PBKDF2"),
        (pbkdf2(u32::MAX), "more time or memory"),
        (scrypt(0, 8, 1), "N = 0, r = 8, p = 1 does not exist"),
        (scrypt(1, 8, 1), "does not exist"),
        (scrypt(1025, 8, 1), "does not exist"),
        (scrypt(1024, 0, 1), "does not exist"),
        (scrypt(1024, 8, 0), "does not exist"),
        (scrypt(1 << 20, 8, 1), "takes scrypt with N = 1048576"),
        (scrypt(1 << 63, 8, 1), "more time or memory"),
        (scrypt(u64::MAX, u16::MAX, u16::MAX), "does not exist"),
        (scrypt(1 << 63, u16::MAX, u16::MAX), "more time or memory"),
        // Little of each, and much memory through p alone.
        (scrypt(2, u16::MAX, 256), "more time or memory"),
        (scrypt(1 << 16, 8, 1024), "more time or memory"),
    ] {
        let message = reason(PrivateKey::from_der_encrypted(encrypted_with(kdf), "a"));
        assert!(message.contains(expected), "{message}");
    }
    // Garbage inside, but a derivation that is allowed.
    for kdf in [pbkdf2(1), scrypt(2, 1, 1)] {
        let message = reason(PrivateKey::from_der_encrypted(encrypted_with(kdf), "a"));
        assert_eq!(message, "the password is wrong, or the file is damaged");
    }
}

/// An encrypted key that no password opens.
fn encrypted_with(kdf: Kdf) -> Vec<u8> {
    let encryption = pbes2::EncryptionScheme::Aes256Cbc { iv: [0; 16] };
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: pbes2::Parameters { kdf, encryption }.into(),
        encrypted_data: OctetStringRef::new(&[0; 64]).unwrap(),
    };
    info.to_der().unwrap()
}
