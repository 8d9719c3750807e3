//! Decrypts a PKCS#8 key that a password protects.

use alloc::vec::Vec;

use pkcs8::der::{self, Decode, ErrorKind, Reader, SliceReader};
use pkcs8::pkcs5::pbes2::{Kdf, PBES2_OID, Parameters, ScryptParams};
use pkcs8::pkcs5::{self, EncryptionScheme};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier};
use zeroize::Zeroizing;

use super::container::Container;
use super::curve;
use super::refusal::Refusal;

/// Decrypts `der`. What comes out is some structure with a key in it.
pub(super) fn decrypt(der: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let scheme = scheme(der).map_err(unreadable)?;
    let info = match scheme {
        PBES2_OID => EncryptedPrivateKeyInfoRef::from_der(der).map_err(unreadable)?,
        other => return Err(old_encryption(other)),
    };
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(old_encryption(scheme));
    };
    let buffer = decrypt_with(parameters, info.encrypted_data.as_bytes(), password)?;
    // CBC has no check of its own: one wrong password of 256 leaves padding
    // that looks right, and garbage before it.
    match Container::of(&buffer) {
        Ok(Container::Encrypted) | Err(_) => Err(wrong_password()),
        Ok(_) => Ok(buffer),
    }
}

/// Decrypts something else than a key, under an `AlgorithmIdentifier` in DER.
#[cfg(feature = "pkcs12")]
pub(super) fn decrypt_data(
    algorithm: &[u8],
    encrypted: &[u8],
    password: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let scheme = AlgorithmIdentifierRef::from_der(algorithm).map_err(unreadable)?;
    match EncryptionScheme::try_from(scheme).map_err(unreadable) {
        Ok(EncryptionScheme::Pbes2(parameters)) => decrypt_with(&parameters, encrypted, password),
        Ok(_) => Err(old_encryption(scheme.oid)),
        Err(refusal) if scheme.oid == PBES2_OID => Err(refusal),
        Err(_) => Err(old_encryption(scheme.oid)),
    }
}

fn decrypt_with(
    parameters: &Parameters,
    encrypted: &[u8],
    password: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    refuse_unreasonable(&parameters.kdf)?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let len = match parameters.decrypt_in_place(password, &mut buffer) {
        Ok(plain) => plain.len(),
        Err(pkcs5::Error::DecryptFailed) => return Err(wrong_password()),
        Err(other) => return Err(Refusal::new(format!("it cannot be decrypted: {other}"))),
    };
    buffer.truncate(len);
    Ok(buffer)
}

pub(super) fn wrong_password() -> Refusal {
    Refusal::new("the password is wrong, or the file is damaged")
}

/// What the first element names.
fn scheme(der: &[u8]) -> der::Result<ObjectIdentifier> {
    SliceReader::new(der)?.sequence(|reader| {
        let algorithm = AlgorithmIdentifierRef::decode(reader)?;
        reader.drain(reader.remaining_len())?;
        Ok(algorithm.oid)
    })
}

fn unreadable(error: der::Error) -> Refusal {
    match error.kind() {
        ErrorKind::OidUnknown { oid } => old_encryption(oid),
        _ => Refusal::new(format!("its encryption is not described in PBES2: {error}")),
    }
}

fn old_encryption(with: ObjectIdentifier) -> Refusal {
    let with = curve::name(with);
    Refusal::new(format!(
        "it is encrypted with {with}, which is too weak or unknown; convert it with \
         `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW`"
    ))
}

/// The file says how the key is derived from the password, and so how much
/// work that is. What is not allowed is refused here, before it is tried: in
/// `pkcs5` it would stop the program.
fn refuse_unreasonable(kdf: &Kdf) -> Result<(), Refusal> {
    match kdf {
        Kdf::Pbkdf2(pbkdf2) => match pbkdf2.iteration_count {
            0 => Err(Refusal::new(
                "its PBKDF2 has an iteration count of 0: the file is damaged",
            )),
            1..=MAX_ITERATIONS => Ok(()),
            count => Err(excessive(&format!("{count} iterations of PBKDF2"))),
        },
        Kdf::Scrypt(scrypt) => refuse_unreasonable_scrypt(scrypt),
        _ => Ok(()),
    }
}

/// What RFC 7914, section 6, requires of the parameters, and our limits.
fn refuse_unreasonable_scrypt(scrypt: &ScryptParams) -> Result<(), Refusal> {
    let (n, r, p) = (
        scrypt.cost_parameter,
        u64::from(scrypt.block_size),
        u64::from(scrypt.parallelization),
    );
    let parameters = format!("scrypt with N = {n}, r = {r}, p = {p}");
    if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
        return Err(Refusal::new(format!(
            "its {parameters} does not exist: the file is damaged"
        )));
    }
    let block = 128 * r;
    let memory = block.saturating_mul(n.saturating_add(p));
    let work = block.saturating_mul(n).saturating_mul(p);
    match memory <= MAX_SCRYPT_MEMORY && work <= MAX_SCRYPT_WORK {
        true => Ok(()),
        false => Err(excessive(&parameters)),
    }
}

fn excessive(what: &str) -> Refusal {
    Refusal::new(format!(
        "deriving its key from the password takes {what}, which is more time or memory than is \
         reasonable: the file is damaged, or made to stop this program"
    ))
}

/// Ten seconds or so; today's advice is well below a million.
const MAX_ITERATIONS: u32 = 10_000_000;
/// In bytes; today's advice is an eighth of it.
const MAX_SCRYPT_MEMORY: u64 = 1 << 30;
/// In bytes written, each of them twice; ten seconds or so.
const MAX_SCRYPT_WORK: u64 = 1 << 32;
