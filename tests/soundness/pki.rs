//! Certificates made on the spot, and configurations that use them.

use std::sync::OnceLock;

use embertls::{Certificate, PrivateKey, Server, ServerName, SslConfig, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};

/// The name that the server's certificate is for.
pub const NAME: &str = "server.test";

pub fn name() -> ServerName {
    ServerName::try_from(NAME).unwrap()
}

/// An authority, and a server that it vouches for.
pub struct Pki {
    pub ca_pem: String,
    /// PKCS#8.
    ca_key: Vec<u8>,
    pub leaf_der: Vec<u8>,
    /// PKCS#8.
    pub key_der: Vec<u8>,
}

/// The one authority of this process.
pub fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(Pki::new)
}

impl Pki {
    pub fn new() -> Self {
        let ca_key = KeyPair::generate().unwrap();
        let ca_pem = ca_params().self_signed(&ca_key).unwrap().pem();
        let ca = Issuer::new(ca_params(), &ca_key);

        let key = KeyPair::generate().unwrap();
        let leaf = leaf_params(0).signed_by(&key, &ca).unwrap();
        Self {
            ca_pem,
            ca_key: ca_key.serialize_der(),
            leaf_der: leaf.der().to_vec(),
            key_der: key.serialize_der(),
        }
    }

    pub fn trust_store(&self) -> TrustStore {
        TrustStore::from_pem(&self.ca_pem).unwrap()
    }

    pub fn leaf(&self) -> Certificate {
        Certificate::from_der(&self.leaf_der).unwrap()
    }

    pub fn key(&self) -> PrivateKey {
        PrivateKey::from_der(&self.key_der).unwrap()
    }

    pub fn client_config(&self) -> SslConfig {
        SslConfig::client()
            .trust_store(self.trust_store())
            .build()
            .unwrap()
    }

    pub fn server_config(&self) -> SslConfig<Server> {
        SslConfig::server()
            .identity([self.leaf()], self.key())
            .build()
            .unwrap()
    }

    /// A leaf whose DER is exactly `len` bytes long, with its key.
    pub fn leaf_of_len(&self, len: usize) -> (Certificate, PrivateKey) {
        let ca_key = KeyPair::try_from(&self.ca_key[..]).unwrap();
        let ca = Issuer::new(ca_params(), ca_key);
        let key = KeyPair::generate().unwrap();
        let mut padding = len - self.leaf_der.len();
        // ECDSA signatures vary in length by a byte or two, so it takes some tries.
        for _ in 0..1000 {
            let leaf = leaf_params(padding).signed_by(&key, &ca).unwrap();
            let der = leaf.der();
            if der.len() == len {
                let key = PrivateKey::from_der(key.serialize_der()).unwrap();
                return (Certificate::from_der(der).unwrap(), key);
            }
            padding = padding + len - der.len();
        }
        panic!("no certificate of {len} bytes");
    }
}

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Parameters of a server's certificate, made larger by an extension that
/// nobody knows.
fn leaf_params(padding: usize) -> CertificateParams {
    let mut params = CertificateParams::new(vec![NAME.to_string()]).unwrap();
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    if padding > 0 {
        params.custom_extensions = vec![CustomExtension::from_oid_content(
            &[1, 3, 6, 1, 4, 1, 99999, 1],
            vec![7; padding],
        )];
    }
    params
}

pub fn client_config() -> SslConfig {
    pki().client_config()
}

pub fn server_config() -> SslConfig<Server> {
    pki().server_config()
}
