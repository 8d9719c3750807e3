//! Decrypts a PKCS#8 key that a password protects.

use pkcs8::der::{self, Decode, ErrorKind, Reader, SliceReader};
use pkcs8::pkcs5::pbes2::{Kdf, PBES2_OID, Parameters};
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
    refuse_excess(parameters)?;

    let mut buffer = Zeroizing::new(info.encrypted_data.as_bytes().to_vec());
    let len = match parameters.decrypt_in_place(password, &mut buffer) {
        Ok(plain) => plain.len(),
        Err(pkcs5::Error::DecryptFailed) => return Err(wrong_password()),
        Err(other) => return Err(Refusal::new(format!("it cannot be decrypted: {other}"))),
    };
    buffer.truncate(len);
    // CBC has no check of its own: one wrong password of 256 leaves padding
    // that looks right, and garbage before it.
    match Container::of(&buffer) {
        Ok(Container::Encrypted) | Err(_) => Err(wrong_password()),
        Ok(_) => Ok(buffer),
    }
}

fn wrong_password() -> Refusal {
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

/// The file says how much work deriving the key is. More than this takes
/// minutes or all memory, and nobody asks for it on purpose.
fn refuse_excess(parameters: &Parameters) -> Result<(), Refusal> {
    const MAX_ITERATIONS: u32 = 10_000_000;
    const MAX_SCRYPT_MEMORY: u64 = 1 << 30;
    const MAX_SCRYPT_WORK: u64 = 1 << 32;

    let fine = match &parameters.kdf {
        Kdf::Pbkdf2(pbkdf2) => (1..=MAX_ITERATIONS).contains(&pbkdf2.iteration_count),
        Kdf::Scrypt(scrypt) => {
            let block = 128 * u64::from(scrypt.block_size);
            let memory = block.saturating_mul(scrypt.cost_parameter);
            let work = memory.saturating_mul(u64::from(scrypt.parallelization));
            memory <= MAX_SCRYPT_MEMORY && work <= MAX_SCRYPT_WORK
        }
        _ => true,
    };
    match fine {
        true => Ok(()),
        false => Err(Refusal::new(
            "deriving its key from the password would take more time or memory than is \
             reasonable: the file is damaged, or made to stop this program",
        )),
    }
}
