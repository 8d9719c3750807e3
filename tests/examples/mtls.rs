//! `mtls`: one client is served, two are not, and all are told why.

use crate::program::run;

#[test]
fn the_client_with_the_right_certificate_is_served_alone() {
    let run = run("mtls", &[]).ended(0);
    assert_eq!(run.text().lines().next(), Some("Mbed TLS 2.16.0"));
    assert_eq!(run.lines("1 of 3: client: "), ["hello, CN=alice"]);
    assert_eq!(run.lines("1 of 3: server: "), ["served CN=alice"]);
    let [nobody] = run.lines("2 of 3: server: ")[..] else {
        panic!("{}", run.shown());
    };
    assert!(nobody.contains("certificate"), "{nobody}");
    let [stranger] = run.lines("3 of 3: server: ")[..] else {
        panic!("{}", run.shown());
    };
    assert!(
        stranger.contains("MBEDTLS_X509_BADCERT_NOT_TRUSTED"),
        "{stranger}"
    );
    for which in ["2 of 3: client: ", "3 of 3: client: "] {
        let [refused] = run.lines(which)[..] else {
            panic!("{}", run.shown());
        };
        assert!(!refused.contains("hello"), "{refused}");
    }
    assert_eq!(run.stderr, "");
}
