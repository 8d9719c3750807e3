use std::fs;

use super::*;
use crate::ffi::trace;
use crate::rng::Rng;

mod files;
mod hostile;
pub(crate) mod openssl;

use openssl::Openssl;

/// A text and its DER, by name.
struct Forms {
    pem: Vec<u8>,
    der: Vec<u8>,
}

/// The algorithms that can be used, as `openssl genpkey` wants them, with kind
/// and size.
const ALGORITHMS: [(&[&str], KeyKind, u32); 6] = [
    (&["RSA", "rsa_keygen_bits:1024"], KeyKind::Rsa, 1024),
    (&["RSA", "rsa_keygen_bits:2048"], KeyKind::Rsa, 2048),
    (&["RSA", "rsa_keygen_bits:3072"], KeyKind::Rsa, 3072),
    (&["EC", "ec_paramgen_curve:P-256"], KeyKind::Ecdsa, 256),
    (&["EC", "ec_paramgen_curve:P-384"], KeyKind::Ecdsa, 384),
    (&["EC", "ec_paramgen_curve:P-521"], KeyKind::Ecdsa, 521),
];

/// The secret numbers of a key in DER.
pub(crate) fn secret_numbers(der: &[u8]) -> Vec<&[u8]> {
    match Numbers::of(der, Container::of(der).unwrap()).unwrap() {
        Numbers::Rsa(numbers) => numbers.all[2..].to_vec(),
        Numbers::Ec(numbers) => vec![numbers.secret],
    }
}

fn sign(key: &PrivateKey, scheme: SignatureScheme, digest: &[u8]) -> Vec<u8> {
    let signature = match key.signer() {
        Signer::Own(raw) => raw.sign(scheme, digest, &Rng::PerThread),
        #[cfg(feature = "accel")]
        Signer::Fast(fast) => fast.sign(scheme, digest),
        Signer::Foreign { .. } => panic!("the key was loaded here"),
    };
    signature.unwrap()
}

/// Signs with the key, and verifies in C.
fn sign_and_verify(key: &PrivateKey) {
    let public = RawKey::public(key.public_key_der()).unwrap();
    for scheme in key.schemes() {
        let digest = vec![0x5A; scheme.digest_len()];
        let signature = sign(key, *scheme, &digest);
        assert!(public.verifies(*scheme, &digest, &signature), "{scheme}");
        let other = vec![0x5B; scheme.digest_len()];
        assert!(!public.verifies(*scheme, &other, &signature), "{scheme}");
    }
}

/// The engine's arithmetic cannot do a step without memory of its own.
#[cfg(feature = "accel")]
#[test]
fn the_engine_has_no_part_in_loading_and_signing() {
    use crate::ffi::allocation::recording;

    let Some(openssl) = Openssl::find() else {
        return;
    };
    for (algorithm, _, bits) in ALGORITHMS {
        if bits == 1024 {
            continue; // Stays with the engine.
        }
        let pem = openssl.generate(algorithm);
        let key = PrivateKey::from_pem(&pem).unwrap();
        for scheme in key.schemes() {
            let asked = recording(|| {
                sign(&key, *scheme, &vec![1; scheme.digest_len()]);
            });
            assert!(asked.is_empty(), "{scheme}: {asked:?}");
        }
        // Loading gives the engine the public key, and nothing else.
        let public = recording(|| drop(RawKey::public(key.public_key_der()).unwrap()));
        let whole = recording(|| drop(PrivateKey::from_pem(&pem).unwrap()));
        assert_eq!(whole, public, "{algorithm:?}");
    }
}

