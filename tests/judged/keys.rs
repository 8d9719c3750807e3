//! Signatures and keys that are too weak, or not understood.

use VerifyFlag as F;
use embertls::VerifyFlag;
use rustls::AlertDescription as Alert;

use crate::cases::{Case, case};
use crate::chains::{Pki, leaf_with_key, leaf_with_rsa};
use crate::der::{ECDSA_SHA1, ED25519, MD5, sequence, signed_with, tlv};

pub const CASES: &[Case] = &[
    case(
        F::BadMd,
        0,
        Alert::BadCertificate,
        "signed with md5WithRSAEncryption",
        |peer| {
            let pki = Pki::new(peer);
            pki.shows([
                signed_with(&pki.middle, &pki.leaf(), MD5),
                pki.middle.der.clone(),
            ])
        },
    ),
    case(
        F::BadMd,
        1,
        Alert::UnknownCA,
        "signed with md5WithRSAEncryption",
        |peer| {
            let pki = Pki::new(peer);
            pki.shows([pki.leaf(), signed_with(&pki.root, &pki.middle.der, MD5)])
        },
    ),
    case(
        F::NotTrusted,
        1,
        Alert::UnknownCA,
        "nobody can tell who issued it",
        |peer| {
            let pki = Pki::new(peer);
            pki.shows([pki.leaf(), signed_with(&pki.root, &pki.middle.der, ED25519)])
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "not made with the key of CN=Middle",
        |peer| {
            let pki = Pki::new(peer);
            let noise = signed_with(&pki.middle, &pki.leaf(), ECDSA_SHA1);
            pki.shows([noise, pki.middle.der.clone()])
        },
    ),
    case(
        F::BadPk,
        0,
        Alert::BadCertificate,
        "signed with Ed25519, which is not supported",
        |peer| {
            let pki = Pki::new(peer);
            pki.shows([
                signed_with(&pki.middle, &pki.leaf(), ED25519),
                pki.middle.der.clone(),
            ])
        },
    ),
    case(
        F::BadPk,
        1,
        Alert::UnknownCA,
        "signed with Ed25519, which is not supported",
        |peer| {
            let pki = Pki::new(peer);
            pki.shows([pki.leaf(), signed_with(&pki.root, &pki.middle.der, ED25519)])
        },
    ),
    case(
        F::BadPk,
        0,
        Alert::BadCertificate,
        "its key is Ed25519, which is not supported",
        |peer| {
            leaf_with_key(&Pki::new(peer), |key| {
                *key = sequence(&[ED25519, &tlv(3, &[0; 33])])
            })
        },
    ),
    case(
        F::BadKey,
        0,
        Alert::BadCertificate,
        "EC on P-224, which is not supported",
        |peer| {
            leaf_with_key(&Pki::new(peer), |key| {
                let algorithm = sequence(&[EC, &[6, 5, 0x2b, 0x81, 4, 0, 33]]);
                *key = sequence(&[&algorithm, &tlv(3, &[0; 58])]);
            })
        },
    ),
    case(
        F::BadKey,
        0,
        Alert::BadCertificate,
        "field subjectPublicKeyInfo cannot be used",
        |peer| leaf_with_key(&Pki::new(peer), |key| *key.last_mut().unwrap() ^= 1),
    ),
    case(
        F::BadKey,
        0,
        Alert::BadCertificate,
        "RSA keys of up to 8192 bits",
        |peer| leaf_with_rsa(&Pki::new(peer), 8193, 3),
    ),
    case(
        F::BadKey,
        0,
        Alert::BadCertificate,
        "exponents of up to 33",
        |peer| leaf_with_rsa(&Pki::new(peer), 2048, 5),
    ),
    case(
        F::BadKey,
        0,
        Alert::UnsupportedCertificate,
        "its key is RSA of 2047 bits",
        |peer| leaf_with_rsa(&Pki::new(peer), 2047, 3),
    ),
];

/// `id-ecPublicKey`
pub const EC: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
