//! The shim as client and as server of itself, over each group of flags.

mod runner;

use embertls::{CipherSuite, NamedGroup};

use self::runner::{Runner, Way, alone};

#[test]
fn both_roles_over_both_families() {
    let runner = Runner::new();
    for flags in [
        "",
        "-async",
        "-ipv6",
        "-implicit-handshake -no-op-extra-handshake",
    ] {
        let client = format!("-shim-writes-first -shim-shuts-down {flags}");
        runner.agree(&client, "");
        runner.agree(&client, "-async");
    }
}

#[test]
fn versions() {
    let runner = Runner::new();
    let both = "-max-version 772 -min-version 769 -expect-version 771 -no-tls1 -no-tls11 -no-tls13";
    runner.agree(&format!("-shim-shuts-down {both}"), both);
    for flags in [
        "-min-version 772",
        "-max-version 770",
        "-no-tls12",
        "-expect-version 770",
    ] {
        assert_eq!(alone(flags).status.code(), Some(89), "{flags}");
    }
}

#[test]
fn suites_and_groups() {
    let runner = Runner::new();
    let all = [CipherSuite::ALL, CipherSuite::LEGACY].concat();
    // The certificate has an EC key.
    let suites = all.iter().filter(|suite| suite.name().contains("_ECDSA_"));
    for suite in suites {
        let expect = format!("-expect-cipher {}", suite.iana_number());
        let client = format!("-shim-writes-first -shim-shuts-down {expect}");
        runner.agree(&format!("-cipher {suite} {client}"), &expect);
        runner.agree(&client, &format!("-cipher {suite} {expect}"));
    }
    for group in NamedGroup::ALL {
        let number = group.iana_number();
        // The certificate is on P-256, which binds the client, too.
        let client = match number {
            23 => "-shim-shuts-down -curves 23".to_owned(),
            _ => format!("-shim-shuts-down -curves {number} -curves 23"),
        };
        let both = format!("-curves {number} -expect-curve-id {number}");
        runner.agree(&format!("{client} -expect-curve-id {number}"), &both);
    }
    runner.disagree(
        "-curves 24 -curves 23",
        "the peer sent the alert handshake_failure",
        "-curves 25",
        "no group in common",
    );
    let unexpected = format!(
        "-expect-cipher {}",
        CipherSuite::PskWithAes128Ccm8.iana_number()
    );
    runner.disagree("", "", &unexpected, "cipher suite");
}

#[test]
fn names_and_protocols() {
    let runner = Runner::new();
    runner.agree(
        "-host-name test -advertise-alpn \\2h2\\3foo -expect-alpn foo -shim-shuts-down",
        "-expect-server-name test -select-alpn foo -expect-advertised-alpn \\2h2\\3foo",
    );
    runner.agree("-advertise-alpn \\2h2 -shim-shuts-down", "-decline-alpn");
    runner.disagree(
        "-advertise-alpn \\2h2",
        "the peer sent the alert no_application_protocol",
        "-reject-alpn",
        "we sent the alert no_application_protocol",
    );
    let (_, server) = runner.run(Way::Clean, "-host-name test", "-expect-server-name other");
    server.fails_with("server name");
    let (client, _) = runner.run(Way::Clean, "-advertise-alpn \\2h2 -expect-alpn h2", "");
    client.fails_with("the protocol of ALPN");
}

#[test]
fn certificates_of_servers() {
    let runner = Runner::new();
    let client = "-expect-peer-cert-file @server -expect-verify-result -shim-shuts-down";
    runner.agree(client, "");
    runner.disagree(
        "-trust-cert @strangers",
        "NOT_TRUSTED",
        "",
        "the peer sent the alert unknown_ca",
    );
    runner.disagree(
        "-verify-peer -verify-fail",
        "the application refuses it: -verify-fail",
        "",
        "the peer sent the alert certificate_unknown",
    );
    runner.agree("-verify-fail -expect-verify-result -shim-shuts-down", "");
    let (client, _) = runner.run(Way::Clean, "-expect-peer-cert-file @client", "");
    client.fails_with("other certificates");
}

#[test]
fn certificates_of_clients() {
    let runner = Runner::new();
    let with = "-cert-file @client -key-file @client-key -shim-shuts-down";
    let required = "-trust-cert @root -require-any-client-certificate";
    runner.agree(with, &format!("{required} -expect-peer-cert-file @client"));
    runner.agree(
        with,
        &format!("{required} -verify-peer -use-client-ca-list <EMPTY>"),
    );
    runner.agree("-shim-shuts-down", "-trust-cert @root -verify-peer");
    for (client, server, alert) in [
        ("-shim-shuts-down", required, "handshake_failure"),
        (
            with,
            "-trust-cert @root -verify-peer -verify-fail",
            "certificate_unknown",
        ),
        (with, "-trust-cert @strangers -verify-peer", "unknown_ca"),
    ] {
        let told = format!("the peer sent the alert {alert}");
        runner.disagree(client, &told, server, "certificate verification failed");
    }
}

