//! The judge of a peer's chain.

mod case;
mod constraints;
mod explain;
mod policies;
mod policy;
mod presented;
mod rejected;
mod remedy;
mod report;
mod revocation;
mod rules;
mod search;
mod sections;
mod settings;
mod strict;
mod verdict;
mod work;

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};

pub(crate) use self::case::KeyUse;
use self::case::{Case, Purpose};
use self::presented::{Presented, without_clock};
use self::report::Finding;
use self::search::{Outcome, Search};
pub use self::settings::{Profile, Revocation, Uncovered};
pub(crate) use self::verdict::Judgement;
pub use self::verdict::VerifiedChain;
use super::server_name::ServerName;
use super::{Certificate, Crl, TrustStore};
use crate::error::{VerifyError, VerifyFlag};
use crate::platform;

/// Judges the chain of certificates that a server or a client shows.
///
/// It looks for a path from the peer's certificate to the trust store on which
/// every rule of [RFC 5280] holds, and tries all ways within a budget: several
/// issuers of one name, cross-signed and expired ones, in any order. On such a
/// path
///
/// - every signature is right, and made with SHA-2 and a key of RSA of 2048
///   bits or more, or EC on P-256, P-384 or P-521;
/// - every certificate is valid now, by the system's clock unless
///   [`verification_time`](Self::verification_time) says otherwise;
/// - authorities may sign, and their path lengths, name constraints, policies
///   and extended key usages allow what is below them;
/// - no critical extension is unknown;
/// - the server's certificate is for its name ([RFC 9525]: subjectAltName
///   only, IP addresses too), and its usages are those of a server;
/// - none is on a revocation list that was given.
///
/// Mbed TLS checks the signatures (`mbedtls_pk_verify_ext`); where its
/// `mbedtls_x509_crt_verify_with_profile` knows a problem, it is told here by
/// the same flag at the same depth.
///
/// Cheap to clone, shared between threads.
///
/// ```no_run
/// use embertls::{ServerName, TrustStore, Verifier};
///
/// # fn chain_of_the_peer() -> Vec<rustls_pki_types::CertificateDer<'static>> { vec![] }
/// let verifier = Verifier::new(TrustStore::system()?);
/// let name = ServerName::try_from("example.org")?;
/// match verifier.verify(&chain_of_the_peer(), &name) {
///     Ok(chain) => println!("{} certificates", chain.certificates().len()),
///     Err(error) => {
///         for problem in error.problems() {
///             println!("verify: {problem}");
///         }
///     }
/// }
/// # Ok::<(), embertls::Error>(())
/// ```
///
/// [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280
/// [RFC 9525]: https://www.rfc-editor.org/rfc/rfc9525
#[derive(Clone)]
pub struct Verifier {
    trust: TrustStore,
    crls: Vec<Crl>,
    profile: Profile,
    revocation: Revocation,
    uncovered: Uncovered,
    max_depth: usize,
    time: Option<UnixTime>,
    common_name: bool,
    pinned_keys: Vec<[u8; 32]>,
    pinned_certificates: Vec<[u8; 32]>,
    also: Option<Arc<Also>>,
    danger: Option<Arc<Danger>>,
}

type Also = dyn Fn(&VerifiedChain) -> Result<(), String> + Send + Sync;
type Danger = dyn Fn(&VerifyError) -> bool + Send + Sync;

impl Verifier {
    /// A verifier that trusts what is in the store.
    ///
    /// ```no_run
    /// let verifier = embertls::Verifier::new(embertls::TrustStore::system()?);
    /// # Ok::<(), embertls::Error>(())
    /// ```
    pub fn new(trust: TrustStore) -> Self {
        Self {
            trust,
            crls: Vec::new(),
            profile: Profile::default(),
            revocation: Revocation::default(),
            uncovered: Uncovered::default(),
            max_depth: DEFAULT_MAX_DEPTH,
            time: None,
            common_name: false,
            pinned_keys: Vec::new(),
            pinned_certificates: Vec::new(),
            also: None,
            danger: None,
        }
    }

