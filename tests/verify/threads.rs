//! One store, many threads.

use std::thread;

use embertls::{Crl, Verifier};

use crate::pki::{Authority, host, list};

#[test]
fn eight_threads_share_one_store() {
    let rsa = crate::openssl::rsa_authority();
    let ec = Authority::root("EC");
    let mut store = embertls::TrustStore::builder().der(&ec.der).unwrap();
    let mut chains = vec![vec![ec.server()]];
    if let Some((root, chain)) = rsa {
        store = store.der(&root).unwrap();
        chains.push(chain);
    }
    let crl: Crl = ec.crl(list(&[7]));
    let verifier = Verifier::new(store.build().unwrap()).with_crls([crl]);
    thread::scope(|scope| {
        for start in 0..8 {
            let (verifier, chains) = (&verifier, &chains);
            scope.spawn(move || {
                for round in 0..20 {
                    let chain = &chains[(start + round) % chains.len()];
                    verifier.clone().verify(chain, &host()).unwrap();
                }
            });
        }
    });
}

#[test]
fn everything_travels_between_threads() {
    fn assert_send_sync<T: Send + Sync + 'static>() {}
    assert_send_sync::<embertls::Certificate>();
    assert_send_sync::<embertls::TrustStore>();
    assert_send_sync::<embertls::Crl>();
    assert_send_sync::<embertls::Verifier>();
    assert_send_sync::<embertls::VerifiedChain>();
    assert_send_sync::<embertls::ServerName>();
}
