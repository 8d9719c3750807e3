//! Takes the numbers of a key out of its structure.

use alloc::string::ToString;

use pkcs8::der::asn1::{AnyRef, BitStringRef, ContextSpecific, OctetStringRef, UintRef};
use pkcs8::der::{self, Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};

use super::container::Container;
use super::curve::{self, Curve};
use super::refusal::Refusal;
use crate::ffi;

/// The numbers that make a key, borrowed from its DER.
#[derive(Debug)]
pub(super) enum Numbers<'a> {
    Rsa(RsaNumbers<'a>),
    Ec(EcNumbers<'a>),
}

/// Big-endian, without leading zeros.
pub(super) struct RsaNumbers<'a> {
    /// In the order of the file: n, e, d, p, q, dp, dq, qp.
    pub(super) all: [&'a [u8]; RSA_NUMBERS],
}

pub(super) struct EcNumbers<'a> {
    pub(super) curve: &'static Curve,
    pub(super) secret: &'a [u8],
    /// The public point that the file claims.
    public: Option<&'a [u8]>,
}

const RSA_NUMBERS: usize = ffi::EMBER_RSA_NUMBERS as usize;

impl<'a> Numbers<'a> {
    pub(super) fn of(der: &'a [u8], container: Container) -> Result<Self, Refusal> {
        match container {
            Container::Pkcs1 => rsa(der).map(Self::Rsa),
            Container::Sec1 => ec(der, None).map(Self::Ec),
            Container::Pkcs8 => pkcs8(der),
            Container::Encrypted => Err(Refusal::new("it is encrypted twice")),
        }
    }
}

impl Numbers<'_> {
    /// Refuses a key that another build could use.
    pub(super) fn check_parts(&self) -> Result<(), Refusal> {
        match self {
            _ if !cfg!(feature = "certificates") => {
                Err(Refusal::left_out("the use of certificates", "certificates"))
            }
            Self::Rsa(_) if !cfg!(feature = "rsa") => {
                Err(Refusal::left_out("it is an RSA key: RSA", "rsa"))
            }
            Self::Ec(ec) if ec.curve.bits != 256 && !cfg!(feature = "curves") => {
                let curve = ec.curve.name;
                let what = format!("it is on the curve {curve}, which");
                Err(Refusal::left_out(&what, "curves"))
            }
            _ => Ok(()),
        }
    }
}

impl RsaNumbers<'_> {
    pub(super) fn modulus(&self) -> &[u8] {
        self.all[0]
    }

    pub(super) fn exponent(&self) -> &[u8] {
        self.all[1]
    }

    /// The bits of the modulus, if the engine can use the numbers safely.
    pub(super) fn check_size(&self) -> Result<u32, Refusal> {
        let bits = bit_length(self.modulus());
        if bits < MIN_RSA_BITS {
            return Err(Refusal::new(format!(
                "the RSA key has {bits} bits, which can be broken; make one with 2048 or more"
            )));
        }
        if bits > MAX_RSA_BITS {
            return Err(Refusal::new(format!(
                "the RSA key has {bits} bits; the engine can use {MAX_RSA_BITS} at most"
            )));
        }
        let longest = self.all.iter().map(|number| number.len()).max();
        if longest > Some(self.modulus().len()) {
            return Err(Refusal::new(
                "a number of the RSA key is longer than its modulus: the file is damaged",
            ));
        }
        Ok(bits)
    }
}

impl EcNumbers<'_> {
    /// Compares the public point of the file with the one that the secret
    /// gives, which is uncompressed.
    pub(super) fn check_public(&self, computed: &[u8]) -> Result<(), Refusal> {
        let same = match self.public {
            None => true,
            Some(claimed @ [0x04, ..]) => claimed == computed,
            Some([mark @ (0x02 | 0x03), x @ ..]) => {
                let parity = computed.last().map(|byte| byte & 1);
                computed.get(1..=self.curve.bytes()) == Some(x) && parity == Some(mark & 1)
            }
            Some(_) => false,
        };
        match same {
            true => Ok(()),
            false => Err(Refusal::new(
                "its public key is not that of its private key: the file is damaged, or was put \
                 together from two keys",
            )),
        }
    }
}

const MIN_RSA_BITS: u32 = 1024;

/// What `MBEDTLS_MPI_MAX_SIZE` allows.
const MAX_RSA_BITS: u32 = 8192;

fn bit_length(number: &[u8]) -> u32 {
    match number {
        [first, rest @ ..] => {
            let rest = u32::try_from(rest.len()).unwrap_or(u32::MAX / 8);
            8 * rest + (8 - first.leading_zeros())
        }
        [] => 0,
    }
}

fn pkcs8(der: &[u8]) -> Result<Numbers<'_>, Refusal> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|e| match e {
        ::pkcs8::Error::Asn1(e) => broken("PKCS#8", e),
        other => Refusal::new(other.to_string()),
    })?;
    let inner = info.private_key.as_bytes();
    match info.algorithm.oid {
        curve::RSA => rsa(inner).map(Numbers::Rsa),
        curve::EC => ec(inner, Some(curve_of(&info.algorithm)?)).map(Numbers::Ec),
        curve::RSA_PSS => Err(Refusal::new(
            "it is an RSA key for RSASSA-PSS only, which TLS 1.2 cannot use here; \
             make one with `openssl genpkey -algorithm RSA`",
        )),
        other => Err(Refusal::new(format!(
            "it is a key for {}, which this library cannot use; \
             use RSA, or ECDSA on P-256, P-384 or P-521",
            curve::name(other)
        ))),
    }
}

