//! How certificates must be written: the rules of `Profile::Strict`.
//!
//! They bind those who issue certificates: RFC 5280 for all, and, where it
//! says "BR", the Baseline Requirements of the CA/Browser Forum for servers.
//! Rules of the Baseline Requirements about the time of issuing (how long a
//! certificate is valid, from when on an algorithm is forbidden) are not
//! judged.

use alloc::string::{String, ToString};

use super::report::Report;
use super::{Case, Profile, Purpose, sections};
use crate::error::VerifyFlag;
use crate::x509::der::{self, AltNames, Fields, NameKind, PublicKey, Subtree, key_usage, oid};
use crate::x509::{Certificate, names};

/// Judges one certificate of the path.
pub(super) fn certificate(
    case: &Case<'_>,
    certificate: &Certificate,
    depth: usize,
    is_trusted: bool,
    report: &mut Report,
) {
    if case.verifier.profile != Profile::Strict || report.is_over() {
        return;
    }
    let mut letter = Letter {
        case,
        certificate,
        fields: certificate.fields(),
        depth,
        is_trusted,
        report,
    };
    letter.basics();
    letter.key_identifiers();
    letter.constraints();
    match depth {
        0 => letter.leaf(),
        _ => letter.authority(),
    }
}

/// The last certificate of the path, and the one that it issued.
pub(super) fn link(case: &Case<'_>, path: &[&Certificate], report: &mut Report) {
    let [.., child, issuer] = path else {
        return;
    };
    if case.verifier.profile != Profile::Strict || report.is_over() {
        return;
    }
    let wanted = child.fields().extensions.authority_key_id.as_ref();
    let wanted = wanted.and_then(|id| id.key_id.as_deref());
    let id = issuer.fields().extensions.subject_key_id.as_deref();
    if matches!((wanted, id), (Some(wanted), Some(id)) if wanted != id) {
        report.add(
            path.len() - 2,
            VerifyFlag::Other,
            "RFC 5280, 4.2.1.2",
            || "its authorityKeyIdentifier is not the subjectKeyIdentifier of its issuer".into(),
        );
    }
}

struct Letter<'a> {
    case: &'a Case<'a>,
    certificate: &'a Certificate,
    fields: &'a Fields,
    depth: usize,
    is_trusted: bool,
    report: &'a mut Report,
}

