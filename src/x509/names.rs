//! Whether a certificate is for a name: [RFC 9525, section 6].
//!
//! Only the subjectAltName counts, never the common name. A `*` stands for
//! exactly one whole label, the first. An IP address is only found among
//! IP addresses.
//!
//! [RFC 9525, section 6]: https://www.rfc-editor.org/rfc/rfc9525#section-6

use super::der::AltNames;
use super::server_name::ServerName;

/// Whether one of the names in the certificate is the wanted one.
pub(super) fn is_for(names: Option<&AltNames>, wanted: &ServerName) -> bool {
    let Some(names) = names else {
        return false;
    };
    match wanted.ip() {
        Some(ip) => names.ip.contains(&ip),
        None => names.dns.iter().any(|name| is_match(name, wanted)),
    }
}

/// A name in the preferred syntax, or one with a wildcard for its first label
/// and two labels behind it.
pub(super) fn is_dns_name(name: &str) -> bool {
    let (labels, is_wildcard) = match name.strip_prefix("*.") {
        Some(rest) => (rest, true),
        None => (name, false),
    };
    let is_label = |label: &str| {
        matches!(label.len(), 1..=63)
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && labels.split('.').all(is_label) && (!is_wildcard || labels.contains('.'))
}

/// Whether a name from a certificate is the DNS name that is wanted.
pub(super) fn is_match(presented: &str, wanted: &ServerName) -> bool {
    let wanted = match wanted.ip() {
        None => wanted.as_str(),
        Some(_) => return false,
    };
    match presented.strip_prefix("*.") {
        None => presented.eq_ignore_ascii_case(wanted),
        // `*.org` would be for half of the world.
        Some(parent) => {
            parent.contains('.')
                && !parent.contains('*')
                && wanted
                    .split_once('.')
                    .is_some_and(|(_, rest)| parent.eq_ignore_ascii_case(rest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_rfc_9525_says() {
        for (presented, wanted, expected) in [
            ("a.example", "a.example", true),
            ("A.Example", "a.example", true),
            ("a.example", "b.example", false),
            ("a.example", "www.a.example", false),
            ("*.a.example", "www.a.example", true),
            ("*.A.EXAMPLE", "www.a.example", true),
            ("*.a.example", "a.example", false),
            ("*.a.example", "x.www.a.example", false),
            ("*.example", "a.example", false),
            ("192.0.2.1", "192.0.2.1", false),
            ("*", "example", false),
            ("*.", "a", false),
            ("w*.a.example", "www.a.example", false),
            ("*w.a.example", "www.a.example", false),
            ("www.*.example", "www.a.example", false),
            ("*.*.example", "www.a.example", false),
            ("a.example.", "a.example", false),
            ("*.a.example.", "www.a.example", false),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", true),
            ("*.a.example", "xn--bcher-kva.a.example", true),
            ("", "a.example", false),
        ] {
            let name = ServerName::try_from(wanted).unwrap();
            assert_eq!(is_match(presented, &name), expected, "{presented} {wanted}");
        }
    }

    #[test]
    fn an_address_is_found_among_addresses_only() {
        let names = AltNames {
            dns: vec!["192.0.2.1".into(), "*.0.2.1".into()],
            ip: vec!["192.0.2.7".parse().unwrap(), "2001:db8::1".parse().unwrap()],
            ..AltNames::default()
        };
        for (wanted, expected) in [
            ("192.0.2.1", false),
            ("192.0.2.7", true),
            ("2001:db8::1", true),
            ("2001:0db8:0:0:0:0:0:1", true),
            ("::ffff:192.0.2.7", false),
        ] {
            let name = ServerName::try_from(wanted).unwrap();
            assert_eq!(is_for(Some(&names), &name), expected, "{wanted}");
        }
        assert!(!is_for(None, &ServerName::try_from("192.0.2.7").unwrap()));
    }

    #[test]
    fn dns_names_have_labels() {
        for (name, expected) in [
            ("a.example", true),
            ("*.a.example", true),
            ("*.example", false),
            ("*", false),
            (".a.example", false),
            ("a..example", false),
            ("a.example.", false),
            ("b*.a.example", false),
            ("-a.example", false),
            ("localhost", true),
        ] {
            assert_eq!(is_dns_name(name), expected, "{name}");
        }
    }
}
