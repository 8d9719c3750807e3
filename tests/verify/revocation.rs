//! Revocation lists.

use embertls::{Crl, VerifiedChain, Verifier, VerifyError, VerifyFlag};
use rcgen::{CertificateRevocationListParams, KeyUsagePurpose, date_time_ymd};

use crate::der::{ED25519, MD5, extension, list_signed_with, list_with};
use crate::pki::{Authority, HOST, authority, explanation, flags, host, list, revoke, server};

const SERIAL: u64 = 0x00c0_ffee;

/// Judges a server with the serial number [`SERIAL`], by one list of its
/// issuer.
fn judge(params: CertificateRevocationListParams) -> Result<VerifiedChain, VerifyError> {
    let root = Authority::root("Root");
    let crl = root.crl(params);
    judge_by(&root, [crl])
}

fn judge_by(
    root: &Authority,
    crls: impl IntoIterator<Item = Crl>,
) -> Result<VerifiedChain, VerifyError> {
    let mut params = server(HOST);
    params.serial_number = Some(SERIAL.into());
    let verifier = Verifier::new(root.store()).with_crls(crls);
    verifier.verify(&[root.sign(&params)], &host())
}

#[test]
fn a_certificate_that_is_not_on_the_list_is_good() {
    assert!(judge(list(&[])).is_ok());
    assert!(judge(list(&[1, 2, 3])).is_ok());
}

#[test]
fn a_revoked_certificate_is_refused() {
    for serials in [&[SERIAL][..], &[1, 2, SERIAL], &[SERIAL, 1]] {
        let result = judge(list(serials));
        assert_eq!(flags(result.clone()), [(0, VerifyFlag::Revoked)]);
        let text = explanation(result);
        assert!(
            text.contains("list of CN=Root since 2021-02-03T00:00:00Z"),
            "{text}"
        );
    }
}

/// CVE-2020-36425: the date says when it was revoked, not from when on that
/// counts.
#[test]
fn a_revocation_date_in_the_future_counts() {
    let mut params = list(&[]);
    let mut entry = revoke(SERIAL);
    entry.revocation_time = date_time_ymd(2098, 1, 1);
    params.revoked_certs = vec![entry];
    assert_eq!(flags(judge(params)), [(0, VerifyFlag::Revoked)]);
}

#[test]
fn an_expired_list() {
    let mut params = list(&[]);
    params.next_update = date_time_ymd(2021, 5, 6);
    let result = judge(params);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::CrlExpired)]);
    let text = explanation(result);
    assert!(
        text.contains("to be replaced on 2021-05-06T00:00:00Z"),
        "{text}"
    );
}

#[test]
fn an_expired_list_still_revokes() {
    let mut params = list(&[SERIAL]);
    params.next_update = date_time_ymd(2021, 5, 6);
    assert_eq!(
        flags(judge(params)),
        [(0, VerifyFlag::Revoked), (0, VerifyFlag::CrlExpired)]
    );
}

#[test]
fn a_list_from_the_future() {
    let mut params = list(&[]);
    params.this_update = date_time_ymd(2098, 5, 6);
    let result = judge(params);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::CrlFuture)]);
    assert!(explanation(result).contains("is from 2098-05-06"));
}

#[test]
fn a_list_signed_by_another_key() {
    let (root, impostor) = (Authority::root("Root"), Authority::root("Root"));
    let result = judge_by(&root, [impostor.crl(list(&[]))]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::CrlNotTrusted)]);
    let text = explanation(result);
    assert!(text.contains("not signed with its key"), "{text}");
}

#[test]
fn an_authority_that_may_not_sign_lists() {
    let params = authority("Root");
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = key.serialize_pem();
    let signer = Authority::root_with(params.clone(), key);
    // The same authority, but its trusted certificate lacks cRLSign.
    let mut without = params;
    without.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root = Authority::root_with(without, rcgen::KeyPair::from_pem(&pem).unwrap());
    let result = judge_by(&root, [signer.crl(list(&[]))]);
    assert_eq!(flags(result.clone()), [(0, VerifyFlag::CrlNotTrusted)]);
    let text = explanation(result);
    assert!(text.contains("lacks cRLSign"), "{text}");
}

#[test]
fn a_list_of_another_authority_says_nothing() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    assert!(judge_by(&root, [other.crl(list(&[SERIAL]))]).is_ok());
    let crls = [other.crl(list(&[])), root.crl(list(&[SERIAL]))];
    assert_eq!(flags(judge_by(&root, crls)), [(0, VerifyFlag::Revoked)]);
}

