//! Certificates, revocation lists, PEM, and the verifier.

use std::sync::OnceLock;

use rustls_pki_types::CertificateDer;

use super::pki::{self, name, pki, verifier};
use super::{Target, seed};
use crate::{Certificate, Crl, PrivateKey, Revocation, ServerName, TrustStore, Uncovered};

pub(super) const CERTIFICATE: Target = Target {
    name: "certificate",
    run: certificate,
    seeds: || CERTIFICATES.map(seed::der).to_vec(),
    words: DER_WORDS,
};

pub(super) const CRL: Target = Target {
    name: "crl",
    run: crl,
    seeds: || vec![seed::der(pki::CRL)],
    words: DER_WORDS,
};

pub(super) const PEM: Target = Target {
    name: "pem",
    run: pem,
    seeds: pem_seeds,
    words: PEM_WORDS,
};

pub(super) const VERIFIER: Target = Target {
    name: "verifier",
    run: verify,
    seeds: verifier_seeds,
    words: DER_WORDS,
};

const CERTIFICATES: [&str; 7] = [
    pki::ROOT,
    pki::MIDDLE,
    pki::SERVER,
    pki::SERVER_RSA,
    pki::SERVER_P521,
    pki::CLIENT,
    pki::PSS,
];

/// Tags with short contents, lengths of all forms, the names of algorithms and
/// extensions.
const DER_WORDS: &[&[u8]] = &[
    b"\x30\x00",
    b"\x30\x80",
    b"\x30\x81\x80",
    b"\x30\x82\x01\x00",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x31\x00",
    b"\x05\x00",
    b"\x01\x01\xff",
    b"\x01\x01\x00",
    b"\x02\x01\x00",
    b"\x02\x01\x7f",
    b"\x02\x02\x00\xff",
    b"\x02\x00",
    b"\x03\x02\x07\x80",
    b"\x04\x00",
    b"\xa0\x03\x02\x01\x02",
    b"\xa3\x00",
    b"\x80\x00",
    b"\x82\x0bserver.test",
    b"\x87\x04\xc0\x00\x02\x01",
    b"\x17\x0d200101000000Z",
    b"\x18\x0f20991231235959Z",
    b"\x06\x03\x55\x04\x03",
    b"\x06\x03\x55\x1d\x0e",
    b"\x06\x03\x55\x1d\x0f",
    b"\x06\x03\x55\x1d\x11",
    b"\x06\x03\x55\x1d\x13",
    b"\x06\x03\x55\x1d\x14",
    b"\x06\x03\x55\x1d\x15",
    b"\x06\x03\x55\x1d\x1b",
    b"\x06\x03\x55\x1d\x1c",
    b"\x06\x03\x55\x1d\x1e",
    b"\x06\x03\x55\x1d\x1f",
    b"\x06\x03\x55\x1d\x20",
    b"\x06\x03\x55\x1d\x21",
    b"\x06\x03\x55\x1d\x23",
    b"\x06\x03\x55\x1d\x24",
    b"\x06\x03\x55\x1d\x25",
    b"\x06\x03\x55\x1d\x36",
    b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
    b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01",
    b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b",
    b"\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18",
];

const PEM_WORDS: &[&[u8]] = &[
    b"-----BEGIN CERTIFICATE-----\n",
    b"-----END CERTIFICATE-----\n",
    b"-----BEGIN TRUSTED CERTIFICATE-----\n",
    b"-----BEGIN X509 CRL-----\n",
    b"-----END X509 CRL-----\n",
    b"-----BEGIN PRIVATE KEY-----\n",
    b"-----END PRIVATE KEY-----\n",
    b"-----BEGIN EC PRIVATE KEY-----\n",
    b"-----BEGIN RSA PRIVATE KEY-----\n",
    b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
    b"-----BEGIN EC PARAMETERS-----\n",
    b"Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0011223344556677\n\n",
    b"-----BEGIN ",
    b"-----END ",
    b"-----",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"MIIB",
    b"AA==",
    b"=",
];

