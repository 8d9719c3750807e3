//! Revocation lists for a part of an authority's certificates: RFC 5280,
//! sections 5.2.5 and 6.3.3.

use embertls::{Crl, Uncovered, VerifiedChain, Verifier, VerifyError, VerifyFlag};
use rustls_pki_types::CertificateDer;

use crate::der::{content, extension, list_with, parts, tlv, with_extension};
use crate::pki::{Authority, explanation, flags, host, server};

const SERIAL: u64 = 0x00c0_ffee;
const ONLY_USERS: &[u8] = &[0x81, 1, 0xff];
const ONLY_AUTHORITIES: &[u8] = &[0x82, 1, 0xff];

/// A list whose issuingDistributionPoint has these parts.
fn scoped(root: &Authority, revoked: &[u64], scope: &[&[u8]]) -> Crl {
    let scope = extension(28, true, &tlv(0x30, &scope.concat()));
    Crl::from_der(list_with(root, revoked, &[scope])).unwrap()
}

/// `DistributionPointName` as a part: a URI.
fn at_uri(uri: &str) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa0, &tlv(0x86, uri.as_bytes())))
}

/// A server whose certificate names this distribution point.
fn server_with(root: &Authority, point: &[&[u8]]) -> CertificateDer<'static> {
    let mut params = server("server.example");
    params.serial_number = Some(SERIAL.into());
    let plain = root.sign(&params);
    match point {
        [] => plain,
        point => {
            let point = tlv(0x30, &point.concat());
            with_extension(root, &plain, &extension(31, false, &tlv(0x30, &point)))
        }
    }
}

fn judge(
    root: &Authority,
    chain: &[CertificateDer<'_>],
    crls: &[Crl],
) -> Result<VerifiedChain, VerifyError> {
    Verifier::new(root.store())
        .with_crls(crls.to_vec())
        .uncovered(Uncovered::Refuse)
        .verify(chain, &host())
}

/// The issuer's name as the parser of the tests sees it.
fn subject(der: &[u8]) -> Vec<u8> {
    parts(&parts(der)[0])[5].clone()
}

#[test]
fn a_list_for_users_is_none_for_authorities() {
    let root = Authority::root("Root");
    let middle = root.intermediate("Middle");
    let chain = [middle.server(), middle.der.clone()];
    let below = scoped(&middle, &[], &[ONLY_USERS]);
    let above = |scope: &[u8]| scoped(&root, &[], &[scope]);
    assert!(judge(&root, &chain, &[below.clone(), above(ONLY_AUTHORITIES)]).is_ok());
    let result = judge(&root, &chain, &[below, above(ONLY_USERS)]);
    assert_eq!(flags(result.clone()), [(1, VerifyFlag::CrlNotTrusted)]);
    let text = explanation(result);
    assert!(text.contains("all for other certificates"), "{text}");
    let result = judge(
        &root,
        &chain,
        &[scoped(&middle, &[], &[ONLY_AUTHORITIES]), above(&[])],
    );
    assert_eq!(flags(result), [(0, VerifyFlag::CrlNotTrusted)]);
}

/// A number of this issuer is one certificate, whatever the list is about.
#[test]
fn a_list_for_others_revokes_all_the_same() {
    let root = Authority::root("Root");
    let chain = [server_with(&root, &[])];
    for scope in [ONLY_AUTHORITIES, ONLY_USERS] {
        let result = judge(&root, &chain, &[scoped(&root, &[SERIAL], &[scope])]);
        assert!(flags(result).contains(&(0, VerifyFlag::Revoked)));
    }
}

#[test]
fn the_place_must_be_one_that_the_certificate_names() {
    let root = Authority::root("Root");
    let (here, there) = (
        at_uri("http://crl.example/1"),
        at_uri("http://crl.example/2"),
    );
    let list = |place: &[u8]| scoped(&root, &[], &[place, ONLY_USERS]);
    let at_here = [server_with(&root, &[&here])];
    assert!(judge(&root, &at_here, &[list(&here)]).is_ok());
    assert!(judge(&root, &at_here, &[list(&there), list(&here)]).is_ok());
    for chain in [&at_here, &[server_with(&root, &[])]] {
        let result = judge(&root, chain, &[list(&there)]);
        assert_eq!(flags(result), [(0, VerifyFlag::CrlNotTrusted)]);
    }
    // A list without a place is about all of them.
    assert!(judge(&root, &at_here, &[scoped(&root, &[], &[ONLY_USERS])]).is_ok());
}

#[test]
fn the_issuer_itself_is_a_place() {
    let root = Authority::root("Root");
    let name = subject(&root.der);
    let directory = tlv(0xa0, &tlv(0xa0, &tlv(0xa4, &name)));
    // As a name below the issuer's, and written out.
    let part = tlv(
        0x30,
        &[&[6, 3, 0x55, 4, 3][..], &tlv(0x0c, b"list 1")].concat(),
    );
    let relative = tlv(0xa0, &tlv(0xa1, &part));
    let written = tlv(0x30, &[content(&name), &tlv(0x31, &part)].concat());
    let written = tlv(0xa0, &tlv(0xa0, &tlv(0xa4, &written)));
    let list = |place: &[u8]| scoped(&root, &[], &[place]);
    for (place, point, is_good) in [
        (&directory, None, true),
        (&directory, Some(&directory), true),
        (&relative, None, false),
        (&relative, Some(&relative), true),
        (&relative, Some(&written), true),
        (&written, Some(&relative), true),
        (&written, Some(&directory), false),
    ] {
        let chain = match point {
            None => server_with(&root, &[]),
            Some(point) => server_with(&root, &[point]),
        };
        let result = judge(&root, &[chain], &[list(place)]);
        assert_eq!(result.is_ok(), is_good, "{place:x?} {point:x?}");
    }
}

/// Lists of another issuer (cRLIssuer) are indirect ones.
#[test]
fn a_place_with_an_issuer_of_its_own() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let here = at_uri("http://crl.example/1");
    let issuer = |of: &Authority| tlv(0xa2, &tlv(0xa4, &subject(&of.der)));
    for (of, is_good) in [(&root, true), (&other, false)] {
        let chain = [server_with(&root, &[&here, &issuer(of)])];
        let result = judge(&root, &chain, &[scoped(&root, &[], &[&here])]);
        assert_eq!(result.is_ok(), is_good);
    }
}

