//! Signature schemes: an algorithm and a hash.

use alloc::vec::Vec;
use core::ffi::c_int;
use core::fmt;

use super::KeyKind;
use crate::ffi;

/// How a handshake is signed (IANA: TLS SignatureScheme; RFC 5246, section
/// 7.4.1.4.1, and RFC 8446, section 4.2.3).
///
/// In TLS 1.2 the hash of an ECDSA scheme goes with any curve. SHA-1 and
/// SHA-224 are not here: nothing is signed with them.
///
/// ```
/// use embertls::SignatureScheme;
///
/// let scheme = SignatureScheme::EcdsaSha256;
/// assert_eq!(scheme.iana_number(), 0x0403);
/// assert_eq!(scheme.digest_len(), 32);
/// assert_eq!(scheme.to_string(), "ecdsa_sha256");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureScheme {
    /// ECDSA with SHA-256.
    EcdsaSha256,
    /// ECDSA with SHA-384.
    EcdsaSha384,
    /// ECDSA with SHA-512.
    EcdsaSha512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 with the same, and a salt of 32 bytes.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, MGF1 with the same, and a salt of 48 bytes.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, MGF1 with the same, and a salt of 64 bytes.
    RsaPssSha512,
}

use SignatureScheme::*;

impl SignatureScheme {
    /// Every scheme of this crate.
    ///
    /// ```
    /// assert_eq!(embertls::SignatureScheme::ALL.len(), 9);
    /// ```
    pub const ALL: &[Self] = &[
        EcdsaSha256,
        EcdsaSha384,
        EcdsaSha512,
        RsaPkcs1Sha256,
        RsaPkcs1Sha384,
        RsaPkcs1Sha512,
        RsaPssSha256,
        RsaPssSha384,
        RsaPssSha512,
    ];

    /// The schemes of an ECDSA key that can hash with all three.
    ///
    /// ```
    /// use embertls::SignatureScheme;
    ///
    /// assert_eq!(SignatureScheme::ECDSA[0], SignatureScheme::EcdsaSha256);
    /// ```
    pub const ECDSA: &[Self] = &[EcdsaSha256, EcdsaSha384, EcdsaSha512];

    /// The schemes of an RSA key that can do all of them.
    ///
    /// ```
    /// assert_eq!(embertls::SignatureScheme::RSA.len(), 6);
    /// ```
    pub const RSA: &[Self] = &[
        RsaPkcs1Sha256,
        RsaPkcs1Sha384,
        RsaPkcs1Sha512,
        RsaPssSha256,
        RsaPssSha384,
        RsaPssSha512,
    ];

    /// The number of the scheme in IANA's registry.
    ///
    /// ```
    /// assert_eq!(embertls::SignatureScheme::RsaPssSha256.iana_number(), 0x0804);
    /// ```
    pub fn iana_number(self) -> u16 {
        self.facts().0
    }

