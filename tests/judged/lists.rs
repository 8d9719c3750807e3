//! One list for each reason that has to do with revocation, and what only the
//! openssl program signs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use embertls::{Certificate, Crl, Revocation, TrustStore, Uncovered, Verifier, VerifyFlag};
use rcgen::{CertificateRevocationListParams, KeyUsagePurpose, SerialNumber, date_time_ymd};
use rustls::AlertDescription as Alert;
use rustls_pki_types::CertificateDer;

use crate::chains::{Pki, authority_with_id};
use crate::common::programs;
use crate::der::{ED25519, MD5, extension, list_signed_with, list_with};
use crate::peers::{BOTH, Peer, Shown, is_accepted, key, refusal};
use crate::pki::{Authority, list};
use VerifyFlag as F;

/// The flags that these tests reach on both sides.
pub const FLAGS: [VerifyFlag; 7] = [
    F::Revoked,
    F::CrlNotTrusted,
    F::CrlExpired,
    F::CrlFuture,
    F::CrlBadMd,
    F::CrlBadPk,
    F::CrlBadKey,
];

const SERIAL: u64 = 0x00c0_ffee;

/// The good chain, judged by lists of its intermediate.
fn judged_by(peer: Peer, crls: impl FnOnce(&Authority) -> Vec<Crl>) -> Shown {
    let pki = Pki::new(peer);
    let mut params = peer.params();
    params.serial_number = Some(SerialNumber::from(SERIAL));
    let leaf = pki.middle.sign_key(&params, &key());
    Shown {
        verifier: pki.verifier().with_crls(crls(&pki.middle)),
        ..pki.shows([leaf, pki.middle.der.clone()])
    }
}

fn changed(
    change: impl FnOnce(&mut CertificateRevocationListParams),
) -> CertificateRevocationListParams {
    let mut params = list(&[]);
    change(&mut params);
    params
}

type Make = fn(Peer) -> Shown;

const CASES: &[(VerifyFlag, Alert, &str, Make)] = &[
    (
        F::Revoked,
        Alert::CertificateRevoked,
        "is on the revocation list of CN=Middle",
        |peer| judged_by(peer, |middle| vec![middle.crl(list(&[SERIAL]))]),
    ),
    (
        F::CrlExpired,
        Alert::CertificateUnknown,
        "was to be replaced on 2021-01-01",
        |peer| {
            judged_by(peer, |middle| {
                vec![middle.crl(changed(|list| list.next_update = date_time_ymd(2021, 1, 1)))]
            })
        },
    ),
    (
        F::CrlFuture,
        Alert::CertificateUnknown,
        "is from 2098-01-01",
        |peer| {
            judged_by(peer, |middle| {
                vec![middle.crl(changed(|list| list.this_update = date_time_ymd(2098, 1, 1)))]
            })
        },
    ),
    (
        F::CrlNotTrusted,
        Alert::CertificateUnknown,
        "is not signed with its key",
        |peer| judged_by(peer, |_| vec![Authority::root("Middle").crl(list(&[]))]),
    ),
    (
        F::CrlNotTrusted,
        Alert::CertificateUnknown,
        "its keyUsage lacks cRLSign",
        |peer| {
            let mut params = authority_with_id("Middle");
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
            let pki = Pki::with(peer, authority_with_id("Root"), params);
            // rcgen lets only those sign that may.
            let der = list_of(&pki.middle);
            Shown {
                verifier: pki.verifier().with_crls([Crl::from_der(der).unwrap()]),
                ..pki.good()
            }
        },
    ),
    (
        F::CrlNotTrusted,
        Alert::CertificateUnknown,
        "no revocation list of CN=Middle was given",
        |peer| {
            let mut shown = judged_by(peer, |_| vec![]);
            shown.verifier = refusing(shown.verifier);
            shown
        },
    ),
    (
        F::CrlNotTrusted,
        Alert::CertificateUnknown,
        "all for other certificates",
        |peer| {
            let mut shown = judged_by(peer, |middle| vec![scoped(middle, &[0x82, 1, 0xff])]);
            shown.verifier = refusing(shown.verifier);
            shown
        },
    ),
    (
        F::CrlNotTrusted,
        Alert::CertificateUnknown,
        "about some reasons of revocation only",
        |peer| {
            let mut shown = judged_by(peer, |middle| vec![scoped(middle, &[0x83, 2, 5, 0x60])]);
            shown.verifier = refusing(shown.verifier);
            shown
        },
    ),
    (
        F::CrlBadMd,
        Alert::CertificateUnknown,
        "signed with md5WithRSAEncryption",
        |peer| {
            judged_by(peer, |middle| {
                vec![Crl::from_der(list_signed_with(middle, &[], &[], MD5)).unwrap()]
            })
        },
    ),
    (
        F::CrlBadPk,
        Alert::CertificateUnknown,
        "signed with Ed25519",
        |peer| {
            judged_by(peer, |middle| {
                vec![Crl::from_der(list_signed_with(middle, &[], &[], ED25519)).unwrap()]
            })
        },
    ),
];

