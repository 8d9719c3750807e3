//! Cipher suites.

use alloc::string::String;
use core::fmt;

use crate::pk::KeyKind;

/// A cipher suite of TLS 1.2 that this crate can negotiate.
///
/// All have authenticated encryption, and all but those named `PSK` alone have
/// forward secrecy (ECDHE). The exceptions are those of the feature
/// `legacy-suites`, `CipherSuite::LEGACY`. The names are IANA's (TLS Cipher
/// Suites registry).
///
/// ```
/// use embertls::CipherSuite;
///
/// let suite = CipherSuite::EcdheRsaWithAes128GcmSha256;
/// assert_eq!(suite.name(), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
/// assert_eq!(suite.iana_number(), 0xc02f);
/// assert_eq!(CipherSuite::from_iana_number(0xc02f), Some(suite));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CipherSuite {
    /// TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 (RFC 5289).
    EcdheEcdsaWithAes128GcmSha256,
    /// TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 (RFC 5289).
    EcdheEcdsaWithAes256GcmSha384,
    /// TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 (RFC 7905).
    EcdheEcdsaWithChacha20Poly1305Sha256,
    /// TLS_ECDHE_ECDSA_WITH_AES_128_CCM (RFC 7251).
    EcdheEcdsaWithAes128Ccm,
    /// TLS_ECDHE_ECDSA_WITH_AES_256_CCM (RFC 7251).
    EcdheEcdsaWithAes256Ccm,
    /// TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 (RFC 7251). Its tag is 8 bytes
    /// short, so it is used only where it is asked for.
    EcdheEcdsaWithAes128Ccm8,
    /// TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8 (RFC 7251). Its tag is 8 bytes
    /// short, so it is used only where it is asked for.
    EcdheEcdsaWithAes256Ccm8,
    /// TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (RFC 5289).
    EcdheRsaWithAes128GcmSha256,
    /// TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 (RFC 5289).
    EcdheRsaWithAes256GcmSha384,
    /// TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 (RFC 7905).
    EcdheRsaWithChacha20Poly1305Sha256,
    /// TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256 (RFC 7905).
    EcdhePskWithChacha20Poly1305Sha256,
    /// TLS_PSK_WITH_AES_128_GCM_SHA256 (RFC 5487). No forward secrecy.
    PskWithAes128GcmSha256,
    /// TLS_PSK_WITH_AES_256_GCM_SHA384 (RFC 5487). No forward secrecy.
    PskWithAes256GcmSha384,
    /// TLS_PSK_WITH_CHACHA20_POLY1305_SHA256 (RFC 7905). No forward secrecy.
    PskWithChacha20Poly1305Sha256,
    /// TLS_PSK_WITH_AES_128_CCM (RFC 6655). No forward secrecy.
    PskWithAes128Ccm,
    /// TLS_PSK_WITH_AES_256_CCM (RFC 6655). No forward secrecy.
    PskWithAes256Ccm,
    /// TLS_PSK_WITH_AES_128_CCM_8 (RFC 6655). No forward secrecy, and its tag
    /// is 8 bytes short: used only where it is asked for.
    PskWithAes128Ccm8,
    /// TLS_PSK_WITH_AES_256_CCM_8 (RFC 6655). No forward secrecy, and its tag
    /// is 8 bytes short: used only where it is asked for.
    PskWithAes256Ccm8,
    /// TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA (RFC 8422).
    #[cfg(feature = "legacy-suites")]
    EcdheEcdsaWithAes128CbcSha,
    /// TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA (RFC 8422).
    #[cfg(feature = "legacy-suites")]
    EcdheEcdsaWithAes256CbcSha,
    /// TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 (RFC 5289).
    #[cfg(feature = "legacy-suites")]
    EcdheEcdsaWithAes128CbcSha256,
    /// TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 (RFC 5289).
    #[cfg(feature = "legacy-suites")]
    EcdheEcdsaWithAes256CbcSha384,
    /// TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA (RFC 8422).
    #[cfg(feature = "legacy-suites")]
    EcdheRsaWithAes128CbcSha,
    /// TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA (RFC 8422).
    #[cfg(feature = "legacy-suites")]
    EcdheRsaWithAes256CbcSha,
    /// TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 (RFC 5289).
    #[cfg(feature = "legacy-suites")]
    EcdheRsaWithAes128CbcSha256,
    /// TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 (RFC 5289).
    #[cfg(feature = "legacy-suites")]
    EcdheRsaWithAes256CbcSha384,
    /// TLS_RSA_WITH_AES_128_GCM_SHA256 (RFC 5288).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes128GcmSha256,
    /// TLS_RSA_WITH_AES_256_GCM_SHA384 (RFC 5288).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes256GcmSha384,
    /// TLS_RSA_WITH_AES_128_CCM (RFC 6655).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes128Ccm,
    /// TLS_RSA_WITH_AES_256_CCM (RFC 6655).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes256Ccm,
    /// TLS_RSA_WITH_AES_128_CCM_8 (RFC 6655).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes128Ccm8,
    /// TLS_RSA_WITH_AES_256_CCM_8 (RFC 6655).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes256Ccm8,
    /// TLS_RSA_WITH_AES_128_CBC_SHA (RFC 5246).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes128CbcSha,
    /// TLS_RSA_WITH_AES_256_CBC_SHA (RFC 5246).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes256CbcSha,
    /// TLS_RSA_WITH_AES_128_CBC_SHA256 (RFC 5246).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes128CbcSha256,
    /// TLS_RSA_WITH_AES_256_CBC_SHA256 (RFC 5246).
    #[cfg(feature = "legacy-suites")]
    RsaWithAes256CbcSha256,
}

