//! The server's configuration.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{
    Common, Counters, Identity, Inner, RawConfig, ResumptionSettings, Server, SslConfig,
    Verification, alpn_list, check_parts, left_out, refused,
};
use crate::error::Result;
use crate::ffi;
use crate::pk::{KeyKind, PrivateKey};
use crate::rng::Drbg;
use crate::ssl::config::ClientAuth;
use crate::ssl::psk::{PreSharedKeys, ServerPsks, UnknownIdentity};
use crate::ssl::terms::CipherSuite;
use crate::ssl::terms::NamedGroup;
use crate::x509::{AuthorityNames, Certificate};

/// Builds an [`SslConfig<Server>`]; made by [`SslConfig::server`].
///
/// Mistakes are kept and reported by [`Self::build`], so that calls chain.
///
/// ```
/// use embertls::{Certificate, PrivateKey, SslConfig};
///
/// # fn example() -> embertls::Result<()> {
/// let config = SslConfig::server()
///     .identity(
///         Certificate::chain_from_pem_file("chain.pem")?,
///         PrivateKey::from_pem_file("key.pem")?,
///     )
///     .alpn(["http/1.1"])
///     .build()?;
/// # drop(config);
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct ServerConfigBuilder {
    common: Common,
    identities: Vec<(Vec<Certificate>, PrivateKey)>,
    client_auth: ClientAuth,
    names_authorities: bool,
    pub(super) psks: Option<Arc<dyn PreSharedKeys>>,
    pub(super) unknown_identity: UnknownIdentity,
    pub(super) resumption: ResumptionSettings,
    mistake: Option<crate::Error>,
}

impl ServerConfigBuilder {
    pub(super) fn new() -> Self {
        Self {
            common: Common::new(),
            identities: Vec::new(),
            client_auth: ClientAuth::Off,
            names_authorities: true,
            psks: None,
            unknown_identity: UnknownIdentity::default(),
            resumption: ResumptionSettings::default(),
            mistake: None,
        }
    }