fn certificate(der: &[u8]) {
    let _ = TrustStore::from_der(der);
    let certificate = match Certificate::from_der(der) {
        Ok(certificate) => certificate,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(certificate.as_der(), der);
    for text in [
        certificate.subject(),
        certificate.issuer(),
        certificate.serial(),
    ] {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    assert!(!format!("{certificate:?}").is_empty());
    let _ = (certificate.not_before(), certificate.not_after());
    let _ = (certificate.dns_names(), certificate.ip_addresses());
    // A stranger proves nothing, and a relative of ours only as it was signed.
    check_accepted(&[CertificateDer::from(der)], &name());
}

fn crl(der: &[u8]) {
    let list = match Crl::from_der(der) {
        Ok(list) => list,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for issuer in list.issuers() {
        assert!(!issuer.contains(char::is_control), "{issuer:?}");
    }
    // The one certificate on the list stays revoked, or the list does not count.
    let verifier = verifier()
        .with_crls([list])
        .revocation(Revocation::Leaf)
        .uncovered(Uncovered::Refuse);
    let client = seed::der(pki::CLIENT);
    assert!(
        verifier
            .verify_client(&[CertificateDer::from(client)])
            .is_err()
    );
}

fn pem(text: &[u8]) {
    if let Ok(chain) = Certificate::chain_from_pem(text) {
        assert!(!chain.is_empty());
        let first = Certificate::from_pem(text);
        assert!(chain.len() > 1 || first.is_ok_and(|first| first == chain[0]));
    }
    if let Ok(builder) = TrustStore::builder().pem(text) {
        let _ = builder.build();
    }
    let _ = Crl::from_pem(text);
    let _ = PrivateKey::from_pem(text);
}

fn verify(data: &[u8]) {
    let [how, rest @ ..] = data else {
        return;
    };
    let mut rest = rest;
    let mut chain = Vec::new();
    while let Some(der) = seed::take_vec16(&mut rest) {
        chain.push(CertificateDer::from(der));
    }
    let mut verifier = verifier();
    if how & 1 != 0 {
        let uncovered = if how & 2 != 0 {
            Uncovered::Refuse
        } else {
            Uncovered::Allow
        };
        verifier = verifier.with_crls([pki().crl.clone()]).uncovered(uncovered);
    }
    let address = ServerName::try_from("192.0.2.1").expect("an address");
    let name = if how & 4 != 0 { address } else { name() };
    match verifier.verify(&chain, &name) {
        Ok(verified) => assert_ours(&verified.certificates()[0]),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    check_accepted(&chain, &name);
    if let Ok(verified) = verifier.verify_client(&chain) {
        assert_ours(&verified.certificates()[0]);
    }
}

fn check_accepted(chain: &[CertificateDer<'_>], name: &ServerName) {
    if let Ok(verified) = verifier().verify(chain, name) {
        assert_ours(&verified.certificates()[0]);
    }
}

/// What was accepted says what one of our certificates says, to the bit:
/// nobody else could have signed it.
fn assert_ours(leaf: &[u8]) {
    static SIGNED: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let signed = SIGNED.get_or_init(|| {
        CERTIFICATES
            .map(|pem| signed_part(&seed::der(pem)))
            .to_vec()
    });
    let is_ours = signed
        .iter()
        .any(|ours| leaf.windows(ours.len()).any(|part| part == ours));
    assert!(is_ours, "a certificate that nobody signed is accepted");
}

/// The part of a certificate that its signature covers.
fn signed_part(der: &[u8]) -> Vec<u8> {
    // Two SEQUENCEs, one in the other, with lengths of two bytes.
    let inner = &der[4..];
    assert_eq!((inner[0], inner[1]), (0x30, 0x82));
    inner[..4 + usize::from(u16::from_be_bytes([inner[2], inner[3]]))].to_vec()
}

fn pem_seeds() -> Vec<Vec<u8>> {
    let texts = [
        pki::SERVER.to_owned(),
        [pki::SERVER_RSA, "Some text\n\n", pki::MIDDLE].concat(),
        [pki::ROOT, pki::SERVER_KEY, pki::CRL].concat(),
        pki::SERVER_KEY_SEC1.to_owned(),
        pki::SERVER_KEY_ENCRYPTED.to_owned(),
        pki::CRL.to_owned(),
        pki::CLIENT.replace('\n', "\r\n"),
    ];
    texts.map(String::into_bytes).to_vec()
}

fn verifier_seeds() -> Vec<Vec<u8>> {
    let chains: [&[&str]; 6] = [
        &[pki::SERVER],
        &[pki::SERVER, pki::ROOT],
        &[pki::SERVER_RSA, pki::MIDDLE],
        &[pki::SERVER_P521, pki::SERVER, pki::MIDDLE],
        &[pki::CLIENT],
        &[pki::PSS, pki::MIDDLE],
    ];
    let each = chains.iter().enumerate();
    each.map(|(index, chain)| {
        let certificates = chain.iter().flat_map(|pem| seed::vec16(&seed::der(pem)));
        std::iter::once(index as u8).chain(certificates).collect()
    })
    .collect()
}
