//! Usages, names, policies, limits, and what the application demands.

use VerifyFlag as F;
use embertls::VerifyFlag;
use rcgen::{GeneralSubtree, KeyUsagePurpose, NameConstraints};
use rustls::AlertDescription as Alert;

use crate::cases::{Case, case};
use crate::chains::{Pki, authority_with_id};
use crate::der::{extension, extension_of, sequence, tlv, with_extension};
use crate::peers::{Peer, Shown};
use crate::pki::{Authority, HOST};

pub const CASES: &[Case] = &[
    case(
        F::KeyUsage,
        0,
        Alert::UnsupportedCertificate,
        "its keyUsage allows keyAgreement",
        |peer| Pki::new(peer).leaf_of(|leaf| leaf.key_usages = vec![KeyUsagePurpose::KeyAgreement]),
    ),
    case(
        F::ExtKeyUsage,
        0,
        Alert::UnsupportedCertificate,
        "its extendedKeyUsage allows",
        |peer| {
            Pki::new(peer).leaf_of(|leaf| leaf.extended_key_usages = vec![peer.other().purpose()])
        },
    ),
    case(
        F::ExtKeyUsage,
        1,
        Alert::UnsupportedCertificate,
        "allows only certificates for",
        |peer| {
            Pki::with_middle(peer, |middle| {
                middle.extended_key_usages = vec![peer.other().purpose()]
            })
        },
    ),
    case(
        F::NsCertType,
        0,
        Alert::UnsupportedCertificate,
        "its nsCertType does not allow",
        |peer| {
            let object_signing = extension_of(NETSCAPE, false, &[3, 2, 4, 0x10]);
            Pki::new(peer).leaf_with(&object_signing)
        },
    ),
    // Other rules.
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "critical extension 1.2.3.4 is not understood",
        |peer| Pki::new(peer).leaf_with(&extension_of(&[0x2a, 3, 4], true, &[5, 0])),
    ),
    case(
        F::Other,
        1,
        Alert::CertificateUnknown,
        "critical extension 1.2.3.4 is not understood",
        |peer| Pki::new(peer).middle_with(&extension_of(&[0x2a, 3, 4], true, &[5, 0])),
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "must-staple",
        |peer| {
            let must_staple = [0x2b, 6, 1, 5, 5, 7, 1, 24];

            Pki::new(peer).leaf_with(&extension_of(&must_staple, false, &[0x30, 3, 2, 1, 5]))
        },
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "DNS name server.example is not permitted",
        |peer| constrained(peer, 0xa0, &[&tlv(0x82, b"other.example")]),
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "DNS name server.example is excluded",
        |peer| constrained(peer, 0xa1, &[&tlv(0x82, b"example")]),
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "its directory name is excluded",
        |peer| {
            let name = sequence(&[&tlv(
                0x31,
                &sequence(&[&[6, 3, 0x55, 4, 3], &tlv(0x13, HOST.as_bytes())]),
            )]);
            constrained(peer, 0xa1, &[&tlv(0xa4, &name)])
        },
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "IP address 192.0.2.7 is excluded",
        |peer| {
            constrained_names(
                peer,
                0xa1,
                &tlv(0x87, &[192, 0, 2, 0, 255, 255, 255, 0]),
                &tlv(0x87, &[192, 0, 2, 7]),
            )
        },
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "e-mail address a@b.example is not permitted",
        |peer| {
            constrained_names(
                peer,
                0xa0,
                &tlv(0x81, b"c.example"),
                &tlv(0x81, b"a@b.example"),
            )
        },
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "URI https://b.example/ is excluded",
        |peer| {
            constrained_names(
                peer,
                0xa1,
                &tlv(0x86, b".example"),
                &tlv(0x86, b"https://b.example/"),
            )
        },
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "registeredID that cannot be judged",
        |peer| constrained_names(peer, 0xa1, &tlv(0x88, &[0x2a, 3]), &tlv(0x88, &[0x2a, 4])),
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "more nameConstraints, than are compared",
        many_names,
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "demands a valid policy",
        |peer| Pki::new(peer).middle_with(&extension(36, true, &[0x30, 3, 0x80, 1, 0])),
    ),
    case(
        F::Other,
        1,
        Alert::CertificateUnknown,
        "map anyPolicy",
        |peer| {
            let (any, other) = (tlv(6, &[0x55, 0x1d, 0x20, 0]), tlv(6, &[0x2a, 3]));
            let mapping = sequence(&[&sequence(&[&any, &other])]);
            Pki::new(peer).middle_with(&extension(33, true, &mapping))
        },
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "more than 0 intermediate certificates",
        |peer| Pki::new(peer).judged_by(|verifier| verifier.max_depth(0)),
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "none of the 1 pinned keys",
        |peer| Pki::new(peer).judged_by(|verifier| verifier.pin_spki([7; 32])),
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "none of the 1 pinned certificates",
        |peer| Pki::new(peer).judged_by(|verifier| verifier.pin_certificate([7; 32])),
    ),
    case(
        F::Other,
        0,
        Alert::CertificateUnknown,
        "the application refuses it: no reason",
        |peer| {
            Pki::new(peer).judged_by(|verifier| verifier.also_require(|_| Err("no reason".into())))
        },
    ),
    case(
        F::Other,
        0,
        Alert::UnknownCA,
        "the search for a path was given up",
        |peer| {
            // Authorities of one name, each certified by the next.
            let mut last = Authority::root("Same");
            let mut chain = vec![last.sign(&peer.params())];
            for _ in 0..15 {
                let next = Authority::root("Same");
                chain.insert(1, last.cross_signed_by(&next));
                last = next;
            }
            Pki::new(peer).shows(chain)
        },
    ),
    case(
        F::Other,
        0,
        Alert::BadCertificate,
        "at most 16 of",
        |peer| {
            let pki = Pki::new(peer);
            let middles = (0..16).map(|_| pki.middle.der.clone());
            pki.shows([pki.leaf()].into_iter().chain(middles))
        },
    ),
    case(
        F::Other,
        0,
        Alert::BadCertificate,
        "cannot be read: field certificate",
        |peer| Pki::new(peer).shows([vec![0x31; 9].into()]),
    ),
];

