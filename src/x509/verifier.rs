//! The judge of a peer's chain.

mod presented;
mod verdict;

use std::fmt;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use self::presented::Presented;
pub(crate) use self::verdict::Judgement;
pub use self::verdict::VerifiedChain;
use super::der::{key_usage, oid};
use super::explain::{Case, explain};
use super::raw::{self, Link, RevocationList};
use super::server_name::ServerName;
use super::{Certificate, Crl, TrustStore, crl, names};
use crate::error::{ErrorCode, VerifyError, VerifyFlag};

/// Judges the chain of certificates that a server shows.
///
/// What must hold: the chain leads to the trust store; every signature in it
/// is right and made with SHA-2; every key is RSA of 2048 bits or more, or EC
/// on P-256, P-384 or P-521; every certificate is valid now, by the system's
/// clock; authorities may sign; the server's certificate is for its name
/// ([RFC 9525]: subjectAltName only, IP addresses too) and for servers
/// (keyUsage, extendedKeyUsage); none is on a revocation list that was given.
/// This is `mbedtls_x509_crt_verify_with_profile` with names, usages and
/// limits judged by us.
///
/// Name constraints, policies and online revocation are not understood. A
/// certificate whose name constraints are critical, as they should be, is
/// refused.
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
/// [RFC 9525]: https://www.rfc-editor.org/rfc/rfc9525
#[derive(Clone)]
pub struct Verifier {
    trust: TrustStore,
    crls: Vec<Crl>,
    /// The engine's form of `crls`, or why there is none.
    revoked: Option<std::sync::Arc<Result<RevocationList, ErrorCode>>>,
}

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
            revoked: None,
        }
    }

    /// Also checks revocation, by these lists and no others.
    ///
    /// A certificate whose issuer has a list here must not be on it, and the
    /// list must be current and signed by the issuer. A certificate whose
    /// issuer has no list here counts as not revoked.
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
        let lists = self.crls.iter().flat_map(Crl::lists);
        self.revoked = match self.crls.is_empty() {
            true => None,
            // Fails without memory only. Then every chain is refused: lists
            // that were asked for must not be left out in silence.
            false => Some(crl::join(lists).into()),
        };
        self
    }

    /// Judges a chain: the server's certificate first, then, in any order,
    /// those that lead to a trusted one. Trusted ones need not be in it.
    ///
    /// Certificates behind the first that cannot be read, or do not belong to
    /// it, do not matter. A chain of more than 16 certificates or 128 KiB is
    /// refused, and RSA keys of more than 8192 bits, or with an exponent of
    /// more than 33 bits, are not used: they would cost seconds.
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
    /// [`VerifyError`] with every problem found.
    pub fn verify(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName,
    ) -> Result<VerifiedChain, VerifyError> {
        match self.judge(chain, name) {
            Judgement::Verified(chain) => Ok(chain),
            Judgement::Refused(error) | Judgement::Unusable(error) => Err(error),
        }
    }

    /// As [`verify`](Self::verify), for a caller that goes on in spite of
    /// problems.
    pub(crate) fn judge(&self, chain: &[CertificateDer<'_>], name: &ServerName) -> Judgement {
        let now = SystemTime::now();
        let presented = match Presented::read(chain) {
            Ok(presented) => presented,
            Err(error) => return Judgement::Unusable(error),
        };
        let built = match &self.revoked {
            Some(revoked) => match revoked.as_ref() {
                Ok(revoked) => raw::verify(presented.list(), self.trust.list(), Some(revoked)),
                Err(code) => Err(*code),
            },
            None => raw::verify(presented.list(), self.trust.list(), None),
        };
        let links = match built {
            Ok(links) if !links.is_empty() => links,
            Ok(_) => return presented.refuse_leaf("the engine gave no verdict"),
            Err(TOO_LONG) => {
                return presented.refuse_leaf(
                    "no chain was built: it has more than 8 intermediate certificates",
                );
            }
            Err(code) => return presented.refuse_leaf(&format!("no chain was built: {code}")),
        };

        let mut flags: Vec<_> = links.iter().map(|link| link.flags).collect();
        flags[0] |= leaf_flags(presented.leaf(), name);
        add_short_keys(&links, &mut flags);
        if flags.iter().all(|flags| *flags == 0) {
            return self.accept(&presented, &links);
        }
        Judgement::Refused(explain(&Case {
            now,
            name,
            trust: &self.trust,
            crls: &self.crls,
            links: &links,
            flags: &flags,
            unusable: presented.unusable(),
        }))
    }

    /// The engine found nothing. That the chain ends in the store is what all
    /// rests on, so it is looked at once more.
    fn accept(&self, presented: &Presented, links: &[Link<'_>]) -> Judgement {
        let trusted = links
            .last()
            .is_some_and(|last| self.trust.contains(last.der));
        if !trusted {
            return presented.refuse_leaf("the chain does not end in the trust store");
        }
        let certificates = links.iter().map(|link| link.der.to_vec().into());
        Judgement::Verified(VerifiedChain::new(certificates.collect()))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("trust", &self.trust)
            .field("crls", &self.crls)
            .finish_non_exhaustive()
    }
}

/// What the engine's TLS layer checks after its X.509 layer: name and usage.
fn leaf_flags(leaf: &Certificate, name: &ServerName) -> u32 {
    let fields = leaf.fields();
    let mut flags = 0;
    if !names::is_for(fields.alt_names.as_ref(), name) {
        flags |= VerifyFlag::CnMismatch.bit();
    }
    // The key signs the exchange of ECDHE keys, and nothing else.
    let allowed = |bits: u16| {
        bits & key_usage::DIGITAL_SIGNATURE != 0
            && bits & (key_usage::ENCIPHER_ONLY | key_usage::DECIPHER_ONLY) == 0
    };
    if !fields.key_usage.is_none_or(allowed) {
        flags |= VerifyFlag::KeyUsage.bit();
    }
    let for_servers = |purposes: &Vec<Vec<u8>>| {
        let wanted = [oid::SERVER_AUTH, oid::ANY_PURPOSE];
        purposes
            .iter()
            .any(|purpose| wanted.iter().any(|wanted| wanted.as_bytes() == purpose))
    };
    if !fields.purposes.as_ref().is_none_or(for_servers) {
        flags |= VerifyFlag::ExtKeyUsage.bit();
    }
    flags
}

/// The engine rounds the size of RSA keys up to whole bytes: 2041 bits pass
/// for 2048. As the engine does, a short key is held against the certificate
/// that it signed, and against the leaf whose own it is.
fn add_short_keys(links: &[Link<'_>], flags: &mut [u32]) {
    for (depth, link) in links.iter().enumerate() {
        if (1..2048).contains(&link.rsa_bits) {
            flags[depth.saturating_sub(1)] |= VerifyFlag::BadKey.bit();
        }
    }
}

const TOO_LONG: ErrorCode = ErrorCode::from_raw(crate::ffi::MBEDTLS_ERR_X509_FATAL_ERROR);