    /// Also checks revocation, by these lists and no others.
    ///
    /// A certificate whose issuer has a list here must not be on it, and the
    /// list must be current and signed by the issuer. Of several lists of one
    /// issuer, one that is good is enough, but each that is genuine revokes.
    /// See [`revocation`](Self::revocation) and
    /// [`uncovered`](Self::uncovered) for which certificates this counts.
    ///
    /// ```no_run
    /// use embertls::{Crl, TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::system()?)
    ///     .with_crls([Crl::from_pem_file("revoked.pem")?]);
    /// # Ok::<(), embertls::Error>(())
    /// ```
    #[must_use]
    pub fn with_crls(mut self, crls: impl IntoIterator<Item = Crl>) -> Self {
        self.crls = crls.into_iter().collect();
        self
    }

    /// How much a chain must keep to the letter of the rules.
    ///
    /// ```no_run
    /// use embertls::{Profile, TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::system()?).profile(Profile::Strict);
    /// # Ok::<(), embertls::Error>(())
    /// ```
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Which certificates are looked for on the revocation lists.
    ///
    /// ```no_run
    /// use embertls::{Revocation, TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::system()?).revocation(Revocation::Leaf);
    /// # Ok::<(), embertls::Error>(())
    /// ```
    #[must_use]
    pub fn revocation(mut self, revocation: Revocation) -> Self {
        self.revocation = revocation;
        self
    }

    /// What becomes of a certificate whose issuer has no revocation list here.
    ///
    /// ```no_run
    /// use embertls::{TrustStore, Uncovered, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::system()?).uncovered(Uncovered::Refuse);
    /// # Ok::<(), embertls::Error>(())
    /// ```
    #[must_use]
    pub fn uncovered(mut self, uncovered: Uncovered) -> Self {
        self.uncovered = uncovered;
        self
    }

    /// How many intermediate certificates there may be between the peer's own
    /// and the trusted one. 8 if nothing is said; 14 at the very most, because
    /// more certificates are not read. Those that have one authority follow
    /// itself, when it changes its key, are not counted.
    ///
    /// ```no_run
    /// use embertls::{TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::system()?).max_depth(2);
    /// # Ok::<(), embertls::Error>(())
    /// ```
    #[must_use]
    pub fn max_depth(mut self, intermediates: usize) -> Self {
        self.max_depth = intermediates;
        self
    }