fn reason(result: Result<PrivateKey>) -> String {
    match result {
        Err(Error::Key { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_algorithm_loads_from_every_form() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    for (algorithm, kind, bits) in ALGORITHMS {
        let pem = openssl.generate(algorithm);
        let public = openssl.run(&["pkey", "-pubout", "-outform", "DER"], &pem);
        let forms = [
            Forms {
                der: openssl.run(&["pkey", "-outform", "DER"], &pem),
                pem: pem.clone(),
            },
            Forms {
                der: openssl.run(&["pkey", "-traditional", "-outform", "DER"], &pem),
                pem: openssl.run(&["pkey", "-traditional"], &pem),
            },
        ];
        for form in &forms {
            for key in [
                PrivateKey::from_pem(&form.pem),
                PrivateKey::from_der(&form.der),
                PrivateKey::from_pem_encrypted(&form.pem, "not needed"),
                PrivateKey::from_pki_types(&form.der.as_slice().try_into().unwrap()),
            ] {
                let key = key.unwrap();
                assert_eq!((key.kind(), key.bits()), (kind, bits));
                assert_eq!(key.public_key_der(), public, "{algorithm:?}");
            }
        }
        sign_and_verify(&PrivateKey::from_der(&forms[1].der).unwrap());
    }
}

#[test]
fn keys_of_rcgen_load() {
    for algorithm in [
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &rcgen::PKCS_ECDSA_P384_SHA384,
    ] {
        let pair = rcgen::KeyPair::generate_for(algorithm).unwrap();
        let key = PrivateKey::from_pem(pair.serialize_pem()).unwrap();
        sign_and_verify(&key);
    }
}

#[test]
fn todays_encryption_is_decrypted() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let pem = openssl.generate(&["EC", "ec_paramgen_curve:P-256"]);
    let public = openssl.run(&["pkey", "-pubout", "-outform", "DER"], &pem);
    for how in [
        &["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA256"][..],
        &["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA256"],
        &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"],
        &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256"],
        &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"],
        &["-v2", "aes-256-cbc", "-scrypt", "-scrypt_N", "1024"],
    ] {
        let encrypt = [&["pkcs8", "-topk8", "-passout", "pass:rosebud"], how].concat();
        let encrypted = openssl.run(&encrypt, &pem);
        let key = PrivateKey::from_pem_encrypted(&encrypted, "rosebud").unwrap();
        assert_eq!(key.public_key_der(), public, "{how:?}");

        let der = openssl.run(&[&encrypt[..], &["-outform", "DER"]].concat(), &pem);
        PrivateKey::from_der_encrypted(&der, "rosebud").unwrap();

        for wrong in ["", "Rosebud", "rosebud "] {
            let reason = reason(PrivateKey::from_pem_encrypted(&encrypted, wrong));
            assert_eq!(reason, "the password is wrong, or the file is damaged");
        }
        for missing in [PrivateKey::from_pem(&encrypted), PrivateKey::from_der(&der)] {
            assert!(reason(missing).contains("no password was given"));
        }
    }
}

#[test]
fn no_wrong_password_passes_for_a_right_one() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let pem = openssl.generate(&["EC", "ec_paramgen_curve:P-256"]);
    let encrypted = openssl.run(
        &[
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-256-cbc",
            "-iter",
            "1",
            "-passout",
            "pass:a",
        ],
        &pem,
    );
    // Two or so of these leave padding that looks right.
    for number in 0..600 {
        let reason = reason(PrivateKey::from_pem_encrypted(
            &encrypted,
            number.to_string(),
        ));
        assert_eq!(reason, "the password is wrong, or the file is damaged");
    }
}

#[test]
fn old_encryption_is_refused_with_the_command_that_converts_it() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let pem = openssl.generate(&["EC", "ec_paramgen_curve:P-256"]);
    for (how, name) in [
        (&["pkcs8", "-topk8", "-v2", "des-ede3-cbc"][..], "3DES"),
        (
            &["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"],
            "PKCS#12 (SHA-1 and 3DES)",
        ),
        (&["ec", "-aes128"], "old way of OpenSSL"),
    ] {
        let encrypt = [how, &["-passout", "pass:rosebud"]].concat();
        let encrypted = openssl.run(&encrypt, &pem);
        let reason = reason(PrivateKey::from_pem_encrypted(&encrypted, "rosebud"));
        assert!(reason.contains(name), "{reason}");
        assert!(
            reason.contains("`openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW`"),
            "{reason}"
        );

        // And the command does convert it.
        let converted = openssl.run(
            &[
                "pkcs8",
                "-topk8",
                "-v2",
                "aes-256-cbc",
                "-passin",
                "pass:rosebud",
                "-passout",
                "pass:b",
            ],
            &encrypted,
        );
        PrivateKey::from_pem_encrypted(converted, "b").unwrap();
    }
}

#[test]
fn what_the_engine_cannot_use_is_named() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    for (algorithm, expected) in [
        (&["EC", "ec_paramgen_curve:P-224"][..], "on the curve P-224"),
        (
            &["EC", "ec_paramgen_curve:secp256k1"],
            "on the curve secp256k1",
        ),
        (
            &["EC", "ec_paramgen_curve:brainpoolP256r1"],
            "on the curve brainpoolP256r1",
        ),
        (
            &["EC", "ec_paramgen_curve:sect233k1"],
            "the object identifier 1.3.132.0.26",
        ),
        (
            &["EC", "ec_paramgen_curve:P-256", "ec_param_enc:explicit"],
            "openssl pkey -ec_param_enc named_curve",
        ),
        (&["ED25519"], "a key for Ed25519"),
        (&["X25519"], "a key for X25519"),
        (&["RSA-PSS", "rsa_keygen_bits:2048"], "RSASSA-PSS only"),
        (&["RSA", "rsa_keygen_bits:1016"], "has 1016 bits"),
        (&["RSA", "rsa_keygen_bits:512"], "has 512 bits"),
        (
            &["RSA", "rsa_keygen_bits:2048", "rsa_keygen_primes:3"],
            "more than two primes",
        ),
    ] {
        let pem = openssl.generate(algorithm);
        let reason = reason(PrivateKey::from_pem(pem));
        assert!(reason.contains(expected), "{algorithm:?}: {reason}");
    }
}