#[test]
fn lists_for_some_reasons_must_cover_all_of_them_together() {
    let root = Authority::root("Root");
    let chain = [server_with(&root, &[])];
    // keyCompromise and cACompromise; the other six.
    let (first, rest) = ([0x83, 2, 5, 0x60], [0x83, 3, 7, 0x1f, 0x80]);
    let list = |revoked: &[u64], reasons: &[u8]| scoped(&root, revoked, &[reasons]);
    let both = [list(&[], &first), list(&[], &rest)];
    assert!(judge(&root, &chain, &both).is_ok());
    let result = judge(&root, &chain, &both[..1]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::CrlNotTrusted)]);
    assert!(explanation(result).contains("some reasons"));
    let result = judge(&root, &chain, &[list(&[SERIAL], &first)]);
    assert!(flags(result).contains(&(0, VerifyFlag::Revoked)));
}

#[test]
fn indirect_lists_and_those_about_attributes_are_refused_when_read() {
    let root = Authority::root("Root");
    for (scope, told) in [
        (&[0x84, 1, 0xff], "indirect list"),
        (&[0x85, 1, 0xff], "attribute certificates"),
    ] {
        let scope = extension(28, true, &tlv(0x30, scope));
        let error = Crl::from_der(list_with(&root, &[], &[scope])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(told) && text.contains("at byte"), "{text}");
    }
}

/// Some authorities cut their lists into a hundred and more.
#[test]
fn many_lists_cost_no_signature_each() {
    let root = Authority::root("Root");
    let place = |i| at_uri(&format!("http://crl.example/{i}"));
    let crls: Vec<_> = (0..200)
        .map(|i| scoped(&root, &[], &[&place(i), ONLY_USERS]))
        .collect();
    let chain = [server_with(&root, &[&place(150)])];
    assert!(judge(&root, &chain, &crls).is_ok());
}
