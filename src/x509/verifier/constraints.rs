//! Name constraints: [RFC 5280, section 4.2.1.10](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10).
//!
//! Each authority's constraints are held against every certificate below it,
//! which comes to the same as intersecting them on the way down.

use alloc::string::String;
use core::net::IpAddr;

use super::Case;
use super::report::Report;
use super::sections;
use super::work::{Exhausted, Work};
use crate::error::VerifyFlag;
use crate::x509::der::{self, NameConstraints, NameKind, Subtree};
use crate::x509::{Certificate, names};

/// Judges everything below the last certificate of the path by its
/// constraints.
pub(super) fn link(case: &Case<'_>, path: &[&Certificate], work: &mut Work, report: &mut Report) {
    let Some((issuer, below)) = path.split_last() else {
        return;
    };
    let Some(constraints) = &issuer.fields().extensions.name_constraints else {
        return;
    };
    for (depth, certificate) in below.iter().enumerate() {
        // A key that follows another of the same authority.
        if depth > 0 && certificate.fields().is_self_issued() {
            continue;
        }
        let common_name = depth == 0 && case.counts_common_name(certificate);
        match offence(constraints, certificate, common_name, work) {
            Ok(None) => {}
            Ok(Some(offence)) => {
                report.add(depth, VerifyFlag::Other, sections::NAME_CONSTRAINTS, || {
                    format!(
                        "{offence} by the nameConstraints of {}; only it can issue others",
                        issuer.subject()
                    )
                });
            }
            Err(Exhausted) => {
                report.add(depth, VerifyFlag::Other, sections::NAME_CONSTRAINTS, || {
                    "it has more names, and its authority more nameConstraints, than are compared"
                        .into()
                });
                return;
            }
        }
        if report.is_over() {
            return;
        }
    }
}

