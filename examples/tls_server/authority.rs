//! A certificate for one run of the server.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, Error,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// The names under which this machine knows itself.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

pub struct Throwaway {
    /// What clients are to trust. Its key is gone.
    pub authority_pem: String,
    pub certificate_pem: String,
    pub key_pem: String,
}

impl Throwaway {
    pub fn new() -> Result<Self, Error> {
        let mut authority = params("Throwaway CA of tls_server");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

        let key = KeyPair::generate()?;
        let mut own = params(NAMES[0]);
        own.subject_alt_names = CertificateParams::new(NAMES.map(str::to_owned))?.subject_alt_names;
        own.use_authority_key_identifier_extension = true;
        own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        Ok(Self {
            certificate_pem: own.signed_by(&key, &authority)?.pem(),
            authority_pem: authority.pem(),
            key_pem: key.serialize_pem(),
        })
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 1, 1);
    params
}