    /// Adds a certificate, followed by the intermediates up to but without the
    /// root, and the private key of the first.
    ///
    /// May be called several times, for example with an ECDSA and an RSA
    /// certificate: a client gets the first that goes with the suites and
    /// curves that it offers.
    ///
    /// Guide step (server): `mbedtls_ssl_conf_own_cert`.
    ///
    /// ```
    /// use embertls::{Certificate, PrivateKey, SslConfig};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let chain = Certificate::chain_from_pem_file("chain.pem")?;
    /// let key = PrivateKey::from_pem_file("key.pem")?;
    /// let builder = SslConfig::server().identity(chain, key);
    /// # drop(builder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn identity(
        mut self,
        chain: impl IntoIterator<Item = Certificate>,
        key: PrivateKey,
    ) -> Self {
        self.identities.push((chain.into_iter().collect(), key));
        self
    }

    /// Asks clients for a certificate, or not, which is the default.
    ///
    /// The result is in
    /// [`SslSession::verify_result`](crate::SslSession::verify_result) and
    /// [`SslSession::peer_certificates`](crate::SslSession::peer_certificates).
    ///
    /// Guide step (server): `mbedtls_ssl_conf_authmode`,
    /// `mbedtls_ssl_conf_ca_chain`.
    ///
    /// ```
    /// use embertls::{ClientAuth, SslConfig, TrustStore, Verifier};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// # let ca = rcgen::generate_simple_self_signed(["clients".into()]).unwrap();
    /// # let ca_pem = ca.cert.pem();
    /// let trust = TrustStore::from_pem(ca_pem.as_bytes())?;
    /// let builder = SslConfig::server().client_auth(ClientAuth::Required(Verifier::new(trust)));
    /// # let _ = builder;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.client_auth = client_auth;
        self
    }

    /// Whether clients that are asked for a certificate are told the names of
    /// the authorities that are trusted for it, which is the default.
    ///
    /// Clients with several certificates choose by it. It tells everybody
    /// whom the server trusts. Names that together take more than 16,000 bytes
    /// are left out, all of them: half a list would mislead.
    ///
    /// Guide step (server): `mbedtls_ssl_conf_cert_req_ca_list`.
    ///
    /// ```
    /// use embertls::{ClientAuth, SslConfig, Verifier};
    ///
    /// # fn example(clients: Verifier) {
    /// let builder = SslConfig::server()
    ///     .client_auth(ClientAuth::Required(clients))
    ///     .name_authorities(false);
    /// # drop(builder);
    /// # }
    /// ```
    pub fn name_authorities(mut self, on: bool) -> Self {
        self.names_authorities = on;
        self
    }

    /// The random generator for all sessions of this configuration.
    ///
    /// Without it, every thread has a generator of its own.
    ///
    /// ```
    /// use embertls::{Drbg, Entropy, SslConfig};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let builder = SslConfig::server().rng(Drbg::seed(Entropy::new()?, b"my server")?);
    /// # drop(builder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rng(mut self, drbg: Drbg) -> Self {
        self.common.set_rng(drbg);
        self
    }

    /// Protocols to accept through ALPN (RFC 7301), most wanted first; each 1
    /// to 255 bytes long. A client that offers ALPN and none of these is
    /// refused with `no_application_protocol`.
    ///
    /// ```
    /// # use embertls::SslConfig;
    /// let builder = SslConfig::server().alpn(["h2", "http/1.1"]);
    /// # drop(builder);
    /// ```
    pub fn alpn<I>(mut self, protocols: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        match alpn_list(protocols) {
            Ok(list) => self.common.alpn = list,
            Err(mistake) => self.mistake = self.mistake.or(Some(mistake)),
        }
        self
    }

    /// The cipher suites to accept. The server's order decides.
    ///
    /// ```
    /// use embertls::{CipherSuite, SslConfig};
    ///
    /// let builder = SslConfig::server().cipher_suites(&[
    ///     CipherSuite::EcdheEcdsaWithAes256GcmSha384,
    ///     CipherSuite::EcdheRsaWithAes256GcmSha384,
    /// ]);
    /// # drop(builder);
    /// ```
    pub fn cipher_suites(mut self, suites: &[CipherSuite]) -> Self {
        self.common.set_suites(suites);
        self
    }

    /// The groups to accept for the key exchange. The server's order decides.
    ///
    /// ```
    /// use embertls::{NamedGroup, SslConfig};
    ///
    /// let builder = SslConfig::server().groups(&[NamedGroup::Secp384r1]);
    /// # drop(builder);
    /// ```
    pub fn groups(mut self, groups: &[NamedGroup]) -> Self {
        self.common.groups = groups.to_vec();
        self
    }

    /// Refuses a client that cannot do the extended master secret (RFC 7627),
    /// with `handshake_failure`.
    ///
    /// Everybody is offered it, and every TLS library of the last ten years
    /// has it. What is exported from a session, and its channel binding, rest
    /// on it, so a program that uses either may as well insist.
    ///
    /// ```
    /// # use embertls::SslConfig;
    /// let builder = SslConfig::server().require_extended_master_secret();
    /// # drop(builder);
    /// ```
    pub fn require_extended_master_secret(mut self) -> Self {
        self.common.requires_extended_master_secret = true;
        self
    }

    /// Keeps what [`ChannelBinding::TlsUnique`] needs, at the cost of one more
    /// pseudo-random function in each handshake.
    ///
    /// [`ChannelBinding::TlsUnique`]: crate::ssl::ChannelBinding::TlsUnique
    ///
    /// ```
    /// # use embertls::SslConfig;
    /// let builder = SslConfig::server().tls_unique();
    /// # drop(builder);
    /// ```
    pub fn tls_unique(mut self) -> Self {
        self.common.keeps_first_finished = true;
        self
    }

    /// Sessions that wait for the peer give their record buffers back, and take
    /// them again for the next record: for programs with many connections of
    /// which most are idle.
    ///
    /// An idle session then holds at most 12 KiB of memory in the place of 40,
    /// most of it the peer's certificate and the keys. The price is a few
    /// microseconds for each time that a session falls idle. Where there is no
    /// memory for the buffers, reading and writing fail with
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory), and may be repeated.
    ///
    /// ```
    /// # use embertls::SslConfig;
    /// let builder = SslConfig::server().release_idle_buffers();
    /// # drop(builder);
    /// ```
    pub fn release_idle_buffers(mut self) -> Self {
        self.common.releases_buffers = true;
        self
    }

    /// Finishes the configuration.
    ///
    /// # Errors
    ///
    /// [`Error::Config`](crate::Error::Config) where there is neither an
    /// identity nor a pre-shared key, a cipher suite needs what is missing, a
    /// certificate and its key do not belong together, a chain is too long to
    /// send (16 KiB), no allowed suite goes with the kind of a key, a list is
    /// empty or names something twice, or an ALPN protocol has a wrong length.
    /// The list of groups may be empty where no suite has forward secrecy.
    ///
    /// ```
    /// let error = embertls::SslConfig::server().build().unwrap_err();
    /// assert!(error.to_string().contains("certificate"));
    /// ```
    pub fn build(mut self) -> Result<SslConfig<Server>> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        if !cfg!(feature = "server") {
            return Err(left_out("the server's side of TLS", "server"));
        }
        let has_certificates =
            !self.identities.is_empty() || !matches!(self.client_auth, ClientAuth::Off);
        check_parts(has_certificates, self.psks.is_some())?;
        if self.identities.is_empty() && self.psks.is_none() {
            return Err(refused(
                "a server needs a certificate and its key: call `identity`, or `pre_shared_keys`",
            ));
        }
        if self.psks.is_some() && matches!(self.client_auth, ClientAuth::Required(_)) {
            return Err(refused(
                "client certificates are required, and a client with a pre-shared key shows none: \
                 use `ClientAuth::Optional`, or two configurations",
            ));
        }
        self.common
            .settle_suites(self.psks.is_some(), !self.identities.is_empty())?;
        self.common.check()?;
        let mut identities = Vec::with_capacity(self.identities.len());
        for (certificates, key) in self.identities {
            identities.push(Identity::new(&certificates, key)?);
        }
        for identity in &identities {
            check_suites(&self.common, &identity.key)?;
        }
        let authorities = match self.client_auth.verifier() {
            Some(verifier) if self.names_authorities => {
                AuthorityNames::of(verifier.trust(), MAX_AUTHORITY_NAMES)?
            }
            _ => None,
        };
        let mut raw = RawConfig::new(
            ffi::MBEDTLS_SSL_IS_SERVER,
            &self.common,
            &identities,
            authorities.as_ref(),
            0,
        )?;
        if self.psks.is_some() {
            raw.expect_pre_shared_keys();
        }
        let unknown = self.unknown_identity;
        Ok(SslConfig::new(Inner {
            verifier: None,
            verification: Verification::Required,
            identities,
            client_auth: self.client_auth,
            _authorities: authorities,
            client_psk: None,
            server_psks: self.psks.map(|keys| ServerPsks { keys, unknown }),
            resumption: self.resumption,
            raw,
            common: self.common,
            counters: Counters::default(),
        }))
    }
}