/// One name of a certificate.
#[derive(Clone, Copy)]
enum Name<'a> {
    Dns(&'a str),
    Email(&'a str),
    Uri(&'a str),
    Ip(IpAddr),
    Directory(&'a [u8]),
    /// It cannot be read, or its kind is not understood: nothing that is said
    /// about such names can be checked.
    Opaque(NameKind),
}

/// What breaks the constraints, as the beginning of a sentence. The common
/// name may count as a DNS name.
fn offence(
    constraints: &NameConstraints,
    certificate: &Certificate,
    common_name: bool,
    work: &mut Work,
) -> Result<Option<String>, Exhausted> {
    let fields = certificate.fields();
    if let Some(names) = &fields.extensions.alt_names {
        let all = names.dns.iter().map(|name| Name::dns(name));
        let all = all.chain(names.email.iter().map(|name| Name::Email(name)));
        let all = all.chain(names.uri.iter().map(|name| Name::Uri(name)));
        let all = all.chain(names.ip.iter().map(|ip| Name::Ip(*ip)));
        let all = all.chain(names.directory.iter().map(|name| Name::Directory(name)));
        let opaque = names.others.iter().chain(&names.broken);
        let all = all.chain(opaque.map(|kind| Name::Opaque(*kind)));
        for name in all {
            if let Some(offence) = judge(constraints, name, work)? {
                return Ok(Some(offence));
            }
        }
    } else {
        // Where addresses were before there were other names.
        for email in der::emails(certificate.subject_der()) {
            if let Some(offence) = judge(constraints, Name::Email(&email), work)? {
                return Ok(Some(offence));
            }
        }
        if common_name {
            for name in der::common_names(certificate.subject_der()) {
                if let Some(offence) = judge(constraints, Name::dns(&name), work)? {
                    return Ok(Some(offence));
                }
            }
        }
    }
    match fields.canonical_subject.is_empty() {
        true => Ok(None),
        false => judge(
            constraints,
            Name::Directory(&fields.canonical_subject),
            work,
        ),
    }
}

fn judge(
    constraints: &NameConstraints,
    name: Name<'_>,
    work: &mut Work,
) -> Result<Option<String>, Exhausted> {
    let kind = name.kind();
    let of_kind = |subtrees: &'_ [Subtree]| subtrees.iter().any(|subtree| subtree.kind() == kind);
    if matches!(name, Name::Opaque(_)) {
        let is_constrained = of_kind(&constraints.permitted) || of_kind(&constraints.excluded);
        return Ok(is_constrained.then(|| {
            let kind = kind.describe();
            format!("it has a {kind} that cannot be judged, and such are constrained")
        }));
    }
    for subtree in &constraints.excluded {
        work.compare()?;
        if name.may_be_in(subtree) {
            return Ok(Some(format!("its {} is excluded", name.describe())));
        }
    }
    let mut is_constrained = false;
    for subtree in &constraints.permitted {
        work.compare()?;
        if subtree.kind() == kind {
            is_constrained = true;
            if name.is_in(subtree) {
                return Ok(None);
            }
        }
    }
    Ok(is_constrained.then(|| format!("its {} is not permitted", name.describe())))
}

impl<'a> Name<'a> {
    fn dns(name: &'a str) -> Self {
        match names::is_dns_name(name.strip_suffix('.').unwrap_or(name)) {
            true => Self::Dns(name),
            false => Self::Opaque(NameKind::Dns),
        }
    }

    fn kind(&self) -> NameKind {
        match self {
            Self::Dns(_) => NameKind::Dns,
            Self::Email(_) => NameKind::Email,
            Self::Uri(_) => NameKind::Uri,
            Self::Ip(_) => NameKind::Ip,
            Self::Directory(_) => NameKind::Directory,
            Self::Opaque(kind) => *kind,
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Dns(name) | Self::Email(name) | Self::Uri(name) => {
                format!("{} {name}", self.kind().describe())
            }
            Self::Ip(ip) => format!("IP address {ip}"),
            Self::Directory(_) | Self::Opaque(_) => self.kind().describe().into(),
        }
    }

    /// Whether all that this name stands for is in the subtree.
    fn is_in(&self, subtree: &Subtree) -> bool {
        match (self, subtree) {
            (Self::Dns(name), Subtree::Dns(base)) => is_dns_in(name, base),
            (Self::Email(name), Subtree::Email(base)) => is_email_in(name, base),
            (Self::Uri(uri), Subtree::Uri(base)) => {
                uri_host(uri).is_some_and(|host| is_host_in(host, base))
            }
            (Self::Ip(ip), Subtree::Ip { address, mask }) => is_ip_in(*ip, address, mask),
            (Self::Directory(name), Subtree::Directory(base)) => name.starts_with(base),
            _ => false,
        }
    }

    /// Whether something that this name stands for is in the subtree.
    fn may_be_in(&self, subtree: &Subtree) -> bool {
        match (self, subtree) {
            (Self::Dns(name), Subtree::Dns(base)) => {
                // `*.a.example` stands for `b.a.example` among others.
                let of_wildcard = name.strip_prefix("*.").is_some_and(|parent| {
                    base.split_once('.')
                        .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent))
                });
                of_wildcard || is_dns_in(name, base)
            }
            // A URI without a host name cannot be said to be outside.
            (Self::Uri(uri), Subtree::Uri(_)) if uri_host(uri).is_none() => true,
            // Who reaches `::ffff:192.0.2.1` reaches 192.0.2.1.
            (Self::Ip(IpAddr::V6(ip)), Subtree::Ip { address, mask }) if address.len() == 4 => ip
                .to_ipv4_mapped()
                .is_some_and(|ip| is_ip_in(ip.into(), address, mask)),
            _ => self.is_in(subtree),
        }
    }
}

/// The name itself and all below; with a dot in front only those below. The
/// base is in lower case.
fn is_dns_in(name: &str, base: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    match base.strip_prefix('.') {
        Some(_) => name.ends_with(base),
        None => {
            base.is_empty()
                || name
                    .strip_suffix(base)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        }
    }
}

/// A mailbox, all at one host, or, with a dot in front, at all hosts of a
/// domain.
fn is_email_in(name: &str, base: &str) -> bool {
    let Some((local, host)) = name.rsplit_once('@') else {
        return false;
    };
    match base.rsplit_once('@') {
        Some((base_local, base_host)) => {
            local == base_local && host.eq_ignore_ascii_case(base_host)
        }
        None => is_host_in(host, &base.to_ascii_lowercase()),
    }
}

/// One host, or, with a dot in front, all hosts of a domain. The base is in
/// lower case.
fn is_host_in(host: &str, base: &str) -> bool {
    let host = host.to_ascii_lowercase();
    match base.starts_with('.') {
        true => host.ends_with(base),
        false => base.is_empty() || host == base,
    }
}

/// The host of a URI, if it is a name.
fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return None;
    }
    let host = host.split(':').next()?;
    (!host.is_empty() && host.parse::<IpAddr>().is_err()).then_some(host)
}

