//! A certification authority for one run.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    Error, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber,
    date_time_ymd,
};

/// Makes certificates. Its key is never written anywhere.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its key.
pub struct Identity {
    pub certificate_der: Vec<u8>,
    pub key_pem: String,
}

/// The years from and to whose first day something is valid.
pub type Years = (i32, i32);

pub const LONG: Years = (2020, 2049);
pub const PAST: Years = (2020, 2021);

impl Authority {
    pub fn new() -> Result<Self, Error> {
        let mut params = params("Throwaway CA", LONG);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Self { issuer })
    }

    /// The certificate that clients are to trust.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for the server `name`.
    pub fn issue(&self, name: &str, years: Years) -> Result<Identity, Error> {
        let key = KeyPair::generate()?;
        let mut params = params(name, years);
        params.subject_alt_names = CertificateParams::new([name.to_owned()])?.subject_alt_names;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Identity {
            certificate_der: certificate.der().to_vec(),
            key_pem: key.serialize_pem(),
        })
    }

    /// A revocation list with nothing in it.
    pub fn revocation_list_pem(&self) -> Result<String, Error> {
        let (from, to) = LONG;
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(from, 1, 1),
            next_update: date_time_ymd(to, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer)?.pem()
    }
}

fn params(name: &str, (from, to): Years) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    params
}
