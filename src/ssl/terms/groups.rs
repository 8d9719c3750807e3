//! Named groups for the key exchange.

use alloc::string::String;
use core::fmt;

use crate::ffi;

/// An elliptic curve for the ECDHE key exchange (RFC 8422; IANA: TLS Supported
/// Groups).
///
/// ```
/// use embertls::NamedGroup;
///
/// assert_eq!(NamedGroup::Secp256r1.iana_number(), 23);
/// assert_eq!(NamedGroup::Secp256r1.name(), "secp256r1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NamedGroup {
    /// Curve25519 (RFC 7748). Mbed TLS 2.16 computes on it and cannot use it in
    /// TLS; a patch of ours adds that.
    X25519,
    /// NIST P-256.
    Secp256r1,
    /// NIST P-384.
    Secp384r1,
    /// NIST P-521.
    Secp521r1,
}

impl NamedGroup {
    /// Every group that is compiled, and the default: fastest first. That is
    /// X25519 with the feature `accel`, and P-256 without.
    ///
    /// ```
    /// use embertls::NamedGroup;
    ///
    /// assert!(NamedGroup::ALL.contains(&NamedGroup::Secp256r1));
    /// ```
    pub const ALL: &[Self] = match (cfg!(feature = "curves"), cfg!(feature = "accel")) {
        (false, _) if cfg!(feature = "ecdhe") => &[Self::Secp256r1],
        (false, _) => &[],
        (true, true) => &[
            Self::X25519,
            Self::Secp256r1,
            Self::Secp384r1,
            Self::Secp521r1,
        ],
        (true, false) => &[
            Self::Secp256r1,
            Self::X25519,
            Self::Secp384r1,
            Self::Secp521r1,
        ],
    };

    /// The number of the group in IANA's registry.
    ///
    /// ```
    /// assert_eq!(embertls::NamedGroup::Secp521r1.iana_number(), 25);
    /// ```
    pub fn iana_number(self) -> u16 {
        match self {
            Self::X25519 => 29,
            Self::Secp256r1 => 23,
            Self::Secp384r1 => 24,
            Self::Secp521r1 => 25,
        }
    }

    /// The name of the group in IANA's registry.
    ///
    /// ```
    /// assert_eq!(embertls::NamedGroup::Secp384r1.name(), "secp384r1");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::X25519 => "x25519",
            Self::Secp256r1 => "secp256r1",
            Self::Secp384r1 => "secp384r1",
            Self::Secp521r1 => "secp521r1",
        }
    }

    /// The feature that brings the group, where this build is without it.
    pub(crate) fn missing_feature(self) -> Option<&'static str> {
        match self {
            Self::Secp256r1 if cfg!(feature = "ecdhe") => None,
            Self::Secp256r1 => Some("ecdhe"),
            _ if cfg!(feature = "curves") => None,
            _ => Some("curves"),
        }
    }

    /// The engine's number for the group.
    pub(crate) fn id(self) -> ffi::mbedtls_ecp_group_id {
        match self {
            Self::X25519 => ffi::MBEDTLS_ECP_DP_CURVE25519,
            Self::Secp256r1 => ffi::MBEDTLS_ECP_DP_SECP256R1,
            Self::Secp384r1 => ffi::MBEDTLS_ECP_DP_SECP384R1,
            Self::Secp521r1 => ffi::MBEDTLS_ECP_DP_SECP521R1,
        }
    }
}

impl fmt::Display for NamedGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A group's number as people read it: its name where it is known here.
pub(crate) fn describe(number: u16) -> String {
    match (number, known(number)) {
        (_, Some(group)) => group.name().into(),
        (30, _) => "x448".into(),
        _ => format!("0x{number:04x}"),
    }
}

/// The features that bring these groups and are off here.
pub(crate) fn missing_features(numbers: &[u16]) -> impl Iterator<Item = &'static str> {
    let groups = numbers.iter().filter_map(|&number| known(number));
    groups.filter_map(NamedGroup::missing_feature)
}

/// The group with this number, if there is a name for it here.
fn known(number: u16) -> Option<NamedGroup> {
    let all = [
        NamedGroup::X25519,
        NamedGroup::Secp256r1,
        NamedGroup::Secp384r1,
        NamedGroup::Secp521r1,
    ];
    all.into_iter().find(|group| group.iana_number() == number)
}