/// The most that the names of authorities may take in a CertificateRequest,
/// which must fit one record.
const MAX_AUTHORITY_NAMES: usize = 16_000;

impl fmt::Debug for ServerConfigBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerConfigBuilder")
            .field("common", &self.common)
            .field("client_auth", &self.client_auth)
            .finish_non_exhaustive()
    }
}

/// Refuses a key that no allowed suite goes with, since it would never be used,
/// and a suite that the key cannot serve.
fn check_suites(common: &Common, key: &PrivateKey) -> Result<()> {
    let suites = common.cipher_suites.iter();
    let mut fitting = suites
        .filter(|suite| suite.key_kind() == Some(key.kind()))
        .peekable();
    if fitting.peek().is_none() {
        return Err(refused(format!(
            "a private key is {}, and none of the allowed cipher suites goes with it",
            match key.kind() {
                KeyKind::Ecdsa => "an EC key",
                KeyKind::Rsa => "an RSA key",
            }
        )));
    }
    match fitting.find(|suite| suite.is_static_rsa()) {
        Some(suite) if !key.is_loaded() => Err(refused(format!(
            "the cipher suite {suite} needs a key that decrypts, and the private key is with a \
             signer, which only signs: leave the suite out, or load the key"
        ))),
        _ => Ok(()),
    }
}
