//! Much data through one session.

use crate::cases::{Case, close};
use crate::common::process::patient;
use crate::common::{echo, rustls_peer};
use embertls::{CipherSuite, NamedGroup};

#[test]
fn sixty_four_mebibytes_each_way() {
    let case = Case {
        suite: CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        group: NamedGroup::Secp256r1,
    };
    let provider = rustls_peer::restricted(Some(case.suite), Some(case.group));
    let config = rustls_peer::server_config(&case.pki().identity, provider);
    let (port, server) = rustls_peer::serve_one(config);
    let stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let mut session = case.connect(patient(stream));

    let data = echo::payload(64 << 20, 64);
    assert!(echo::send_and_receive(&mut session, &data) == echo::digest(&data));

    close(session);
    server.join().expect("no panic").expect("no error");
}