use CipherSuite::*;

/// A list of those of these suites that are compiled.
macro_rules! compiled {
    ($named:expr) => {{
        const COMPILED: [CipherSuite; count_compiled($named)] = keep_compiled($named);
        &COMPILED
    }};
}

impl CipherSuite {
    /// Every suite with certificates that is compiled; those with pre-shared
    /// keys are in [`PSK`](Self::PSK), those for old peers in `LEGACY`.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// for suite in CipherSuite::ALL {
    ///     println!("0x{:04x} {suite}", suite.iana_number());
    /// }
    /// ```
    pub const ALL: &[Self] = compiled!(WITH_CERTIFICATE);

    /// Every suite with pre-shared keys that is compiled; the first has forward
    /// secrecy.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// assert!(CipherSuite::PSK.iter().all(|suite| suite.uses_pre_shared_key()));
    /// ```
    pub const PSK: &[Self] = compiled!(WITH_PSK);

    /// The suites of the feature `legacy-suites`, for peers that know no better,
    /// the least bad ones first. A configuration uses none of them that it does
    /// not name.
    ///
    /// **What is lost** with `RSA`: forward secrecy. Who records a session and
    /// gets the server's key later reads it. With `CBC`: authenticated
    /// encryption. The MAC leaves the padding alone unless the peer knows
    /// encrypt-then-MAC (RFC 7366), and opening a record without telling about
    /// the padding costs some 250 hashes.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// let suites = [CipherSuite::DEFAULT, &[CipherSuite::EcdheRsaWithAes128CbcSha256]].concat();
    /// assert!(CipherSuite::LEGACY.contains(&suites[suites.len() - 1]));
    /// ```
    #[cfg(feature = "legacy-suites")]
    pub const LEGACY: &[Self] = compiled!(&[
        EcdheEcdsaWithAes128CbcSha,
        EcdheEcdsaWithAes256CbcSha,
        EcdheEcdsaWithAes128CbcSha256,
        EcdheEcdsaWithAes256CbcSha384,
        EcdheRsaWithAes128CbcSha,
        EcdheRsaWithAes256CbcSha,
        EcdheRsaWithAes128CbcSha256,
        EcdheRsaWithAes256CbcSha384,
        RsaWithAes128GcmSha256,
        RsaWithAes256GcmSha384,
        RsaWithAes128Ccm,
        RsaWithAes256Ccm,
        RsaWithAes128Ccm8,
        RsaWithAes256Ccm8,
        RsaWithAes128CbcSha,
        RsaWithAes256CbcSha,
        RsaWithAes128CbcSha256,
        RsaWithAes256CbcSha256,
    ]);

    #[cfg(not(feature = "legacy-suites"))]
    pub(crate) const LEGACY: &[Self] = &[];

