//! Faulty certificates, shown by a rustls server, which shows anything.

use embertls::{Alert, Error, Verdict, VerifyFlag};
use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};

use crate::common::certificates::{Authority, Identity, Leaf};
use crate::common::memory::{self, Plain, Refused};
use crate::common::{ours, rustls_peer};

#[test]
fn a_good_one_is_accepted() {
    let pki = Pki::new();
    let config = ours::client(&pki.root).build().expect("sound");
    let mut server = server(&pki.intermediate.issue(Leaf::new()));
    let session = memory::connect(&config, &mut server, &mut Plain).expect("all is well");
    assert!(session.verify_result().is_verified());
}

#[test]
fn expired() {
    Pki::new().refuses(
        |pki| pki.intermediate.issue(Leaf::new().valid(2015, 2016)),
        VerifyFlag::Expired,
        Alert::CertificateExpired,
    );
}

#[test]
fn not_yet_valid() {
    Pki::new().refuses(
        |pki| pki.intermediate.issue(Leaf::new().valid(2090, 2091)),
        VerifyFlag::Future,
        Alert::CertificateExpired,
    );
}

#[test]
fn for_another_host() {
    Pki::new().refuses(
        |pki| pki.intermediate.issue(Leaf::for_host("other.example")),
        VerifyFlag::CnMismatch,
        Alert::BadCertificate,
    );
}

#[test]
fn for_a_host_in_the_common_name_only() {
    Pki::new().refuses(
        |pki| pki.intermediate.issue(Leaf::new().without_names()),
        VerifyFlag::CnMismatch,
        Alert::BadCertificate,
    );
}

#[test]
fn for_a_name_where_an_address_is_wanted() {
    let pki = Pki::new();
    let config = ours::client(&pki.root).build().expect("sound");
    let mut server = server(&pki.intermediate.issue(Leaf::new()));
    let refused = memory::connect_to("127.0.0.1", &config, &mut server, &mut Plain);
    expect(
        refused.err(),
        VerifyFlag::CnMismatch,
        0,
        Alert::BadCertificate,
    );
}

#[test]
fn self_signed() {
    Pki::new().refuses(
        |_| Leaf::new().self_signed(),
        VerifyFlag::NotTrusted,
        Alert::UnknownCa,
    );
}

#[test]
fn of_an_unknown_root() {
    Pki::new().refuses(
        |_| Authority::root("Another Root").issue(Leaf::new()),
        VerifyFlag::NotTrusted,
        Alert::UnknownCa,
    );
}

/// The name of the root is right, its key is not.
#[test]
fn of_a_root_that_only_has_the_name() {
    Pki::new().refuses(
        |_| Authority::root(ROOT).issue(Leaf::new()),
        VerifyFlag::NotTrusted,
        Alert::UnknownCa,
    );
}

#[test]
fn without_its_intermediate() {
    Pki::new().refuses(
        |pki| pki.intermediate.issue(Leaf::new()).leaf_only(),
        VerifyFlag::NotTrusted,
        Alert::UnknownCa,
    );
}

#[test]
fn issued_by_a_leaf() {
    Pki::new().refuses(
        |pki| {
            let leaf = pki.intermediate.leaf_that_signs("leaf.example");
            leaf.issue(Leaf::new())
        },
        VerifyFlag::NotTrusted,
        Alert::UnknownCa,
    );
}

#[test]
fn for_another_key_usage() {
    Pki::new().refuses(
        |pki| {
            let leaf = Leaf::new().key_usage(KeyUsagePurpose::KeyEncipherment);
            pki.intermediate.issue(leaf)
        },
        VerifyFlag::KeyUsage,
        Alert::UnsupportedCertificate,
    );
}

#[test]
fn for_clients_only() {
    Pki::new().refuses(
        |pki| {
            let leaf = Leaf::new().extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
            pki.intermediate.issue(leaf)
        },
        VerifyFlag::ExtKeyUsage,
        Alert::UnsupportedCertificate,
    );
}

#[test]
fn of_an_expired_intermediate() {
    let pki = Pki::new();
    let expired = pki.root.intermediate_valid("Expired", 2015, 2016);
    let mut server = server(&expired.issue(Leaf::new()));
    let config = ours::client(&pki.root).build().expect("sound");
    let refused = memory::connect(&config, &mut server, &mut Plain).err();
    expect(refused, VerifyFlag::Expired, 1, Alert::CertificateExpired);
}

/// Every problem is told, and the worst decides the alert.
#[test]
fn several_problems_at_once() {
    let pki = Pki::new();
    let leaf = Leaf::for_host("other.example").valid(2015, 2016);
    let mut server = server(&pki.intermediate.issue(leaf));
    let config = ours::client(&pki.root).build().expect("sound");
    let refused = memory::connect(&config, &mut server, &mut Plain).err();
    let refused = refused.expect("a faulty certificate is refused");
    let Error::Verify(error) = refused.ours else {
        panic!("{refused:?}");
    };
    let wanted = VerifyFlag::Expired.bit() | VerifyFlag::CnMismatch.bit();
    assert_eq!(error.flags(), wanted, "{error}");
}

const ROOT: &str = "Refusal Test Root";

struct Pki {
    root: Authority,
    intermediate: Authority,
}

impl Pki {
    fn new() -> Self {
        let root = Authority::root(ROOT);
        Self {
            intermediate: root.intermediate("Refusal Test Intermediate"),
            root,
        }
    }

    /// A client that trusts the root refuses this server, and one that was
    /// told to tolerate everything notes the same problem.
    fn refuses(&self, make: impl Fn(&Self) -> Identity, flag: VerifyFlag, alert: Alert) {
        let identity = make(self);
        let config = ours::client(&self.root).build().expect("sound");
        let refused = memory::connect(&config, &mut server(&identity), &mut Plain).err();
        expect(refused, flag, 0, alert);

        let config = ours::client(&self.root)
            .danger_verification_optional()
            .build()
            .expect("sound");
        let session = memory::connect(&config, &mut server(&identity), &mut Plain);
        let session = session.expect("problems are tolerated");
        match session.verify_result() {
            Verdict::Tolerated(error) => assert_eq!(error.flags(), flag.bit(), "{error}"),
            other => panic!("{other:?}"),
        }
    }
}

fn server(identity: &Identity) -> rustls::ServerConnection {
    let provider = rustls_peer::restricted(None, None);
    rustls_peer::server(rustls_peer::server_config(identity, provider))
}

fn expect(refused: Option<Box<Refused>>, flag: VerifyFlag, depth: u32, alert: Alert) {
    let refused = refused.expect("a faulty certificate is refused");
    let Error::Verify(error) = &refused.ours else {
        panic!("{refused:?}");
    };
    let problem = match error.problems() {
        [problem] => problem,
        _ => panic!("{error}"),
    };
    assert_eq!((problem.flag, problem.depth), (flag, depth), "{error}");
    let line = error.to_string();
    let subject = if depth == 0 { "CN=" } else { "CN=Expired" };
    assert!(
        line.starts_with(&format!("depth {depth} {subject}")),
        "{line}"
    );
    assert!(line.contains(&format!(": {}: ", flag.name())), "{line}");
    assert!(!problem.explanation.is_empty());

    let description = rustls::AlertDescription::from(alert.code());
    assert_eq!(
        refused.peers,
        Some(rustls::Error::AlertReceived(description)),
        "{error}"
    );
}
