//! Keys in files.

use super::*;

fn pem() -> String {
    rcgen::KeyPair::generate().unwrap().serialize_pem()
}

#[test]
fn a_key_loads_from_a_file_with_certificates_around_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    fs::write(&file, format!("{other}{}{other}", pem())).unwrap();
    let key = PrivateKey::from_pem_file(&file).unwrap();
    assert_eq!(key.bits(), 256);
    PrivateKey::from_pem_file_encrypted(&file, "not needed").unwrap();
}

#[test]
fn errors_name_the_file_and_the_line() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let damaged = pem().replace("\nMIG", "\nAAG");
    fs::write(&file, format!("a comment\n{damaged}")).unwrap();
    let error = PrivateKey::from_pem_file(&file).unwrap_err().to_string();
    let expected = format!("{}, line 2: it is not DER: ", file.path().display());
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_is_an_io_error() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path(), &dir.path().join("missing.key")] {
        let error = PrivateKey::from_pem_file(path).unwrap_err();
        let expected = format!("reading {}: ", path.display());
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert!(matches!(error, Error::Io { .. }));
    }
}

#[test]
fn a_huge_file_is_not_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file()
        .set_len(crate::pk::file::MAX_FILE + 1)
        .unwrap();
    let error = PrivateKey::from_pem_file(&file).unwrap_err().to_string();
    assert!(error.contains("larger than 1 MiB"), "{error}");
}