#[test]
fn a_revoked_intermediate_is_found_at_its_depth() {
    let root = Authority::root("Root");
    let mut params = authority("Middle");
    params.serial_number = Some(SERIAL.into());
    let middle = root.intermediate_of(params);
    let verifier =
        Verifier::new(root.store()).with_crls([middle.crl(list(&[])), root.crl(list(&[SERIAL]))]);
    let result = verifier.verify(&[middle.server(), middle.der], &host());
    assert_eq!(flags(result), [(1, VerifyFlag::Revoked)]);
}

#[test]
fn several_lists_in_one_file_with_blank_lines_around() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let text = format!(
        "\n\n# lists\n{}\n\n{}\r\n\n \n\t\n",
        other.crl_pem(list(&[])),
        root.crl_pem(list(&[SERIAL]))
    );
    let lines = text.lines().map(|line| line.to_owned() + "\r\n");
    for text in [&text, text.trim(), &lines.collect::<String>()] {
        let crl = Crl::from_pem(text).unwrap();
        assert_eq!(crl.issuers().collect::<Vec<_>>(), ["CN=Other", "CN=Root"]);
        assert_eq!(flags(judge_by(&root, [crl])), [(0, VerifyFlag::Revoked)]);
    }

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("crl.pem");
    std::fs::write(&path, text).unwrap();
    assert!(Crl::from_pem_file(&path).is_ok());
    std::fs::write(&path, root.crl_der(list(&[]))).unwrap();
    assert!(Crl::from_pem_file(&path).is_ok());
}

#[test]
fn a_file_without_a_list_says_what_it_holds() {
    let root = Authority::root("Root");
    for (text, told) in [
        (String::new(), "it is empty"),
        ("hello\nworld\n".into(), "none of its 2 lines"),
        (
            root.pem.clone(),
            "a `-----BEGIN CERTIFICATE-----` in line 1",
        ),
        (
            root.crl_pem(list(&[])).replace("END X509", "END X510"),
            "there is no `-----END X509 CRL-----` line",
        ),
        (
            root.crl_pem(list(&[])).replace('M', "?"),
            "it is not base64",
        ),
    ] {
        let error = Crl::from_pem(&text).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

/// In 2.16 an empty serial number hides all entries behind it, and what
/// follows inside an entry becomes an entry.
#[test]
fn malformed_entries_are_refused_when_the_list_is_read() {
    let root = Authority::root("Root");
    let der = root.crl_der(list(&[0x7777_7777, SERIAL]));
    let at = der.windows(4).position(|w| w == [0x77; 4]).unwrap();
    // INTEGER of 4 bytes becomes an empty one and 4 bytes of something else.
    let mut empty = der.clone();
    empty[at - 1] = 0;
    let error = Crl::from_der(&empty).unwrap_err().to_string();
    assert!(error.contains("userCertificate"), "{error}");
}

/// They would not be understood to the end, so they do not count; but that is
/// said of the certificate, by the engine's flag.
#[test]
fn a_list_by_an_unknown_algorithm() {
    let root = Authority::root("Root");
    for (algorithm, flag, told) in [
        (MD5, VerifyFlag::CrlBadMd, "md5WithRSAEncryption"),
        (ED25519, VerifyFlag::CrlBadPk, "Ed25519"),
    ] {
        let der = list_signed_with(&root, &[], &[], algorithm);
        let result = judge_by(&root, [Crl::from_der(&der).unwrap()]);
        assert_eq!(flags(result.clone()), [(0, flag)]);
        let text = explanation(result);
        assert!(text.contains(told), "{text}");
    }
    // It does not revoke either: anybody could have written it.
    let der = list_signed_with(&root, &[SERIAL], &[], MD5);
    let result = judge_by(&root, [Crl::from_der(&der).unwrap()]);
    assert_eq!(flags(result), [(0, VerifyFlag::CrlBadMd)]);
}

#[test]
fn delta_lists_and_unknown_critical_extensions_are_refused_when_read() {
    let root = Authority::root("Root");
    for (id, critical, told) in [
        (27, true, "this is a delta list"),
        (27, false, "this is a delta list"),
        (
            99,
            true,
            "the critical extension 2.5.29.99 is not understood",
        ),
    ] {
        let unknown = extension(id, critical, &[2, 1, 1]);
        let error = Crl::from_der(list_with(&root, &[], &[unknown])).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_byte() {
    let root = Authority::root("Root");
    let mut der = root.crl_der(list(&[SERIAL]));
    // The tag of the date of the only entry.
    let at = der
        .windows(3)
        .position(|w| w == [0xc0, 0xff, 0xee])
        .unwrap()
        + 3;
    der[at] = 5;
    let error = Crl::from_der(&der).unwrap_err().to_string();
    assert!(error.contains("field revocationDate"), "{error}");
    assert!(error.contains(&format!("(at byte {at})")), "{error}");
}