const NETSCAPE: &[u8] = &[0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1];

/// An intermediate with these bases in its permitted (0xa0) or excluded (0xa1)
/// subtrees.
fn constrained(peer: Peer, kind: u8, bases: &[&[u8]]) -> Shown {
    let subtrees: Vec<u8> = bases.iter().flat_map(|base| sequence(&[base])).collect();
    let value = sequence(&[&tlv(kind, &subtrees)]);
    Pki::new(peer).middle_with(&extension(30, true, &value))
}

/// The same, and a leaf that has this name as well.
fn constrained_names(peer: Peer, kind: u8, base: &[u8], name: &[u8]) -> Shown {
    let pki = Pki::new(peer);
    let host = tlv(0x82, HOST.as_bytes());
    let names = extension(17, false, &sequence(&[&host, name]));
    let leaf = with_extension(&pki.middle, &pki.leaf(), &names);
    let value = sequence(&[&tlv(kind, &sequence(&[base]))]);
    let middle = with_extension(&pki.root, &pki.middle.der, &extension(30, true, &value));
    pki.shows([leaf, middle])
}

fn many_names(peer: Peer) -> Shown {
    let mut middle = authority_with_id("Middle");
    let subtree = |i| GeneralSubtree::DnsName(format!("{i}.other.example"));
    middle.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![],
        excluded_subtrees: (0..700).map(subtree).collect(),
    });
    let pki = Pki::with(peer, authority_with_id("Root"), middle);
    let host = tlv(0x82, HOST.as_bytes());
    let more: Vec<u8> = (0..600)
        .flat_map(|i| tlv(0x82, format!("{i}.example").as_bytes()))
        .collect();
    pki.leaf_with(&extension(17, false, &sequence(&[&host, &more])))
}
