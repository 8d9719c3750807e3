//! What the peer sent: read, limited and put into an order that the engine
//! finds its way in.

use rustls_pki_types::CertificateDer;

use super::Judgement;
use crate::error::{ErrorCode, VerifyError, VerifyFlag, VerifyProblem};
use crate::x509::certificate::hex;
use crate::x509::der::{self, PublicKey, oid};
use crate::x509::raw::{self, CertificateList};
use crate::x509::unusable::{self, UNKNOWN_CURVE, UNKNOWN_KEY, UNKNOWN_SIG_ALG, describe_key};
use crate::x509::{Certificate, explain};

/// The peer's certificate and those of its others that can be used.
#[derive(Debug)]
pub(super) struct Presented {
    leaf: Certificate,
    list: CertificateList,
    /// Why the others cannot be used: one text for each.
    unusable: Vec<String>,
}

impl Presented {
    /// Reads everything and judges its size, before any signature is checked.
    pub(super) fn read(chain: &[CertificateDer<'_>]) -> Result<Self, VerifyError> {
        let Some((leaf, others)) = chain.split_first() else {
            let explanation = "the peer sent no certificate";
            return Err(unreadable_leaf(
                &[],
                VerifyFlag::Missing,
                explanation.into(),
            ));
        };
        let size = chain.iter().map(|der| der.len()).sum::<usize>();
        if chain.len() > MAX_CERTIFICATES || size > MAX_SIZE {
            let explanation = format!(
                "the peer sent {} certificates of {size} bytes together; at most {MAX_CERTIFICATES} of {MAX_SIZE} bytes are read",
                chain.len()
            );
            return Err(unreadable_leaf(&[], VerifyFlag::Other, explanation));
        }
        let leaf = Certificate::parse(leaf).map_err(|reason| {
            let explanation = format!("the certificate cannot be read: {reason}");
            unreadable_leaf(leaf, VerifyFlag::Other, explanation)
        })?;
        if let Some(why) = too_costly(&leaf) {
            return Err(refusal(&leaf, VerifyFlag::BadKey, why));
        }
        let mut list = CertificateList::new()
            .map_err(|code| refusal(&leaf, VerifyFlag::Other, code.to_string()))?;
        list.push(leaf.as_der())
            .map_err(|code| refusal_by_engine(&leaf, code))?;

        let mut unusable = Vec::new();
        let mut usable = Vec::new();
        for (index, der) in others.iter().enumerate() {
            let mut note = |reason: &str| {
                unusable.push(format!("certificate {} of the peer: {reason}", index + 2));
            };
            match Certificate::parse(der) {
                Err(reason) => note(&reason.to_string()),
                Ok(certificate) => match why_no_issuer(&certificate) {
                    Some(reason) => note(&format!("{}: {reason}", certificate.subject())),
                    None => usable.push(certificate),
                },
            }
        }
        for certificate in limit_namesakes(in_order(&leaf, usable), &mut unusable) {
            if let Err(code) = list.push(certificate.as_der()) {
                let (subject, reason) = (certificate.subject(), unusable::why(&certificate, code));
                unusable.push(format!("a certificate of the peer: {subject}: {reason}"));
            }
        }
        Ok(Self {
            leaf,
            list,
            unusable,
        })
    }

    pub(super) fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    pub(super) fn list(&self) -> &CertificateList {
        &self.list
    }

    pub(super) fn unusable(&self) -> &[String] {
        &self.unusable
    }

    /// The judgement where there is no chain to speak about.
    pub(super) fn refuse_leaf(&self, why: &str) -> Judgement {
        Judgement::Refused(refusal(&self.leaf, VerifyFlag::Other, why.into()))
    }
}

/// Why a certificate cannot be anybody's issuer, whatever the engine thinks.
fn why_no_issuer(certificate: &Certificate) -> Option<String> {
    match certificate.fields().is_ca {
        false => Some("it is no authority (basicConstraints)".into()),
        true => too_costly(certificate),
    }
}

/// Checking one signature with a huge RSA key takes long, and a peer may have
/// many checked before it is refused.
fn too_costly(certificate: &Certificate) -> Option<String> {
    let key = &certificate.fields().key;
    match *key {
        PublicKey::Rsa {
            modulus_bits,
            exponent_bits,
        } if modulus_bits > MAX_MODULUS_BITS || exponent_bits > MAX_EXPONENT_BITS => Some(format!(
            "its key is {}; RSA keys of up to {MAX_MODULUS_BITS} bits with exponents of up to {MAX_EXPONENT_BITS} are used",
            describe_key(key)
        )),
        _ => None,
    }
}

/// Puts issuers behind what they issued: the engine looks for an issuer only
/// among those behind. The order is kept as far as that allows.
fn in_order(leaf: &Certificate, mut rest: Vec<Certificate>) -> Vec<Certificate> {
    let mut ordered: Vec<Certificate> = Vec::with_capacity(rest.len());
    let mut wanted = vec![leaf.clone()];
    while !wanted.is_empty() {
        let issued_by = |issuer: &Certificate| {
            let name = issuer.subject_der();
            wanted
                .iter()
                .any(|child| der::is_same_name(child.issuer_der(), name))
        };
        let (found, others) = rest.into_iter().partition(issued_by);
        rest = others;
        ordered.extend_from_slice(&found);
        wanted = found;
    }
    ordered.append(&mut rest);
    ordered
}

/// The engine checks the signature with every certificate that has the right
/// name, at each step: a peer with many of one name would have a hundred
/// signatures checked.
fn limit_namesakes(all: Vec<Certificate>, unusable: &mut Vec<String>) -> Vec<Certificate> {
    let mut kept: Vec<Certificate> = Vec::with_capacity(all.len());
    for certificate in all {
        let name = certificate.subject_der();
        let namesakes = kept
            .iter()
            .filter(|other| der::is_same_name(other.subject_der(), name));
        if namesakes.count() < MAX_NAMESAKES {
            kept.push(certificate);
        } else {
            unusable.push(format!(
                "a certificate of the peer: {}: it is one of more than {MAX_NAMESAKES} of that name",
                certificate.subject()
            ));
        }
    }
    kept
}

/// A leaf that the engine does not take. Where it is the algorithm, there is
/// a flag that says so.
fn refusal_by_engine(leaf: &Certificate, code: ErrorCode) -> VerifyError {
    let fields = leaf.fields();
    let flag = if code.is(UNKNOWN_SIG_ALG) && oid::is_broken_hash(&fields.signature_algorithm) {
        VerifyFlag::BadMd
    } else if code.is(UNKNOWN_SIG_ALG) || code.is(UNKNOWN_KEY) {
        VerifyFlag::BadPk
    } else if code.is(UNKNOWN_CURVE) {
        VerifyFlag::BadKey
    } else {
        VerifyFlag::Other
    };
    let why = match code {
        raw::ALLOC_FAILED => "out of memory".into(),
        code => unusable::why(leaf, code),
    };
    refusal(leaf, flag, format!("{why} [{code}]"))
}

fn refusal(leaf: &Certificate, flag: VerifyFlag, explanation: String) -> VerifyError {
    VerifyError::new(vec![explain::problem(0, leaf, flag, explanation)])
}

/// A problem of a certificate of which nothing is known.
fn unreadable_leaf(der: &[u8], flag: VerifyFlag, explanation: String) -> VerifyError {
    let fingerprint_sha256 = raw::sha256(der);
    let subject = match der {
        [] => "(no certificate)".into(),
        _ => format!("(unreadable, SHA-256 {})", hex(&fingerprint_sha256)),
    };
    VerifyError::new(vec![VerifyProblem {
        depth: 0,
        subject,
        issuer: "(unknown)".into(),
        serial: String::new(),
        fingerprint_sha256,
        flag,
        explanation,
    }])
}

const MAX_CERTIFICATES: usize = 16;
const MAX_SIZE: usize = 128 * 1024;
const MAX_NAMESAKES: usize = 4;
const MAX_MODULUS_BITS: usize = 8192;
const MAX_EXPONENT_BITS: usize = 33;
