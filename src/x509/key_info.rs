//! The public key of a certificate, without reading the rest of it.

use ::der::asn1::AnyRef;
use ::der::{Decode, Reader, SliceReader, Tag, Tagged};

/// The whole `SubjectPublicKeyInfo` of a certificate in DER (RFC 5280, section
/// 4.1); `None` if it is not where it must be.
pub(crate) fn key_info(certificate: &[u8]) -> Option<&[u8]> {
    find(certificate).ok()
}

fn find(certificate: &[u8]) -> ::der::Result<&[u8]> {
    let certificate = enter(&mut SliceReader::new(certificate)?)?;
    let mut signed = SliceReader::new(enter(&mut SliceReader::new(certificate)?)?)?;
    // The version may be left out; then five fields come before the key.
    if signed.peek_byte() == Some(VERSION) {
        AnyRef::decode(&mut signed)?;
    }
    for _ in 0..5 {
        AnyRef::decode(&mut signed)?;
    }
    signed.tlv_bytes()
}

fn enter<'a>(reader: &mut SliceReader<'a>) -> ::der::Result<&'a [u8]> {
    let sequence = AnyRef::decode(reader)?;
    sequence.tag().assert_eq(Tag::Sequence)?;
    Ok(sequence.value())
}

/// The tag of the version, which is `[0]` and explicit.
const VERSION: u8 = 0xa0;

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::key_info;
    use crate::x509::Certificate;

    #[test]
    fn it_is_the_same_as_in_the_whole() {
        let made = rcgen::generate_simple_self_signed(["a.example".into()]).unwrap();
        let der = made.cert.der();
        let whole = Certificate::from_der(der).unwrap();
        assert_eq!(key_info(der), Some(whole.key_info()));
        assert_eq!(key_info(&der[..100]), None);
        assert_eq!(key_info(b""), None);
    }
}