impl Letter<'_> {
    /// Reports what is not as it must be.
    fn demand(&mut self, is_good: bool, rule: &'static str, otherwise: &str) {
        if !is_good {
            self.report
                .add(self.depth, VerifyFlag::Other, rule, || otherwise.into());
        }
    }

    fn is_critical(&self, id: &oid::ObjectIdentifier) -> bool {
        self.fields.extensions.is_critical(id)
    }

    fn basics(&mut self) {
        let fields = self.fields;
        self.demand(
            fields.version == 3,
            "RFC 5280, 4.1.2.1",
            "it is not of version 3",
        );
        let serial = self.certificate.serial_der();
        // Roots of the public have the number 0.
        let is_zero = serial == [0] && !self.is_trusted;
        self.demand(
            serial.len() <= 20 && serial.first().is_some_and(|first| *first < 0x80) && !is_zero,
            "RFC 5280, 4.1.2.2",
            "its serial number is not a positive number of up to 20 bytes",
        );
        // What a trusted certificate is signed with does not matter.
        let is_exact = fields.scheme.is_some_and(|scheme| scheme.is_exact);
        self.demand(
            is_exact || self.is_trusted,
            "RFC 4055, 5; RFC 5758, 3",
            "the parameters of its signature algorithm are not written as they must be",
        );
        self.demand(
            !fields.canonical_issuer.is_empty(),
            "RFC 5280, 4.1.2.4",
            "its issuer is empty",
        );
        self.demand(
            fields.has_exact_times,
            sections::VALIDITY,
            "its validity is not written as UTCTime up to 2049 and GeneralizedTime from 2050 on",
        );
        self.demand(
            !fields.has_unique_ids,
            "RFC 5280, 4.1.2.8",
            "it has unique identifiers",
        );
        if let PublicKey::Rsa { modulus_bits, .. } = fields.key {
            self.demand(
                modulus_bits % 8 == 0,
                "BR, 6.1.5",
                "the size of its RSA key is not a multiple of 8 bits",
            );
        }
        let extensions = &fields.extensions;
        self.demand(
            extensions.key_usage != Some(0),
            "RFC 5280, 4.2.1.3",
            "its keyUsage allows nothing",
        );
        if let Some(Err(reason)) = self.certificate.read_distribution_points() {
            let otherwise = format!("its cRLDistributionPoints cannot be read: {reason}");
            self.demand(false, "RFC 5280, 4.2.1.13", &otherwise);
        }
        if let Some(reason) = &extensions.broken_info_access {
            let otherwise = format!("its authorityInfoAccess cannot be read: {reason}");
            self.demand(false, "RFC 5280, 4.2.2.1", &otherwise);
        }
    }

    fn key_identifiers(&mut self) {
        let extensions = &self.fields.extensions;
        self.demand(
            !self.is_critical(&oid::AUTHORITY_KEY_ID),
            "RFC 5280, 4.2.1.1",
            "its authorityKeyIdentifier is critical",
        );
        self.demand(
            !self.is_critical(&oid::SUBJECT_KEY_ID),
            "RFC 5280, 4.2.1.2",
            "its subjectKeyIdentifier is critical",
        );
        self.demand(
            self.depth == 0 || extensions.subject_key_id.is_some(),
            "RFC 5280, 4.2.1.2",
            "it is an authority without a subjectKeyIdentifier",
        );
        let is_root = self.is_trusted && self.fields.is_self_issued();
        match &extensions.authority_key_id {
            None => self.demand(
                is_root,
                "RFC 5280, 4.2.1.1",
                "it has no authorityKeyIdentifier",
            ),
            Some(id) => {
                self.demand(
                    id.key_id.is_some(),
                    "RFC 5280, 4.2.1.1",
                    "its authorityKeyIdentifier has no keyIdentifier",
                );
                self.demand(
                    id.has_issuer == id.has_serial,
                    "RFC 5280, 4.2.1.1",
                    "its authorityKeyIdentifier has only one of issuer and serial number",
                );
                self.demand(
                    !is_root || !(id.has_issuer || id.has_serial),
                    "BR, 7.1.2.1.3",
                    "the authorityKeyIdentifier of a root names an issuer or serial number",
                );
            }
        }
    }

    fn constraints(&mut self) {
        let extensions = &self.fields.extensions;
        if let Some(constraints) = &extensions.name_constraints {
            self.demand(
                extensions.is_ca(),
                "RFC 5280, 4.2.1.10",
                "it has nameConstraints and is no authority",
            );
            self.demand(
                self.is_critical(&oid::NAME_CONSTRAINTS),
                "RFC 5280, 4.2.1.10",
                "its nameConstraints are not critical",
            );
            let mut all = constraints.permitted.iter().chain(&constraints.excluded);
            self.demand(
                !all.any(|subtree| matches!(subtree, Subtree::Dns(name) if name.starts_with('.'))),
                "RFC 5280, 4.2.1.10",
                "a DNS name in its nameConstraints begins with a dot",
            );
        }
        if let Some(constraints) = &extensions.policy_constraints {
            self.demand(
                self.is_critical(&oid::POLICY_CONSTRAINTS),
                "RFC 5280, 4.2.1.11",
                "its policyConstraints are not critical",
            );
            self.demand(
                constraints.require_explicit.is_some() || constraints.inhibit_mapping.is_some(),
                "RFC 5280, 4.2.1.11",
                "its policyConstraints are empty",
            );
        }
        self.demand(
            extensions.inhibit_any_policy.is_none() || self.is_critical(&oid::INHIBIT_ANY_POLICY),
            "RFC 5280, 4.2.1.14",
            "its inhibitAnyPolicy is not critical",
        );
        let signs = |bits: u16| bits & key_usage::KEY_CERT_SIGN != 0;
        self.demand(
            extensions.is_ca() || !extensions.key_usage.is_some_and(signs),
            "RFC 5280, 4.2.1.9",
            "its keyUsage has keyCertSign, and it is no authority",
        );
        let basic = extensions.basic_constraints.as_ref();
        let path_length = basic.and_then(|constraints| constraints.path_length);
        self.demand(
            path_length.is_none() || extensions.is_ca(),
            "RFC 5280, 4.2.1.9",
            "it has a path length and is no authority",
        );
    }

    fn authority(&mut self) {
        let extensions = &self.fields.extensions;
        self.demand(
            !self.fields.canonical_subject.is_empty(),
            "RFC 5280, 4.1.2.6",
            "it is an authority without a subject",
        );
        self.demand(
            self.is_critical(&oid::BASIC_CONSTRAINTS),
            "RFC 5280, 4.2.1.9",
            "it is an authority, and its basicConstraints are not critical",
        );
        self.demand(
            self.is_trusted || extensions.key_usage.is_some(),
            "RFC 5280, 4.2.1.3",
            "it is an authority without a keyUsage",
        );
        let is_root = self.is_trusted && self.fields.is_self_issued();
        self.demand(
            !is_root || extensions.purposes.is_none(),
            "BR, 7.1.2.1.2",
            "it is a root with an extendedKeyUsage",
        );
    }

    fn leaf(&mut self) {
        let extensions = &self.fields.extensions;
        let subject_is_empty = self.fields.canonical_subject.is_empty();
        let Some(alt_names) = &extensions.alt_names else {
            return self.demand(
                !subject_is_empty,
                "RFC 5280, 4.1.2.6",
                "it has neither a subject nor other names",
            );
        };
        self.demand(
            !alt_names.is_empty(),
            "RFC 5280, 4.2.1.6",
            "its subjectAltName is empty",
        );
        self.demand(
            subject_is_empty == self.is_critical(&oid::SUBJECT_ALT_NAME),
            "RFC 5280, 4.2.1.6; BR, 7.1.2.7.12",
            "its subjectAltName must be critical if the subject is empty, and only then",
        );
        let well_formed = alt_names.broken.is_empty()
            && alt_names.dns.iter().all(|name| names::is_dns_name(name));
        self.demand(
            well_formed,
            "RFC 5280, 4.2.1.6",
            "a name in its subjectAltName is not what it should be",
        );
        if !matches!(self.case.purpose, Purpose::Client) {
            self.server(alt_names);
        }
    }

    fn server(&mut self, names: &AltNames) {
        let extensions = &self.fields.extensions;
        self.demand(
            !extensions.is_ca(),
            "BR, 7.1.2.7.6",
            "it is an authority, and no server",
        );
        let any = oid::ANY_PURPOSE.as_bytes();
        match &extensions.purposes {
            None => self.demand(false, "BR, 7.1.2.7.6", "it has no extendedKeyUsage"),
            Some(purposes) => self.demand(
                !purposes.iter().any(|purpose| purpose == any),
                "BR, 7.1.2.7.10",
                "its extendedKeyUsage holds anyExtendedKeyUsage",
            ),
        }
        self.demand(
            !self.is_critical(&oid::EXT_KEY_USAGE),
            "BR, 7.1.2.7.6",
            "its extendedKeyUsage is critical",
        );
        for name in der::common_names(self.certificate.subject_der()) {
            self.demand(
                is_copied(&name, names),
                "BR, 7.1.4.3",
                "its common name is not one of the names in its subjectAltName",
            );
        }
        let is_foreign = |kind: &NameKind| !matches!(kind, NameKind::Other(0xa0));
        self.demand(
            !names.others.iter().any(is_foreign),
            "BR, 7.1.2.7.12",
            "its subjectAltName holds a name of an unusual kind",
        );
    }
}