    /// The scheme with this number, if it is one of these.
    ///
    /// ```
    /// use embertls::SignatureScheme;
    ///
    /// assert_eq!(SignatureScheme::from_iana_number(0x0201), None, "SHA-1");
    /// ```
    pub fn from_iana_number(number: u16) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|scheme| scheme.iana_number() == number)
    }

    /// The name of the scheme; for ECDSA without the curve, which TLS 1.2 does
    /// not tie to the hash.
    ///
    /// ```
    /// assert_eq!(embertls::SignatureScheme::RsaPkcs1Sha384.name(), "rsa_pkcs1_sha384");
    /// ```
    pub fn name(self) -> &'static str {
        self.facts().1
    }

    /// The kind of key that the scheme is for.
    ///
    /// ```
    /// use embertls::{KeyKind, SignatureScheme};
    ///
    /// assert_eq!(SignatureScheme::RsaPssSha256.key_kind(), KeyKind::Rsa);
    /// ```
    pub fn key_kind(self) -> KeyKind {
        match self {
            EcdsaSha256 | EcdsaSha384 | EcdsaSha512 => KeyKind::Ecdsa,
            _ => KeyKind::Rsa,
        }
    }

    /// The length of the digest that is signed, in bytes.
    ///
    /// ```
    /// assert_eq!(embertls::SignatureScheme::EcdsaSha384.digest_len(), 48);
    /// ```
    pub fn digest_len(self) -> usize {
        match self {
            EcdsaSha256 | RsaPkcs1Sha256 | RsaPssSha256 => 32,
            EcdsaSha384 | RsaPkcs1Sha384 | RsaPssSha384 => 48,
            EcdsaSha512 | RsaPkcs1Sha512 | RsaPssSha512 => 64,
        }
    }

    /// What an RSA key pads and signs under RSASSA-PKCS1-v1_5: the
    /// `DigestInfo` of RFC 8017, section 9.2, around a digest.
    ///
    /// Some tokens want this instead of the digest, such as those of PKCS#11
    /// with the mechanism `CKM_RSA_PKCS`.
    ///
    /// ```
    /// use embertls::SignatureScheme;
    ///
    /// let info = SignatureScheme::RsaPkcs1Sha256.digest_info(&[0; 32]);
    /// assert_eq!(info.len(), 19 + 32);
    /// ```
    pub fn digest_info(self, digest: &[u8]) -> Vec<u8> {
        // SEQUENCE { SEQUENCE { hash, NULL }, OCTET STRING }; the hashes are
        // neighbours in the tree of object identifiers.
        let (hash, len) = match self.digest_len() {
            32 => (1, 32),
            48 => (2, 48),
            _ => (3, 64),
        };
        let mut info = vec![0x30, 17 + len, 0x30, 13, 0x06, 9];
        info.extend_from_slice(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash]);
        info.extend_from_slice(&[0x05, 0, 0x04, len]);
        info.extend_from_slice(digest);
        info
    }

    /// Whether this build has the hash.
    pub(crate) fn is_compiled(&self) -> bool {
        cfg!(feature = "sha384") || self.digest_len() == 32
    }

    pub(crate) fn is_pss(self) -> bool {
        matches!(self, RsaPssSha256 | RsaPssSha384 | RsaPssSha512)
    }

    /// The engine's number for the hash.
    pub(crate) fn hash(self) -> c_int {
        let hash = match self.digest_len() {
            32 => ffi::MBEDTLS_MD_SHA256,
            48 => ffi::MBEDTLS_MD_SHA384,
            _ => ffi::MBEDTLS_MD_SHA512,
        };
        hash as c_int
    }

    fn facts(self) -> (u16, &'static str) {
        match self {
            RsaPkcs1Sha256 => (0x0401, "rsa_pkcs1_sha256"),
            EcdsaSha256 => (0x0403, "ecdsa_sha256"),
            RsaPkcs1Sha384 => (0x0501, "rsa_pkcs1_sha384"),
            EcdsaSha384 => (0x0503, "ecdsa_sha384"),
            RsaPkcs1Sha512 => (0x0601, "rsa_pkcs1_sha512"),
            EcdsaSha512 => (0x0603, "ecdsa_sha512"),
            RsaPssSha256 => (0x0804, "rsa_pss_rsae_sha256"),
            RsaPssSha384 => (0x0805, "rsa_pss_rsae_sha384"),
            RsaPssSha512 => (0x0806, "rsa_pss_rsae_sha512"),
        }
    }
}

impl fmt::Display for SignatureScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_schemes() {
        for scheme in SignatureScheme::ALL {
            let number = scheme.iana_number();
            assert_eq!(SignatureScheme::from_iana_number(number), Some(*scheme));
        }
        assert_eq!(
            SignatureScheme::ALL,
            [SignatureScheme::ECDSA, SignatureScheme::RSA].concat()
        );
    }

    #[test]
    fn digest_info_is_that_of_the_rfc() {
        // RFC 8017, section 9.2, note 1.
        let info = SignatureScheme::RsaPkcs1Sha512.digest_info(&[7; 64]);
        let head = [
            0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x03, 0x05, 0x00, 0x04, 0x40,
        ];
        assert_eq!(info, [&head[..], &[7; 64]].concat());
    }
}