fn is_ip_in(ip: IpAddr, address: &[u8], mask: &[u8]) -> bool {
    let is_in = |octets: &[u8]| {
        octets.len() == address.len()
            && octets
                .iter()
                .zip(address)
                .zip(mask)
                .all(|((octet, base), mask)| octet & mask == base & mask)
    };
    match ip {
        IpAddr::V4(ip) => is_in(&ip.octets()),
        IpAddr::V6(ip) => is_in(&ip.octets()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dns_names_are_in_subtrees_by_whole_labels() {
        for (name, base, expected) in [
            ("a.example", "a.example", true),
            ("b.A.example", "a.example", true),
            ("ba.example", "a.example", false),
            ("a.example", "b.a.example", false),
            ("*.a.example", "a.example", true),
            ("*.a.example", "b.a.example", false),
            ("a.example", "", true),
            ("a.example", ".a.example", false),
            ("b.a.example", ".a.example", true),
            ("a.example.", "a.example", true),
        ] {
            assert_eq!(is_dns_in(name, base), expected, "{name} {base}");
        }
    }

    #[test]
    fn a_wildcard_may_stand_for_an_excluded_name() {
        for (name, base, expected) in [
            ("*.a.example", "b.a.example", true),
            ("*.A.example", "b.a.example", true),
            ("*.a.example", "c.b.a.example", false),
            ("*.b.example", "b.a.example", false),
            ("*.a.example", "a.example", true),
        ] {
            let base = Subtree::Dns(base.into());
            assert_eq!(Name::Dns(name).may_be_in(&base), expected, "{name}");
        }
    }

    #[test]
    fn mailboxes_hosts_and_domains() {
        for (name, base, expected) in [
            ("a@b.example", "b.example", true),
            ("a@B.example", "b.EXAMPLE", true),
            ("a@c.b.example", "b.example", false),
            ("a@c.b.example", ".b.example", true),
            ("a@b.example", ".b.example", false),
            ("a@b.example", "a@b.example", true),
            ("A@b.example", "a@b.example", false),
            ("a@b.example", "*@b.example", false),
            ("b.example", "b.example", false),
        ] {
            assert_eq!(is_email_in(name, base), expected, "{name} {base}");
        }
    }

    #[test]
    fn uris_are_judged_by_their_host() {
        for (uri, host) in [
            ("https://a.example/x", Some("a.example")),
            ("https://u:p@a.example:443?x", Some("a.example")),
            ("spiffe://a.example/y", Some("a.example")),
            ("https://192.0.2.1/", None),
            ("https://[2001:db8::1]/", None),
            ("urn:a:b", None),
            ("https:///x", None),
        ] {
            assert_eq!(uri_host(uri), host, "{uri}");
        }
        let base = Subtree::Uri("a.example".into());
        assert!(Name::Uri("urn:a:b").may_be_in(&base));
        assert!(!Name::Uri("urn:a:b").is_in(&base));
    }

    #[test]
    fn addresses_are_judged_by_their_prefix() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(is_ip_in(
            ip("192.0.2.9"),
            &[192, 0, 2, 0],
            &[255, 255, 255, 0]
        ));
        assert!(!is_ip_in(
            ip("192.0.3.9"),
            &[192, 0, 2, 0],
            &[255, 255, 255, 0]
        ));
        assert!(!is_ip_in(ip("::1"), &[0; 4], &[0; 4]));
        assert!(is_ip_in(ip("::1"), &[0; 16], &[0; 16]));
        let base = Subtree::Ip {
            address: vec![192, 0, 2, 0],
            mask: vec![255, 255, 255, 0],
        };
        let mapped = Name::Ip(ip("::ffff:192.0.2.9"));
        assert!(mapped.may_be_in(&base) && !mapped.is_in(&base));
        assert!(!Name::Ip(ip("::ffff:192.0.3.9")).may_be_in(&base));
    }
}
