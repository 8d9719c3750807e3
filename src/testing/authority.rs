//! Certificates that are made on the spot.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::pk::PrivateKey;
use crate::ssl::{ClientConfigBuilder, ServerConfigBuilder, SslConfig};
use crate::x509::{Certificate, TrustStore};

/// A certificate authority for one test: its keys are in memory and nowhere
/// else.
///
/// Its methods panic where a certificate cannot be made, which means that a
/// name is none.
///
/// ```
/// use embertls::testing::Authority;
///
/// # fn main() -> embertls::Result<()> {
/// let authority = Authority::new();
/// let client = authority.client().build()?;
/// let server = authority.server("shop.example").alpn(["h2"]).build()?;
/// # drop((client, server));
/// # Ok(())
/// # }
/// ```
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate with its key.
///
/// ```
/// use embertls::SslConfig;
/// use embertls::testing::Authority;
///
/// # fn main() -> embertls::Result<()> {
/// let leaf = Authority::new().server_leaf(["shop.example"]);
/// let config = SslConfig::server().identity(leaf.chain(), leaf.key()).build()?;
/// # drop(config);
/// # Ok(())
/// # }
/// ```
pub struct Leaf {
    /// The certificate, in PEM.
    pub certificate_pem: String,
    /// Its private key, in PEM.
    pub key_pem: String,
}

impl Authority {
    /// A new authority with a key of its own.
    ///
    /// # Panics
    ///
    /// Where no key can be made.
    ///
    /// ```
    /// let authority = embertls::testing::Authority::new();
    /// # drop(authority);
    /// ```
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let mut params = params("Throwaway Root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, new_key());
        Self {
            issuer: issuer.expect("an authority can sign itself"),
        }
    }

    /// The root certificate, in PEM.
    ///
    /// ```
    /// let pem = embertls::testing::Authority::new().pem();
    /// assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    /// ```
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A store that trusts this authority alone.
    ///
    /// # Panics
    ///
    /// Never: the certificate is sound.
    ///
    /// ```
    /// let store = embertls::testing::Authority::new().trust_store();
    /// assert_eq!(store.certificates().len(), 1);
    /// ```
    pub fn trust_store(&self) -> TrustStore {
        TrustStore::from_pem(self.pem()).expect("a sound certificate")
    }

    /// A client that trusts this authority, to be changed and built.
    ///
    /// ```
    /// # fn main() -> embertls::Result<()> {
    /// let config = embertls::testing::Authority::new().client().build()?;
    /// # drop(config);
    /// # Ok(())
    /// # }
    /// ```
    pub fn client(&self) -> ClientConfigBuilder {
        SslConfig::client().trust_store(self.trust_store())
    }

    /// A server with a certificate for `host`, a DNS name or an IP address.
    ///
    /// # Panics
    ///
    /// Where `host` is neither.
    ///
    /// ```
    /// # fn main() -> embertls::Result<()> {
    /// let config = embertls::testing::Authority::new().server("127.0.0.1").build()?;
    /// # drop(config);
    /// # Ok(())
    /// # }
    /// ```
    pub fn server(&self, host: &str) -> ServerConfigBuilder {
        let leaf = self.server_leaf([host]);
        SslConfig::server().identity(leaf.chain(), leaf.key())
    }

    /// A server's certificate for these names, valid from 2020 to 2099.
    ///
    /// # Panics
    ///
    /// Where one is neither a DNS name nor an IP address.
    ///
    /// ```
    /// let leaf = embertls::testing::Authority::new().server_leaf(["localhost", "::1"]);
    /// assert!(leaf.key_pem.contains("PRIVATE KEY"));
    /// ```
    pub fn server_leaf<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Leaf {
        self.server_leaf_valid(names, 2020, 2099)
    }

    /// The same, valid from the first day of one year to that of another.
    ///
    /// # Panics
    ///
    /// As [`Self::server_leaf`].
    ///
    /// ```
    /// let expired = embertls::testing::Authority::new().server_leaf_valid(["localhost"], 2020, 2021);
    /// # drop(expired);
    /// ```
    pub fn server_leaf_valid<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        from: i32,
        to: i32,
    ) -> Leaf {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let mut params = params(names.first().map_or("nobody", |name| name));
        params.subject_alt_names = CertificateParams::new(names)
            .expect("DNS names or IP addresses")
            .subject_alt_names;
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        self.issue(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A client's certificate with this common name.
    ///
    /// # Panics
    ///
    /// Where no certificate can be made.
    ///
    /// ```
    /// # fn main() -> embertls::Result<()> {
    /// let authority = embertls::testing::Authority::new();
    /// let leaf = authority.client_leaf("sensor 7");
    /// let config = authority.client().identity(leaf.chain(), leaf.key()).build()?;
    /// # drop(config);
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_leaf(&self, name: &str) -> Leaf {
        self.issue(params(name), ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn issue(&self, mut params: CertificateParams, usage: ExtendedKeyUsagePurpose) -> Leaf {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        let key = new_key();
        let certificate = params.signed_by(&key, &self.issuer);
        Leaf {
            certificate_pem: certificate.expect("an authority can sign a leaf").pem(),
            key_pem: key.serialize_pem(),
        }
    }
}

impl Leaf {
    /// The certificate, as a chain of one.
    ///
    /// # Panics
    ///
    /// Where `certificate_pem` was changed to something unsound.
    ///
    /// ```
    /// let leaf = embertls::testing::Authority::new().client_leaf("me");
    /// assert_eq!(leaf.chain().len(), 1);
    /// ```
    pub fn chain(&self) -> Vec<Certificate> {
        Certificate::chain_from_pem(&self.certificate_pem).expect("a sound certificate")
    }

    /// The private key.
    ///
    /// # Panics
    ///
    /// Where `key_pem` was changed to something unsound.
    ///
    /// ```
    /// let leaf = embertls::testing::Authority::new().client_leaf("me");
    /// assert_eq!(leaf.key().bits(), 256);
    /// ```
    pub fn key(&self) -> PrivateKey {
        PrivateKey::from_pem(&self.key_pem).expect("a sound key")
    }
}

/// Without the keys.
impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

/// Without the key.
impl std::fmt::Debug for Leaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leaf")
            .field("certificate_pem", &self.certificate_pem)
            .finish_non_exhaustive()
    }
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

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}