    /// What a configuration with pre-shared keys uses unless told otherwise,
    /// most wanted first, before [`DEFAULT`](Self::DEFAULT) where it has
    /// certificates as well.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// assert!(CipherSuite::PSK_DEFAULT[0].has_forward_secrecy());
    /// assert!(!CipherSuite::PSK_DEFAULT.contains(&CipherSuite::PskWithAes128Ccm8));
    /// ```
    pub const PSK_DEFAULT: &[Self] = compiled!(&[
        EcdhePskWithChacha20Poly1305Sha256,
        PskWithAes128GcmSha256,
        PskWithAes256GcmSha384,
        PskWithChacha20Poly1305Sha256,
        PskWithAes128Ccm,
        PskWithAes256Ccm,
    ]);

    /// What a configuration uses unless told otherwise, most wanted first.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// assert!(!CipherSuite::DEFAULT.contains(&CipherSuite::EcdheEcdsaWithAes128Ccm8));
    /// ```
    pub const DEFAULT: &[Self] = compiled!(&[
        EcdheEcdsaWithAes128GcmSha256,
        EcdheRsaWithAes128GcmSha256,
        EcdheEcdsaWithAes256GcmSha384,
        EcdheRsaWithAes256GcmSha384,
        EcdheEcdsaWithChacha20Poly1305Sha256,
        EcdheRsaWithChacha20Poly1305Sha256,
        EcdheEcdsaWithAes128Ccm,
        EcdheEcdsaWithAes256Ccm,
    ]);

    /// The number of the suite in IANA's registry.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// assert_eq!(CipherSuite::EcdheEcdsaWithAes256GcmSha384.iana_number(), 0xc02c);
    /// ```
    pub fn iana_number(self) -> u16 {
        self.facts().0
    }

    /// The suite with this number, if it is compiled.
    ///
    /// ```
    /// assert_eq!(embertls::CipherSuite::from_iana_number(0x0005), None, "RC4");
    /// ```
    pub fn from_iana_number(number: u16) -> Option<Self> {
        known(number).filter(|suite| suite.missing_feature().is_none())
    }

