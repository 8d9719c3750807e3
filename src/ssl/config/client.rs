//! The client's configuration.

use alloc::vec::Vec;

use super::{
    Common, Counters, Identity, Inner, RawConfig, ResumptionSettings, SslConfig, Verification,
    alpn_list, check_parts, refused,
};
use crate::error::Result;
use crate::ffi;
use crate::pk::PrivateKey;
use crate::rng::Drbg;
use crate::ssl::config::ClientAuth;
use crate::ssl::psk::ClientPsk;
use crate::ssl::terms::CipherSuite;
use crate::ssl::terms::MaxFragmentLength;
use crate::ssl::terms::NamedGroup;
use crate::ssl::terms::ProtocolVersion;
use crate::x509::{Certificate, Crl, TrustStore, Verifier};

/// Builds an [`SslConfig`] for clients; made by [`SslConfig::client`].
///
/// Mistakes are kept and reported by [`Self::build`], so that calls chain.
///
/// ```
/// use embertls::{CipherSuite, NamedGroup, SslConfig, TrustStore};
///
/// # fn example() -> embertls::Result<()> {
/// let config = SslConfig::client()
///     .trust_store(TrustStore::system()?)
///     .cipher_suites(&[CipherSuite::EcdheRsaWithChacha20Poly1305Sha256])
///     .groups(&[NamedGroup::Secp256r1])
///     .build()?;
/// # drop(config);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ClientConfigBuilder {
    common: Common,
    trust_store: Option<TrustStore>,
    identity: Option<(Vec<Certificate>, PrivateKey)>,
    crls: Vec<Crl>,
    verifier: Option<Verifier>,
    verification: Verification,
    pub(super) psk: Option<ClientPsk>,
    max_fragment_length: Option<MaxFragmentLength>,
    pub(super) mistake: Option<crate::Error>,
    pub(super) resumption: ResumptionSettings,
}

impl ClientConfigBuilder {
    pub(super) fn new() -> Self {
        Self {
            common: Common::new(),
            trust_store: None,
            identity: None,
            crls: Vec::new(),
            verifier: None,
            verification: Verification::Required,
            psk: None,
            max_fragment_length: None,
            resumption: ResumptionSettings::default(),
            mistake: None,
        }
    }

