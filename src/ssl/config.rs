//! Configurations: built once, then immutable and shared.
//!
//! [`SslConfig`] is what `mbedtls_ssl_config` is to the C guide. A builder
//! starts from safe defaults and refuses what cannot work, so that a finished
//! configuration can be used by any number of sessions on any threads.

mod client;
mod client_auth;
mod counters;
mod psk;
mod raw;
mod resumption;
mod server;

use alloc::ffi::CString;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

pub use self::client::ClientConfigBuilder;
pub use self::client_auth::ClientAuth;
pub(crate) use self::counters::Counters;
pub use self::counters::HandshakeCounts;
pub(crate) use self::raw::RawConfig;
use self::resumption::ResumptionSettings;
pub use self::server::ServerConfigBuilder;
use super::psk::{ClientPsk, ServerPsks};
use super::terms::CipherSuite;
use super::terms::NamedGroup;
use super::terms::ProtocolVersion;
use crate::compiled;
use crate::error::{Error, Result};
use crate::pk::PrivateKey;
use crate::rng::{Drbg, Rng, check_source};
use crate::x509::{AuthorityNames, Certificate, CertificateChain, Verifier};

/// The role of a client, as a parameter of [`SslConfig`].
///
/// ```
/// use embertls::{Client, SslConfig};
///
/// fn accepts_only_clients(config: &SslConfig<Client>) {}
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Client {}

/// The role of a server, as a parameter of [`SslConfig`].
///
/// ```
/// use embertls::{Server, SslConfig};
///
/// fn accepts_only_servers(config: &SslConfig<Server>) {}
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Server {}

/// How sessions are to be made: a built, immutable configuration.
///
/// Cloning shares it. `SslConfig` (short for `SslConfig<Client>`) serves
/// clients, `SslConfig<Server>` servers; neither can be used as the other.
///
/// Guide step: `mbedtls_ssl_config_defaults` and the `mbedtls_ssl_conf_*`
/// calls after it.
///
/// ```
/// use embertls::{SslConfig, TrustStore};
///
/// # fn main() -> embertls::Result<()> {
/// # let ca = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
/// # let ca_pem = ca.cert.pem();
/// let config = SslConfig::client()
///     .trust_store(TrustStore::from_pem(ca_pem.as_bytes())?)
///     .alpn(["h2", "http/1.1"])
///     .build()?;
/// # let _ = config;
/// # Ok(())
/// # }
/// ```
pub struct SslConfig<Role = Client> {
    inner: Arc<Inner>,
    role: PhantomData<fn() -> Role>,
}

impl SslConfig<Client> {
    /// Starts a client configuration.
    ///
    /// Defaults: TLS 1.2, verification required, [`CipherSuite::DEFAULT`],
    /// [`NamedGroup::ALL`], extended master secret. Trust anchors have no
    /// default: [`ClientConfigBuilder::trust_store`] must be called.
    ///
    /// ```
    /// use embertls::{SslConfig, TrustStore};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let config = SslConfig::client().trust_store(TrustStore::system()?).build()?;
    /// # drop(config);
    /// # Ok(())
    /// # }
    /// ```
    pub fn client() -> ClientConfigBuilder {
        ClientConfigBuilder::new()
    }
}

impl SslConfig<Server> {
    /// Starts a server configuration.
    ///
    /// Defaults: TLS 1.2, [`CipherSuite::DEFAULT`], [`NamedGroup::ALL`],
    /// extended master secret. The certificate has no default:
    /// [`ServerConfigBuilder::identity`] must be called.
    ///
    /// ```
    /// use embertls::{Certificate, PrivateKey, SslConfig};
    ///
    /// # fn example() -> embertls::Result<()> {
    /// let chain = Certificate::chain_from_pem_file("chain.pem")?;
    /// let key = PrivateKey::from_pem_file("key.pem")?;
    /// let config = SslConfig::server().identity(chain, key).build()?;
    /// # drop(config);
    /// # Ok(())
    /// # }
    /// ```
    pub fn server() -> ServerConfigBuilder {
        ServerConfigBuilder::new()
    }
}

impl<Role> SslConfig<Role> {
    fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
            role: PhantomData,
        }
    }

    /// How the handshakes of this configuration have ended so far, its clones'
    /// included.
    ///
    /// A client that an [`Acceptor`](crate::Acceptor) refuses before a
    /// configuration is chosen is not counted.
    ///
    /// ```
    /// # fn example(config: &embertls::SslConfig) {
    /// println!("{} sessions so far", config.handshakes().completed);
    /// # }
    /// ```
    pub fn handshakes(&self) -> HandshakeCounts {
        self.inner.counters.read()
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }
}

