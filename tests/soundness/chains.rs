//! Certificate chains around the largest that fit.

use std::io::{Read, Write};

use embertls::{Certificate, Error, PrivateKey, SslConfig};

use crate::pair::Pair;
use crate::peer::greeted_client;
use crate::peer::messages::{SERVER_HELLO_DONE, certificate, message, server_extensions};
use crate::pki::{client_config, pki};

/// The largest Certificate message that fits a record.
const MOST: usize = 1 << 14;
/// Headers of the message and of its list, and of each certificate.
const HEADERS: usize = 4 + 3;
const ENTRY: usize = 3;

/// Sends this chain, or says that it cannot be sent.
fn try_chain(chain: Vec<Certificate>, key: PrivateKey) -> Result<(), Error> {
    let sent: Vec<Vec<u8>> = chain.iter().map(|crt| crt.as_der().to_vec()).collect();
    let server = SslConfig::server().identity(chain, key).build()?;
    let mut pair = Pair::with(&client_config(), &server);
    let received: Vec<Vec<u8>> = pair
        .client
        .peer_certificates()
        .iter()
        .map(|der| der.to_vec())
        .collect();
    assert!(received == sent, "the whole chain, as it is");
    pair.server.write_all(b"behind the chain").unwrap();
    let mut buffer = [0; 16];
    pair.client.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"behind the chain");
    Ok(())
}

#[test]
fn one_certificate_around_the_limit_is_refused_or_sent_whole() {
    for total in MOST - 4..=MOST + 4 {
        let (leaf, key) = pki().leaf_of_len(total - HEADERS - ENTRY);
        match try_chain(vec![leaf], key) {
            Ok(()) => assert!(total <= MOST, "{total}"),
            Err(Error::Config { reason }) => {
                assert!(total > MOST, "{total}: {reason}");
                assert!(reason.contains("chain"), "{reason}");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn a_chain_around_the_limit_is_refused_or_sent_whole() {
    // The engine checks the room before each certificate, so the last one
    // matters, and so does where the one before it ends (16382 to 16384).
    let (small, _) = pki().leaf_of_len(pki().leaf_der.len() + 40);
    let small_len = small.as_der().len();
    for total in MOST - 4..=MOST + 4 {
        let (leaf, key) = pki().leaf_of_len(total - HEADERS - 2 * ENTRY - small_len);
        match try_chain(vec![leaf, small.clone()], key) {
            Ok(()) => assert!(total <= MOST, "{total}"),
            Err(Error::Config { .. }) => assert!(total > MOST, "{total}"),
            Err(error) => panic!("{error:?}"),
        }
    }
    // The leaf alone ends at the limit, and another certificate follows.
    for total in MOST - 4..=MOST {
        let (leaf, key) = pki().leaf_of_len(total - HEADERS - ENTRY);
        let result = try_chain(vec![leaf, small.clone()], key);
        assert!(matches!(result, Err(Error::Config { .. })), "{result:?}");
    }
}

#[test]
fn a_chain_larger_than_a_record_is_received() {
    // Other servers split such a message; 100 kB of certificates that nobody
    // asked for change nothing.
    let leaf = &pki().leaf_der[..];
    let (junk, _) = pki().leaf_of_len(10_000);
    let mut chain = vec![leaf];
    chain.extend([junk.as_der(); 10]);
    let (mut client, mut peer) = greeted_client();
    let flight = [
        peer.server_hello(&server_extensions()),
        certificate(&chain),
        peer.server_key_exchange(&peer.key_share()),
        message(SERVER_HELLO_DONE, &[]),
    ];
    for message in flight {
        peer.send_in_pieces(&message, 16384);
    }
    crate::peer::turn(&mut client, &mut peer);
    peer.read_client_flight();
    peer.change_cipher_spec();
    let finished = peer.finished();
    peer.send(&finished);
    peer.exchange(client.get_ref());
    client.advance().unwrap();
    let session = client.into_session().unwrap();
    assert_eq!(session.peer_certificates().len(), 11);
}
