//! What is to be judged, and by what.

use alloc::string::{String, ToString};
use core::time::Duration;

use ::der::DateTime;

use super::Verifier;
use crate::x509::der::{ns_cert_type, oid};
use crate::x509::{Certificate, ServerName, TrustStore};

/// One chain to be judged.
pub(super) struct Case<'a> {
    pub(super) verifier: &'a Verifier,
    pub(super) purpose: Purpose<'a>,
    pub(super) key_use: KeyUse,
    /// Since 1970, in whole seconds.
    pub(super) now: Duration,
}

/// What the peer is to be.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    Server(&'a ServerName),
    AnyServer,
    Client,
}

/// What the key of the peer's own certificate does in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUse {
    /// It signs the exchange of ECDHE keys, or the client's CertificateVerify.
    Signs,
    /// It decrypts the premaster secret, in suites with static RSA.
    Decrypts,
}

impl<'a> Case<'a> {
    pub(super) fn trust(&self) -> &'a TrustStore {
        &self.verifier.trust
    }

    pub(super) fn is_valid_now(&self, certificate: &Certificate) -> bool {
        let fields = certificate.fields();
        (fields.not_before.unix_duration()..=fields.not_after.unix_duration()).contains(&self.now)
    }

    /// Whether the common name of the peer's certificate is one of its names.
    pub(super) fn counts_common_name(&self, leaf: &Certificate) -> bool {
        self.verifier.common_name
            && matches!(self.purpose, Purpose::Server(_))
            && leaf.fields().extensions.alt_names.is_none()
    }

    /// `2020-01-02T03:04:05Z`
    pub(super) fn show_now(&self) -> String {
        match DateTime::from_unix_duration(self.now) {
            Ok(time) => time.to_string(),
            Err(_) => "an unknown time".into(),
        }
    }
}

impl Purpose<'_> {
    pub(super) fn who(self) -> &'static str {
        match self {
            Self::Server(_) | Self::AnyServer => "server",
            Self::Client => "client",
        }
    }

    /// The bit of nsCertType.
    pub(super) fn ns_cert_type(self) -> u16 {
        match self {
            Self::Server(_) | Self::AnyServer => ns_cert_type::SSL_SERVER,
            Self::Client => ns_cert_type::SSL_CLIENT,
        }
    }

    /// The purpose in extendedKeyUsage.
    pub(super) fn id(self) -> &'static oid::ObjectIdentifier {
        match self {
            Self::Server(_) | Self::AnyServer => &oid::SERVER_AUTH,
            Self::Client => &oid::CLIENT_AUTH,
        }
    }
}
