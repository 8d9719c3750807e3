//! What is in a PKCS#12 file (RFC 7292): a private key and certificates,
//! behind a password.
//!
//! Integrity first: nothing is decrypted before the password is known to be
//! right. What is decrypted is wiped.

use alloc::borrow::ToOwned;
use alloc::string::ToString;
use alloc::vec::Vec;

use hmac::digest::common::BlockSizeUser;
use hmac::{KeyInit, Mac, SimpleHmac};
use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{self, Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged};
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::{Zeroize, Zeroizing};

use super::container::Container;
use super::numbers::Numbers;
use super::refusal::Refusal;
use super::{PrivateKey, decrypt};
use crate::error::Result;

/// A key and the certificates beside it, as they come in the file.
pub(crate) struct Contents {
    pub(crate) key: PrivateKey,
    pub(crate) certificates: Vec<Vec<u8>>,
}

/// Opens a file; `which` names it in errors.
pub(crate) fn open(which: &str, file: &[u8], password: &str) -> Result<Contents> {
    read(file, password).map_err(|refusal| refusal.of(which))
}

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// As many rounds of hashing as a second has, about.
const MAX_MAC_ITERATIONS: u32 = 1_000_000;
/// A file has one piece for the key and one for the certificates.
const MAX_ENCRYPTED_PIECES: usize = 4;
const MAX_CERTIFICATES: usize = 64;

fn read(file: &[u8], password: &str) -> Result<Contents, Refusal> {
    let safes = authenticated(file, password)?;
    let mut found = Found::default();
    let mut encrypted = 0;
    for safe in parts(whole(safes)?)? {
        let (kind, content) = content_info(safe)?;
        let decrypted;
        let bags = match kind {
            DATA => octets(content)?,
            ENCRYPTED_DATA => {
                encrypted += 1;
                decrypted = decrypt_data(content, password)?;
                &decrypted
            }
            other => return Err(unusual("a part", other)),
        };
        for bag in parts(whole(bags)?)? {
            found.take(bag, password, &mut encrypted)?;
        }
        if encrypted > MAX_ENCRYPTED_PIECES {
            return Err(excess());
        }
    }
    let key = found.key.ok_or_else(|| {
        Refusal::new("it holds no private key; certificates alone make no identity")
    })?;
    Ok(Contents {
        key,
        certificates: found.certificates,
    })
}

#[derive(Default)]
struct Found {
    key: Option<PrivateKey>,
    certificates: Vec<Vec<u8>>,
}

impl Found {
    fn take(
        &mut self,
        bag: AnyRef<'_>,
        password: &str,
        encrypted: &mut usize,
    ) -> Result<(), Refusal> {
        let (kind, value) = content_info(bag)?;
        match kind {
            KEY_BAG => self.take_key(value.value()),
            SHROUDED_KEY_BAG => {
                *encrypted += 1;
                if *encrypted > MAX_ENCRYPTED_PIECES {
                    return Err(excess());
                }
                self.take_key(&decrypt::decrypt(value.value(), password.as_bytes())?)
            }
            CERTIFICATE_BAG => {
                let (kind, value) = content_info(one(value.value())?)?;
                if kind != X509 {
                    return Err(unusual("a certificate", kind));
                }
                if self.certificates.len() == MAX_CERTIFICATES {
                    return Err(Refusal::new(format!(
                        "it holds more than {MAX_CERTIFICATES} certificates"
                    )));
                }
                self.certificates.push(octets(value)?.to_vec());
                Ok(())
            }
            // Revocation lists and secrets of other programs.
            _ => Ok(()),
        }
    }

    fn take_key(&mut self, der: &[u8]) -> Result<(), Refusal> {
        if self.key.is_some() {
            return Err(Refusal::new(
                "it holds more than one private key, and nothing says which to use",
            ));
        }
        let numbers = Numbers::of(der, Container::of(der)?)?;
        self.key = Some(PrivateKey::from_numbers(&numbers)?);
        Ok(())
    }
}

/// The content of the file, once the password is known to be right.
fn authenticated<'a>(file: &'a [u8], password: &str) -> Result<&'a [u8], Refusal> {
    let fields = parts(whole(file)?)?;
    let (version, safe, mac) = match fields.as_slice() {
        [version, safe, mac] => (*version, *safe, *mac),
        [_, _] => {
            return Err(Refusal::new(
                "nothing in it tells whether the password is right or the file was changed \
                 (it has no MAC); make it without `-nomac`",
            ));
        }
        _ => return Err(no_pkcs12()),
    };
    if version.tag() != Tag::Integer || version.value() != [3] {
        return Err(Refusal::new("it is not version 3 of PKCS#12"));
    }
    let (kind, content) = content_info(safe)?;
    if kind != DATA {
        return Err(unusual("the file", kind));
    }
    let content = octets(content)?;
    check_mac(mac, content, password)?;
    Ok(content)
}

fn check_mac(mac: AnyRef<'_>, content: &[u8], password: &str) -> Result<(), Refusal> {
    let fields = parts(sequence(mac)?)?;
    let (info, salt, iterations) = match fields.as_slice() {
        [info, salt, iterations] => {
            let iterations = u32::try_from(*iterations);
            (*info, *salt, iterations.map_err(malformed)?)
        }
        [info, salt] => (*info, *salt, 1),
        _ => return Err(no_pkcs12()),
    };
    let [algorithm, expected] = parts(sequence(info)?)?[..] else {
        return Err(no_pkcs12());
    };
    if !(1..=MAX_MAC_ITERATIONS).contains(&iterations) {
        return Err(excess());
    }
    let (salt, expected) = (octet_string(salt)?, octet_string(expected)?);
    let algorithm = match parts(sequence(algorithm)?)?.first() {
        Some(oid) => ObjectIdentifier::try_from(*oid).map_err(malformed)?,
        None => return Err(no_pkcs12()),
    };
    let check = match algorithm {
        SHA256 => mac_is::<Sha256>,
        SHA384 => mac_is::<Sha384>,
        SHA512 => mac_is::<Sha512>,
        other => return Err(old_mac(other)),
    };
    // An empty password is two zero bytes to some, and nothing at all to others.
    let is_right = check(&utf16(password), salt, iterations, content, expected)
        || password.is_empty() && check(&[], salt, iterations, content, expected);
    match is_right {
        true => Ok(()),
        false => Err(decrypt::wrong_password()),
    }
}