fn curve_of(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<&'static Curve, Refusal> {
    match algorithm.parameters {
        Some(parameters) => named_curve(parameters),
        None => Err(Refusal::new("it does not say on which curve it is")),
    }
}

fn named_curve(parameters: AnyRef<'_>) -> Result<&'static Curve, Refusal> {
    if parameters.tag() == Tag::Sequence {
        return Err(Refusal::new(
            "it spells out the parameters of its curve; convert it with \
             `openssl pkey -ec_param_enc named_curve -in OLD -out NEW`",
        ));
    }
    let oid = parameters
        .decode_as::<ObjectIdentifier>()
        .map_err(|e| broken("curve", e))?;
    Curve::by_oid(oid).ok_or_else(|| {
        Refusal::new(format!(
            "it is on the curve {}, which this library is compiled without; \
             use P-256, P-384 or P-521",
            curve::name(oid)
        ))
    })
}

/// `RSAPrivateKey`, RFC 8017, appendix A.1.2.
fn rsa(der: &[u8]) -> Result<RsaNumbers<'_>, Refusal> {
    if let Ok(1) = version(der) {
        return Err(Refusal::new(
            "it is an RSA key of more than two primes, which the engine cannot use",
        ));
    }
    let numbers = || -> der::Result<RsaNumbers<'_>> {
        let mut reader = SliceReader::new(der)?;
        let all = reader.sequence(|reader| -> der::Result<_> {
            expect_version(reader, 0)?;
            let mut all: [&[u8]; RSA_NUMBERS] = [&[]; RSA_NUMBERS];
            for number in &mut all {
                *number = reader.decode::<UintRef<'_>>()?.as_bytes();
            }
            Ok(all)
        })?;
        reader.finish()?;
        Ok(RsaNumbers { all })
    };
    numbers().map_err(|e| broken("RSA key", e))
}

/// `ECPrivateKey`, RFC 5915, section 3. `outer` is the curve that PKCS#8
/// names.
fn ec<'a>(der: &'a [u8], outer: Option<&'static Curve>) -> Result<EcNumbers<'a>, Refusal> {
    let parts = || -> der::Result<_> {
        let mut reader = SliceReader::new(der)?;
        let parts = reader.sequence(|reader| -> der::Result<_> {
            expect_version(reader, 1)?;
            let secret = reader.decode::<&OctetStringRef>()?.as_bytes();
            let curve = ContextSpecific::<AnyRef<'_>>::decode_explicit(reader, TagNumber(0))?;
            let public =
                ContextSpecific::<BitStringRef<'_>>::decode_explicit(reader, TagNumber(1))?;
            Ok((secret, curve, public))
        })?;
        reader.finish()?;
        Ok(parts)
    };
    let (secret, inner, public) = parts().map_err(|e| broken("EC key", e))?;

    let inner = inner.map(|field| named_curve(field.value)).transpose()?;
    let curve = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => {
            return Err(Refusal::new(format!(
                "it names two curves, {} and {}: the file is damaged",
                outer.name, inner.name
            )));
        }
        (Some(curve), _) | (None, Some(curve)) => curve,
        (None, None) => return Err(Refusal::new("it does not say on which curve it is")),
    };
    if secret.len() > curve.bytes() {
        return Err(Refusal::new(format!(
            "its secret has {} bytes, too many for {}: the file is damaged",
            secret.len(),
            curve.name
        )));
    }
    Ok(EcNumbers {
        curve,
        secret,
        public: public.map(|field| field.value.raw_bytes()),
    })
}

fn version(der: &[u8]) -> der::Result<u8> {
    SliceReader::new(der)?.sequence(|reader| {
        let version = u8::decode(reader)?;
        reader.drain(reader.remaining_len())?;
        Ok(version)
    })
}

fn expect_version<'r>(reader: &mut impl Reader<'r>, expected: u8) -> der::Result<()> {
    match u8::decode(reader)? {
        found if found == expected => Ok(()),
        _ => Err(reader.error(Tag::Integer.value_error())),
    }
}

fn broken(what: &str, error: der::Error) -> Refusal {
    Refusal::new(format!("its {what} structure is broken: {error}"))
}

impl core::fmt::Debug for RsaNumbers<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RsaNumbers")
    }
}

impl core::fmt::Debug for EcNumbers<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("EcNumbers")
    }
}

#[cfg(test)]
mod tests {
    use super::bit_length;

    #[test]
    fn bits_are_counted_to_the_first_one() {
        for (number, bits) in [
            (&[][..], 0),
            (&[0x01], 1),
            (&[0xFF], 8),
            (&[0x01, 0x00], 9),
            (&[0x80; 256], 2048),
            (&[0x01; 256], 2041),
        ] {
            assert_eq!(bit_length(number), bits);
        }
    }
}
