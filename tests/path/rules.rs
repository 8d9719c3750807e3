//! Rules that Mbed TLS 2.16 does not know.

use embertls::{Profile, ServerName, Verifier, VerifyError, VerifyFlag};
use rcgen::{
    CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, NameConstraints,
    SanType,
};

use crate::pki::{Authority, HOST, authority, explanation, flags, host, server, verify};

fn extension(id: &[u64], critical: bool, value: &[u8]) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(id, value.to_vec());
    extension.set_criticality(critical);
    extension
}

/// certificatePolicies with one policy, 2.5.29.32.`last` or 1.2.`last`.
fn policies(value: &[u8]) -> CustomExtension {
    let mut content = vec![0x30, value.len() as u8 + 4];
    content.extend([0x30, value.len() as u8 + 2, 6, value.len() as u8]);
    content.extend(value);
    extension(&[2, 5, 29, 32], false, &content)
}

/// policyConstraints that demand a valid policy from here on.
fn require_policy() -> CustomExtension {
    extension(&[2, 5, 29, 36], true, &[0x30, 3, 0x80, 1, 0])
}

#[test]
fn purposes_of_authorities_bind_what_is_below_them() {
    let root = Authority::root("Root");
    for (purposes, is_good) in [
        (vec![ExtendedKeyUsagePurpose::ServerAuth], true),
        (vec![ExtendedKeyUsagePurpose::Any], true),
        (vec![ExtendedKeyUsagePurpose::EmailProtection], false),
        (vec![ExtendedKeyUsagePurpose::ClientAuth], false),
    ] {
        let mut params = authority("Middle");
        params.extended_key_usages = purposes;
        let middle = root.intermediate_of(params);
        let result = verify(&root.store(), &[middle.server(), middle.der.clone()]);
        if is_good {
            result.unwrap();
        } else {
            assert_eq!(flags(result.clone()), [(1, VerifyFlag::ExtKeyUsage)]);
            let error = result.unwrap_err();
            assert_eq!(error.problems()[0].rule, "RFC 5280, 4.2.1.12");
        }
    }
}

#[test]
fn must_staple_is_refused() {
    let root = Authority::root("Root");
    let mut params = server(HOST);
    let feature = [0x30, 3, 2, 1, 5];
    params.custom_extensions = vec![extension(&[1, 3, 6, 1, 5, 5, 7, 1, 24], false, &feature)];
    let result = verify(&root.store(), &[root.sign(&params)]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
    assert!(explanation(result).contains("must-staple"));
}

#[test]
fn an_unknown_critical_extension_of_an_authority() {
    let root = Authority::root("Root");
    let mut params = authority("Middle");
    params.custom_extensions = vec![extension(&[1, 2, 3, 4], true, &[5, 0])];
    let middle = root.intermediate_of(params);
    let result = verify(&root.store(), &[middle.server(), middle.der]);
    assert_eq!(flags(result.clone()), [(1, VerifyFlag::Other)]);
    assert!(explanation(result).contains("1.2.3.4"));
}

#[test]
fn a_policy_that_is_demanded_must_be_there() {
    let root = Authority::root("Root");
    const MINE: &[u8] = &[0x2a, 3];
    const OTHER: &[u8] = &[0x2a, 4];
    const ANY: &[u8] = &[0x55, 0x1d, 0x20, 0];
    for (of_middle, of_leaf, is_good) in [
        (Some(MINE), Some(MINE), true),
        (Some(MINE), Some(OTHER), false),
        (Some(MINE), None, false),
        (None, Some(MINE), false),
        (Some(ANY), Some(OTHER), true),
        (Some(MINE), Some(ANY), true),
    ] {
        let mut params = authority("Middle");
        params.custom_extensions = vec![require_policy()];
        params.custom_extensions.extend(of_middle.map(policies));
        let middle = root.intermediate_of(params);
        let mut params = server(HOST);
        params.custom_extensions.extend(of_leaf.map(policies));
        let result = verify(&root.store(), &[middle.sign(&params), middle.der.clone()]);
        assert_eq!(
            result.is_ok(),
            is_good,
            "{of_middle:?} {of_leaf:?} {result:?}"
        );
        if !is_good {
            assert_eq!(flags(result.clone()), [(0, VerifyFlag::Other)]);
            assert!(explanation(result).contains("policyConstraints"));
        }
    }
}

fn constrained(
    permitted: Vec<GeneralSubtree>,
    excluded: Vec<GeneralSubtree>,
    names: Vec<SanType>,
) -> Result<(), VerifyError> {
    let mut params = authority("Root");
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: permitted,
        excluded_subtrees: excluded,
    });
    let root = Authority::root_of(params);
    let mut params = server(HOST);
    params.subject_alt_names.extend(names);
    verify(&root.store(), &[root.sign(&params)]).map(|_| ())
}