    /// The trust anchors: which authorities may vouch for a server.
    ///
    /// Guide step: `mbedtls_ssl_conf_ca_chain`.
    ///
    /// ```
    /// use embertls::{SslConfig, TrustStore};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let builder = SslConfig::client().trust_store(TrustStore::from_pem_file("ca.pem")?);
    /// # drop(builder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn trust_store(mut self, store: TrustStore) -> Self {
        self.trust_store = Some(store);
        self
    }

    /// Adds a revocation list. May be called several times.
    ///
    /// Guide step: the CRL argument of `mbedtls_ssl_conf_ca_chain`.
    ///
    /// ```
    /// use embertls::{Crl, SslConfig};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let builder = SslConfig::client().crl(Crl::from_pem_file("revoked.pem")?);
    /// # drop(builder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn crl(mut self, crl: Crl) -> Self {
        self.crls.push(crl);
        self
    }

    /// A verifier with settings of its own, in the place of
    /// [`trust_store`](Self::trust_store) and [`crl`](Self::crl).
    ///
    /// ```no_run
    /// use embertls::{Profile, SslConfig, TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::system()?).profile(Profile::Strict);
    /// let config = SslConfig::client().verifier(verifier).build()?;
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// Guide step: `mbedtls_ssl_conf_ca_chain`, `mbedtls_ssl_conf_verify` and
    /// `mbedtls_ssl_conf_cert_profile`.
    pub fn verifier(mut self, verifier: Verifier) -> Self {
        self.verifier = Some(verifier);
        self
    }

    /// A certificate for servers that ask for one, followed by the
    /// intermediates up to but without the root, and the private key of the
    /// first.
    ///
    /// Without it, such a server gets an empty list and decides. So does one
    /// that accepts no signature of [`PrivateKey::schemes`].
    ///
    /// Guide step: `mbedtls_ssl_conf_own_cert`.
    ///
    /// ```
    /// use embertls::{Certificate, PrivateKey, SslConfig};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let chain = Certificate::chain_from_pem_file("client.pem")?;
    /// let key = PrivateKey::from_pem_file("client-key.pem")?;
    /// let builder = SslConfig::client().identity(chain, key);
    /// # drop(builder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn identity(
        mut self,
        chain: impl IntoIterator<Item = Certificate>,
        key: PrivateKey,
    ) -> Self {
        self.identity = Some((chain.into_iter().collect(), key));
        self
    }

    /// The random generator for all sessions of this configuration.
    ///
    /// Without it, every thread has a generator of its own.
    ///
    /// Guide step: `mbedtls_ssl_conf_rng`.
    ///
    /// ```
    /// use embertls::{Drbg, Entropy, SslConfig};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let builder = SslConfig::client().rng(Drbg::seed(Entropy::new()?, b"my client")?);
    /// # drop(builder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rng(mut self, drbg: Drbg) -> Self {
        self.common.set_rng(drbg);
        self
    }

    /// Protocols to offer through ALPN (RFC 7301), most wanted first; each 1
    /// to 255 bytes long.
    ///
    /// ```
    /// # use embertls::SslConfig;
    /// let builder = SslConfig::client().alpn(["h2", "http/1.1"]);
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

    /// The cipher suites to offer, most wanted first.
    ///
    /// ```
    /// use embertls::{CipherSuite, SslConfig};
    ///
    /// let builder = SslConfig::client().cipher_suites(&[
    ///     CipherSuite::EcdheEcdsaWithAes256GcmSha384,
    ///     CipherSuite::EcdheRsaWithAes256GcmSha384,
    /// ]);
    /// # drop(builder);
    /// ```
    pub fn cipher_suites(mut self, suites: &[CipherSuite]) -> Self {
        self.common.set_suites(suites);
        self
    }

    /// The groups to offer for the key exchange, most wanted first.
    ///
    /// ```
    /// use embertls::{NamedGroup, SslConfig};
    ///
    /// let builder = SslConfig::client().groups(&[NamedGroup::Secp384r1]);
    /// # drop(builder);
    /// ```
    pub fn groups(mut self, groups: &[NamedGroup]) -> Self {
        self.common.groups = groups.to_vec();
        self
    }

    /// Asks the server for smaller records (RFC 6066, section 4).
    ///
    /// ```
    /// use embertls::{MaxFragmentLength, SslConfig};
    ///
    /// let builder = SslConfig::client().max_fragment_length(MaxFragmentLength::Bytes1024);
    /// # drop(builder);
    /// ```
    pub fn max_fragment_length(mut self, length: MaxFragmentLength) -> Self {
        self.max_fragment_length = Some(length);
        self
    }

    /// The oldest version of the protocol to accept; TLS 1.2 unless set.
    ///
    /// What is older is not compiled, so this only says what holds anyway;
    /// a program that names it keeps its meaning when versions are added.
    ///
    /// Guide step: `mbedtls_ssl_conf_min_version`.
    ///
    /// ```
    /// use embertls::{ProtocolVersion, SslConfig};
    ///
    /// let builder = SslConfig::client().min_version(ProtocolVersion::Tls12);
    /// # drop(builder);
    /// ```
    pub fn min_version(mut self, version: ProtocolVersion) -> Self {
        self.common.min_version = version;
        self
    }

    /// Refuses servers whose certificate fails verification: the default.
    ///
    /// Guide step: `mbedtls_ssl_conf_authmode` with
    /// `MBEDTLS_SSL_VERIFY_REQUIRED`.
    ///
    /// ```
    /// let builder = embertls::SslConfig::client().verification_required();
    /// # drop(builder);
    /// ```
    pub fn verification_required(mut self) -> Self {
        self.verification = Verification::Required;
        self
    }

    /// Goes on with servers whose certificate fails verification.
    ///
    /// **What is lost:** anyone between client and server can pose as the
    /// server and read and change everything. The problems can be read with
    /// [`SslSession::verify_result`](crate::SslSession::verify_result), and
    /// must be, before anything is trusted to the session. A certificate that
    /// cannot be read is refused all the same.
    ///
    /// Guide step: `mbedtls_ssl_conf_authmode` with
    /// `MBEDTLS_SSL_VERIFY_OPTIONAL`.
    ///
    /// ```
    /// use embertls::{SslSession, Verdict};
    ///
    /// fn report<T>(session: &SslSession<T>) {
    ///     match session.verify_result() {
    ///         Verdict::Verified => println!("verify: ok"),
    ///         Verdict::Tolerated(problems) => println!("{problems}"),
    ///         _ => println!("nobody looked"),
    ///     }
    /// }
    ///
    /// let builder = embertls::SslConfig::client().danger_verification_optional();
    /// # drop(builder);
    /// ```
    pub fn danger_verification_optional(mut self) -> Self {
        self.verification = Verification::Optional;
        self
    }

    /// Refuses a server that cannot do the extended master secret (RFC 7627),
    /// with `handshake_failure`.
    ///
    /// Everybody is offered it, and every TLS library of the last ten years
    /// has it. What is exported from a session, and its channel binding, rest
    /// on it, so a program that uses either may as well insist.
    ///
    /// ```
    /// # use embertls::SslConfig;
    /// let builder = SslConfig::client().require_extended_master_secret();
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
    /// let builder = SslConfig::client().tls_unique();
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
    /// let builder = SslConfig::client().release_idle_buffers();
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
    /// [`Error::Config`](crate::Error::Config) where trust anchors and a
    /// pre-shared key are missing, a cipher suite needs what is missing,
    /// certificate and key do not belong together or are too long to
    /// send (16 KiB), a list is empty or names something twice, or an ALPN
    /// protocol has a wrong length. The list of groups may be empty where no
    /// suite has forward secrecy.
    ///
    /// ```
    /// let error = embertls::SslConfig::client().build().unwrap_err();
    /// assert!(error.to_string().contains("trust anchors"));
    /// ```
    pub fn build(mut self) -> Result<SslConfig> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        let has_certificates =
            self.verifier.is_some() || self.trust_store.is_some() || self.identity.is_some();
        check_parts(has_certificates, self.psk.is_some())?;
        let verifier = match (self.verifier, self.trust_store) {
            (Some(verifier), None) if self.crls.is_empty() => Some(verifier),
            (None, Some(store)) => Some(Verifier::new(store).with_crls(self.crls)),
            (None, None) if self.psk.is_some() => None,
            (None, None) => {
                return Err(refused(
                    "a client needs trust anchors: call `trust_store`, for example with `TrustStore::system()`",
                ));
            }
            (Some(_), _) => {
                return Err(refused(
                    "`verifier` takes the place of `trust_store` and `crl`: give them to the verifier",
                ));
            }
        };
        self.common
            .settle_suites(self.psk.is_some(), verifier.is_some())?;
        self.common.check()?;
        let identities = match self.identity {
            Some((certificates, key)) => vec![Identity::new(&certificates, key)?],
            None => Vec::new(),
        };
        let max_fragment = self.max_fragment_length.map_or(0, MaxFragmentLength::code);
        let mut raw = RawConfig::new(
            ffi::MBEDTLS_SSL_IS_CLIENT,
            &self.common,
            &identities,
            None,
            max_fragment,
        )?;
        if let Some(psk) = &self.psk {
            raw.set_pre_shared_key(psk)?;
        }
        let mut resumption = self.resumption;
        resumption.max_fragment = max_fragment;
        if resumption.is_off || resumption.without_tickets {
            raw.disable_tickets();
        }
        Ok(SslConfig::new(Inner {
            verifier,
            verification: self.verification,
            identities,
            client_auth: ClientAuth::Off,
            _authorities: None,
            client_psk: self.psk,
            server_psks: None,
            resumption,
            raw,
            common: self.common,
            counters: Counters::default(),
        }))
    }
}
