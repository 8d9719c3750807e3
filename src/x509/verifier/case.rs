//! What is to be judged, and by what.

use std::time::Duration;

use ::der::DateTime;

use super::Verifier;
use crate::x509::der::oid;
use crate::x509::{Certificate, ServerName, TrustStore};

/// One chain to be judged.
pub(super) struct Case<'a> {
    pub(super) verifier: &'a Verifier,
    pub(super) purpose: Purpose<'a>,
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

impl<'a> Case<'a> {
    pub(super) fn trust(&self) -> &'a TrustStore {
        &self.verifier.trust
    }

    pub(super) fn is_valid_now(&self, certificate: &Certificate) -> bool {
        let fields = certificate.fields();
        (fields.not_before.unix_duration()..=fields.not_after.unix_duration()).contains(&self.now)
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

    /// The purpose in extendedKeyUsage.
    pub(super) fn id(self) -> &'static oid::ObjectIdentifier {
        match self {
            Self::Server(_) | Self::AnyServer => &oid::SERVER_AUTH,
            Self::Client => &oid::CLIENT_AUTH,
        }
    }
}