fn refusing(verifier: Verifier) -> Verifier {
    verifier
        .uncovered(Uncovered::Refuse)
        .revocation(Revocation::Leaf)
}

fn scoped(middle: &Authority, scope: &[u8]) -> Crl {
    let scope = extension(28, true, &crate::der::tlv(0x30, scope));
    Crl::from_der(list_with(middle, &[], &[scope])).unwrap()
}

/// A list that is signed with the key of this authority, whatever it may do.
fn list_of(authority: &Authority) -> Vec<u8> {
    let may = Authority::root_of(authority_with_id("Middle"));
    crate::der::signed_again(authority, &may.crl_der(list(&[])))
}

#[test]
fn a_list_without_the_certificate_is_no_reason() {
    for peer in BOTH {
        let good = judged_by(peer, |middle| vec![middle.crl(list(&[1, 2]))]);
        assert!(is_accepted(peer, &good), "{peer:?}");
    }
}

#[test]
fn each_reason_of_revocation_is_reached_on_both_sides() {
    for (flag, alert, told, make) in CASES {
        for peer in BOTH {
            let refusal = refusal(peer, &make(peer));
            let [problem] = refusal.error.problems() else {
                panic!("{peer:?} {told}: {}", refusal.error);
            };
            assert_eq!((problem.flag, problem.depth), (*flag, 0), "{peer:?}");
            assert!(
                problem.explanation.contains(told),
                "{}",
                problem.explanation
            );
            assert_eq!(refusal.alert, *alert, "{peer:?} {told}");
        }
    }
}

/// Keys and hashes that no library of today signs with.
struct Old {
    dir: tempfile::TempDir,
}

impl Old {
    /// A root with this key, and a leaf and a list that it signed with this
    /// hash.
    fn new(peer: Peer, key: &str, hash: &str) -> Option<Self> {
        let openssl = programs::openssl()?;
        let old = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        let purpose = match peer {
            Peer::Server => "serverAuth",
            Peer::Client => "clientAuth",
        };
        let leaf = format!(
            "subjectAltName=DNS:{}\nkeyUsage=digitalSignature\nextendedKeyUsage={purpose}\n",
            crate::pki::HOST
        );
        fs::write(old.path("leaf.cnf"), leaf).unwrap();
        let ca = "[ca]\ndefault_ca=x\n[x]\ndatabase=index\ndefault_crl_days=9000\n";
        fs::write(old.path("ca.cnf"), ca).unwrap();
        fs::write(old.path("index"), "").unwrap();
        for command in [
            format!("req -x509 -nodes -newkey {key} -keyout root.key -out root.pem -subj /CN=Root -days 9000 -addext keyUsage=keyCertSign,cRLSign -sha256"),
            "req -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout leaf.key -out leaf.csr -subj /CN=leaf".into(),
            format!("x509 -req -in leaf.csr -CA root.pem -CAkey root.key -set_serial 77 -days 8000 -extfile leaf.cnf -out leaf.pem {hash}"),
            format!("ca -config ca.cnf -gencrl -cert root.pem -keyfile root.key -md {} -out list.pem", &hash[1..]),
        ] {
            let output = Command::new(&openssl)
                .args(command.split_whitespace())
                .current_dir(old.dir.path())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "openssl {command}: {said}");
        }
        Some(old)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        Path::join(self.dir.path(), name)
    }

    fn shown(&self) -> Shown {
        let leaf = Certificate::from_pem(fs::read(self.path("leaf.pem")).unwrap()).unwrap();
        let trust = TrustStore::from_pem_file(self.path("root.pem")).unwrap();
        let crl = Crl::from_pem_file(self.path("list.pem")).unwrap();
        Shown {
            chain: vec![CertificateDer::from(&leaf)],
            verifier: Verifier::new(trust).with_crls([crl]),
        }
    }
}

#[test]
fn short_keys_and_sha1_are_told_by_their_flags() {
    for (key, hash, flags) in [
        ("rsa:1024", "-sha256", [F::BadKey, F::CrlBadKey]),
        ("rsa:2048", "-sha1", [F::BadMd, F::CrlBadMd]),
    ] {
        for peer in BOTH {
            let Some(old) = Old::new(peer, key, hash) else {
                return;
            };
            let refusal = refusal(peer, &old.shown());
            let found: Vec<_> = refusal.error.problems().iter().map(|p| p.flag).collect();
            assert_eq!(found, flags, "{}", refusal.error);
            assert_eq!(refusal.alert, Alert::UnsupportedCertificate);
        }
    }
}
