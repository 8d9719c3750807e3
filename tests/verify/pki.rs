//! Authorities and servers for the tests, made with rcgen.

use embertls::{Crl, ServerName, TrustStore, VerifyError, VerifyFlag};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PublicKeyData, RevokedCertParams, SerialNumber, SigningKey, date_time_ymd,
};
use rustls_pki_types::CertificateDer;

/// The name that every server here has, unless a test says otherwise.
pub const HOST: &str = "server.example";

/// An authority: its certificate and the key that it signs with.
pub struct Authority {
    pub der: CertificateDer<'static>,
    pub pem: String,
    pub params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    /// A root with this common name.
    pub fn root(name: &str) -> Self {
        Self::root_of(authority(name))
    }

    pub fn root_of(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        Self::root_with(params, key)
    }

    pub fn root_with(params: CertificateParams, key: KeyPair) -> Self {
        let certificate = params.self_signed(&key).unwrap();
        Self::new(certificate, params, key)
    }

    /// An authority below this one.
    pub fn intermediate(&self, name: &str) -> Self {
        self.intermediate_of(authority(name))
    }

    pub fn intermediate_of(&self, params: CertificateParams) -> Self {
        self.intermediate_with(params, KeyPair::generate().unwrap())
    }

    pub fn intermediate_with(&self, params: CertificateParams, key: KeyPair) -> Self {
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Self::new(certificate, params, key)
    }

    fn new(certificate: rcgen::Certificate, params: CertificateParams, key: KeyPair) -> Self {
        Self {
            der: certificate.der().clone(),
            pem: certificate.pem(),
            params,
            key,
        }
    }

    /// The same authority, known to another one: the same name and key.
    pub fn cross_signed_by(&self, other: &Self) -> CertificateDer<'static> {
        other.sign_key(&self.params, &self.key)
    }

    /// A certificate with a fresh key.
    pub fn sign(&self, params: &CertificateParams) -> CertificateDer<'static> {
        self.sign_key(params, &KeyPair::generate().unwrap())
    }

    pub fn sign_key(
        &self,
        params: &CertificateParams,
        key: &impl PublicKeyData,
    ) -> CertificateDer<'static> {
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(key, &issuer).unwrap().der().clone()
    }

    /// A good server certificate for [`HOST`].
    pub fn server(&self) -> CertificateDer<'static> {
        self.sign(&server(HOST))
    }

    pub fn store(&self) -> TrustStore {
        TrustStore::from_certificates([&self.der]).unwrap()
    }

    /// The authority's signature of anything.
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).unwrap()
    }

    pub fn crl(&self, params: CertificateRevocationListParams) -> Crl {
        Crl::from_der(self.crl_der(params)).unwrap()
    }

    pub fn crl_pem(&self, params: CertificateRevocationListParams) -> String {
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(&issuer).unwrap().pem().unwrap()
    }

    pub fn crl_der(&self, params: CertificateRevocationListParams) -> Vec<u8> {
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(&issuer).unwrap().der().to_vec()
    }
}

/// What an authority's certificate says.
pub fn authority(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// What a server's certificate says.
pub fn server(host: &str) -> CertificateParams {
    let mut params = params(host);
    params.subject_alt_names = CertificateParams::new([host.to_owned()])
        .unwrap()
        .subject_alt_names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2099, 1, 1);
    params
}

/// A list that is current and revokes these serial numbers.
pub fn list(revoked: &[u64]) -> CertificateRevocationListParams {
    CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(2099, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: revoked.iter().map(|serial| revoke(*serial)).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
}

pub fn revoke(serial: u64) -> RevokedCertParams {
    RevokedCertParams {
        serial_number: SerialNumber::from(serial),
        revocation_time: date_time_ymd(2021, 2, 3),
        reason_code: None,
        invalidity_date: None,
    }
}

pub fn host() -> ServerName {
    ServerName::try_from(HOST).unwrap()
}

/// Judges a chain for [`HOST`].
pub fn verify(
    store: &TrustStore,
    chain: &[CertificateDer<'_>],
) -> Result<embertls::VerifiedChain, VerifyError> {
    embertls::Verifier::new(store.clone()).verify(chain, &host())
}

/// The problems of a refused chain: depth and flag.
pub fn flags<T: std::fmt::Debug>(result: Result<T, VerifyError>) -> Vec<(u32, VerifyFlag)> {
    let error = result.expect_err("the chain must be refused");
    let problems = error.problems().iter();
    problems
        .map(|problem| (problem.depth, problem.flag))
        .collect()
}

/// The explanation of the only problem.
pub fn explanation<T: std::fmt::Debug>(result: Result<T, VerifyError>) -> String {
    let error = result.expect_err("the chain must be refused");
    assert_eq!(error.problems().len(), 1, "{error}");
    error.problems()[0].explanation.clone()
}