    /// Judges as if it were this time, and not what the system's clock says.
    /// Parts of a second do not count.
    ///
    /// ```no_run
    /// # fn main() -> embertls::Result<()> {
    /// use std::time::Duration;
    ///
    /// use embertls::{TrustStore, Verifier};
    /// use rustls_pki_types::UnixTime;
    ///
    /// let new_year = UnixTime::since_unix_epoch(Duration::from_secs(1_767_225_600));
    /// let verifier = Verifier::new(TrustStore::system()?).verification_time(new_year);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn verification_time(mut self, time: UnixTime) -> Self {
        self.time = Some(time);
        self
    }

    /// Demands that the chain hold this public key: SHA-256 of the whole
    /// `SubjectPublicKeyInfo`, of the peer's certificate or of an authority
    /// above it ([RFC 7469, section 2.4] computes it in the same way). After
    /// several calls, one of the keys must be there. All other rules hold as
    /// well.
    ///
    /// ```no_run
    /// # fn main() -> embertls::Result<()> {
    /// # let sha256_of_the_key = [0; 32];
    /// use embertls::{TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::system()?).pin_spki(sha256_of_the_key);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [RFC 7469, section 2.4]: https://www.rfc-editor.org/rfc/rfc7469#section-2.4
    #[must_use]
    pub fn pin_spki(mut self, sha256: [u8; 32]) -> Self {
        self.pinned_keys.push(sha256);
        self
    }

    /// Demands that the chain hold this certificate: SHA-256 of its DER, as
    /// [`Certificate::fingerprint_sha256`] gives it, of the peer's certificate
    /// or of an authority above it. After several calls, one of them must be
    /// there. All other rules hold as well, so a pin does not make a
    /// certificate trusted. It is outlived by a pinned key
    /// ([`pin_spki`](Self::pin_spki)) where the certificate is renewed.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// # let chain = [made.cert.der().clone()];
    /// use embertls::{Certificate, ServerName, TrustStore, Verifier};
    ///
    /// let pinned = Certificate::from_der(made.cert.der())?;
    /// let verifier = Verifier::new(TrustStore::from_der(pinned.as_der())?)
    ///     .pin_certificate(pinned.fingerprint_sha256());
    /// verifier.verify(&chain, &ServerName::try_from("a.example")?)?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn pin_certificate(mut self, sha256: [u8; 32]) -> Self {
        self.pinned_certificates.push(sha256);
        self
    }

    /// Lets the common name count where a server's certificate has no
    /// subjectAltName at all, as certificates of the years before 2000 have
    /// none.
    ///
    /// **What is lost:** a common name is text for people, and authorities may
    /// put anything into it: what looks like a host name there need not have
    /// been checked by anyone ([RFC 9525, section 6.3]).
    ///
    /// ```no_run
    /// use embertls::{TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::from_pem_file("devices.pem")?)
    ///     .danger_accept_common_name();
    /// # Ok::<(), embertls::Error>(())
    /// ```
    ///
    /// [RFC 9525, section 6.3]: https://www.rfc-editor.org/rfc/rfc9525#section-6.3
    #[must_use]
    pub fn danger_accept_common_name(mut self) -> Self {
        self.common_name = true;
        self
    }

    /// Asks the application about each chain that is good otherwise. It
    /// refuses with a reason, which becomes part of the error.
    ///
    /// ```no_run
    /// # fn main() -> embertls::Result<()> {
    /// use embertls::{TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::system()?).also_require(|chain| {
    ///     match chain.certificates().len() {
    ///         1..=3 => Ok(()),
    ///         n => Err(format!("{n} certificates are too many")),
    ///     }
    /// });
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn also_require(
        mut self,
        judge: impl Fn(&VerifiedChain) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.also = Some(Arc::new(judge));
        self
    }

    /// Lets the application accept chains that are refused.
    ///
    /// **What is lost:** whatever rule was broken. A peer whose chain is
    /// accepted here may be anybody, unless the function itself makes sure
    /// that it is not. [`VerifiedChain`] then holds the path as far as there
    /// was one, which need not end in a trusted certificate.
    ///
    /// What cannot be read, or would cost too much to use, is refused still.
    ///
    /// ```no_run
    /// # fn main() -> embertls::Result<()> {
    /// use embertls::{TrustStore, Verifier, VerifyFlag};
    ///
    /// // A device that has no clock.
    /// let verifier = Verifier::new(TrustStore::system()?).danger_accept_if(|error| {
    ///     let mut problems = error.problems().iter();
    ///     problems.all(|problem| problem.flag == VerifyFlag::Future)
    /// });
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn danger_accept_if(
        mut self,
        judge: impl Fn(&VerifyError) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.danger = Some(Arc::new(judge));
        self
    }

    /// Judges a server's chain: its own certificate first, then, in any
    /// order, those that lead to a trusted one. Trusted ones need not be in
    /// it.
    ///
    /// Certificates behind the first that cannot be read, or do not belong to
    /// it, do not matter. A chain of more than 16 certificates or 128 KiB is
    /// refused, and RSA keys of more than 8192 bits, or with an exponent of
    /// more than 33 bits, are not used: they would cost seconds. After 100
    /// signatures on P-256, or as many others as cost the same, the search is
    /// given up.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use embertls::{ServerName, TrustStore, Verifier, VerifyFlag};
    ///
    /// let ours = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// let theirs = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
    /// let verifier = Verifier::new(TrustStore::from_certificates([ours.cert.der()])?);
    /// let name = ServerName::try_from("a.example")?;
    ///
    /// assert!(verifier.verify(&[ours.cert.der().clone()], &name).is_ok());
    /// let error = verifier.verify(&[theirs.cert.der().clone()], &name).unwrap_err();
    /// assert_eq!(error.problems()[0].flag, VerifyFlag::NotTrusted);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with every problem of the best path found.
    pub fn verify(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName,
    ) -> Result<VerifiedChain, VerifyError> {
        self.judge(chain, name, KeyUse::Signs).into_result()
    }

    /// Judges a client's chain: as [`verify`](Self::verify), but for a client,
    /// and whatever its name. Who the client is must be read from its
    /// certificate.
    ///
    /// ```no_run
    /// # fn judge(chain: &[rustls_pki_types::CertificateDer<'_>]) -> embertls::Result<()> {
    /// use embertls::{Certificate, TrustStore, Verifier};
    ///
    /// let verifier = Verifier::new(TrustStore::from_pem_file("clients.pem")?);
    /// let verified = verifier.verify_client(chain)?;
    /// println!("{}", Certificate::try_from(&verified.certificates()[0])?.subject());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with every problem of the best path found.
    pub fn verify_client(
        &self,
        chain: &[CertificateDer<'_>],
    ) -> Result<VerifiedChain, VerifyError> {
        self.judge_client(chain).into_result()
    }

    /// Judges a server's chain as [`verify`](Self::verify) does, but whatever
    /// its name.
    ///
    /// **What is lost:** anyone with a certificate from a trusted authority,
    /// for whatever name, passes. For tools that look at chains.
    ///
    /// ```no_run
    /// # fn judge(chain: &[rustls_pki_types::CertificateDer<'_>]) -> embertls::Result<()> {
    /// use embertls::{TrustStore, Verifier};
    ///
    /// Verifier::new(TrustStore::system()?).danger_verify_any_server(chain)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with every problem of the best path found.
    pub fn danger_verify_any_server(
        &self,
        chain: &[CertificateDer<'_>],
    ) -> Result<VerifiedChain, VerifyError> {
        self.judge_for(chain, Purpose::AnyServer, KeyUse::Signs)
            .into_result()
    }

    /// Whom this verifier trusts.
    pub(crate) fn trust(&self) -> &TrustStore {
        &self.trust
    }

    /// As [`verify`](Self::verify), for a caller that goes on in spite of
    /// problems.
    pub(crate) fn judge(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName,
        key_use: KeyUse,
    ) -> Judgement {
        self.judge_for(chain, Purpose::Server(name), key_use)
    }

    /// As [`verify_client`](Self::verify_client), for a caller that goes on in
    /// spite of problems.
    pub(crate) fn judge_client(&self, chain: &[CertificateDer<'_>]) -> Judgement {
        self.judge_for(chain, Purpose::Client, KeyUse::Signs)
    }

    fn judge_for(
        &self,
        chain: &[CertificateDer<'_>],
        purpose: Purpose<'_>,
        key_use: KeyUse,
    ) -> Judgement {
        let presented = match Presented::read(chain) {
            Ok(presented) => presented,
            Err(error) => return Judgement::Unusable(error),
        };
        let Some(time) = self.time.or_else(platform::now) else {
            return Judgement::Unjudged(without_clock(&presented.leaf));
        };
        let case = Case {
            verifier: self,
            purpose,
            key_use,
            now: Duration::from_secs(time.as_secs()),
        };
        let outcome = Search::new(&case, &presented).run();
        let (path, findings) = match outcome {
            Outcome::Good(path) => match self.ask_application(&path) {
                Ok(chain) => return Judgement::Verified(chain),
                Err(finding) => (path, vec![finding]),
            },
            Outcome::Bad(path, findings) => (path, findings),
        };
        let error = report::error(chain, &path, findings);
        match &self.danger {
            Some(accepts) if accepts(&error) => Judgement::Verified(VerifiedChain::of(&path)),
            _ => Judgement::Refused(error),
        }
    }

    /// That the path ends in the store is what all rests on, so it is looked
    /// at once more.
    fn ask_application(&self, path: &[&Certificate]) -> Result<VerifiedChain, Finding> {
        let refused = |flag, explanation| Finding {
            depth: 0,
            flag,
            rule: "",
            explanation,
        };
        if !path.last().is_some_and(|last| self.trust.contains(last)) {
            let explanation = "the chain does not end in the trust store".to_owned();
            return Err(refused(VerifyFlag::NotTrusted, explanation));
        }
        let chain = VerifiedChain::of(path);
        match &self.also {
            None => Ok(chain),
            Some(judge) => match judge(&chain) {
                Ok(()) => Ok(chain),
                Err(reason) => Err(refused(
                    VerifyFlag::Other,
                    format!("the application refuses it: {reason}"),
                )),
            },
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("trust", &self.trust)
            .field("crls", &self.crls)
            .field("profile", &self.profile)
            .field("revocation", &self.revocation)
            .field("uncovered", &self.uncovered)
            .field("max_depth", &self.max_depth)
            .field("time", &self.time)
            .field("common_name", &self.common_name)
            .field("pinned_keys", &self.pinned_keys.len())
            .field("pinned_certificates", &self.pinned_certificates.len())
            .finish_non_exhaustive()
    }
}

/// As in Mbed TLS (`MBEDTLS_X509_MAX_INTERMEDIATE_CA`).
const DEFAULT_MAX_DEPTH: usize = 8;

#[cfg(all(test, feature = "full"))]
mod cost;
#[cfg(all(test, feature = "full"))]
mod tests;
