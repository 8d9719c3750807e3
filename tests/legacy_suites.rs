//! The cipher suites of the feature `legacy-suites`: with OpenSSL in both
//! roles, and what must not come of them.

#![cfg(feature = "full")]
#![cfg(feature = "legacy-suites")]

mod common;

#[path = "legacy_suites/interop.rs"]
mod interop;
#[path = "legacy_suites/premaster.rs"]
mod premaster;
#[path = "legacy_suites/refused.rs"]
mod refused;

use std::sync::OnceLock;

use common::certificates::{Authority, Identity, KeyKind, Leaf};
use embertls::CipherSuite;
use rcgen::KeyUsagePurpose;

/// A root and a server whose certificate allows its key one use.
struct Pki {
    root: Authority,
    identity: Identity,
}

impl Pki {
    fn new(kind: KeyKind, usage: KeyUsagePurpose) -> Self {
        let root = Authority::root("embertls test root");
        let identity = root.issue(Leaf::new().kind(kind).key_usage(usage));
        Self { root, identity }
    }

    /// For a suite, by what it has the key do.
    fn of(suite: CipherSuite) -> &'static Self {
        static DECRYPTS: OnceLock<Pki> = OnceLock::new();
        static SIGNS_RSA: OnceLock<Pki> = OnceLock::new();
        static SIGNS_ECDSA: OnceLock<Pki> = OnceLock::new();
        match suite.name() {
            name if name.starts_with("TLS_RSA_") => {
                DECRYPTS.get_or_init(|| Self::new(KeyKind::Rsa, KeyUsagePurpose::KeyEncipherment))
            }
            name if name.contains("_ECDSA_") => SIGNS_ECDSA
                .get_or_init(|| Self::new(KeyKind::P256, KeyUsagePurpose::DigitalSignature)),
            _ => {
                SIGNS_RSA.get_or_init(|| Self::new(KeyKind::Rsa, KeyUsagePurpose::DigitalSignature))
            }
        }
    }
}
