//! A platform that is installed in a program with the standard library.
//!
//! One test, since there is one platform for a whole process.

#![cfg(feature = "full")]

mod common;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use embertls::platform::{self, Platform, Unavailable};
use embertls::{Drbg, Entropy, Error, ServerName, TrustStore, Verifier, VerifyFlag};
use rustls_pki_types::UnixTime;

use common::certificates::{Authority, HOST, Identity, Leaf};
use common::memory::{self, Plain};
use common::{ours, rustls_peer};

/// A machine whose chips the test sets.
struct Board {
    /// Since 1970; 0 is a clock that was not set.
    seconds: AtomicU64,
    is_broken: AtomicBool,
    given: AtomicUsize,
}

impl Platform for Board {
    fn now(&self) -> Option<UnixTime> {
        match self.seconds.load(Ordering::Relaxed) {
            0 => None,
            seconds => Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds))),
        }
    }

    fn entropy(&self, output: &mut [u8]) -> Result<(), Unavailable> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(Unavailable);
        }
        self.given.fetch_add(output.len(), Ordering::Relaxed);
        output.fill(7);
        Ok(())
    }
}

static BOARD: Board = Board {
    seconds: AtomicU64::new(0),
    is_broken: AtomicBool::new(false),
    given: AtomicUsize::new(0),
};

const DAY: u64 = 24 * 60 * 60;

#[test]
fn the_platform_has_the_time_and_entropy() {
    let before = Drbg::seed(Entropy::new().unwrap(), b"").unwrap();
    platform::install(&BOARD).unwrap();
    let again = platform::install(&BOARD).unwrap_err();
    assert!(matches!(again, Error::Config { .. }), "{again}");

    // Its clock decides.
    let root = Authority::root("Root");
    let leaf = root.issue(Leaf::for_host(HOST).valid(2024, 2026));
    let verifier = Verifier::new(TrustStore::from_pem(root.pem()).unwrap());
    let name = ServerName::try_from(HOST).unwrap();
    let judge = |days: u64| {
        BOARD.seconds.store(days * DAY, Ordering::Relaxed);
        verifier.verify(&leaf.chain(), &name)
    };
    let flag = |days| judge(days).unwrap_err().problems()[0].flag;
    judge(20_100).expect("in 2025 it is valid");
    assert_eq!(flag(19_000), VerifyFlag::Future);
    assert_eq!(flag(22_000), VerifyFlag::Expired);
    let refused = judge(0).unwrap_err();
    assert!(
        refused.to_string().contains("nobody knows the time"),
        "{refused}"
    );
    nobody_blames_the_peer(&root, &leaf);
    let new_year = UnixTime::since_unix_epoch(Duration::from_secs(20_100 * DAY));
    let verifier = verifier.verification_time(new_year);
    let judged = verifier.verify(&leaf.chain(), &name);
    judged.expect("a verifier with a time of its own asks no clock");

    // Its entropy is mixed with the system's: equal bytes make no equal generators.
    let draw = |drbg: &Drbg| {
        let mut bytes = [0; 32];
        drbg.fill(&mut bytes).map(|()| bytes)
    };
    let seed = || Drbg::seed(Entropy::new().unwrap(), b"");
    let (one, two) = (seed().unwrap(), seed().unwrap());
    assert!(BOARD.given.load(Ordering::Relaxed) >= 64);
    assert_ne!(draw(&one).unwrap(), draw(&two).unwrap());

    // Where it has none, nothing is seeded.
    BOARD.is_broken.store(true, Ordering::Relaxed);
    let error = seed().unwrap_err();
    assert!(matches!(error, Error::Random { .. }), "{error}");
    two.reseed().unwrap_err();
    before.reseed().expect("it knows the system alone");
}

/// Where the clock is missing, the alert says that it is a matter of our own.
fn nobody_blames_the_peer(root: &Authority, leaf: &Identity) {
    let config = ours::client(root).build().unwrap();
    let provider = rustls_peer::restricted(None, None);
    let mut server = rustls_peer::server(rustls_peer::server_config(leaf, provider));
    let refused = memory::connect(&config, &mut server, &mut Plain).unwrap_err();
    assert!(matches!(refused.ours, Error::Verify(_)), "{}", refused.ours);
    let alert = rustls::Error::AlertReceived(rustls::AlertDescription::InternalError);
    assert_eq!(refused.peers, Some(alert));
}
