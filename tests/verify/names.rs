//! Server names, and certificates for them.

use std::net::IpAddr;

use embertls::{Certificate, Error, ServerName, Verifier, VerifyFlag};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, DnType, SanType};

use crate::pki::{Authority, explanation, flags, server};

/// Judges a server's certificate with these subjectAltNames for `name`.
fn judge(names: &[&str], name: &str) -> Result<(), embertls::VerifyError> {
    let root = Authority::root("Root");
    let mut params = server("cn.example");
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    params.subject_alt_names = CertificateParams::new(names).unwrap().subject_alt_names;
    let name = ServerName::try_from(name).unwrap();
    let verifier = Verifier::new(root.store());
    verifier.verify(&[root.sign(&params)], &name).map(|_| ())
}

#[test]
fn a_certificate_is_for_the_names_in_it() {
    for (names, name, good) in [
        (&["a.example"][..], "a.example", true),
        (&["a.example"], "A.EXAMPLE.", true),
        (&["b.example", "a.example"], "a.example", true),
        (&["*.example.org"], "a.example.org", true),
        (&["*.example.org"], "example.org", false),
        (&["*.example.org"], "b.a.example.org", false),
        (&["*.org"], "example.org", false),
        (&["a.example"], "b.example", false),
        (&["192.0.2.1"], "192.0.2.1", true),
        (&["192.0.2.1"], "192.0.2.2", false),
        (&["2001:db8::1"], "2001:db8:0::1", true),
        (&["a.example"], "192.0.2.1", false),
        (&["192.0.2.1"], "a.example", false),
        // The common name does not count.
        (&["a.example"], "cn.example", false),
        (&[], "cn.example", false),
    ] {
        let result = judge(names, name);
        if good {
            assert!(result.is_ok(), "{names:?} {name}: {result:?}");
        } else {
            assert_eq!(flags(result), [(0, VerifyFlag::CnMismatch)]);
        }
    }
}

#[test]
fn an_address_written_as_a_dns_name_does_not_count() {
    let root = Authority::root("Root");
    let mut params = server("cn.example");
    params.subject_alt_names = vec![SanType::DnsName("192.0.2.1".try_into().unwrap())];
    let name = ServerName::try_from("192.0.2.1").unwrap();
    let result = Verifier::new(root.store()).verify(&[root.sign(&params)], &name);
    assert_eq!(flags(result), [(0, VerifyFlag::CnMismatch)]);
}

#[test]
fn a_mismatch_names_both_sides() {
    let text = explanation(judge(&["a.example", "192.0.2.1"], "c.example"));
    assert_eq!(
        text,
        "the certificate is for a.example, 192.0.2.1; you asked for c.example"
    );
    let text = explanation(judge(&[], "c.example"));
    assert!(
        text.contains("no subjectAltName, and its common name"),
        "{text}"
    );

    let many: Vec<_> = (0..30).map(|i| format!("n{i}.example")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let text = explanation(judge(&many, "c.example"));
    assert!(text.contains("n9.example and 20 more; you"), "{text}");
}

/// A name of hostile bytes: rcgen writes the extension as it is given.
fn with_dns_name(name: &[u8]) -> CertificateParams {
    let mut params = server("cn.example");
    params.subject_alt_names = vec![];
    let mut san = vec![0x30, name.len() as u8 + 2, 0x82, name.len() as u8];
    san.extend_from_slice(name);
    let san = CustomExtension::from_oid_content(&[2, 5, 29, 17], san);
    params.custom_extensions = vec![san];
    params
}

#[test]
fn hostile_names_match_nothing_and_forge_nothing() {
    let root = Authority::root("Root");
    let name = ServerName::try_from("a.example").unwrap();
    for hostile in [
        &b"a.example\0.evil.example"[..],
        b"a.example\nverify: ok",
        b"\xff\xfe",
        b"",
        b" a.example",
        b"a.example.",
        b"a.example, b.example",
    ] {
        let leaf = root.sign(&with_dns_name(hostile));
        let result = Verifier::new(root.store()).verify(&[leaf], &name);
        assert_eq!(flags(result.clone()), [(0, VerifyFlag::CnMismatch)]);
        let shown = result.unwrap_err().to_string();
        assert!(shown.is_ascii() && shown.lines().count() == 1, "{shown:?}");
    }
}

#[test]
fn a_subject_cannot_forge_lines_or_other_subjects() {
    let mut params = server("a.example");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(
        DnType::CommonName,
        "x\r\nverify: ok\u{202e}, O=Bank+OU=\\: MBEDTLS_X509_BADCERT_EXPIRED: y",
    );
    params
        .distinguished_name
        .push(DnType::OrganizationName, "#1 B\u{fc}ro: ");
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let subject = Certificate::from_der(certificate.der()).unwrap().subject();
    assert_eq!(
        subject,
        "CN=x\\u{d}\\u{a}verify\\: ok\\u{202e}\\, O\\=Bank\\+OU\\=\\\\\\: \
         MBEDTLS_X509_BADCERT_EXPIRED\\: y, O=\\#1 B\u{fc}ro\\:\\ "
    );
}

#[test]
fn server_names_are_dns_names_or_addresses() {
    for (given, expected, is_ip) in [
        ("example.org", "example.org", false),
        ("EXAMPLE.org.", "example.org", false),
        ("localhost", "localhost", false),
        ("_dmarc.my_host.example", "_dmarc.my_host.example", false),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", false),
        ("1.example", "1.example", false),
        ("127.0.0.1", "127.0.0.1", true),
        ("::1", "::1", true),
        ("2001:DB8:0:0::1", "2001:db8::1", true),
    ] {
        let name: ServerName = given.parse().unwrap();
        assert_eq!((name.as_str(), name.is_ip()), (expected, is_ip));
        assert_eq!(name.to_string(), expected);
        assert_eq!(ServerName::try_from(given.to_owned()).unwrap(), name);
        let theirs = rustls_pki_types::ServerName::try_from(&name).unwrap();
        assert_eq!(theirs.to_str(), expected);
        assert_eq!(ServerName::try_from(&theirs).unwrap(), name);
    }
    let ip: IpAddr = "192.0.2.1".parse().unwrap();
    assert_eq!(ServerName::from(ip).ip(), Some(ip));
}

#[test]
fn what_is_no_name_is_told_why() {
    for (given, reason) in [
        ("", "empty"),
        ("https://example.org/", "URL"),
        ("b\u{fc}cher.example", "xn--"),
        ("*.example.org", "wildcard"),
        ("[::1]", "brackets"),
        ("fe80::1%eth0", "zone"),
        ("example.org:443", "port"),
        ("192.0.2.1:443", "port"),
        ("two words", "space"),
        ("example.org/index", "path"),
        ("192.0.2.0/24", "path"),
        ("a..b", "two dots"),
        (".example", "two dots"),
        ("-a.example", "`-`"),
        ("1.2.3", "IPv4"),
        ("256.1.1.1", "IPv4"),
        ("a$b", "letters, digits"),
        (&"a".repeat(64), "63"),
        (&"a.".repeat(128), "253"),
    ] {
        match ServerName::try_from(given) {
            Err(Error::ServerName { name, reason: told }) => {
                assert_eq!(name, given);
                assert!(told.contains(reason), "{given:?}: {told}");
            }
            other => panic!("{given:?}: {other:?}"),
        }
    }
}
