//! Authorities and certificates made on the spot, with fixed validity.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, RevokedCertParams, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::openssl_made;

/// The name that every good certificate is for.
pub const HOST: &str = "localhost";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    P256,
    P384,
    /// 2,048 bits; the key is made by the openssl program.
    Rsa,
}

/// A certificate authority, with what stands between it and its root.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    chain_pem: String,
}

impl Authority {
    pub fn root(name: &str) -> Self {
        Self::root_with(name, KeyKind::P256)
    }

    pub fn root_with(name: &str, kind: KeyKind) -> Self {
        let issuer = CertifiedIssuer::self_signed(authority_params(name), new_key(kind));
        Self {
            issuer: issuer.expect("a root can sign itself"),
            chain_pem: String::new(),
        }
    }

    pub fn intermediate(&self, name: &str) -> Self {
        self.issue_authority(authority_params(name))
    }

    /// Valid from the first of January of one year to that of another.
    pub fn intermediate_valid(&self, name: &str, from: i32, to: i32) -> Self {
        let mut params = authority_params(name);
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        self.issue_authority(params)
    }

    /// Something that signs certificates and has no right to.
    pub fn leaf_that_signs(&self, name: &str) -> Self {
        self.issue_authority(Leaf::for_host(name).params)
    }

    fn issue_authority(&self, params: CertificateParams) -> Self {
        let key = new_key(KeyKind::P256);
        let issuer = CertifiedIssuer::signed_by(params, key, &self.issuer);
        let issuer = issuer.expect("an authority can sign another");
        Self {
            chain_pem: issuer.pem() + &self.chain_pem,
            issuer,
        }
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// This authority and those above it, without the root.
    pub fn chain_pem(&self) -> &str {
        &self.chain_pem
    }

    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    pub fn issue(&self, leaf: Leaf) -> Identity {
        let key = new_key(leaf.kind);
        self.issue_for(leaf, key)
    }

    /// Another certificate for a key that has one.
    pub fn issue_for_key(&self, leaf: Leaf, key_pem: &str) -> Identity {
        let key = KeyPair::from_pem(key_pem).expect("a key that was just made");
        self.issue_for(leaf, key)
    }

    /// A list that revokes these serial numbers.
    pub fn revocation_list(&self, serials: &[u64]) -> String {
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: (*serial).into(),
            revocation_time: date_time_ymd(2021, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2022, 1, 1),
            next_update: date_time_ymd(2099, 1, 1),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).expect("a root can revoke");
        list.pem().expect("a list that was just made")
    }

    fn issue_for(&self, leaf: Leaf, key: KeyPair) -> Identity {
        let certificate = leaf.params.signed_by(&key, &self.issuer);
        let certificate = certificate.expect("an authority can sign a leaf");
        Identity {
            chain_pem: certificate.pem() + &self.chain_pem,
            key_pem: key.serialize_pem(),
        }
    }
}

/// What a certificate shall say; good unless changed.
#[derive(Clone)]
pub struct Leaf {
    kind: KeyKind,
    params: CertificateParams,
}

impl Leaf {
    pub fn new() -> Self {
        Self::for_host(HOST)
    }

    pub fn for_host(host: &str) -> Self {
        let mut params = params(host);
        params.subject_alt_names = CertificateParams::new([host.to_owned()])
            .expect("a host name")
            .subject_alt_names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        Self {
            kind: KeyKind::P256,
            params,
        }
    }

    pub fn serial(mut self, serial: u64) -> Self {
        self.params.serial_number = Some(serial.into());
        self
    }

    /// For this host as well.
    pub fn and_host(mut self, host: &str) -> Self {
        let more = CertificateParams::new([host.to_owned()]).expect("a host name");
        self.params.subject_alt_names.extend(more.subject_alt_names);
        self
    }

    pub fn kind(mut self, kind: KeyKind) -> Self {
        self.kind = kind;
        self
    }

    /// Valid from the first of January of one year to that of another.
    pub fn valid(mut self, from: i32, to: i32) -> Self {
        self.params.not_before = date_time_ymd(from, 1, 1);
        self.params.not_after = date_time_ymd(to, 1, 1);
        self
    }

    /// The host's name stands in the common name alone.
    pub fn without_names(mut self) -> Self {
        self.params.subject_alt_names.clear();
        self
    }

    pub fn key_usage(mut self, usage: KeyUsagePurpose) -> Self {
        self.params.key_usages = vec![usage];
        self
    }

    /// The certificate does not say what its key is for.
    pub fn any_key_usage(mut self) -> Self {
        self.params.key_usages.clear();
        self
    }

    pub fn extended_key_usage(mut self, usage: ExtendedKeyUsagePurpose) -> Self {
        self.params.extended_key_usages = vec![usage];
        self
    }

    /// Makes the certificate larger by so many bytes, and a bit more.
    pub fn padded(mut self, bytes: usize) -> Self {
        self.params
            .custom_extensions
            .push(rcgen::CustomExtension::from_oid_content(
                &[1, 3, 6, 1, 4, 1, 55555, 1],
                vec![4; bytes],
            ));
        self
    }

    pub fn self_signed(self) -> Identity {
        let key = new_key(self.kind);
        let certificate = self.params.self_signed(&key);
        Identity {
            chain_pem: certificate.expect("a leaf can sign itself").pem(),
            key_pem: key.serialize_pem(),
        }
    }
}

/// A certificate chain, leaf first, and the key of the leaf.
#[derive(Clone)]
pub struct Identity {
    pub chain_pem: String,
    pub key_pem: String,
}

impl Identity {
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_slice_iter(self.chain_pem.as_bytes())
            .map(|certificate| certificate.expect("a certificate that was just made"))
            .collect()
    }

    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).expect("a key that was just made")
    }

    /// The same without what stands behind the leaf.
    pub fn leaf_only(mut self) -> Self {
        self.chain_pem.truncate(self.leaf_len());
        self
    }

    fn leaf_len(&self) -> usize {
        let end = "-----END CERTIFICATE-----";
        let leaf = self.chain_pem.split_inclusive(end).next();
        leaf.map_or(0, str::len)
    }

    pub fn write_to(&self, dir: &Path) -> IdentityFiles {
        let files = IdentityFiles {
            chain: dir.join("chain.pem"),
            intermediates: dir.join("intermediates.pem"),
            key: dir.join("key.pem"),
        };
        let intermediates = &self.chain_pem[self.leaf_len()..];
        fs::write(&files.intermediates, intermediates).expect("a file can be written");
        fs::write(&files.chain, &self.chain_pem).expect("a file can be written");
        fs::write(&files.key, &self.key_pem).expect("a file can be written");
        files
    }
}

/// An [`Identity`] for programs that read files.
pub struct IdentityFiles {
    pub chain: PathBuf,
    /// The chain without the leaf.
    pub intermediates: PathBuf,
    pub key: PathBuf,
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2099, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

fn new_key(kind: KeyKind) -> KeyPair {
    let key = match kind {
        KeyKind::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        KeyKind::P384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
        KeyKind::Rsa => KeyPair::from_pem(rsa_key()),
    };
    key.expect("a key can be made")
}

/// One RSA key serves a whole test binary: making one takes long.
fn rsa_key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| openssl_made::rsa_key(2048))
}

/// The one certificate of a PEM text.
pub fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate that was just made")
}
