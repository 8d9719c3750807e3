//! The rules that a certificate can break, by their names in Mbed TLS.

/// A rule that a certificate or revocation list can break: one bit of the
/// `flags` in `mbedtls_x509_crt_verify`.
///
/// ```
/// use embertls::VerifyFlag;
///
/// let flag = VerifyFlag::Expired;
/// assert_eq!(flag.name(), "MBEDTLS_X509_BADCERT_EXPIRED");
/// assert_eq!(flag.bit(), 0x01);
/// assert_eq!(VerifyFlag::from_bit(0x01), Some(flag));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum VerifyFlag {
    /// `MBEDTLS_X509_BADCERT_EXPIRED`: the certificate has expired.
    Expired,
    /// `MBEDTLS_X509_BADCERT_REVOKED`: the certificate was revoked by its issuer.
    Revoked,
    /// `MBEDTLS_X509_BADCERT_CN_MISMATCH`: the certificate is for another name.
    CnMismatch,
    /// `MBEDTLS_X509_BADCERT_NOT_TRUSTED`: no trusted certificate signed this chain.
    NotTrusted,
    /// `MBEDTLS_X509_BADCRL_NOT_TRUSTED`: the revocation list is not signed by the certificate's issuer.
    CrlNotTrusted,
    /// `MBEDTLS_X509_BADCRL_EXPIRED`: the revocation list is out of date.
    CrlExpired,
    /// `MBEDTLS_X509_BADCERT_MISSING`: the peer sent no certificate.
    Missing,
    /// `MBEDTLS_X509_BADCERT_SKIP_VERIFY`: verification was skipped.
    SkipVerify,
    /// `MBEDTLS_X509_BADCERT_OTHER`: the certificate breaks another rule.
    Other,
    /// `MBEDTLS_X509_BADCERT_FUTURE`: the certificate is not yet valid.
    Future,
    /// `MBEDTLS_X509_BADCRL_FUTURE`: the revocation list is not yet valid.
    CrlFuture,
    /// `MBEDTLS_X509_BADCERT_KEY_USAGE`: the certificate's keyUsage does not allow this use.
    KeyUsage,
    /// `MBEDTLS_X509_BADCERT_EXT_KEY_USAGE`: the certificate's extendedKeyUsage does not allow this use.
    ExtKeyUsage,
    /// `MBEDTLS_X509_BADCERT_NS_CERT_TYPE`: the certificate's Netscape type does not allow this use.
    NsCertType,
    /// `MBEDTLS_X509_BADCERT_BAD_MD`: the certificate is signed with a hash that is too weak.
    BadMd,
    /// `MBEDTLS_X509_BADCERT_BAD_PK`: the certificate is signed with an algorithm that is not allowed.
    BadPk,
    /// `MBEDTLS_X509_BADCERT_BAD_KEY`: the certificate's key is too short, or on a curve that is not allowed.
    BadKey,
    /// `MBEDTLS_X509_BADCRL_BAD_MD`: the revocation list is signed with a hash that is too weak.
    CrlBadMd,
    /// `MBEDTLS_X509_BADCRL_BAD_PK`: the revocation list is signed with an algorithm that is not allowed.
    CrlBadPk,
    /// `MBEDTLS_X509_BADCRL_BAD_KEY`: the revocation list is signed with a key that is too short, or on a curve that is not allowed.
    CrlBadKey,
}

/// As its name in C.
#[cfg(feature = "serde")]
impl serde::Serialize for VerifyFlag {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What is known about one flag.
struct Entry {
    flag: VerifyFlag,
    bit: u32,
    name: &'static str,
    meaning: &'static str,
    remedy: &'static str,
}

impl VerifyFlag {
    /// Every flag, in the order of the bits.
    ///
    /// ```
    /// assert_eq!(embertls::VerifyFlag::all().count(), 20);
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(|entry| entry.flag)
    }

    /// The flag with this bit.
    ///
    /// ```
    /// assert_eq!(embertls::VerifyFlag::from_bit(0x8000_0000), None);
    /// ```
    pub fn from_bit(bit: u32) -> Option<Self> {
        let entry = ENTRIES.iter().find(|entry| entry.bit == bit)?;
        Some(entry.flag)
    }

    /// The flags that are set in a word of flags, in the order of the bits.
    /// Bits without a name are left out.
    ///
    /// ```
    /// use embertls::VerifyFlag;
    ///
    /// let flags: Vec<_> = VerifyFlag::in_word(0x08 | 0x01).collect();
    /// assert_eq!(flags, [VerifyFlag::Expired, VerifyFlag::NotTrusted]);
    /// ```
    pub fn in_word(flags: u32) -> impl Iterator<Item = Self> {
        let set = ENTRIES.iter().filter(move |entry| flags & entry.bit != 0);
        set.map(|entry| entry.flag)
    }

    /// The value of the C macro: one bit.
    ///
    /// ```
    /// assert_eq!(embertls::VerifyFlag::CnMismatch.bit(), 0x04);
    /// ```
    pub fn bit(self) -> u32 {
        self.entry().bit
    }

    /// The name of the C macro.
    ///
    /// ```
    /// let flag = embertls::VerifyFlag::CnMismatch;
    /// assert_eq!(flag.name(), "MBEDTLS_X509_BADCERT_CN_MISMATCH");
    /// ```
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What the flag says, in one line.
    ///
    /// ```
    /// let flag = embertls::VerifyFlag::Expired;
    /// assert_eq!(flag.meaning(), "the certificate has expired");
    /// ```
    pub fn meaning(self) -> &'static str {
        self.entry().meaning
    }

    /// What usually helps, in one line.
    ///
    /// ```
    /// let flag = embertls::VerifyFlag::Future;
    /// assert!(flag.remedy().contains("clock"));
    /// ```
    pub fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    fn entry(self) -> &'static Entry {
        // The table is in the order of the variants; a test holds it so.
        &ENTRIES[self as usize]
    }
}

