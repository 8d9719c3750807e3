//! Input that was cut off or changed: it is refused or loads, and no more.

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
    use pkcs8::pkcs5::EncryptionScheme;
    use pkcs8::pkcs5::pbes2::Kdf;
    let Ok(info) = pkcs8::EncryptedPrivateKeyInfoRef::try_from(input) else {
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
fn excessive_work_is_refused_at_once() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let pem = openssl.generate(&["EC", "ec_paramgen_curve:P-256"]);
    // The count 0x00010203 is found in the file and raised.
    let encrypt = ["pkcs8", "-topk8", "-outform", "DER", "-passout", "pass:a"];
    let mut der = openssl.run(
        &[&encrypt[..], &["-v2", "aes-256-cbc", "-iter", "66051"]].concat(),
        &pem,
    );
    let count = [0x02, 0x03, 0x01, 0x02, 0x03];
    let at = der.windows(5).position(|bytes| bytes == count).unwrap();
    der.splice(at..at + 5, [0x02, 0x04, 0x05, 0xFF, 0xFF, 0xFF]);
    // One byte longer, so are the three structures around it.
    let message = reason(PrivateKey::from_der_encrypted(lengthen(der, at), "a"));
    assert!(message.contains("more time or memory"), "{message}");
}

/// Adds one to the length of each structure around `inner`.
fn lengthen(mut der: Vec<u8>, inner: usize) -> Vec<u8> {
    let mut at = 0;
    while at < inner {
        let (start, length_byte) = match der[at + 1] {
            long @ 0x81.. => (
                at + 2 + usize::from(long & 0x7F),
                at + 1 + usize::from(long & 0x7F),
            ),
            _ => (at + 2, at + 1),
        };
        let length = match der[at + 1] {
            0x82 => usize::from(der[at + 2]) << 8 | usize::from(der[at + 3]),
            0x81 => usize::from(der[at + 2]),
            short => usize::from(short),
        };
        if start + length > inner && matches!(der[at], 0x30) {
            der[length_byte] += 1;
            at = start;
        } else {
            at = start + length;
        }
    }
    der
}
