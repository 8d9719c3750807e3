//! Our client with rustls.

use crate::cases::Case;
use crate::common::process::patient;
use crate::common::rustls_peer;

#[test]
fn every_suite_and_group() {
    let mut suites = Vec::new();
    for case in Case::all() {
        if !rustls_peer::supports(case.suite, case.group) {
            continue;
        }
        let provider = rustls_peer::restricted(Some(case.suite), Some(case.group));
        let config = rustls_peer::server_config(&case.pki().identity, provider);
        let (port, server) = rustls_peer::serve_one(config);
        let stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");

        case.exchange(patient(stream));

        let served = server.join().expect("no panic").expect("no error");
        assert_eq!(served.suite, case.suite.iana_number());
        assert_eq!(served.version, 0x0303);
        assert_eq!(served.group, case.group.iana_number());
        suites.push(case.suite);
    }
    assert!(suites.len() >= 3, "{suites:?}");
}