/// Makes an entry of the table: name and bit come from the header.
macro_rules! entry {
    ($flag:ident, $name:ident, $meaning:literal, $remedy:literal) => {
        Entry {
            flag: VerifyFlag::$flag,
            bit: crate::ffi::$name as u32,
            name: stringify!($name),
            meaning: $meaning,
            remedy: $remedy,
        }
    };
}

const ENTRIES: [Entry; 20] = [
    entry!(
        Expired,
        MBEDTLS_X509_BADCERT_EXPIRED,
        "the certificate has expired",
        "renew the certificate at the server; check this machine's clock"
    ),
    entry!(
        Revoked,
        MBEDTLS_X509_BADCERT_REVOKED,
        "the certificate was revoked by its issuer",
        "have a new certificate issued for a new key; do not trust the old one"
    ),
    entry!(
        CnMismatch,
        MBEDTLS_X509_BADCERT_CN_MISMATCH,
        "the certificate is for another name",
        "connect by a name that the certificate holds, or have it issued for this one (as a subjectAltName)"
    ),
    entry!(
        NotTrusted,
        MBEDTLS_X509_BADCERT_NOT_TRUSTED,
        "no trusted certificate signed this chain",
        "add the issuing root to the trust store; have the server send its intermediate certificates"
    ),
    entry!(
        CrlNotTrusted,
        MBEDTLS_X509_BADCRL_NOT_TRUSTED,
        "the revocation list is not signed by the certificate's issuer",
        "use the list of the authority that issued the certificate"
    ),
    entry!(
        CrlExpired,
        MBEDTLS_X509_BADCRL_EXPIRED,
        "the revocation list is out of date",
        "fetch the current list from the authority; check this machine's clock"
    ),
    entry!(
        Missing,
        MBEDTLS_X509_BADCERT_MISSING,
        "the peer sent no certificate",
        "configure a certificate at the peer"
    ),
    entry!(
        SkipVerify,
        MBEDTLS_X509_BADCERT_SKIP_VERIFY,
        "verification was skipped",
        "ask for verification in the configuration"
    ),
    entry!(
        Other,
        MBEDTLS_X509_BADCERT_OTHER,
        "the certificate breaks another rule",
        "see the explanation"
    ),
    entry!(
        Future,
        MBEDTLS_X509_BADCERT_FUTURE,
        "the certificate is not yet valid",
        "check this machine's clock and the start of the certificate's validity"
    ),
    entry!(
        CrlFuture,
        MBEDTLS_X509_BADCRL_FUTURE,
        "the revocation list is not yet valid",
        "check this machine's clock"
    ),
    entry!(
        KeyUsage,
        MBEDTLS_X509_BADCERT_KEY_USAGE,
        "the certificate's keyUsage does not allow this use",
        "have it issued with digitalSignature (for an authority: keyCertSign, cRLSign)"
    ),
    entry!(
        ExtKeyUsage,
        MBEDTLS_X509_BADCERT_EXT_KEY_USAGE,
        "the certificate's extendedKeyUsage does not allow this use",
        "have it issued with serverAuth for a server, clientAuth for a client"
    ),
    entry!(
        NsCertType,
        MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
        "the certificate's Netscape type does not allow this use",
        "have it issued without that old extension"
    ),
    entry!(
        BadMd,
        MBEDTLS_X509_BADCERT_BAD_MD,
        "the certificate is signed with a hash that is too weak",
        "have it issued with SHA-256 or stronger"
    ),
    entry!(
        BadPk,
        MBEDTLS_X509_BADCERT_BAD_PK,
        "the certificate is signed with an algorithm that is not allowed",
        "have it issued with RSA or ECDSA"
    ),
    entry!(
        BadKey,
        MBEDTLS_X509_BADCERT_BAD_KEY,
        "the certificate's key is too short, or on a curve that is not allowed",
        "make a new key: RSA of 2048 bits or more, or P-256, P-384, P-521"
    ),
    entry!(
        CrlBadMd,
        MBEDTLS_X509_BADCRL_BAD_MD,
        "the revocation list is signed with a hash that is too weak",
        "have the authority sign with SHA-256 or stronger"
    ),
    entry!(
        CrlBadPk,
        MBEDTLS_X509_BADCRL_BAD_PK,
        "the revocation list is signed with an algorithm that is not allowed",
        "have the authority sign with RSA or ECDSA"
    ),
    entry!(
        CrlBadKey,
        MBEDTLS_X509_BADCRL_BAD_KEY,
        "the revocation list is signed with a key that is too short, or on a curve that is not allowed",
        "have the authority use RSA of 2048 bits or more, or P-256, P-384, P-521"
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, entry) in ENTRIES.iter().enumerate() {
            assert_eq!(entry.flag as usize, index, "{}", entry.name);
            assert_eq!(entry.bit, 1 << index, "{}", entry.name);
            assert_eq!(VerifyFlag::from_bit(entry.bit), Some(entry.flag));
        }
    }

    #[test]
    fn every_flag_of_the_bindings_is_in_the_table() {
        let bindings = include_str!(concat!(env!("OUT_DIR"), "/bindings.rs"));
        let names: Vec<_> = bindings
            .lines()
            .filter_map(|line| line.strip_prefix("pub const ")?.split_once(':'))
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("MBEDTLS_X509_BADC"))
            .collect();
        assert_eq!(names.len(), ENTRIES.len());
        for name in names {
            assert!(ENTRIES.iter().any(|entry| entry.name == name), "{name}");
        }
    }
}
