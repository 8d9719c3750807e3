//! Cipher suites.

use std::fmt;

use crate::pk::KeyKind;

/// A cipher suite of TLS 1.2 that this crate can negotiate.
///
/// All have authenticated encryption, and all but those named `PSK` alone have
/// forward secrecy (ECDHE). The names are IANA's (TLS Cipher Suites registry).
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
}

use CipherSuite::*;

impl CipherSuite {
    /// Every suite with certificates that is compiled; those with pre-shared
    /// keys are in [`PSK`](Self::PSK).
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// for suite in CipherSuite::ALL {
    ///     println!("0x{:04x} {suite}", suite.iana_number());
    /// }
    /// ```
    pub const ALL: &[Self] = &[
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

    /// Every suite with pre-shared keys that is compiled; the first has forward
    /// secrecy.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// assert!(CipherSuite::PSK.iter().all(|suite| suite.uses_pre_shared_key()));
    /// ```
    pub const PSK: &[Self] = &[
        EcdhePskWithChacha20Poly1305Sha256,
        PskWithAes128GcmSha256,
        PskWithAes256GcmSha384,
        PskWithChacha20Poly1305Sha256,
        PskWithAes128Ccm,
        PskWithAes256Ccm,
        PskWithAes128Ccm8,
        PskWithAes256Ccm8,
    ];

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
    pub const PSK_DEFAULT: &[Self] = &[
        EcdhePskWithChacha20Poly1305Sha256,
        PskWithAes128GcmSha256,
        PskWithAes256GcmSha384,
        PskWithChacha20Poly1305Sha256,
        PskWithAes128Ccm,
        PskWithAes256Ccm,
    ];

    /// What a configuration uses unless told otherwise, most wanted first.
    ///
    /// ```
    /// use embertls::CipherSuite;
    ///
    /// assert!(!CipherSuite::DEFAULT.contains(&CipherSuite::EcdheEcdsaWithAes128Ccm8));
    /// ```
    pub const DEFAULT: &[Self] = &[
        EcdheEcdsaWithAes128GcmSha256,
        EcdheRsaWithAes128GcmSha256,
        EcdheEcdsaWithAes256GcmSha384,
        EcdheRsaWithAes256GcmSha384,
        EcdheEcdsaWithChacha20Poly1305Sha256,
        EcdheRsaWithChacha20Poly1305Sha256,
        EcdheEcdsaWithAes128Ccm,
        EcdheEcdsaWithAes256Ccm,
    ];

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
        let mut all = Self::ALL.iter().chain(Self::PSK).copied();
        all.find(|suite| suite.iana_number() == number)
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
    /// learned later. Only the suites named `PSK` alone lack it.
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
        } else if name.starts_with("TLS_ECDHE_RSA_") {
            Some(KeyKind::Rsa)
        } else {
            None
        }
    }

    fn facts(self) -> (u16, &'static str) {
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
        }
    }
}

impl fmt::Display for CipherSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A suite's number as people read it: its name where it is known here.
pub(crate) fn describe(number: u16) -> String {
    CipherSuite::from_iana_number(number)
        .map_or_else(|| format!("0x{number:04x}"), |suite| suite.name().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi;

    #[test]
    fn every_suite_is_compiled_and_every_compiled_suite_is_listed() {
        for suite in CipherSuite::ALL.iter().chain(CipherSuite::PSK) {
            // SAFETY: the function takes a number and returns a pointer into a static table, or null.
            let found =
                unsafe { ffi::mbedtls_ssl_ciphersuite_from_id(i32::from(suite.iana_number())) };
            assert!(!found.is_null(), "{suite} is not compiled");
        }
        // SAFETY: the list is static and ends with 0.
        let compiled = unsafe {
            let mut list = ffi::mbedtls_ssl_list_ciphersuites();
            let mut compiled = 0;
            while *list != 0 {
                compiled += 1;
                list = list.add(1);
            }
            compiled
        };
        assert_eq!(compiled, CipherSuite::ALL.len() + CipherSuite::PSK.len());
    }
}