    /// The name of the suite in IANA's registry.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// let suite = CipherSuite::EcdheEcdsaWithAes128Ccm;
    /// assert_eq!(suite.name(), "TLS_ECDHE_ECDSA_WITH_AES_128_CCM");
    /// ```
    pub fn name(self) -> &'static str {
        self.facts().1
    }

    /// Whether both sides prove that they know a pre-shared key, and nobody
    /// shows a certificate.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// assert!(CipherSuite::PskWithAes128Ccm8.uses_pre_shared_key());
    /// assert!(!CipherSuite::EcdheRsaWithAes128GcmSha256.uses_pre_shared_key());
    /// ```
    pub fn uses_pre_shared_key(self) -> bool {
        self.key_kind().is_none()
    }

    /// Whether recorded traffic stays unreadable when a long-term key is
    /// learned later. Only the suites named `PSK` or `RSA` alone lack it.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// assert!(CipherSuite::EcdhePskWithChacha20Poly1305Sha256.has_forward_secrecy());
    /// assert!(!CipherSuite::PskWithAes128GcmSha256.has_forward_secrecy());
    /// ```
    pub fn has_forward_secrecy(self) -> bool {
        self.name().starts_with("TLS_ECDHE_")
    }

    /// The kind of key that the server's certificate must hold; none where
    /// there is no certificate.
    pub(crate) fn key_kind(self) -> Option<KeyKind> {
        let name = self.name();
        if name.starts_with("TLS_ECDHE_ECDSA_") {
            Some(KeyKind::Ecdsa)
        } else if name.starts_with("TLS_ECDHE_RSA_") || self.is_static_rsa() {
            Some(KeyKind::Rsa)
        } else {
            None
        }
    }

    /// Whether records have padding and a MAC of their own.
    pub(crate) fn pads_records(self) -> bool {
        self.name().contains("_CBC_")
    }

    /// Whether the server's key decrypts a secret that the client has made.
    pub(crate) fn is_static_rsa(self) -> bool {
        self.name().starts_with("TLS_RSA_")
    }

    /// The feature that brings the suite, where this build is without it.
    pub(crate) const fn missing_feature(self) -> Option<&'static str> {
        let mut at = 0;
        while at < NEEDS.len() {
            let (part, feature, is_compiled) = NEEDS[at];
            if !is_compiled && contains(self.facts().1, part) {
                return Some(feature);
            }
            at += 1;
        }
        None
    }

    const fn facts(self) -> (u16, &'static str) {
        match self {
            EcdheEcdsaWithAes128GcmSha256 => (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
            EcdheEcdsaWithAes256GcmSha384 => (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
            EcdheRsaWithAes128GcmSha256 => (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
            EcdheRsaWithAes256GcmSha384 => (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
            EcdheEcdsaWithAes128Ccm => (0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"),
            EcdheEcdsaWithAes256Ccm => (0xc0ad, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"),
            EcdheEcdsaWithAes128Ccm8 => (0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
            EcdheEcdsaWithAes256Ccm8 => (0xc0af, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"),
            EcdheRsaWithChacha20Poly1305Sha256 => {
                (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
            }
            EcdheEcdsaWithChacha20Poly1305Sha256 => {
                (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")
            }
            EcdhePskWithChacha20Poly1305Sha256 => {
                (0xccac, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256")
            }
            PskWithAes128GcmSha256 => (0x00a8, "TLS_PSK_WITH_AES_128_GCM_SHA256"),
            PskWithAes256GcmSha384 => (0x00a9, "TLS_PSK_WITH_AES_256_GCM_SHA384"),
            PskWithChacha20Poly1305Sha256 => (0xccab, "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256"),
            PskWithAes128Ccm => (0xc0a4, "TLS_PSK_WITH_AES_128_CCM"),
            PskWithAes256Ccm => (0xc0a5, "TLS_PSK_WITH_AES_256_CCM"),
            PskWithAes128Ccm8 => (0xc0a8, "TLS_PSK_WITH_AES_128_CCM_8"),
            PskWithAes256Ccm8 => (0xc0a9, "TLS_PSK_WITH_AES_256_CCM_8"),
            #[cfg(feature = "legacy-suites")]
            EcdheEcdsaWithAes128CbcSha => (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
            #[cfg(feature = "legacy-suites")]
            EcdheEcdsaWithAes256CbcSha => (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
            #[cfg(feature = "legacy-suites")]
            EcdheEcdsaWithAes128CbcSha256 => (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
            #[cfg(feature = "legacy-suites")]
            EcdheEcdsaWithAes256CbcSha384 => (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
            #[cfg(feature = "legacy-suites")]
            EcdheRsaWithAes128CbcSha => (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            #[cfg(feature = "legacy-suites")]
            EcdheRsaWithAes256CbcSha => (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
            #[cfg(feature = "legacy-suites")]
            EcdheRsaWithAes128CbcSha256 => (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
            #[cfg(feature = "legacy-suites")]
            EcdheRsaWithAes256CbcSha384 => (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes128GcmSha256 => (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes256GcmSha384 => (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes128Ccm => (0xc09c, "TLS_RSA_WITH_AES_128_CCM"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes256Ccm => (0xc09d, "TLS_RSA_WITH_AES_256_CCM"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes128Ccm8 => (0xc0a0, "TLS_RSA_WITH_AES_128_CCM_8"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes256Ccm8 => (0xc0a1, "TLS_RSA_WITH_AES_256_CCM_8"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes128CbcSha => (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes256CbcSha => (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes128CbcSha256 => (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
            #[cfg(feature = "legacy-suites")]
            RsaWithAes256CbcSha256 => (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
        }
    }
}

impl fmt::Display for CipherSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The suites with certificates, and those with pre-shared keys, whatever is
/// compiled.
const WITH_CERTIFICATE: &[CipherSuite] = &[
    EcdheEcdsaWithAes128GcmSha256,
    EcdheEcdsaWithAes256GcmSha384,
    EcdheEcdsaWithChacha20Poly1305Sha256,
    EcdheEcdsaWithAes128Ccm,
    EcdheEcdsaWithAes256Ccm,
    EcdheEcdsaWithAes128Ccm8,
    EcdheEcdsaWithAes256Ccm8,
    EcdheRsaWithAes128GcmSha256,
    EcdheRsaWithAes256GcmSha384,
    EcdheRsaWithChacha20Poly1305Sha256,
];
const WITH_PSK: &[CipherSuite] = &[
    EcdhePskWithChacha20Poly1305Sha256,
    PskWithAes128GcmSha256,
    PskWithAes256GcmSha384,
    PskWithChacha20Poly1305Sha256,
    PskWithAes128Ccm,
    PskWithAes256Ccm,
    PskWithAes128Ccm8,
    PskWithAes256Ccm8,
];

/// Parts of a name, and the features that bring them.
const NEEDS: [(&str, &str, bool); 7] = [
    (
        "ECDHE_ECDSA",
        "certificates",
        cfg!(feature = "certificates"),
    ),
    ("_RSA_", "rsa", cfg!(feature = "rsa")),
    ("PSK", "psk", cfg!(feature = "psk")),
    ("ECDHE_PSK", "ecdhe", cfg!(feature = "ecdhe")),
    ("CHACHA20", "chacha20", cfg!(feature = "chacha20")),
    ("_CCM", "ccm", cfg!(feature = "ccm")),
    ("_GCM_SHA384", "sha384", cfg!(feature = "sha384")),
];

const fn contains(name: &str, part: &str) -> bool {
    let (name, part) = (name.as_bytes(), part.as_bytes());
    let mut start = 0;
    while start + part.len() <= name.len() {
        let mut len = 0;
        while len < part.len() && name[start + len] == part[len] {
            len += 1;
        }
        if len == part.len() {
            return true;
        }
        start += 1;
    }
    false
}

const fn count_compiled(suites: &[CipherSuite]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < suites.len() {
        if suites[at].missing_feature().is_none() {
            count += 1;
        }
        at += 1;
    }
    count
}

/// `N` is their count.
const fn keep_compiled<const N: usize>(suites: &[CipherSuite]) -> [CipherSuite; N] {
    let mut kept = [PskWithAes128GcmSha256; N];
    let (mut at, mut count) = (0, 0);
    while at < suites.len() {
        if suites[at].missing_feature().is_none() {
            kept[count] = suites[at];
            count += 1;
        }
        at += 1;
    }
    kept
}

/// A suite's number as people read it: its name where it is known here.
pub(crate) fn describe(number: u16) -> String {
    known(number).map_or_else(|| format!("0x{number:04x}"), |suite| suite.name().into())
}

/// The features that bring these suites and are off here.
pub(crate) fn missing_features(numbers: &[u16]) -> impl Iterator<Item = &'static str> {
    let suites = numbers.iter().filter_map(|&number| known(number));
    suites.filter_map(CipherSuite::missing_feature)
}

/// The suite with this number, if there is a name for it here.
fn known(number: u16) -> Option<CipherSuite> {
    let lists = [WITH_CERTIFICATE, WITH_PSK, CipherSuite::LEGACY];
    let mut all = lists.into_iter().flatten().copied();
    all.find(|suite| suite.iana_number() == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi;

    /// Suites with CBC and pre-shared keys: the engine has them where it has
    /// both, and nobody offers them.
    const PSK_WITH_CBC: [u16; 8] = [
        0x008c, 0x008d, 0x00ae, 0x00af, 0xc035, 0xc036, 0xc037, 0xc038,
    ];

    #[test]
    fn every_suite_is_compiled_and_every_compiled_suite_is_listed() {
        let lists = [CipherSuite::ALL, CipherSuite::PSK, CipherSuite::LEGACY];
        let ours = lists.into_iter().flatten().map(|suite| suite.iana_number());
        let mut ours: Vec<_> = ours.collect();
        if cfg!(feature = "legacy-suites") {
            ours.extend(PSK_WITH_CBC);
        }
        ours.sort_unstable();
        let mut compiled = Vec::new();
        // SAFETY: the list is static and ends with 0.
        unsafe {
            let mut list = ffi::mbedtls_ssl_list_ciphersuites();
            while *list != 0 {
                compiled.push(u16::try_from(*list).expect("the number of a suite"));
                list = list.add(1);
            }
        }
        compiled.sort_unstable();
        assert_eq!(ours, compiled);
    }

    #[test]
    fn no_legacy_suite_is_in_another_list() {
        for suite in CipherSuite::LEGACY {
            for list in [CipherSuite::ALL, CipherSuite::PSK, CipherSuite::DEFAULT] {
                assert!(!list.contains(suite), "{suite}");
            }
        }
    }
}
