//! What a verifier may be told.

/// How much a chain must keep to the letter of the rules.
///
/// ```no_run
/// # fn main() -> embertls::Result<()> {
/// use embertls::{Profile, TrustStore, Verifier};
///
/// let verifier = Verifier::new(TrustStore::system()?).profile(Profile::Strict);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Profile {
    /// What keeps a chain from being trusted counts; what is only written
    /// otherwise than it should be does not. Browsers and OpenSSL accept
    /// about the same. The default.
    #[default]
    Compatible,
    /// The certificates must also be written as [RFC 5280] and, for servers,
    /// the Baseline Requirements of the CA/Browser Forum demand of those who
    /// issue them: which extensions there are and which are critical, serial
    /// numbers, encodings of times, the common name among the other names.
    /// Many private authorities do not keep to that.
    ///
    /// [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280
    Strict,
}

/// Which certificates of a chain are looked for on revocation lists.
///
/// ```no_run
/// # fn main() -> embertls::Result<()> {
/// use embertls::{Crl, Revocation, TrustStore, Uncovered, Verifier};
///
/// let verifier = Verifier::new(TrustStore::from_pem_file("ca.pem")?)
///     .with_crls([Crl::from_pem_file("revoked.pem")?])
///     .revocation(Revocation::Chain)
///     .uncovered(Uncovered::Refuse);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Revocation {
    /// None, even if there are lists.
    Off,
    /// The peer's own.
    Leaf,
    /// All but the trusted one at the end. The default.
    #[default]
    Chain,
}

/// What becomes of a certificate that is looked for, but whose issuer has no
/// revocation list here.
///
/// ```
/// use embertls::Uncovered;
///
/// assert_eq!(Uncovered::default(), Uncovered::Allow);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Uncovered {
    /// It counts as not revoked. The default, as in Mbed TLS.
    #[default]
    Allow,
    /// It is refused.
    Refuse,
}