/// Whether a common name is one of the other names, letter for letter. One that
/// is written as an address counts among addresses, any other among DNS names,
/// if there are some; the domain of a wildcard passes.
fn is_copied(name: &str, names: &AltNames) -> bool {
    if is_like_address(name) {
        return names.ip.iter().any(|ip| ip.to_string() == name);
    }
    let is_it = |dns: &String| dns.strip_prefix("*.").unwrap_or(dns) == name || dns == name;
    names.dns.is_empty() || names.dns.iter().any(is_it)
}

/// As the URL standard finds IPv4 addresses: the last label is a number.
fn is_like_address(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    name.contains(':')
        || is_decimal
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_one_of_the_names_of_its_kind() {
        let names = |dns: &[&str], ip: &[&str]| AltNames {
            dns: dns.iter().map(|name| (*name).into()).collect(),
            ip: ip.iter().map(|ip| ip.parse().unwrap()).collect(),
            ..AltNames::default()
        };
        let both = names(&["a.example", "*.b.example"], &["192.0.2.1", "2001:db8::1"]);
        for (name, expected) in [
            ("a.example", true),
            ("A.example", false),
            ("*.b.example", true),
            ("b.example", true),
            ("c.b.example", false),
            ("Some Server", false),
            ("192.0.2.1", true),
            ("192.0.2.01", false),
            ("0xc0000201", false),
            ("2001:db8::1", true),
            ("2001:db8:0::1", false),
        ] {
            assert_eq!(is_copied(name, &both), expected, "{name}");
        }
        assert!(is_copied("a.example", &names(&[], &["192.0.2.1"])));
    }
}
