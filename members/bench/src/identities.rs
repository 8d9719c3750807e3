//! Certificates for the measurement: a root, an intermediate, a leaf.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize,
};

use crate::work::Auth;

/// The name that clients ask for.
pub const SERVER_NAME: &str = "bench.example";

/// A chain of three certificates, of which the first two are sent.
pub struct Identity {
    /// Leaf and intermediate, DER.
    pub chain: Vec<Vec<u8>>,
    /// The private key of the leaf, PKCS#8.
    pub key: Vec<u8>,
    /// The root, DER.
    pub root: Vec<u8>,
}

impl Identity {
    pub fn new(auth: Auth) -> Result<Self, rcgen::Error> {
        let root_key = key(auth)?;
        let root_params = authority("Bench Root")?;
        let root = root_params.self_signed(&root_key)?;
        let root_issuer = Issuer::new(root_params, root_key);

        let middle_key = key(auth)?;
        let middle_params = authority("Bench Intermediate")?;
        let middle = middle_params.signed_by(&middle_key, &root_issuer)?;
        let middle_issuer = Issuer::new(middle_params, middle_key);

        let leaf_key = key(auth)?;
        let mut params = CertificateParams::new([SERVER_NAME.to_owned()])?;
        params
            .distinguished_name
            .push(DnType::CommonName, SERVER_NAME);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&leaf_key, &middle_issuer)?;
        Ok(Self {
            chain: vec![leaf.der().to_vec(), middle.der().to_vec()],
            key: leaf_key.serialize_der(),
            root: root.der().to_vec(),
        })
    }
}

fn key(auth: Auth) -> Result<KeyPair, rcgen::Error> {
    match auth {
        Auth::EcdsaP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        Auth::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
    }
}

fn authority(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new([])?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}
