//! `starttls`: every line arrives, in the clear and over TLS.

use crate::program::run;

#[test]
fn plain_text_then_tls_then_plain_text() {
    // What is read ahead depends on how the packets fall.
    for _ in 0..20 {
        let run = run("starttls", &[]).ended(0);
        assert_eq!(run.text().lines().next(), Some("Mbed TLS 2.16.0"));
        assert_eq!(
            run.lines("server: "),
            [
                "in the clear: STARTTLS",
                "over TLSv1.2: the secret",
                "in the clear: QUIT",
            ]
        );
        assert_eq!(
            run.lines("client: "),
            [
                "in the clear: 220 ready",
                "in the clear: 220 go ahead",
                "over TLSv1.2: you said the secret",
                "in the clear: 221 bye",
            ]
        );
        assert_eq!(run.stderr, "");
    }
}
