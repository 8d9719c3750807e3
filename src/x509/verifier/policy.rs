//! What a verifier is, for those who remember what it said.

use alloc::vec::Vec;
use core::time::Duration;

use super::{Profile, Revocation, Uncovered, VerifiedChain, Verifier};
use crate::platform;
use crate::x509::{Certificate, Crl, raw};

impl Verifier {
    /// A digest of everything that decides, but for the application's own
    /// functions: see [`Self::asks_application`].
    pub(crate) fn policy_digest(&self) -> [u8; 32] {
        // By name, so that whoever adds a setting comes by here.
        let Self {
            trust,
            crls,
            profile,
            revocation,
            uncovered,
            max_depth,
            time,
            common_name,
            pinned_keys,
            pinned_certificates,
            also: _,
            danger: _,
        } = self;
        let mut text = b"embertls verifier 1".to_vec();
        text.push(match profile {
            Profile::Compatible => 0,
            Profile::Strict => 1,
        });
        text.push(match revocation {
            Revocation::Off => 0,
            Revocation::Leaf => 1,
            Revocation::Chain => 2,
        });
        text.push(match uncovered {
            Uncovered::Allow => 0,
            Uncovered::Refuse => 1,
        });
        text.extend_from_slice(&(*max_depth as u64).to_be_bytes());
        text.push(u8::from(time.is_some()));
        let time = time.map_or(0, |time| time.as_secs());
        text.extend_from_slice(&time.to_be_bytes());
        text.push(u8::from(*common_name));
        let anchors = trust.certificates().iter();
        let lists = crls.iter().flat_map(Crl::lists);
        for digests in [
            sorted(anchors.map(Certificate::fingerprint_sha256)),
            sorted(lists.map(|list| raw::sha256(&list.der))),
            sorted(pinned_keys.iter().copied()),
            sorted(pinned_certificates.iter().copied()),
        ] {
            text.extend_from_slice(&(digests.len() as u64).to_be_bytes());
            text.extend_from_slice(digests.as_flattened());
        }
        raw::sha256(&text)
    }

    /// Whether functions of the application take part.
    pub(crate) fn asks_application(&self) -> bool {
        self.also.is_some() || self.danger.is_some()
    }

    /// Until when the same chain would be found good, as far as time alone
    /// decides: the first of its certificates that expires, the first
    /// revocation list that is due. Since 1970.
    pub(crate) fn good_until(&self, chain: &VerifiedChain) -> Duration {
        if self.time.is_some() {
            return Duration::MAX;
        }
        let certificates = chain.certificates().iter();
        let ends = certificates.map(|der| match Certificate::parse(der) {
            Ok(certificate) => {
                let end = certificate.fields().not_after.unix_duration();
                end.min(self.list_is_due(&certificate))
            }
            Err(_) => Duration::ZERO,
        });
        ends.min().unwrap_or(Duration::ZERO)
    }

    /// When the first of the lists of this certificate's issuer that are good
    /// now will be due.
    fn list_is_due(&self, certificate: &Certificate) -> Duration {
        let issuer = &certificate.fields().canonical_issuer;
        let lists = self.crls.iter().flat_map(Crl::lists);
        let mut lists = lists
            .filter(|list| list.fields.canonical_issuer == *issuer)
            .peekable();
        if self.revocation == Revocation::Off || lists.peek().is_none() {
            return Duration::MAX;
        }
        let now = platform::now().map_or(Duration::MAX, |now| Duration::from_secs(now.as_secs()));
        let dues = lists.filter_map(|list| list.fields.next_update);
        let dues = dues.map(|due| due.unix_duration());
        dues.filter(|due| *due > now)
            .min()
            .unwrap_or(Duration::ZERO)
    }
}

fn sorted(digests: impl Iterator<Item = [u8; 32]>) -> Vec<[u8; 32]> {
    let mut digests: Vec<_> = digests.collect();
    digests.sort_unstable();
    digests
}
