//! Certificates for the servers of the tests, each wrong in a way of its own.

use std::sync::Arc;

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::{NamedTempFile, TempDir};

/// An authority, and its certificate in a file.
pub struct Pki {
    issuer: CertifiedIssuer<'static, KeyPair>,
    dir: TempDir,
}

/// What is to be in a certificate.
pub struct Leaf<'a> {
    pub subject: &'a str,
    pub name: &'a str,
    /// From and to the first day of these years.
    pub valid: (i32, i32),
    pub serial: u64,
}

pub const GOOD: Leaf<'_> = Leaf {
    subject: "localhost",
    name: "localhost",
    valid: (2020, 2049),
    serial: 7,
};

pub const EXPIRED: Leaf<'_> = Leaf {
    valid: (2020, 2021),
    ..GOOD
};

impl Pki {
    pub fn new() -> Self {
        let mut params = params("Test CA", (2020, 2049));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, key()).expect("a CA can be made");
        let dir = tempfile::tempdir().expect("there is room for files");
        std::fs::write(dir.path().join("ca.pem"), issuer.pem()).expect("the CA can be written");
        Self { issuer, dir }
    }

    /// The authority's certificate.
    pub fn ca_file(&self) -> String {
        self.path("ca.pem")
    }

    /// A directory with the authority's certificate in it.
    pub fn ca_dir(&self) -> String {
        self.path("")
    }

    /// A server's configuration with such a certificate: TLS 1.2 and 1.3.
    pub fn server(&self, leaf: &Leaf<'_>) -> ServerConfig {
        self.server_with(leaf, rustls::DEFAULT_VERSIONS)
    }

    pub fn server_with(
        &self,
        leaf: &Leaf<'_>,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ServerConfig {
        let key = key();
        let mut params = params(leaf.subject, leaf.valid);
        params.serial_number = Some(leaf.serial.into());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.subject_alt_names = vec![match leaf.name.parse() {
            Ok(ip) => SanType::IpAddress(ip),
            Err(_) => SanType::DnsName(Ia5String::try_from(leaf.name).expect("an ASCII name")),
        }];
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("it can be signed");
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("the provider has suites for these versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .expect("key and certificate belong together")
    }

    /// A revocation list with these serial numbers.
    pub fn crl_file(&self, serials: &[u64]) -> NamedTempFile {
        let revoked = |&serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2021, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2021, 1, 1),
            next_update: date_time_ymd(2049, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).expect("it can be signed");
        file_with(&list.pem().expect("it can be written as PEM"))
    }

    fn path(&self, name: &str) -> String {
        let path = self.dir.path().join(name);
        path.to_str().expect("temporary paths are UTF-8").into()
    }
}

/// A file with this in it, for as long as the value lives.
pub fn file_with(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().expect("there is room for a file");
    std::fs::write(file.path(), text).expect("it can be written");
    file
}

fn params(subject: &str, (from, to): (i32, i32)) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, subject);
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}