/// HMAC with a key of the length of the hash, derived as RFC 7292 says in
/// appendix B.2; at this length one block is all.
fn mac_is<H: Digest + BlockSizeUser>(
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    content: &[u8],
    expected: &[u8],
) -> bool {
    const FOR_MAC: u8 = 3;
    let block = H::block_size();
    let filled = |len: usize| len.div_ceil(block) * block;
    let room = block + filled(salt.len()) + filled(password.len());
    // With room for all of it, so that growing leaves no copy behind.
    let mut input = Zeroizing::new(Vec::with_capacity(room));
    input.resize(block, FOR_MAC);
    for part in [salt, password] {
        input.extend(part.iter().cycle().take(filled(part.len())));
    }
    let mut key = H::digest(input.as_slice());
    for _ in 1..iterations {
        key = H::digest(&key);
    }
    let mac = SimpleHmac::<H>::new_from_slice(&key);
    key.as_mut_slice().zeroize();
    mac.is_ok_and(|mac| mac.chain_update(content).verify_slice(expected).is_ok())
}

fn decrypt_data(content: AnyRef<'_>, password: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let [version, info] = parts(sequence(one(content.value())?)?)?[..] else {
        return Err(no_pkcs12());
    };
    if version.value() != [0] {
        return Err(no_pkcs12());
    }
    let [_kind, algorithm, encrypted] = parts(sequence(info)?)?[..] else {
        return Err(no_pkcs12());
    };
    let is_plain = encrypted.tag() == context_tag(false);
    if !is_plain {
        return Err(no_pkcs12());
    }
    let algorithm = algorithm.to_der().map_err(malformed)?;
    decrypt::decrypt_data(&algorithm, encrypted.value(), password.as_bytes())
}

// Structures. What is not DER, such as an indefinite length, is refused.

fn whole(der: &[u8]) -> Result<&[u8], Refusal> {
    sequence(one(der)?)
}

fn one(der: &[u8]) -> Result<AnyRef<'_>, Refusal> {
    AnyRef::from_der(der).map_err(malformed)
}

fn sequence(any: AnyRef<'_>) -> Result<&[u8], Refusal> {
    any.tag().assert_eq(Tag::Sequence).map_err(malformed)?;
    Ok(any.value())
}

fn octet_string(any: AnyRef<'_>) -> Result<&[u8], Refusal> {
    any.tag().assert_eq(Tag::OctetString).map_err(malformed)?;
    Ok(any.value())
}

/// The octets in an explicitly tagged OCTET STRING.
fn octets(explicit: AnyRef<'_>) -> Result<&[u8], Refusal> {
    octet_string(one(explicit.value())?)
}

fn parts(body: &[u8]) -> Result<Vec<AnyRef<'_>>, Refusal> {
    let read = || {
        let mut reader = SliceReader::new(body)?;
        let mut parts = Vec::new();
        while !reader.is_finished() {
            parts.push(AnyRef::decode(&mut reader)?);
        }
        Ok(parts)
    };
    read().map_err(malformed)
}

/// An identifier and what it says of the explicitly tagged value behind it;
/// attributes that may follow are not looked at.
fn content_info(any: AnyRef<'_>) -> Result<(ObjectIdentifier, AnyRef<'_>), Refusal> {
    let fields = parts(sequence(any)?)?;
    match fields.as_slice() {
        [kind, value, ..] if value.tag() == context_tag(true) => Ok((
            ObjectIdentifier::try_from(*kind).map_err(malformed)?,
            *value,
        )),
        _ => Err(no_pkcs12()),
    }
}

fn context_tag(constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber(0),
    }
}

fn utf16(password: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * password.len() + 2));
    for unit in password.encode_utf16().chain([0]) {
        bytes.extend_from_slice(&unit.to_be_bytes());
    }
    bytes
}

fn malformed(error: der::Error) -> Refusal {
    Refusal::new(format!("it is no PKCS#12 file in DER: {error}"))
}

fn no_pkcs12() -> Refusal {
    Refusal::new("it is DER, but not built as a PKCS#12 file")
}

fn unusual(what: &str, kind: ObjectIdentifier) -> Refusal {
    Refusal::new(format!(
        "{what} in it is of a kind that is not read here: {kind}"
    ))
}

fn old_mac(algorithm: ObjectIdentifier) -> Refusal {
    let with = match algorithm.to_string().as_str() {
        "1.3.14.3.2.26" => "SHA-1".to_owned(),
        "1.2.840.113549.2.5" => "MD5".to_owned(),
        "1.2.840.113549.1.5.14" => "PBMAC1".to_owned(),
        other => format!("the object identifier {other}"),
    };
    Refusal::new(format!(
        "its integrity is protected with {with}, which is too weak or unknown; convert it with \
         `openssl pkcs12 -legacy -in OLD -nodes | openssl pkcs12 -export -out NEW`"
    ))
}

fn excess() -> Refusal {
    Refusal::new(
        "opening it would take more time than is reasonable: the file is damaged, or made to \
         stop this program",
    )
}
