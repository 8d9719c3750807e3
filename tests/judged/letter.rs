//! One chain for each rule of `Profile::Strict`.

use embertls::{Profile, VerifyFlag};
use rcgen::DistinguishedName;
use rustls::AlertDescription as Alert;
use rustls_pki_types::CertificateDer;

use crate::chains::{Pki, authority_with_id, leaf_with_rsa};
use crate::der::{
    content, extension, extension_of, field, parts, rewritten, sequence, signed_with, tlv,
};
use crate::peers::{BOTH, Peer, Shown, is_accepted, key, refusal};
use crate::pki::{Authority, HOST};

type Make = fn(Peer) -> Shown;

fn pki(peer: Peer) -> Pki {
    Pki::new(peer)
}

/// A certificate without this extension of `2.5.29`.
fn without(by: &Authority, certificate: &[u8], id: u8) -> CertificateDer<'static> {
    rewritten(by, certificate, |fields| {
        let mut all = parts(content(&fields[field::EXTENSIONS]));
        all.retain(|one| parts(one)[0] != [6, 3, 0x55, 0x1d, id]);
        fields[field::EXTENSIONS] = tlv(0xa3, &tlv(0x30, &all.concat()));
    })
}

/// The leaf with other fields.
fn leaf(peer: Peer, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Shown {
    let pki = pki(peer);
    let leaf = rewritten(&pki.middle, &pki.leaf(), change);
    pki.shows([leaf, pki.middle.der.clone()])
}

/// A root with another extension, whose key and name stay.
fn root_with(peer: Peer, extension: &[u8]) -> Shown {
    let pki = pki(peer);
    let root = crate::der::with_extension(&pki.root, &pki.root.der, extension);
    let trust = embertls::TrustStore::from_certificates([&root]).unwrap();
    Shown {
        verifier: embertls::Verifier::new(trust),
        ..pki.good()
    }
}

fn names(names: &[&[u8]], critical: bool) -> Vec<u8> {
    let host = tlv(0x82, HOST.as_bytes());
    extension(17, critical, &sequence(&[&host, &names.concat()]))
}

fn nameless_middle(peer: Peer) -> Shown {
    let mut nameless = authority_with_id("Middle");
    nameless.distinguished_name = DistinguishedName::new();
    Pki::with(peer, authority_with_id("Root"), nameless).good()
}

const KEY_ID: &[u8] = &[0x80, 4, 1, 2, 3, 4];

/// What is told, and the chain.
const RULES: &[(&str, Make)] = &[
    ("it is not of version 3", |peer| {
        leaf(peer, |fields| {
            fields.truncate(7);
            fields.remove(0);
        })
    }),
    (
        "its serial number is not a positive number of up to 20 bytes",
        |peer| leaf(peer, |fields| fields[field::SERIAL] = vec![2, 1, 0]),
    ),
    (
        "the parameters of its signature algorithm are not written as they must be",
        |peer| {
            let with_null = [0x30, 12, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2, 5, 0];
            let pki = pki(peer);
            pki.shows([
                signed_with(&pki.middle, &pki.leaf(), &with_null),
                pki.middle.der.clone(),
            ])
        },
    ),
    ("its issuer is empty", nameless_middle),
    (
        "its validity is not written as UTCTime up to 2049 and GeneralizedTime from 2050 on",
        |peer| {
            leaf(peer, |fields| {
                let times = [tlv(0x18, b"20200101000000Z"), tlv(0x18, b"20990101000000Z")];
                fields[field::VALIDITY] = tlv(0x30, &times.concat());
            })
        },
    ),
    ("it has unique identifiers", |peer| {
        leaf(peer, |fields| fields.insert(7, vec![0x81, 2, 0, 1]))
    }),
    (
        "the size of its RSA key is not a multiple of 8 bits",
        |peer| leaf_with_rsa(&pki(peer), 2052, 3),
    ),
    ("its keyUsage allows nothing", |peer| {
        pki(peer).leaf_with(&extension(15, true, &[3, 2, 7, 0]))
    }),
    ("its cRLDistributionPoints cannot be read", |peer| {
        pki(peer).leaf_with(&extension(31, false, &[0x30, 2, 0x30, 0]))
    }),
    ("its authorityInfoAccess cannot be read", |peer| {
        let id = [0x2b, 6, 1, 5, 5, 7, 1, 1];
        pki(peer).leaf_with(&extension_of(&id, false, &[0x30, 0]))
    }),
    ("its authorityKeyIdentifier is critical", |peer| {
        pki(peer).leaf_with(&extension(35, true, &sequence(&[KEY_ID])))
    }),
    (
        "its authorityKeyIdentifier is not the subjectKeyIdentifier of its issuer",
        |peer| pki(peer).leaf_with(&extension(35, false, &sequence(&[KEY_ID]))),
    ),
    ("its subjectKeyIdentifier is critical", |peer| {
        pki(peer).leaf_with(&extension(14, true, &[4, 1, 7]))
    }),
    (
        "it is an authority without a subjectKeyIdentifier",
        |peer| {
            let pki = pki(peer);
            pki.shows([pki.leaf(), without(&pki.root, &pki.middle.der, 14)])
        },
    ),
    ("it has no authorityKeyIdentifier", |peer| {
        let pki = pki(peer);
        pki.shows([
            without(&pki.middle, &pki.leaf(), 35),
            pki.middle.der.clone(),
        ])
    }),
    ("its authorityKeyIdentifier has no keyIdentifier", |peer| {
        pki(peer).leaf_with(&extension(35, false, &sequence(&[])))
    }),
    (
        "its authorityKeyIdentifier has only one of issuer and serial number",
        |peer| pki(peer).leaf_with(&extension(35, false, &sequence(&[KEY_ID, &[0x82, 1, 1]]))),
    ),
    (
        "the authorityKeyIdentifier of a root names an issuer or serial number",
        |peer| {
            root_with(
                peer,
                &extension(35, false, &sequence(&[KEY_ID, &[0x82, 1, 1]])),
            )
        },
    ),
    ("it has nameConstraints and is no authority", |peer| {
        let base = sequence(&[&tlv(0x82, b"example")]);
        pki(peer).leaf_with(&extension(30, true, &sequence(&[&tlv(0xa0, &base)])))
    }),
    ("its nameConstraints are not critical", |peer| {
        let base = sequence(&[&tlv(0x82, b"example")]);
        pki(peer).middle_with(&extension(30, false, &sequence(&[&tlv(0xa0, &base)])))
    }),
    (
        "a DNS name in its nameConstraints begins with a dot",
        |peer| {
            let base = sequence(&[&tlv(0x82, b".example")]);
            pki(peer).middle_with(&extension(30, true, &sequence(&[&tlv(0xa0, &base)])))
        },
    ),
    ("its policyConstraints are not critical", |peer| {
        pki(peer).middle_with(&extension(36, false, &sequence(&[&[0x81, 1, 0]])))
    }),
    ("its policyConstraints are empty", |peer| {
        pki(peer).middle_with(&extension(36, true, &sequence(&[])))
    }),
    ("its inhibitAnyPolicy is not critical", |peer| {
        pki(peer).middle_with(&extension(54, false, &[2, 1, 0]))
    }),
    (
        "its keyUsage has keyCertSign, and it is no authority",
        |peer| pki(peer).leaf_with(&extension(15, true, &[3, 2, 2, 0x84])),
    ),
    ("it has a path length and is no authority", |peer| {
        pki(peer).leaf_with(&extension(19, true, &sequence(&[&[2, 1, 0]])))
    }),
    ("it is an authority without a subject", nameless_middle),
    (
        "it is an authority, and its basicConstraints are not critical",
        |peer| pki(peer).middle_with(&extension(19, false, &sequence(&[&[1, 1, 0xff]]))),
    ),
    ("it is an authority without a keyUsage", |peer| {
        let pki = pki(peer);
        pki.shows([pki.leaf(), without(&pki.root, &pki.middle.der, 15)])
    }),
    ("it is a root with an extendedKeyUsage", |peer| {
        let mut root = authority_with_id("Root");
        root.extended_key_usages = vec![peer.purpose()];
        Pki::with(peer, root, authority_with_id("Middle")).good()
    }),
    ("it has neither a subject nor other names", |peer| {
        let pki = pki(peer);
        let mut params = peer.params();
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names.clear();
        pki.shows([pki.middle.sign_key(&params, &key()), pki.middle.der.clone()])
    }),
    ("its subjectAltName is empty", |peer| {
        pki(peer).leaf_with(&extension(17, false, &sequence(&[])))
    }),
    (
        "its subjectAltName must be critical if the subject is empty, and only then",
        |peer| pki(peer).leaf_with(&names(&[], true)),
    ),
    (
        "a name in its subjectAltName is not what it should be",
        |peer| pki(peer).leaf_with(&names(&[&tlv(0x87, &[1, 2, 3])], false)),
    ),
];

const RULES_FOR_SERVERS: &[(&str, Make)] = &[
    ("it is an authority, and no server", |peer| {
        let ca = extension(19, true, &sequence(&[&[1, 1, 0xff]]));
        pki(peer).leaf_with(&ca)
    }),
    ("it has no extendedKeyUsage", |peer| {
        let pki = pki(peer);
        pki.shows([
            without(&pki.middle, &pki.leaf(), 37),
            pki.middle.der.clone(),
        ])
    }),
    ("its extendedKeyUsage holds anyExtendedKeyUsage", |peer| {
        let any = tlv(6, &[0x55, 0x1d, 0x25, 0]);
        pki(peer).leaf_with(&extension(37, false, &sequence(&[&any])))
    }),
    ("its extendedKeyUsage is critical", |peer| {
        let server = tlv(6, &[0x2b, 6, 1, 5, 5, 7, 3, 1]);
        pki(peer).leaf_with(&extension(37, true, &sequence(&[&server])))
    }),
    (
        "its common name is not one of the names in its subjectAltName",
        |peer| {
            leaf(peer, |fields| {
                let cn = sequence(&[&[6, 3, 0x55, 4, 3], &tlv(0x0c, b"other.example")]);
                fields[field::SUBJECT] = sequence(&[&tlv(0x31, &cn)]);
            })
        },
    ),
    (
        "its subjectAltName holds a name of an unusual kind",
        |peer| pki(peer).leaf_with(&names(&[&tlv(0x88, &[0x2a, 3])], false)),
    ),
];

fn strict(shown: Shown) -> Shown {
    Shown {
        verifier: shown.verifier.profile(Profile::Strict),
        ..shown
    }
}

#[test]
fn a_good_chain_keeps_to_the_letter() {
    for peer in BOTH {
        assert!(is_accepted(peer, &strict(pki(peer).good())), "{peer:?}");
    }
}

#[test]
fn each_rule_is_reached_on_both_sides() {
    let of_both = RULES.iter().flat_map(|rule| BOTH.map(|peer| (rule, peer)));
    let of_servers = RULES_FOR_SERVERS.iter().map(|rule| (rule, Peer::Server));
    for ((told, make), peer) in of_both.chain(of_servers) {
        let refusal = refusal(peer, &strict(make(peer)));
        let problems = refusal.error.problems();
        let found = problems
            .iter()
            .find(|problem| problem.explanation.starts_with(told));
        let found = found.unwrap_or_else(|| panic!("{peer:?} {told}: {}", refusal.error));
        assert_eq!(found.flag, VerifyFlag::Other);
        assert!(!found.rule.is_empty() && !found.remedy.is_empty());
        if problems.len() == 1 {
            assert_eq!(refusal.alert, Alert::CertificateUnknown, "{told}");
        }
    }
}

/// The texts of the rules stand in one file; none may be missing here.
#[test]
fn no_rule_is_forgotten() {
    let source = include_str!("../../src/x509/verifier/strict.rs");
    let (code, _) = source.split_once("#[cfg(test)]").unwrap();
    let texts = code.split('"').skip(1).step_by(2);
    let texts = texts.filter(|text| {
        ["it ", "its ", "the ", "a "]
            .iter()
            .any(|w| text.starts_with(w))
    });
    let mut count = 0;
    for text in texts {
        let text = text.split(": {").next().unwrap();
        let mut known = RULES.iter().chain(RULES_FOR_SERVERS);
        assert!(known.any(|(told, _)| *told == text), "{text}");
        count += 1;
    }
    assert_eq!(count, RULES.len() + RULES_FOR_SERVERS.len());
}