impl<Role> Clone for SslConfig<Role> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            role: PhantomData,
        }
    }
}

impl<Role> fmt::Debug for SslConfig<Role> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        f.debug_struct("SslConfig")
            .field("cipher_suites", &inner.common.cipher_suites)
            .field("groups", &inner.common.groups)
            .field("alpn", &inner.common.alpn)
            .field("verification", &inner.verification)
            .field("identities", &inner.identities)
            .finish_non_exhaustive()
    }
}

/// What a client does about a certificate that fails verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verification {
    Required,
    /// Problems are recorded and the handshake goes on.
    Optional,
}

/// A finished configuration. The fields are dropped in the order of the guide:
/// certificates and CRLs, then the C struct, then the random generator.
pub(crate) struct Inner {
    verifier: Option<Verifier>,
    pub(crate) verification: Verification,
    identities: Vec<Identity>,
    pub(crate) client_auth: ClientAuth,
    /// The engine keeps a pointer to them.
    pub(crate) _authorities: Option<AuthorityNames>,
    pub(crate) client_psk: Option<ClientPsk>,
    pub(crate) server_psks: Option<ServerPsks>,
    pub(crate) resumption: ResumptionSettings,
    pub(crate) raw: RawConfig,
    pub(crate) common: Common,
    pub(crate) counters: Counters,
}

/// Nothing, as the compiler knows, where there are no certificates.
impl Inner {
    /// On a client: what judges the server.
    pub(crate) fn verifier(&self) -> Option<&Verifier> {
        match cfg!(feature = "certificates") {
            true => self.verifier.as_ref(),
            false => None,
        }
    }

    pub(crate) fn identities(&self) -> &[Identity] {
        match cfg!(feature = "certificates") {
            true => &self.identities,
            false => &[],
        }
    }
}

/// A certificate chain and the private key of its leaf.
pub(crate) struct Identity {
    pub(crate) leaf: Certificate,
    /// The SHA-256 of the leaf.
    pub(crate) fingerprint: [u8; 32],
    pub(crate) chain: CertificateChain,
    pub(crate) key: PrivateKey,
}

impl Identity {
    /// # Errors
    ///
    /// [`Error::Config`] where the chain is empty or too long to send, or the
    /// key is not that of its first certificate.
    fn new(certificates: &[Certificate], key: PrivateKey) -> Result<Self> {
        let Some(own) = certificates.first() else {
            return Err(refused("the certificate chain is empty"));
        };
        let len: usize = certificates.iter().map(|crt| 3 + crt.as_der().len()).sum();
        if 7 + len > MAX_CERTIFICATE_MESSAGE {
            return Err(refused(format!(
                "the certificate chain takes {len} bytes; {} can be sent",
                MAX_CERTIFICATE_MESSAGE - 7
            )));
        }
        let chain = CertificateChain::new(certificates)?;
        if !chain.leaf_matches(&key) {
            return Err(refused(format!(
                "the private key ({}, {} bits) does not belong to the certificate of {}",
                key.kind(),
                key.bits(),
                own.subject()
            )));
        }
        Ok(Self {
            leaf: own.clone(),
            fingerprint: own.fingerprint_sha256(),
            chain,
            key,
        })
    }
}

/// The largest Certificate message that the engine can write.
const MAX_CERTIFICATE_MESSAGE: usize = 1 << 14;

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Settings that clients and servers share.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    pub(crate) min_version: ProtocolVersion,
    pub(crate) cipher_suites: Vec<CipherSuite>,
    /// Whether the suites are the application's choice.
    has_own_suites: bool,
    pub(crate) groups: Vec<NamedGroup>,
    pub(crate) alpn: Vec<CString>,
    pub(crate) requires_extended_master_secret: bool,
    pub(crate) keeps_first_finished: bool,
    /// Whether sessions that wait for the peer give their buffers back.
    pub(crate) releases_buffers: bool,
    pub(crate) rng: Rng,
}

impl Common {
    fn new() -> Self {
        Self {
            min_version: ProtocolVersion::Tls12,
            cipher_suites: CipherSuite::DEFAULT.to_vec(),
            has_own_suites: false,
            groups: NamedGroup::ALL.to_vec(),
            alpn: Vec::new(),
            requires_extended_master_secret: false,
            keeps_first_finished: false,
            releases_buffers: false,
            rng: Rng::PerThread,
        }
    }

    fn set_rng(&mut self, drbg: Drbg) {
        self.rng = Rng::Shared(Arc::new(drbg));
    }

    fn set_suites(&mut self, suites: &[CipherSuite]) {
        self.cipher_suites = suites.to_vec();
        self.has_own_suites = true;
    }

