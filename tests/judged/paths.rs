//! Chains that are late, for another name, or lead nowhere.

use std::time::Duration;

use VerifyFlag as F;
use embertls::{Verifier, VerifyFlag};
use rcgen::{BasicConstraints, IsCa, KeyUsagePurpose, date_time_ymd};
use rustls::AlertDescription as Alert;
use rustls_pki_types::UnixTime;

use crate::cases::{Case, case, of_servers};
use crate::chains::{Pki, PublicRsa, authority_with_id};
use crate::der::{extension, field, rewritten, sequence, tlv};
use crate::keys::EC;
use crate::peers::Shown;
use crate::pki::Authority;

pub const CASES: &[Case] = &[
    case(
        F::Expired,
        0,
        Alert::CertificateExpired,
        "expired on 2021-01-01",
        |peer| Pki::new(peer).leaf_of(|leaf| leaf.not_after = date_time_ymd(2021, 1, 1)),
    ),
    case(
        F::Expired,
        1,
        Alert::CertificateExpired,
        "expired on 2021-01-01",
        |peer| Pki::with_middle(peer, |middle| middle.not_after = date_time_ymd(2021, 1, 1)),
    ),
    case(
        F::Expired,
        2,
        Alert::CertificateExpired,
        "now is 2100-01-01",
        |peer| {
            let year_2100 = UnixTime::since_unix_epoch(Duration::from_secs(4_102_444_800));
            Pki::new(peer).judged_by(|verifier| verifier.verification_time(year_2100))
        },
    ),
    case(
        F::Future,
        0,
        Alert::CertificateExpired,
        "valid from 2098-01-01",
        |peer| Pki::new(peer).leaf_of(|leaf| leaf.not_before = date_time_ymd(2098, 1, 1)),
    ),
    of_servers(case(
        F::CnMismatch,
        0,
        Alert::BadCertificate,
        "is for other.example",
        |peer| {
            Pki::new(peer).leaf_of(|leaf| {
                leaf.subject_alt_names = crate::pki::server("other.example").subject_alt_names
            })
        },
    )),
    of_servers(case(
        F::CnMismatch,
        0,
        Alert::BadCertificate,
        "its common name does not count",
        |peer| Pki::new(peer).leaf_of(|leaf| leaf.subject_alt_names.clear()),
    )),
    of_servers(case(
        F::CnMismatch,
        0,
        Alert::BadCertificate,
        "holds no DNS name",
        |peer| {
            let email = extension(17, false, &sequence(&[&tlv(0x81, b"a@b.example")]));
            Pki::new(peer).leaf_with(&email)
        },
    )),
    // No way to a trusted certificate.
    case(
        F::NotTrusted,
        1,
        Alert::UnknownCA,
        "no certificate in the trust store issued it",
        |peer| {
            let (pki, other) = (Pki::new(peer), Authority::root("Other"));
            Shown {
                verifier: Verifier::new(other.store()),
                ..pki.good()
            }
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "the peer did not send its issuer CN=Middle",
        |peer| {
            let pki = Pki::new(peer);
            pki.shows([pki.leaf()])
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "it is self-signed",
        |peer| {
            let leaf = Authority::root_of(peer.params());
            Pki::new(peer).shows([leaf.der])
        },
    ),
    case(
        F::NotTrusted,
        1,
        Alert::UnknownCA,
        "ends in this self-signed certificate",
        |peer| {
            let other = Authority::root("Other");
            Pki::new(peer).shows([other.sign(&peer.params()), other.der])
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "neither an authority nor self-signed",
        |peer| {
            let pki = Pki::new(peer);
            let leaf = pki.leaf();
            let store = embertls::TrustStore::from_certificates([&leaf]).unwrap();
            Shown {
                chain: vec![leaf],
                verifier: Verifier::new(store),
            }
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "not made with the key of CN=Middle",
        |peer| {
            let (pki, twin) = (Pki::new(peer), Pki::new(peer));
            pki.shows([twin.leaf(), pki.middle.der.clone()])
        },
    ),
    case(
        F::NotTrusted,
        1,
        Alert::UnknownCA,
        "its key did not sign this certificate",
        |peer| {
            let (pki, twin) = (Pki::new(peer), Pki::new(peer));
            Shown {
                verifier: twin.verifier(),
                ..pki.good()
            }
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "it is no authority (basicConstraints)",
        |peer| Pki::with_middle(peer, |middle| middle.is_ca = IsCa::ExplicitNoCa),
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "keyUsage lacks keyCertSign",
        |peer| {
            Pki::with_middle(peer, |middle| {
                middle.key_usages = vec![KeyUsagePurpose::CrlSign]
            })
        },
    ),
    case(
        F::NotTrusted,
        1,
        Alert::UnknownCA,
        "its path length allows 0 authorities",
        |peer| {
            let mut root = authority_with_id("Root");
            root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            Pki::with(peer, root, authority_with_id("Middle")).good()
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "certificate 2 of the peer: field certificate",
        |peer| {
            let pki = Pki::new(peer);
            pki.shows([pki.leaf(), vec![0x31; 9].into()])
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "RSA keys of up to 8192 bits",
        |peer| {
            let pki = Pki::new(peer);
            let huge = pki
                .root
                .sign_key(&pki.middle.params, &PublicRsa::new(9000, 3));
            pki.shows([pki.leaf(), huge])
        },
    ),
    case(
        F::NotTrusted,
        0,
        Alert::UnknownCA,
        "EC on P-224, which is not supported",
        |peer| {
            let pki = Pki::new(peer);
            let middle = rewritten(&pki.root, &pki.middle.der, |fields| {
                let algorithm = sequence(&[EC, &[6, 5, 0x2b, 0x81, 4, 0, 33]]);
                fields[field::KEY] = sequence(&[&algorithm, &tlv(3, &[0; 58])]);
            });
            pki.shows([pki.leaf(), middle])
        },
    ),
];
