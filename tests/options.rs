//! The feature `serde`: configurations from files.

#![cfg(feature = "full")]
#![cfg(feature = "serde")]

mod common;

use std::fs;

use embertls::Error;
use embertls::options::{ClientCertificates, ClientOptions, ServerOptions};
use serde_json::{from_value, json};
use tempfile::TempDir;

use common::certificates::{Authority, Leaf};
use rcgen::ExtendedKeyUsagePurpose::ClientAuth;

/// A folder with a root, a server's and a client's chain and key.
fn folder() -> TempDir {
    let dir = TempDir::new().unwrap();
    let root = Authority::root("Test Root");
    fs::write(dir.path().join("ca.pem"), root.pem()).unwrap();
    for (name, leaf) in [
        ("server", Leaf::new()),
        (
            "client",
            Leaf::for_host("client").extended_key_usage(ClientAuth),
        ),
    ] {
        let identity = root.issue(leaf);
        fs::write(dir.path().join(format!("{name}.pem")), &identity.chain_pem).unwrap();
        fs::write(
            dir.path().join(format!("{name}-key.pem")),
            &identity.key_pem,
        )
        .unwrap();
    }
    dir
}

#[test]
fn files_make_sessions() {
    let dir = folder();
    let path = |name: &str| dir.path().join(name);
    let client: ClientOptions = from_value(json!({
        "ca_files": [path("ca.pem")],
        "certificate_file": path("client.pem"),
        "key_file": path("client-key.pem"),
        "alpn": ["two", "one"],
        "cipher_suites": ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
        "groups": ["secp256r1", "secp384r1"],
        "require_extended_master_secret": true,
    }))
    .unwrap();
    let server: ServerOptions = from_value(json!({
        "identities": [
            { "certificate_file": path("server.pem"), "key_file": path("server-key.pem") }
        ],
        "client_certificates": "required",
        "client_ca_files": [dir.path()],
        "alpn": ["one"],
        "groups": ["secp384r1", "secp256r1"],
    }))
    .unwrap();
    assert_eq!(server.client_certificates, ClientCertificates::Required);
    let again: ServerOptions = from_value(serde_json::to_value(&server).unwrap()).unwrap();
    assert_eq!(again, server);

    let (port, served) = common::ours::serve_one(server.config().unwrap(), u64::MAX);
    let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut session = common::ours::connect(&client.config().unwrap(), stream).unwrap();
    assert_eq!(session.alpn(), Some(&b"one"[..]));
    assert_eq!(
        session.cipher_suite().name(),
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    );
    assert_eq!(session.get_ref().group(), 24);
    assert!(session.verify_result().is_verified());
    session.close().unwrap();
    std::io::copy(&mut session, &mut std::io::sink()).unwrap();
    served.join().unwrap().unwrap();
}

#[test]
fn unknown_fields_are_refused_with_the_nearest_known_one() {
    for (text, expected) in [
        (
            r#"{ "ca_file": [] }"#,
            "unknown field \"ca_file\": did you mean `ca_files`?",
        ),
        (r#"{ "ciphersuites": [] }"#, "did you mean `cipher_suites`?"),
        (
            r#"{ "verify": false }"#,
            "unknown field \"verify\"; known are ca_files, ",
        ),
        (r#"{ "alpn": [], "alpn": [] }"#, "duplicate field `alpn`"),
        (r#"{ "alpn": "h2" }"#, "invalid type: string"),
    ] {
        let error = serde_json::from_str::<ClientOptions>(text)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
    let text = r#"{ "identities": [{ "certificate": "chain.pem" }] }"#;
    let error = serde_json::from_str::<ServerOptions>(text)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("did you mean `certificate_file`?"),
        "{error}"
    );
    let text = r#"{ "client_certificates": "require" }"#;
    let error = serde_json::from_str::<ServerOptions>(text)
        .unwrap_err()
        .to_string();
    assert!(error.contains("`required`"), "{error}");
}

#[test]
fn what_cannot_work_is_refused() {
    let client = |fields: serde_json::Value| {
        let options: ClientOptions = from_value(fields).unwrap();
        options.config().unwrap_err()
    };
    let error = client(json!({ "ca_files": ["/does/not/exist.pem"] }));
    assert!(
        matches!(error, Error::Io { .. }) && error.to_string().contains("exist.pem"),
        "{error}"
    );
    let error = client(json!({ "cipher_suites": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA25"] }));
    assert!(
        error
            .to_string()
            .contains("did you mean `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`?"),
        "{error}"
    );
    let error = client(json!({ "groups": ["x448"] }));
    assert!(error.to_string().contains("known are "), "{error}");
    let error = client(json!({ "certificate_file": "client.pem" }));
    assert!(error.to_string().contains("`key_file`"), "{error}");

    let server = |fields: serde_json::Value| {
        let options: ServerOptions = from_value(fields).unwrap();
        options.config().unwrap_err().to_string()
    };
    let error = server(json!({ "client_ca_files": ["clients.pem"] }));
    assert!(error.contains("`client_certificates` is `off`"), "{error}");
    let error = server(json!({ "client_certificates": "optional" }));
    assert!(error.contains("`client_ca_files` names no file"), "{error}");
    let error = server(json!({ "identities": [{ "key_file": "key.pem" }] }));
    assert!(error.contains("needs both"), "{error}");
}