#[test]
fn addresses_and_mailboxes_are_constrained() {
    let network = |text: &str, mask: [u8; 4]| {
        let ip: std::net::Ipv4Addr = text.parse().unwrap();
        GeneralSubtree::IpAddress(rcgen::CidrSubnet::V4(ip.octets(), mask))
    };
    let address = |text: &str| SanType::IpAddress(text.parse().unwrap());
    let home = || network("192.0.2.0", [255, 255, 255, 0]);
    assert!(constrained(vec![home()], vec![], vec![address("192.0.2.9")]).is_ok());
    assert!(constrained(vec![home()], vec![], vec![address("198.51.100.9")]).is_err());
    assert!(constrained(vec![], vec![home()], vec![address("192.0.2.9")]).is_err());
    assert!(constrained(vec![], vec![home()], vec![address("2001:db8::1")]).is_ok());

    let mailbox = |text: &str| SanType::Rfc822Name(text.try_into().unwrap());
    let at = || GeneralSubtree::Rfc822Name("mail.example".into());
    assert!(constrained(vec![at()], vec![], vec![mailbox("a@mail.example")]).is_ok());
    assert!(constrained(vec![at()], vec![], vec![mailbox("a@b.mail.example")]).is_err());
    assert!(constrained(vec![], vec![at()], vec![mailbox("a@mail.example")]).is_err());
}

/// nameConstraints with one common name, permitted (0xa0) or excluded (0xa1).
/// rcgen leaves out the SEQUENCE of a directory name.
fn directory(kind: u8, name: &str) -> CustomExtension {
    let wrap = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
    let value = wrap(0x0c, name.as_bytes());
    let attribute = wrap(0x30, &[&[6, 3, 0x55, 4, 3][..], &value].concat());
    let name = wrap(0xa4, &wrap(0x30, &wrap(0x31, &attribute)));
    let subtrees = wrap(kind, &wrap(0x30, &name));
    extension(&[2, 5, 29, 30], true, &wrap(0x30, &subtrees))
}

#[test]
fn directory_names_are_constrained() {
    for (kind, name, is_good) in [
        (0xa0, HOST, true),
        (0xa0, "SERVER.example", true),
        (0xa0, "other", false),
        (0xa1, HOST, false),
        (0xa1, "other", true),
    ] {
        let mut params = authority("Root");
        params.custom_extensions = vec![directory(kind, name)];
        let root = Authority::root_of(params);
        let result = verify(&root.store(), &[root.server()]);
        assert_eq!(result.is_ok(), is_good, "{kind:x} {name} {result:?}");
    }
}

#[test]
fn strict_holds_certificates_to_the_letter() {
    let root = Authority::root("Root");
    let judge = |params: &CertificateParams| {
        let verifier = Verifier::new(root.store()).profile(Profile::Strict);
        verifier.verify(&[root.sign(params)], &host())
    };
    let good = || {
        let mut params = server(HOST);
        params.use_authority_key_identifier_extension = true;
        params
    };
    judge(&good()).unwrap();

    let mut no_key_id = good();
    no_key_id.use_authority_key_identifier_extension = false;
    let mut any_purpose = good();
    any_purpose
        .extended_key_usages
        .push(ExtendedKeyUsagePurpose::Any);
    let mut other_name = good();
    other_name.distinguished_name = server("other.example").distinguished_name;
    let mut long_serial = good();
    long_serial.serial_number = Some(vec![0x7f; 21].into());
    let mut info_access = good();
    let id = [1, 3, 6, 1, 5, 5, 7, 1, 1];
    info_access.custom_extensions = vec![extension(&id, false, &[0x30, 0])];
    for (params, told) in [
        (no_key_id, "no authorityKeyIdentifier"),
        (any_purpose, "anyExtendedKeyUsage"),
        (other_name, "common name"),
        (long_serial, "serial number"),
        (info_access, "authorityInfoAccess"),
    ] {
        let text = explanation(judge(&params));
        assert!(text.contains(told), "{text}");
        assert!(verify(&root.store(), &[root.sign(&params)]).is_ok());
    }
}

#[test]
fn a_client_is_judged_as_a_client() {
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.store());
    let mut params = server("somebody");
    params.subject_alt_names = vec![];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let client = root.sign(&params);
    assert!(
        verifier
            .verify_client(std::slice::from_ref(&client))
            .is_ok()
    );

    let result = verifier.verify_client(&[root.server()]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::ExtKeyUsage)]);
    assert!(explanation(result).ends_with("a TLS client needs clientAuth"));

    let name = ServerName::try_from("somebody").unwrap();
    assert_eq!(
        flags(verifier.verify(&[client], &name)),
        [(0, VerifyFlag::CnMismatch), (0, VerifyFlag::ExtKeyUsage)]
    );
}
