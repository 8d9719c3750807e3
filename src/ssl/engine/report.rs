//! What a failed handshake tells: both offers, and why nothing fitted.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Engine;
use crate::compiled::built_without;
use crate::error::{Alert, HandshakeReport};
use crate::ssl::config::Identity;
use crate::ssl::terms::{groups, signatures, suites};
use crate::ssl::wire::hello::{ClientHello, TLS12, version_name};

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
            report.alpn_chosen = hello.alpn.as_deref().map(protocol);
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
        let versions = &hello.supported_versions;
        if !versions.is_empty() && !versions.contains(&TLS12) {
            let offered = list(versions, version_name);
            return format!(
                "no version in common: the client offers {offered}; allowed is TLS 1.2"
            );
        }
        let shares_group = common
            .groups
            .iter()
            .any(|group| hello.groups.contains(&group.iana_number()));
        // A build without key exchange has none to share.
        if !hello.groups.is_empty() && !common.groups.is_empty() && !shares_group {
            let missing = built_without(groups::missing_features(&hello.groups));
            return format!(
                "no group in common: the client offers {}; allowed are {}{missing}",
                list(&hello.groups, groups::describe),
                names(&common.groups).join(", ")
            );
        }
        let shares_suite = |identity: &&Identity| {
            common.cipher_suites.iter().any(|suite| {
                suite.key_kind() == Some(identity.key.kind())
                    && hello.cipher_suites.contains(&suite.iana_number())
            })
        };
        let missing = built_without(suites::missing_features(&hello.cipher_suites));
        let identities = self.config.identities();
        let with_suite: Vec<_> = identities.iter().filter(shares_suite).collect();
        if identities.is_empty() {
            return format!(
                "no cipher suite in common: the client offers {}; allowed are {}{missing}",
                list(&hello.cipher_suites, suites::describe),
                names(&common.cipher_suites).join(", ")
            );
        }
        if with_suite.is_empty() {
            return format!(
                "no cipher suite in common: the client offers {}; allowed are {}, of which those for {} apply, \
                 since that is the kind of the private key{missing}",
                list(&hello.cipher_suites, suites::describe),
                names(&common.cipher_suites).join(", "),
                key_kinds(identities)
            );
        }
        let shared = common.cipher_suites.iter().filter(|suite| {
            suite.key_kind().is_some() && hello.cipher_suites.contains(&suite.iana_number())
        });
        let shared: Vec<_> = shared.copied().collect();
        if !shared.iter().any(|suite| suite.has_forward_secrecy()) {
            return format!(
                "{} needs a certificate with the key usage keyEncipherment",
                names(&shared).join(", ")
            );
        }
        let schemes = hello.signature_schemes.as_slice();
        if with_suite
            .iter()
            .any(|identity| signs_with_one_of(schemes, identity))
        {
            return format!(
                "no group in common with the certificate: the client offers {}",
                list(&hello.groups, groups::describe)
            );
        }
        let accepted = match schemes {
            // RFC 5246, 7.4.1.4.1.
            [] => "SHA-1 alone, since it names no signature algorithm".into(),
            schemes => list(schemes, signatures::describe),
        };
        let own: Vec<_> = with_suite
            .iter()
            .flat_map(|identity| identity.key.schemes())
            .map(|scheme| scheme.name())
            .collect();
        format!(
            "no signature in common: the client accepts {accepted}; the private key signs with {}",
            own.join(", ")
        )
    }

    /// On a server: why no ALPN protocol could be chosen.
    pub(super) fn why_no_protocol(&self) -> String {
        let offered = self.offered.as_ref().map(|hello| hello.alpn.as_slice());
        let offered = offered.unwrap_or_default().iter().map(Vec::as_slice);
        let allowed = self.config.common.alpn.iter().map(|name| name.to_bytes());
        format!(
            "no protocol in common: the client offers {}; allowed are {}",
            protocols(offered),
            protocols(allowed)
        )
    }

    /// On a client: what a server that answers with an alert may miss.
    pub(super) fn why_server_may_refuse(&self, alert: Alert) -> String {
        let common = &self.config.common;
        match alert {
            Alert::ProtocolVersion => {
                "the server does not speak TLS 1.2, which is all that was offered".into()
            }
            Alert::HandshakeFailure | Alert::InsufficientSecurity => {
                format!(
                    "the server accepts nothing of what was offered: TLS 1.2; cipher suites {}; groups {}",
                    names(&common.cipher_suites).join(", "),
                    names(&common.groups).join(", ")
                )
            }
            Alert::NoApplicationProtocol => format!(
                "the server speaks none of the protocols that were offered: {}",
                protocols(common.alpn.iter().map(|name| name.to_bytes()))
            ),
            _ => alert.meaning().into(),
        }
    }
}

/// Whether the key can make a signature that the client accepts.
fn signs_with_one_of(schemes: &[u16], identity: &Identity) -> bool {
    let mut own = identity.key.schemes().iter();
    own.any(|scheme| schemes.contains(&scheme.iana_number()))
}

/// The kinds of the identities' keys, each once.
fn key_kinds<'a>(identities: impl IntoIterator<Item = &'a Identity>) -> String {
    let mut kinds: Vec<_> = identities
        .into_iter()
        .map(|identity| identity.key.kind().to_string())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.join(" and ")
}

fn protocols<'a>(names: impl Iterator<Item = &'a [u8]>) -> String {
    let shown: Vec<_> = names.map(protocol).collect();
    shown.join(", ")
}

/// The name of an ALPN protocol, which may be any bytes, for people.
fn protocol(name: &[u8]) -> String {
    name.escape_ascii().to_string()
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
    report.alpn_offered = hello.alpn.iter().map(|name| protocol(name)).collect();
}

fn names<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn list(numbers: &[u16], describe: impl Fn(u16) -> String) -> String {
    let named: Vec<String> = numbers.iter().map(|&number| describe(number)).collect();
    named.join(", ")
}
