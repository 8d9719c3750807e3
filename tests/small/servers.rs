//! Builds with servers: OpenSSL's client comes to each.

use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use embertls::ssl::{PskTable, ServerConfigBuilder};
use embertls::{CipherSuite, Error, Server, SslConfig, TicketKeys};
use tempfile::TempDir;

use crate::common::certificates::{Authority, HOST, Leaf};
use crate::common::process::Process;
use crate::common::{echo, ours, programs};
use crate::{
    CERTIFICATES, CURVES, PARTS, PSK, PSK_HEX, PSK_IDENTITY, missing_feature, names, names_feature,
    psk,
};

const LEN: usize = 20_000;

/// A suite that is in no build without `legacy-suites`, and on in none, with
/// its number.
const OLD_SUITE: (&str, &str) = ("ECDHE-ECDSA-AES128-SHA", "0xc009");

/// What the server is to know, as far as it is compiled, and the folder with
/// the authority of its certificate.
fn any_server() -> (ServerConfigBuilder, TempDir) {
    let root = Authority::root("a root");
    let dir = TempDir::new().unwrap();
    std::fs::write(authority(&dir), root.pem()).unwrap();
    let mut server = SslConfig::server();
    if CERTIFICATES {
        let (chain, key) = ours::loaded(&root.issue(Leaf::new()));
        server = server.identity(chain, key);
    }
    if PSK {
        server = server.pre_shared_keys(PskTable::new().with(PSK_IDENTITY, psk()));
    }
    (server, dir)
}

fn authority(dir: &TempDir) -> std::path::PathBuf {
    dir.path().join("root.pem")
}

/// OpenSSL's client, which trusts the authority, and knows the key where
/// pre-shared keys are what it is to offer.
fn s_client(openssl: &Path, dir: &TempDir, port: u16, ciphers: &str) -> Command {
    let mut command = Command::new(openssl);
    command
        .args(["s_client", "-brief", "-ign_eof", "-tls1_2"])
        .args(["-connect", &format!("{}:{port}", Ipv4Addr::LOCALHOST)])
        .args(["-cipher", &format!("{ciphers}:@SECLEVEL=0")]);
    if ciphers.contains("PSK") {
        command.args(["-psk", PSK_HEX, "-psk_identity", PSK_IDENTITY]);
    } else {
        command
            .args(["-servername", HOST, "-verify_hostname", HOST])
            .args(["-verify_return_error", "-CAfile"])
            .arg(authority(dir));
    }
    command
}

/// A suite as OpenSSL names it.
fn openssl_name(suite: CipherSuite) -> String {
    let name = suite.name().trim_start_matches("TLS_");
    let name = name.replace("_WITH", "").replace("AES_", "AES");
    let name = name.replace("CCM_8", "CCM8").replace('_', "-");
    match name.strip_suffix("-SHA256") {
        Some(name) if name.ends_with("POLY1305") => name.to_owned(),
        _ => name,
    }
}

/// The client sends data and gets it back; what our server tells of it, and
/// what the client said.
fn exchange(
    server: SslConfig<Server>,
    client: impl FnOnce(u16) -> Command,
) -> (Result<ours::Served, Error>, Process) {
    let (port, thread) = ours::serve_one(server, LEN as u64);
    let (mut process, mut stdin, mut stdout) = Process::start_with_data(&mut client(port));
    let data = echo::payload(LEN, 7);
    // Where one refuses the other, the pipes break.
    let _ = stdin.write_all(&data).and_then(|()| stdin.flush());
    let mut back = Vec::new();
    stdout.read_to_end(&mut back).unwrap();
    let served = thread.join().unwrap();
    let said = process.all_lines().join("\n");
    match &served {
        Ok(_) => assert!(back == data, "changed on its way: {said}"),
        Err(_) => assert!(back.is_empty(), "it has data: {said}"),
    }
    (served, process)
}

#[test]
fn an_openssl_client_with_each_suite() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let suites = [CipherSuite::ALL, CipherSuite::PSK].concat();
    let (server, dir) = any_server();
    let server = server.cipher_suites(&suites).build().unwrap();
    let mut tried = 0;
    // The certificate is on P-256.
    let suites = suites.iter().filter(|one| !one.name().contains("_RSA_"));
    for suite in suites {
        let name = openssl_name(*suite);
        let (served, mut client) =
            exchange(server.clone(), |port| s_client(&openssl, &dir, port, &name));
        let served = served.unwrap_or_else(|error| panic!("{suite}: {error}"));
        assert_eq!(served.suite, *suite);
        let line = client.line_with("Ciphersuite");
        assert_eq!(line, format!("Ciphersuite: {name}"));
        if !name.contains("PSK") {
            assert_eq!(client.line_with("Verification"), "Verification: OK");
        }
        tried += 1;
    }
    assert!(tried > 0);
}

