//! Turns flags into sentences: what the certificate says, what it should say,
//! and what usually helps.

use std::time::SystemTime;

use ::der::DateTime;

use super::crl::List;
use super::der::{self, PublicKey, key_usage, oid};
use super::raw::Link;
use super::unusable::describe_key;
use super::{Certificate, Crl, ServerName, TrustStore};
use crate::error::{VerifyError, VerifyFlag, VerifyProblem};

/// A chain that was refused, and all that is known about it.
pub(super) struct Case<'a> {
    pub(super) now: SystemTime,
    pub(super) name: &'a ServerName,
    pub(super) trust: &'a TrustStore,
    pub(super) crls: &'a [Crl],
    /// The chain as the engine built it, the leaf first.
    pub(super) links: &'a [Link<'a>],
    /// The rules that each of them breaks.
    pub(super) flags: &'a [u32],
    /// Certificates of the peer that could not be used, and why.
    pub(super) unusable: &'a [String],
}

/// One problem for each flag of each certificate.
pub(super) fn explain(case: &Case<'_>) -> VerifyError {
    let chain: Vec<_> = case
        .links
        .iter()
        .map(|link| Certificate::parse(link.der))
        .collect();
    let mut problems = Vec::new();
    for (depth, (certificate, flags)) in (0..).zip(chain.iter().zip(case.flags)) {
        // What was judged has been read before, so this cannot fail.
        let Ok(certificate) = certificate else {
            continue;
        };
        let issuer = chain.get(depth as usize + 1);
        let at = Place {
            case,
            depth,
            certificate,
            issuer: issuer.and_then(|issuer| issuer.as_ref().ok()),
        };
        for flag in VerifyFlag::in_word(*flags) {
            problems.push(problem(depth, certificate, flag, at.sentence(flag)));
        }
    }
    VerifyError::new(problems)
}

/// A problem with the facts about its certificate.
pub(super) fn problem(
    depth: u32,
    certificate: &Certificate,
    flag: VerifyFlag,
    explanation: String,
) -> VerifyProblem {
    VerifyProblem {
        depth,
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: certificate.serial(),
        fingerprint_sha256: certificate.fingerprint_sha256(),
        flag,
        explanation,
    }
}

/// One certificate of the chain.
struct Place<'a> {
    case: &'a Case<'a>,
    depth: u32,
    certificate: &'a Certificate,
    /// The next one of the chain, unless this is the last.
    issuer: Option<&'a Certificate>,
}