#[test]
fn resumption() {
    let runner = Runner::new();
    let twice = "-resume-count 2 -shim-writes-first -shim-shuts-down";
    runner.agree(twice, "-resume-count 2 -expect-no-session-id");
    runner.agree(twice, "-resume-count 2 -no-ticket -expect-session-id");
    runner.agree(
        &format!("{twice} -no-ticket"),
        "-resume-count 2 -expect-session-id",
    );
    runner.agree(&format!("{twice} -async"), "-resume-count 2 -async");
    // A session is not resumed under another configuration, and its certificate is not judged again.
    runner.agree(
        &format!("{twice} -on-resume-verify-fail -verify-peer -expect-peer-cert-file @server"),
        "-resume-count 2",
    );
    let miss = "-on-resume-expect-session-miss";
    runner.agree(
        "-resume-count 1 -shim-shuts-down -on-resume-curves 23 -on-resume-expect-session-miss",
        &format!("-resume-count 1 {miss}"),
    );
    let (client, _) = runner.run(
        Way::Clean,
        &format!("-resume-count 1 -shim-shuts-down {miss}"),
        "-resume-count 1",
    );
    client.fails_with("resumed: true instead of false");
    let (client, _) = runner.run(Way::Clean, "-expect-no-session -shim-shuts-down", "");
    client.fails_with("a session to resume");
}

#[test]
fn pre_shared_keys() {
    let runner = Runner::new();
    let psk = "-psk secret -psk-identity somebody";
    let client = format!("{psk} -shim-writes-first -shim-shuts-down");
    for suite in CipherSuite::PSK {
        runner.agree(&format!("{client} -cipher {suite}"), psk);
    }
    let (_, server) = runner.run(Way::Clean, &client, "-psk other -psk-identity somebody");
    server.fails_with("alert bad_record_mac");
    let (_, server) = runner.run(Way::Clean, &client, "-psk secret -psk-identity other");
    server.fails_with("we sent the alert unknown_psk_identity");
}

#[test]
fn secrets_and_bindings() {
    let runner = Runner::new();
    let exported = "-export-keying-material 1024 -export-label EXPORTER-x \
                    -export-context c -use-export-context";
    runner.agree(
        &format!("{exported} -expect-extended-master-secret -expect-secure-renegotiation -shim-shuts-down"),
        "-expect-extended-master-secret -expect-secure-renegotiation -use-exporter-between-reads",
    );
    runner.agree("-tls-unique -shim-shuts-down", "");
    let reserved = "-export-keying-material 8 -export-label master";
    runner.agree(&format!("{reserved} -shim-shuts-down"), "");
}

#[test]
fn reading_and_writing() {
    let runner = Runner::new();
    let sizes = "-write-different-record-sizes";
    runner.agree(sizes, "");
    runner.agree(sizes, "-peek-then-read -partial-write");
    runner.agree(sizes, "-read-size 40000");
    runner.agree(&format!("{sizes} -max-send-fragment 512"), "");
    runner.agree("-shim-writes-first -shim-shuts-down", "-read-size 1 -async");
    let (client, server) = runner.run(
        Way::Clean,
        "-async -read-with-unfinished-write -shim-writes-first",
        "-shim-writes-first -shim-shuts-down",
    );
    assert_eq!((client.said.as_str(), client.status), ("", Some(0)));
    assert_eq!((server.said.as_str(), server.status), ("", Some(0)));
}

#[test]
fn ends() {
    let runner = Runner::new();
    runner.agree("-shim-shuts-down -check-close-notify", "");
    runner.agree("", "-shim-shuts-down -check-close-notify");
    let greeting = "-shim-writes-first -shim-shuts-down";
    let (_, server) = runner.run(Way::DamagesClientData, greeting, "");
    server.fails_with("alert bad_record_mac");
    let (client, _) = runner.run(Way::CutsServerData, "", greeting);
    client.fails_with("without close_notify");
    let (client, _) = runner.run(Way::Clean, greeting, "-shim-writes-first -shim-shuts-down");
    assert_eq!(client.status, Some(0), "{}", client.said);
}

#[test]
fn refusals_of_the_application() {
    let runner = Runner::new();
    runner.disagree(
        "",
        "the peer sent the alert handshake_failure",
        "-use-early-callback -fail-early-callback",
        "refused the hello",
    );
    runner.disagree(
        "",
        "the peer sent the alert internal_error",
        "-install-ddos-callback -fail-ddos-callback",
        "refused the hello",
    );
    let (_, server) = runner.run(Way::Clean, "", "-handshake-never-done");
    server.fails_with("the handshake was completed");
}

#[test]
fn what_is_not_there_is_told_by_the_exit_status() {
    for flags in [
        "-dtls",
        "-quic",
        "-renegotiate-freely",
        "-false-start",
        "-enable-early-data",
        "-on-resume-enable-ocsp-stapling",
        "-curves 21",
        "-cipher DEFAULT:!AES",
        "-no-such-flag",
    ] {
        let ended = alone(flags);
        assert_eq!(ended.status.code(), Some(89), "{flags}");
        assert!(ended.stderr.starts_with(b"unimplemented: "), "{flags}");
    }
    assert_eq!(alone("-port").status.code(), Some(1));
    let asked = alone("-is-handshaker-supported");
    assert!(asked.status.success());
    assert_eq!(asked.stdout, b"No\n");
}