    /// Settles on suites for what there is to prove oneself with: a
    /// pre-shared key, certificates, or both.
    fn settle_suites(&mut self, with_psk: bool, with_certificates: bool) -> Result<()> {
        if !self.has_own_suites {
            let psk = CipherSuite::PSK_DEFAULT.iter().filter(|_| with_psk);
            let others = CipherSuite::DEFAULT.iter().filter(|_| with_certificates);
            self.cipher_suites = psk.chain(others).copied().collect();
        }
        for suite in &self.cipher_suites {
            if let Some(feature) = suite.missing_feature() {
                return Err(left_out(format!("the cipher suite {suite}"), feature));
            }
        }
        let mut suites = self.cipher_suites.iter();
        let psk = suites.find(|suite| suite.uses_pre_shared_key());
        let mut suites = self.cipher_suites.iter();
        let other = suites.find(|suite| !suite.uses_pre_shared_key());
        match (psk, other) {
            (Some(suite), _) if !with_psk => Err(refused(format!(
                "the cipher suite {suite} needs a pre-shared key, and there is none"
            ))),
            (None, Some(_)) if with_psk => Err(refused(
                "there is a pre-shared key, and none of the allowed cipher suites uses one",
            )),
            (_, Some(suite)) if !with_certificates => Err(refused(format!(
                "the cipher suite {suite} needs certificates, and none are configured"
            ))),
            _ => Ok(()),
        }
    }

    fn check(&self) -> Result<()> {
        check_source()?;
        if self.cipher_suites.is_empty() {
            return Err(refused("no cipher suite is allowed"));
        }
        let mut suites = self.cipher_suites.iter();
        if self.groups.is_empty() && suites.any(|suite| suite.has_forward_secrecy()) {
            return Err(refused("no named group is allowed"));
        }
        for group in &self.groups {
            if let Some(feature) = group.missing_feature() {
                return Err(left_out(format!("the group {group}"), feature));
            }
        }
        if let Some(suite) = duplicate(&self.cipher_suites) {
            return Err(refused(format!("the cipher suite {suite} is listed twice")));
        }
        if let Some(group) = duplicate(&self.groups) {
            return Err(refused(format!("the group {group} is listed twice")));
        }
        // The engine writes the list in one buffer and checks only single names.
        let alpn_len: usize = self.alpn.iter().map(|name| 1 + name.as_bytes().len()).sum();
        if alpn_len > MAX_ALPN_LEN {
            return Err(refused(format!(
                "the ALPN list takes {alpn_len} bytes; {MAX_ALPN_LEN} is the most"
            )));
        }
        Ok(())
    }
}

/// Far more than any use, and surely room for it in a ClientHello.
const MAX_ALPN_LEN: usize = 4096;

/// The names of an ALPN list, checked (RFC 7301, 3.1).
fn alpn_list<I>(protocols: I) -> Result<Vec<CString>>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]>,
{
    let mut list: Vec<CString> = Vec::new();
    for protocol in protocols {
        let protocol = protocol.as_ref();
        let shown = String::from_utf8_lossy(protocol).into_owned();
        if protocol.is_empty() || protocol.len() > 255 {
            return Err(refused(format!(
                "the ALPN protocol {shown:?} has {} bytes; 1 to 255 are allowed",
                protocol.len()
            )));
        }
        let name = CString::new(protocol).map_err(|_| {
            refused(format!(
                "the ALPN protocol {shown:?} holds a zero byte, which the engine cannot send"
            ))
        })?;
        if list.contains(&name) {
            return Err(refused(format!(
                "the ALPN protocol {shown:?} is listed twice"
            )));
        }
        list.push(name);
    }
    Ok(list)
}

fn duplicate<T: PartialEq + Copy>(list: &[T]) -> Option<T> {
    list.iter()
        .enumerate()
        .find(|(position, item)| list[..*position].contains(item))
        .map(|(_, item)| *item)
}

/// Whether what judges and shows certificates, or uses pre-shared keys, is
/// compiled where it is asked for.
fn check_parts(has_certificates: bool, has_psk: bool) -> Result<()> {
    if has_certificates && !cfg!(feature = "certificates") {
        return Err(left_out("the use of certificates", "certificates"));
    }
    if has_psk && !cfg!(feature = "psk") {
        return Err(left_out("the use of pre-shared keys", "psk"));
    }
    Ok(())
}

/// What is asked for is not compiled.
fn left_out(what: impl fmt::Display, feature: &str) -> Error {
    refused(compiled::left_out(what, feature))
}

fn refused(reason: impl Into<String>) -> Error {
    Error::Config {
        reason: reason.into(),
    }
}