impl Place<'_> {
    fn sentence(&self, flag: VerifyFlag) -> String {
        let fields = self.certificate.fields();
        match flag {
            VerifyFlag::Expired => format!(
                "expired on {}, now is {}; renew it or check this machine's clock",
                fields.not_after,
                self.now()
            ),
            VerifyFlag::Future => format!(
                "valid from {}, now is {}; check this machine's clock",
                fields.not_before,
                self.now()
            ),
            VerifyFlag::CnMismatch => self.wrong_name(),
            VerifyFlag::NotTrusted => self.not_trusted(),
            VerifyFlag::BadMd => format!(
                "signed with {}; SHA-256 or stronger is needed, so have it issued anew",
                oid::describe(&fields.signature_algorithm)
            ),
            VerifyFlag::BadPk => format!(
                "its key is {} and it is signed with {}; RSA and ECDSA are allowed",
                describe_key(&fields.key),
                oid::describe(&fields.signature_algorithm)
            ),
            VerifyFlag::BadKey => self.bad_key(),
            VerifyFlag::KeyUsage => format!(
                "its keyUsage allows {}; a TLS server needs digitalSignature",
                key_usage::describe(fields.key_usage.unwrap_or(0))
            ),
            VerifyFlag::ExtKeyUsage => {
                let purposes = fields.purposes.iter().flatten();
                let purposes: Vec<_> = purposes.map(|id| oid::describe(id)).collect();
                format!(
                    "its extendedKeyUsage allows {}; a TLS server needs serverAuth",
                    list(&purposes)
                )
            }
            VerifyFlag::Revoked => self.revoked(),
            VerifyFlag::CrlExpired
            | VerifyFlag::CrlFuture
            | VerifyFlag::CrlNotTrusted
            | VerifyFlag::CrlBadMd
            | VerifyFlag::CrlBadPk
            | VerifyFlag::CrlBadKey => self.bad_list(flag),
            VerifyFlag::Missing
            | VerifyFlag::SkipVerify
            | VerifyFlag::Other
            | VerifyFlag::NsCertType => flag.meaning().into(),
        }
    }

    fn now(&self) -> String {
        show_time(self.case.now)
    }

    fn wrong_name(&self) -> String {
        let wanted = self.case.name;
        let certificate = self.certificate;
        let dns = certificate.dns_names().iter().map(|name| escape(name));
        let ip = certificate.ip_addresses().iter().map(ToString::to_string);
        let names: Vec<_> = dns.chain(ip).collect();
        match (names.is_empty(), &certificate.fields().alt_names) {
            (false, _) => format!(
                "the certificate is for {}; you asked for {wanted}",
                list(&names)
            ),
            (true, Some(_)) => format!(
                "the certificate's subjectAltName holds no DNS name and no IP address; you asked for {wanted}"
            ),
            (true, None) => format!(
                "the certificate has no subjectAltName, and its common name does not count; you asked for {wanted}"
            ),
        }
    }

    fn not_trusted(&self) -> String {
        let certificate = self.certificate;
        let issuer = certificate.issuer();
        let mut sentence = if let Some(next) = self.issuer {
            format!(
                "its signature was not made with the key of {}",
                next.subject()
            )
        } else if self.case.trust.contains(certificate.as_der()) {
            "it is in the trust store itself, but it is neither an authority nor self-signed; add the authority that issued it".into()
        } else if let Some(why) = self.why_not_the_trusted_one() {
            format!("the trust store holds {issuer}, but {why}")
        } else if certificate.is_self_issued() {
            let what = match self.depth {
                0 => "it is self-signed",
                _ => "the chain ends in this self-signed certificate",
            };
            format!(
                "{what} and not in the trust store; add it there if you know it (--ca, `TrustStore`)"
            )
        } else {
            format!(
                "no certificate in the trust store issued it, and the peer did not send its issuer {issuer}; add that authority to the trust store (--ca, `TrustStore`) or have the server send its intermediate certificates"
            )
        };
        if self.issuer.is_none() && !self.case.unusable.is_empty() {
            sentence.push_str("; not usable: ");
            sentence.push_str(&self.case.unusable.join("; "));
        }
        sentence
    }

    /// A trusted certificate has the right name, but the engine did not take
    /// it for the issuer.
    fn why_not_the_trusted_one(&self) -> Option<&'static str> {
        let issuer = self.certificate.issuer_der();
        let mut candidates = self.case.trust.certificates().iter();
        let candidate = candidates
            .find(|trusted| der::is_same_name(trusted.subject_der(), issuer))?
            .fields();
        let may_sign = |bits: u16| bits & key_usage::KEY_CERT_SIGN != 0;
        Some(if !candidate.is_ca {
            "that is no authority (basicConstraints)"
        } else if !candidate.key_usage.is_none_or(may_sign) {
            "that may not sign certificates (keyUsage lacks keyCertSign)"
        } else {
            "its key did not sign this certificate, or its path length does not allow it"
        })
    }

    /// The engine holds a key against what it signed; the leaf's own key
    /// against the leaf.
    fn bad_key(&self) -> String {
        let needed = "RSA of at least 2048 bits, P-256, P-384 or P-521 is needed";
        let own = &self.certificate.fields().key;
        match self.issuer {
            Some(issuer) if self.depth > 0 || !is_bad_key(own) => format!(
                "signed by {}, whose key is {}; {needed}",
                issuer.subject(),
                describe_key(&issuer.fields().key)
            ),
            _ => format!("its key is {}; {needed}", describe_key(own)),
        }
    }

    fn revoked(&self) -> String {
        let serial = self.certificate.serial_der();
        let found = self
            .lists()
            .find_map(|list| der::revocation_date(&list.der, serial));
        let since = found.map_or_else(String::new, |date| format!(" since {date}"));
        format!(
            "its serial number {} is on the revocation list of {}{since}; the server needs a new certificate",
            self.certificate.serial(),
            self.certificate.issuer()
        )
    }

    fn bad_list(&self, flag: VerifyFlag) -> String {
        let issuer = self.certificate.issuer();
        let list = self.lists().find(|list| self.is_at_fault(list, flag));
        let Some(List { fields, .. }) = list else {
            return format!("{} ({issuer})", flag.meaning());
        };
        let algorithm = oid::describe(&fields.signature_algorithm);
        match flag {
            VerifyFlag::CrlExpired => {
                let due = fields.next_update.map(|due| due.to_string());
                format!(
                    "the revocation list of {issuer} was to be replaced on {}, now is {}; fetch the current one",
                    due.unwrap_or_default(),
                    self.now()
                )
            }
            VerifyFlag::CrlFuture => format!(
                "the revocation list of {issuer} is from {}, now is {}; check this machine's clock",
                fields.this_update,
                self.now()
            ),
            VerifyFlag::CrlNotTrusted => {
                let bits = self.issuer.and_then(|issuer| issuer.fields().key_usage);
                match bits {
                    Some(bits) if bits & key_usage::CRL_SIGN == 0 => format!(
                        "{issuer} may not sign revocation lists (its keyUsage lacks cRLSign)"
                    ),
                    _ => format!(
                        "the revocation list that claims to be of {issuer} is not signed with its key"
                    ),
                }
            }
            _ => format!(
                "the revocation list of {issuer} is signed with {algorithm}; it needs SHA-256 or stronger with RSA or ECDSA"
            ),
        }
    }

    /// Whether this is the list with the problem: an issuer may have several.
    fn is_at_fault(&self, list: &List, flag: VerifyFlag) -> bool {
        match flag {
            VerifyFlag::CrlExpired => list
                .fields
                .next_update
                .is_some_and(|due| due.to_system_time() < self.case.now),
            VerifyFlag::CrlFuture => list.fields.this_update.to_system_time() > self.case.now,
            _ => true,
        }
    }

    /// The lists of who issued this certificate.
    fn lists(&self) -> impl Iterator<Item = &List> {
        let all = self.case.crls.iter().flat_map(Crl::lists);
        let issuer = self.certificate.issuer_der();
        all.filter(move |list| der::is_same_name(list.issuer_der(), issuer))
    }
}

fn is_bad_key(key: &PublicKey) -> bool {
    match key {
        PublicKey::Rsa { modulus_bits, .. } => *modulus_bits < 2048,
        // Others are not parsed by the engine.
        PublicKey::Ec { .. } => false,
        PublicKey::Other(_) => true,
    }
}

/// `2020-01-02T03:04:05Z`
fn show_time(time: SystemTime) -> String {
    match DateTime::from_system_time(time) {
        Ok(time) => time.to_string(),
        Err(_) => "an unknown time".into(),
    }
}

/// Names in one sentence; a certificate may hold thousands.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 10;
    match names.len() {
        0..=SHOWN => names.join(", "),
        n => format!("{} and {} more", names[..SHOWN].join(", "), n - SHOWN),
    }
}

/// A name from a subjectAltName is printable already; commas would make it
/// two.
fn escape(name: &str) -> String {
    name.replace('\\', "\\\\")
        .replace(',', "\\,")
        .replace(';', "\\;")
}