#[test]
fn the_public_point_of_an_ec_key_may_be_short_or_missing() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    for curve in ["P-256", "P-384", "P-521"] {
        // Both parities of the point.
        for _ in 0..4 {
            let pem = openssl.generate(&["EC", &format!("ec_paramgen_curve:{curve}")]);
            let public = PrivateKey::from_pem(&pem)
                .unwrap()
                .public_key_der()
                .to_vec();
            for how in [&["-conv_form", "compressed"][..], &["-no_public"]] {
                let form = openssl.run(&[&["ec"], how].concat(), &pem);
                let key = PrivateKey::from_pem(form).unwrap();
                assert_eq!(key.public_key_der(), public);
            }
        }
    }
}

#[test]
fn an_ec_key_with_the_public_point_of_another_is_refused() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    for form in ["uncompressed", "compressed"] {
        let ders = [1, 2].map(|_| {
            let pem = openssl.generate(&["EC", "ec_paramgen_curve:P-256"]);
            openssl.run(&["ec", "-conv_form", form, "-outform", "DER"], &pem)
        });
        // The point is the end of the structure.
        let point = if form == "compressed" { 33 } else { 65 };
        let [mut one, two] = ders;
        let at = one.len() - point;
        one[at..].copy_from_slice(&two[two.len() - point..]);
        let reason = reason(PrivateKey::from_der(&one));
        assert!(reason.contains("not that of its private key"), "{reason}");
    }
}

#[test]
fn an_rsa_key_whose_numbers_do_not_belong_together_is_refused() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let pem = openssl.generate(&["RSA", "rsa_keygen_bits:2048"]);
    let der = openssl.run(&["rsa", "-traditional", "-outform", "DER"], &pem);
    let Ok(Numbers::Rsa(numbers)) = Numbers::of(&der, Container::Pkcs1) else {
        panic!("not an RSA key");
    };
    for (index, number) in numbers.all.iter().enumerate() {
        let end = number.as_ptr_range().end as usize - der.as_ptr() as usize;
        for flip in [0x02, 0x10] {
            let mut damaged = der.clone();
            damaged[end - 1] ^= flip;
            let reason = reason(PrivateKey::from_der(&damaged));
            assert!(
                reason.contains("do not belong together"),
                "{index}: {reason}"
            );
        }
    }
}

#[test]
fn a_key_fits_its_own_public_key_only() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let keys: Vec<_> = [
        &["RSA", "rsa_keygen_bits:2048"],
        &["RSA", "rsa_keygen_bits:2048"],
        &["EC", "ec_paramgen_curve:P-256"],
        &["EC", "ec_paramgen_curve:P-256"],
        &["EC", "ec_paramgen_curve:P-384"],
    ]
    .map(|algorithm| PrivateKey::from_pem(openssl.generate(algorithm)).unwrap())
    .into();
    for (i, one) in keys.iter().enumerate() {
        for (j, other) in keys.iter().enumerate() {
            let public = RawKey::public(other.public_key_der()).unwrap();
            // SAFETY: the context lives and nobody writes to it.
            assert_eq!(unsafe { one.fits(public.as_ptr()) }, i == j);
        }
    }
}

#[test]
fn threads_share_a_key() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    for (algorithm, ..) in [ALGORITHMS[1], ALGORITHMS[3]] {
        let key = PrivateKey::from_pem(openssl.generate(algorithm)).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..5).for_each(|_| sign_and_verify(&key.clone())));
            }
        });
    }
}

#[test]
fn debug_output_shows_kind_and_size_only() {
    let pair = rcgen::KeyPair::generate().unwrap();
    let key = PrivateKey::from_pem(pair.serialize_pem()).unwrap();
    assert_eq!(
        format!("{key:?} {key:#?}"),
        "PrivateKey { kind: Ecdsa, bits: 256, .. } \
         PrivateKey {\n    kind: Ecdsa,\n    bits: 256,\n    ..\n}"
    );
    let der = pair.serialize_der();
    let numbers = Numbers::of(&der, Container::of(&der).unwrap()).unwrap();
    assert_eq!(format!("{numbers:?}"), "Ec(EcNumbers)");
}

#[test]
fn the_last_clone_frees_the_key() {
    let key = PrivateKey::from_der(rcgen::KeyPair::generate().unwrap().serialize_der()).unwrap();
    let clone = key.clone();
    trace::take();
    drop(key);
    assert_eq!(trace::take(), [""; 0]);
    drop(clone);
    assert_eq!(trace::take(), ["mbedtls_pk_free"]);
}