/// With what either has by default.
#[test]
fn an_openssl_client_with_the_defaults() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    for (is_compiled, ciphers, expected) in [
        (CERTIFICATES, "DEFAULT", CipherSuite::DEFAULT),
        (PSK, "PSK", CipherSuite::PSK_DEFAULT),
    ] {
        if !is_compiled {
            continue;
        }
        let (server, dir) = any_server();
        let (served, _) = exchange(server.build().unwrap(), |port| {
            s_client(&openssl, &dir, port, ciphers)
        });
        let served = served.unwrap_or_else(|error| panic!("{ciphers}: {error}"));
        assert_eq!(Some(&served.suite), expected.first(), "{ciphers}");
    }
}

#[test]
fn an_openssl_client_that_comes_again_with_its_ticket() {
    let Some(openssl) = programs::openssl().filter(|_| CERTIFICATES) else {
        return;
    };
    let (server, dir) = any_server();
    let keys = TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME).unwrap();
    let server = server.tickets(keys).build().unwrap();
    let session = dir.path().join("session");
    for (option, is_resumed) in [("-sess_out", false), ("-sess_in", true)] {
        let (served, _) = exchange(server.clone(), |port| {
            let mut client = s_client(&openssl, &dir, port, "DEFAULT");
            client.arg(option).arg(&session);
            client
        });
        assert_eq!(served.unwrap().is_resumed, is_resumed);
    }
}

#[test]
fn what_is_not_compiled_is_refused_by_the_name_of_its_feature() {
    for (suite, needed) in PARTS {
        let Some(feature) = missing_feature(needed) else {
            continue;
        };
        let (server, _) = any_server();
        let error = server.cipher_suites(&[*suite]).build().unwrap_err();
        assert!(names(&error, suite.name()), "{error}");
        assert!(names_feature(&error, feature), "{error}");
    }
    if !PSK {
        let (server, _) = any_server();
        let keys = PskTable::new().with(PSK_IDENTITY, psk());
        let error = server.pre_shared_keys(keys).build().unwrap_err();
        assert!(names_feature(&error, "psk"), "{error}");
    }
}

/// Each says why: the client by the alert that it got.
#[test]
fn an_openssl_client_that_offers_only_what_is_not_compiled() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    let mut offers = Vec::new();
    for (suite, needed) in PARTS {
        if let Some(feature) = missing_feature(needed) {
            let feature = format!("built without embertls' `{feature}`");
            offers.push((openssl_name(*suite), [suite.name().into(), feature]));
        }
    }
    if !cfg!(feature = "legacy-suites") {
        let (name, number) = OLD_SUITE;
        offers.push((name.into(), [number.into(), "allowed are".into()]));
    }
    for (name, parts) in offers {
        let (server, dir) = any_server();
        let (served, mut client) = exchange(server.build().unwrap(), |port| {
            s_client(&openssl, &dir, port, &name)
        });
        let error = served.map(|_| ()).unwrap_err();
        assert!(
            names(&error, "no cipher suite in common"),
            "{name}: {error}"
        );
        for part in parts {
            assert!(names(&error, &part), "{name}: {error}");
        }
        client.line_with("handshake failure");
    }
}

#[test]
fn an_openssl_client_that_offers_only_another_group() {
    let Some(openssl) = programs::openssl().filter(|_| CERTIFICATES) else {
        return;
    };
    let (server, dir) = any_server();
    let (served, mut client) = exchange(server.build().unwrap(), |port| {
        let mut client = s_client(&openssl, &dir, port, "DEFAULT");
        client.args(["-groups", "P-384"]);
        client
    });
    let error = served.map(|_| ()).unwrap_err();
    // Where the key exchange can be on P-384, the certificate still is not.
    let why = match CURVES {
        true => "with the certificate",
        false => "built without embertls' `curves`",
    };
    for part in ["no group in common", "secp384r1", why] {
        assert!(names(&error, part), "{error}");
    }
    client.line_with("handshake failure");
}
