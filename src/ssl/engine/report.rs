//! What a failed handshake tells: both offers, and why nothing fitted.

use super::Engine;
use crate::error::HandshakeReport;
use crate::ssl::config::Identity;
use crate::ssl::hello::{ClientHello, TLS12, version_name};
use crate::ssl::{groups, suites};

impl Engine {
    /// The facts of the handshake so far.
    pub(crate) fn report(&self) -> HandshakeReport {
        let mut report = HandshakeReport {
            server_name: self.server_name.as_ref().map(ToString::to_string),
            waiting_for: Some(self.awaited().into()),
            ..HandshakeReport::default()
        };
        if let Some(hello) = &self.offered {
            describe_offer(&mut report, hello);
        }
        if let Some(hello) = &self.chosen {
            report.version_chosen = Some(version_name(hello.version));
            report.cipher_suite_chosen = Some(suites::describe(hello.cipher_suite));
            report.alpn_chosen = hello
                .alpn
                .as_ref()
                .map(|protocol| String::from_utf8_lossy(protocol).into_owned());
        }
        let common = &self.config.common;
        report.cipher_suites_allowed = names(&common.cipher_suites);
        report.groups_allowed = names(&common.groups);
        report
    }

    /// On a server: why no suite could be chosen.
    pub(super) fn why_nothing_fits(&self) -> String {
        let Some(hello) = &self.offered else {
            return "no cipher suite in common".into();
        };
        let common = &self.config.common;
        let mut kinds: Vec<_> = self.config.identities.iter().map(key_kind).collect();
        kinds.dedup();
        let shares_group = common
            .groups
            .iter()
            .any(|group| hello.groups.contains(&group.iana_number()));
        if !hello.groups.is_empty() && !shares_group {
            return format!(
                "no group in common: the client offers {}; allowed are {}",
                list(&hello.groups, groups::describe),
                names(&common.groups).join(", ")
            );
        }
        format!(
            "no cipher suite in common: the client offers {}; allowed are {}, of which those for {} apply, \
             since that is the kind of the private key",
            list(&hello.cipher_suites, suites::describe),
            names(&common.cipher_suites).join(", "),
            kinds.join(" and ")
        )
    }

    /// On a client: what a server that answers with an alert may miss.
    pub(super) fn why_server_may_refuse(&self) -> String {
        let common = &self.config.common;
        format!(
            "the server accepts nothing of what was offered: TLS 1.2; cipher suites {}; groups {}",
            names(&common.cipher_suites).join(", "),
            names(&common.groups).join(", ")
        )
    }
}

fn key_kind(identity: &Identity) -> &'static str {
    match identity.is_ecdsa() {
        true => "ECDSA",
        false => "RSA",
    }
}

fn describe_offer(report: &mut HandshakeReport, hello: &ClientHello) {
    let versions = match hello.supported_versions.as_slice() {
        [] => vec![hello.legacy_version.min(TLS12)],
        listed => listed.to_vec(),
    };
    report.versions_offered = versions.into_iter().map(version_name).collect();
    report.cipher_suites_offered = hello
        .cipher_suites
        .iter()
        .map(|&suite| suites::describe(suite))
        .collect();
    report.groups_offered = hello
        .groups
        .iter()
        .map(|&group| groups::describe(group))
        .collect();
    report.alpn_offered = hello
        .alpn
        .iter()
        .map(|protocol| String::from_utf8_lossy(protocol).into_owned())
        .collect();
}

fn names<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn list(numbers: &[u16], describe: impl Fn(u16) -> String) -> String {
    let named: Vec<String> = numbers.iter().map(|&number| describe(number)).collect();
    named.join(", ")
}
